import { type Context, isObject, isRefusal, type JsonObject, originOf, transact } from '@joinery/core';
import { groupByUri } from '@joinery/slices/groups';
import { agreementJobs } from './agreements.ts';
import { forgetLikes, likesJob } from './bin.ts';
import { deletePost } from './changes.ts';
import { copiesJobs } from './copies.ts';
import { countJob, runCounting } from './counts.ts';
import { askingJobs } from './delivery/asking.ts';
import { deliveryJob, runReport } from './delivery.ts';
import { readPost } from './documents-in.ts';
import { heldJobs } from './held.ts';
import { narrowedJobs } from './narrowed.ts';
import { recordJobs } from './record.ts';
import { ancestorsJob, checkJob, receivePost } from './remote.ts';
import { postByUri } from './store.ts';
import { wantedJobs } from './wanted.ts';

const deepest = 100;

/** Reads a post anew at its own address: `actors.resolve` fetches and saves it. What may not be fetched stays an unchecked copy. */
async function check(context: Context, data: JsonObject): Promise<void> {
  const uri = String(data.uri);
  try {
    await context.ports.actors.resolve(uri, { maximumAgeSeconds: 0 });
  } catch (error) {
    if (isRefusal(error) && error.code === 'gone') return forget(context, uri);
    // Its node is away: asked again later.
    if (isRefusal(error) && error.code === 'unavailable') throw error;
    context.logger.info('posts.unchecked', {
      origin: originOf(uri),
      reason: error instanceof Error ? error.message : '',
    });
  }
}

/** Its own node has said that it was deleted: the texts go here too. */
async function forget(context: Context, uri: string): Promise<void> {
  const origin = originOf(uri) ?? '';
  const by = { kind: 'peer', origin } as const;
  await transact(
    context,
    by,
    async (work) => {
      const post = await postByUri(work.db, uri);
      if (post && post.local !== 1) await deletePost(work, { post: post.id, author: post.author_id });
    },
    { origin },
  );
}

/**
 * Fetches what a reply answers, and what that answers, until something that is here: at most a hundred steps and never in a circle. Then
 * takes them into their group from the top down, as copies that its host did not announce, as far as they are taken.
 */
async function ancestors(context: Context, data: JsonObject): Promise<void> {
  const group = String(data.group);
  const chain: string[] = [];
  let uri: string | null = String(data.uri);
  while (uri !== null && chain.length < deepest && !chain.includes(uri)) {
    if (await postByUri(context.db.reader, uri)) break;
    chain.push(uri);
    await context.ports.actors.resolve(uri);
    const document: unknown = JSON.parse((await stagedText(context, uri)) ?? 'null');
    uri = isObject(document) ? (readPost(document)?.inReplyTo ?? null) : null;
  }
  // A circle, or too long: what stands above is not here, and each of these would only ask for it again.
  if (uri !== null && !(await postByUri(context.db.reader, uri))) return;
  for (const address of chain.reverse()) {
    await takeIn(context, address, group);
    if (!(await postByUri(context.db.reader, address))) return;
    await context.ports.actors.arrived(address);
  }
}

async function stagedText(context: Context, uri: string): Promise<string | null> {
  const row = await context.db.reader
    .selectFrom('post_document')
    .select('document')
    .where('uri', '=', uri)
    .executeTakeFirst();
  return row?.document ?? null;
}

async function takeIn(context: Context, uri: string, groupUri: string): Promise<void> {
  const text = await stagedText(context, uri);
  const document: unknown = JSON.parse(text ?? 'null');
  const read = isObject(document) ? readPost(document) : null;
  if (!read) return;
  await transact(
    context,
    { kind: 'system', what: ancestorsJob },
    async (work) => {
      const group = await groupByUri(work.db, groupUri);
      // Into a group of ours only its members bring posts, themselves.
      if (!group || group.local === 1) return;
      const actor = read.authors.find((author) => originOf(author) === read.origin) ?? '';
      await receivePost(work, {
        read,
        actor,
        through: group,
        verified: 'origin',
        activity: uri,
        text: null,
        history: true,
      });
    },
    { origin: read.origin },
  );
}

/** Background work of this slice. */
export const jobs = {
  ...heldJobs,
  ...wantedJobs,
  ...copiesJobs,
  ...recordJobs,
  ...askingJobs,
  ...narrowedJobs,
  ...agreementJobs,
  [likesJob]: forgetLikes,
  [countJob]: runCounting,
  [deliveryJob]: runReport,
  [checkJob]: check,
  [ancestorsJob]: ancestors,
};
