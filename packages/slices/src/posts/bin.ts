import { type Context, enqueueJob, periods, type Reader, refuse, transact, type Work } from '@joinery/core';
import { attachFile, filesOf, removeFilesOf } from '@joinery/slices/files';
import { holderOf } from './attachments.ts';
import { createTopic } from './posts.ts';
import { currentRevision } from './store.ts';
import type { PostBinRow, PostRow } from './tables.ts';

/** How long the author of a document may take its deletion back. */
export const binDays = periods.bin.days;
const day = 86_400_000;
/** Milliseconds, at most, between the deletion of a document and its return: the days in the bin, and some for the way. */
export const comesBackWithin = (binDays + 2) * day;

const binHolder = (post: string) => ({ kind: 'bin', id: post });

/** Whether its author, of whatever node, may have it back. Not what those who run the group took out: with a new address it would be in the group again. */
export function mayComeBack(post: PostRow): boolean {
  const { kind, reply_to, audience, removed_at, hidden_at } = post;
  if (removed_at !== null || hidden_at !== null) return false;
  return kind === 'document' && reply_to === null && audience === 'group';
}

/** Whether what is in it lies in the bin of this node meanwhile. */
export function goesToBin(post: PostRow): boolean {
  return post.local === 1 && mayComeBack(post);
}

/**
 * Keeps what is needed to undo the deletion of a document: for its author alone, while everybody else, here and elsewhere, has nothing of it any more.
 * Called before its texts are erased.
 */
export async function putInBin(work: Work, post: PostRow): Promise<void> {
  if (!goesToBin(post)) return;
  const text = await currentRevision(work.db, post);
  if (!text) return;
  await work.db
    .insertInto('post_bin')
    .values({
      post_id: post.id,
      group_id: post.group_id,
      author_id: post.author_id,
      title: post.title ?? '',
      content: text.content,
      source: text.source,
      language: post.language,
      deleted_at: work.now,
      ends_at: new Date(Date.parse(work.now) + binDays * 86_400_000).toISOString(),
    })
    .execute();
  await hang(work, post.id, 'posts', binHolder(post.id));
}

async function hang(work: Work, post: string, from: 'posts' | 'bin', holder: { kind: string; id: string }) {
  const files = (await filesOf(work.db, from, [post])).get(post) ?? [];
  for (const file of files) {
    // Of what the virus scanner refused nothing is kept.
    if (file.state === 'infected') continue;
    await attachFile(work, { file: file.id, holder, by: file.owner_id ?? '', position: file.position, from });
  }
}

/** What somebody, or everybody in a group, deleted and may still have back; the last first. */
export async function inBin(db: Reader, of: { group: string; author?: string }): Promise<PostBinRow[]> {
  const { group, author } = of;
  return db
    .selectFrom('post_bin')
    .selectAll()
    .where('group_id', '=', group)
    .$if(author !== undefined, (query) => query.where('author_id', '=', author ?? ''))
    .orderBy('deleted_at', 'desc')
    .limit(500)
    .execute();
}

export async function binned(db: Reader, post: string): Promise<PostBinRow | undefined> {
  return db.selectFrom('post_bin').selectAll().where('post_id', '=', post).executeTakeFirst();
}

/**
 * Writes a deleted document anew: other nodes dropped the old one for good, so that it gets an address of its own.
 * @throws {Refusal} not_found unless it is the author's, and whatever `createTopic` refuses
 */
export async function takeFromBin(work: Work, input: { post: string; author: string }): Promise<PostRow> {
  // Taken out first: of two who want it at once only one finds it. A refusal undoes this.
  const row = await work.db.deleteFrom('post_bin').where('post_id', '=', input.post).returningAll().executeTakeFirst();
  if (row?.author_id !== input.author || row.ends_at <= work.now) refuse('not_found', 'There is nothing to restore');
  const { group_id: group, title, content, source, language } = row;
  const post = await createTopic(work, {
    group,
    author: input.author,
    kind: 'document',
    title,
    content,
    source,
    language,
  });
  await hang(work, row.post_id, 'bin', holderOf(post.id));
  return post;
}

export const likesJob = 'posts.forget_likes';

/** Of a document that may come back this node knows who liked it, until it can come back no more: wherever it is from, and whether or not it came back with them. */
export async function planForgetLikes(work: Work): Promise<void> {
  const runAt = new Date(Date.parse(work.now) + comesBackWithin + day).toISOString();
  await enqueueJob(work, likesJob, {}, { key: runAt.slice(0, 10), runAt });
}

/** Forgets who liked what was deleted so long ago that it can come back no more. */
export async function forgetLikes(context: Context): Promise<void> {
  const before = new Date(context.clock.now().getTime() - comesBackWithin).toISOString();
  await transact(context, { kind: 'system', what: likesJob }, async (work) => {
    const gone = work.db.selectFrom('post').select('id').where('deleted_at', '<', before);
    await work.db.deleteFrom('post_like').where('post_id', 'in', gone).execute();
  });
}

/** Its days are over, or its author wants it gone: nothing of it is left, nor of who liked it. */
export async function emptyBin(work: Work, post: string): Promise<void> {
  await work.db.deleteFrom('post_like').where('post_id', '=', post).execute();
  await work.db.deleteFrom('post_bin').where('post_id', '=', post).execute();
  await removeFilesOf(work, binHolder(post));
}
