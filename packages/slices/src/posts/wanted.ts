import {
  addressOf,
  type Context,
  enqueueJob,
  isRefusal,
  type JsonObject,
  originOf,
  periods,
  type Reader,
  type Referenced,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import { rememberFiles } from '@joinery/slices/files';
import { type GroupRow, groupById, isReadLive, leaseOf } from '@joinery/slices/groups';
import { holderOf } from './attachments.ts';
import { revive } from './copies.ts';
import { applyCounts } from './counts.ts';
import { type ReadPost, readItem } from './documents-closed.ts';
import { isReference } from './references.ts';
import { readCounts, receivePost, refreshPost } from './remote.ts';
import { postByUri } from './store.ts';
import type { PostRow, PostWantedRow } from './tables.ts';
import { withoutNames } from './written.ts';

/**
 * Items of closed groups elsewhere that are announced and not read yet: the reader's side. Nothing announced is lost: what cannot be read now is asked for again, ever less
 * often, and meanwhile readers are told where it is and since when it cannot be reached.
 */

const wantedJob = 'posts.wanted';
const firstWaitSeconds = 1;
const longestWaitSeconds = 600;
/** Nodes of a large group do not ask all at once. */
const spreadMillisecondsPerNode = 20;
const longestSpreadMilliseconds = 20_000;
/** An author's node that answers and does not give it may not know yet that the group has told of it; after so long it does not mean to. */
const refusedFor = 86_400_000;

export type Wanted = Pick<PostWantedRow, 'uri' | 'group_id' | 'number' | 'history'> &
  Partial<Pick<PostWantedRow, 'context' | 'context_history' | 'counts'>>;

/**
 * Notes that an item must be read, and has it asked for soon. A second call of the same group has no effect while the first waits; one of another group has: which of them
 * it was written for shows when it is read.
 */
export async function want(work: Work, group: GroupRow, wanted: Wanted): Promise<void> {
  const added = await work.db
    .insertInto('post_wanted')
    .values({
      ...{ context: null, context_history: null, counts: null, state: 'wanted', tries: 0, failed_at: null },
      ...wanted,
      origin: originOf(wanted.uri) ?? '',
      announced_at: work.now,
    })
    .onConflict((conflict) => conflict.columns(['uri', 'group_id']).doNothing())
    .returning('uri')
    .executeTakeFirst();
  if (!added) return;
  const nodes = await work.db
    .selectFrom('group_node')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('group_id', '=', group.id)
    .executeTakeFirst();
  const spread = Math.min(longestSpreadMilliseconds, Number(nodes?.count ?? 0) * spreadMillisecondsPerNode);
  // A few nodes need no turns.
  await ask(work, { uri: wanted.uri, group_id: group.id }, 0, spread <= 500 ? 0 : Math.random() * spread);
}

type Key = Pick<PostWantedRow, 'uri' | 'group_id'>;

async function ask(work: Work, { uri, group_id }: Key, tries: number, milliseconds: number): Promise<void> {
  const runAt = new Date(Date.parse(work.now) + milliseconds).toISOString();
  await enqueueJob(work, wantedJob, { uri, group: group_id, tries }, { key: `${uri} ${group_id} ${tries}`, runAt });
}

/** What a reader of a closed group elsewhere must know; null where all is well. */
export type ClosedState = {
  /** The group's node does not answer: since when, and until when what is here can be read. */
  lease: { home: string; since: string; until: string } | null;
  /** Announced, and not given by its author's node just now. */
  unread: { origin: string; count: number; since: string | null }[];
};

/** @param thread the group's address of a thread: only what belongs to it */
export async function closedStateOf(db: Reader, group: GroupRow, thread?: string | null): Promise<ClosedState | null> {
  if (group.local === 1 || !isReference(group)) return null;
  const row = await leaseOf(db, group.id);
  const until = Date.parse(row?.renewed_at ?? '') + periods.leaseReadable.days * 86_400_000;
  const lease =
    row?.state === 'away' && row.failed_at !== null
      ? { home: group.home, since: row.failed_at, until: new Date(until).toISOString() }
      : null;
  const rows = await db
    .selectFrom('post_wanted')
    .select((eb) => ['origin', eb.fn.countAll<number>().as('count'), eb.fn.min('failed_at').as('since')])
    .where('group_id', '=', group.id)
    .where('failed_at', 'is not', null)
    .$if(thread !== undefined, (query) => query.where('context', '=', thread ?? ''))
    .groupBy('origin')
    .orderBy('origin')
    .execute();
  const unread = rows.map(({ origin, count, since }) => ({ origin, count: Number(count), since }));
  return lease || unread.length > 0 ? { lease, unread } : null;
}

async function fetchWanted(context: Context, data: JsonObject): Promise<void> {
  const uri = String(data.uri);
  const { reader } = context.db;
  const row = await reader
    .selectFrom('post_wanted')
    .selectAll()
    .where('uri', '=', uri)
    // Jobs planned by an earlier version name none.
    .$if(typeof data.group === 'string', (query) => query.where('group_id', '=', String(data.group)))
    .executeTakeFirst();
  const group = row && (await groupById(reader, row.group_id));
  if (!row || !group || row.tries !== Number(data.tries)) return;
  const found = await context.ports.closedGroups.reference(uri, group).catch((): Referenced => ({ state: 'away' }));
  const author = found.state === 'found' ? authorIn(found.document) : null;
  if (author) await context.ports.actors.resolve(author).catch(() => undefined);
  const taken = await transact(
    context,
    { kind: 'peer', origin: group.home },
    (work) => settle(work, row, group, found),
    { origin: group.home },
  );
  // What was said about it meanwhile (a lock, a removal, an answer) goes on.
  if (taken !== null) await context.ports.actors.arrived(taken);
}

/** Whom a document alone does not name: a post says its author's address, an activity also what they are called. */
function authorIn(document: JsonObject): string | null {
  return document.actor === undefined ? addressOf(document.attributedTo) : null;
}

/** @returns address of the post that is here now; null when there is none */
async function settle(work: Work, row: PostWantedRow, before: GroupRow, found: Referenced): Promise<string | null> {
  // What may be kept of it is asked now: its host may have changed that while its author's node was asked.
  const group = (await groupById(work.db, row.group_id)) ?? before;
  const still = await work.db
    .selectFrom('post_wanted')
    .select('tries')
    .where('uri', '=', row.uri)
    .where('group_id', '=', row.group_id)
    .executeTakeFirst();
  // Dropped meanwhile with all of the group, which has been told so; or asked for anew.
  if (still?.tries !== row.tries) return null;
  if (found.state === 'away' || found.state === 'refused') {
    await again(work, row, found.state);
    return null;
  }
  if (group.withheld_at !== null) {
    // It may be shown again later: nothing announced is lost, and nothing is kept now.
    await again(work, row, 'away');
    return null;
  }
  const item = found.state === 'found' ? readItem(found.document, row.uri, group) : null;
  // Gone, or not what the group said it is: its deletion is told apart, and nothing of it is kept.
  if (item === null) {
    await done(work, row);
    return null;
  }
  const known = await postByUri(work.db, item.read.uri);
  try {
    if (known) {
      const here = known.group_id === group.id;
      if (here && isReadLive(group)) await noteChange(work, known, group, item.read);
      else if (here && !(await revive(work, known, group, item.read)))
        await refreshPost(work, known, item.read, 'origin', null);
    } else {
      const outcome = await receivePost(work, {
        ...{ read: item.read, actor: item.actor, through: group, verified: 'origin', activity: row.uri, text: null },
        ...{ author: item.author, history: row.history === 1 },
        thread: { context: row.context, contextHistory: row.context_history },
      });
      if (outcome?.state === 'waiting') {
        await again(work, row, 'waiting');
        return null;
      }
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  await done(work, row);
  if (row.counts !== null) await applyCounts(work, group, readCounts(JSON.parse(row.counts) as JsonObject));
  await wakeFollowers(work, group.id);
  return (await postByUri(work.db, item.read.uri)) ? item.read.uri : null;
}

/** Its author changed what is not kept here: whoever has the page open is told that there is something else to read. */
async function noteChange(work: Work, post: PostRow, group: GroupRow, read: ReadPost): Promise<void> {
  if (post.local === 1 || post.deleted_at !== null) return;
  await rememberFiles(work, holderOf(post.id), withoutNames(read.files));
  await work.db.updateTable('post').set({ fetched_at: work.now }).where('id', '=', post.id).execute();
  work.emit('post.edited', streams.local, { post: post.id, group: group.id, revision: post.revision });
}

async function done(work: Work, { uri, group_id }: Key): Promise<void> {
  await work.db.deleteFrom('post_wanted').where('uri', '=', uri).where('group_id', '=', group_id).execute();
}

/** What answers something that was not here yet is tried again now that more is. */
async function wakeFollowers(work: Work, group: string): Promise<void> {
  const rows = await work.db
    .updateTable('post_wanted')
    .set((eb) => ({ state: 'wanted', tries: eb('tries', '+', 1) }))
    .where('group_id', '=', group)
    .where('state', '=', 'waiting')
    .returning(['uri', 'tries'])
    .execute();
  for (const { uri, tries } of rows) await ask(work, { uri, group_id: group }, tries, 0);
}

async function again(work: Work, row: PostWantedRow, state: 'away' | 'refused' | 'waiting'): Promise<void> {
  const tries = row.tries + 1;
  const failed_at = state === 'waiting' ? row.failed_at : (row.failed_at ?? work.now);
  if (state === 'refused' && Date.parse(work.now) - Date.parse(row.announced_at) > refusedFor) {
    await done(work, row);
    return;
  }
  await work.db
    .updateTable('post_wanted')
    .set({ state, tries, failed_at })
    .where('uri', '=', row.uri)
    .where('group_id', '=', row.group_id)
    .execute();
  // A quarter of the time that it has waited already: a short absence is noticed soon, and a long one is not asked about all the time.
  const age = (Date.parse(work.now) - Date.parse(row.announced_at)) / 1_000;
  const seconds = Math.min(longestWaitSeconds, Math.max(firstWaitSeconds, age / 4));
  await ask(work, row, tries, seconds * 1_000 * (0.75 + Math.random() / 2));
}

export const wantedJobs = { [wantedJob]: fetchWanted };
