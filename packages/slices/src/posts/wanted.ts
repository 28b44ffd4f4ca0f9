import {
  addressOf,
  type Context,
  enqueueJob,
  fewAtATime,
  inRounds,
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
import { applyCounts, readCounts } from './counts.ts';
import { type ReadPost, readItem } from './documents-closed.ts';
import { isReference } from './references.ts';
import { receivePost, refreshPost } from './remote.ts';
import { postByUri } from './store.ts';
import type { PostRow, PostWantedRow } from './tables.ts';
import { withoutNames } from './written.ts';

/**
 * Items of closed groups elsewhere that are announced and not read yet: the reader's side. Nothing announced is lost: what cannot be read now is asked for again, ever less
 * often, and meanwhile readers are told where it is and since when it cannot be reached.
 */

const wantedJob = 'posts.wanted';
/** Of nodes that did not give something: a kind of its own, so that they never stand before news. */
const lateJob = 'posts.wanted_again';
/** Items of one node in one look, and those that it is asked for at once. */
const portion = 50;
const askedAtOnce = 4;
const firstWaitSeconds = 1;
const longestWaitSeconds = 600;
/** Nodes of a large group do not ask all at once: twice what an author's node takes for one of them. */
const spreadMillisecondsPerNode = 10;
const longestSpreadMilliseconds = 10_000;
const fewNodesMilliseconds = 500;
/** An author's node that answers and does not give it may not know yet that the group has told of it; after so long it does not mean to. */
const refusedFor = 86_400_000;

export type Wanted = Pick<PostWantedRow, 'uri' | 'group_id' | 'number' | 'history'> &
  Partial<Pick<PostWantedRow, 'context' | 'context_history' | 'counts'>>;

/**
 * Notes that an item must be read, and has it asked for soon. A second call of the same group has no effect while the first waits; one of another group has: which of them
 * it was written for shows when it is read.
 */
export async function want(work: Work, group: GroupRow, wanted: Wanted): Promise<void> {
  const origin = originOf(wanted.uri) ?? '';
  const at = later(work.now, await turn(work, group));
  const added = await work.db
    .insertInto('post_wanted')
    .values({
      ...{ context: null, context_history: null, counts: null, state: 'wanted', tries: 0, failed_at: null },
      ...wanted,
      origin,
      announced_at: work.now,
      due_at: at,
    })
    .onConflict((conflict) => conflict.columns(['uri', 'group_id']).doNothing())
    .returning('uri')
    .executeTakeFirst();
  if (added) await plan(work, origin, at);
}

/** Milliseconds until this node's turn. What comes together has one turn. */
async function turn(work: Work, group: GroupRow): Promise<number> {
  const nodes = await work.db
    .selectFrom('group_node')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('group_id', '=', group.id)
    .executeTakeFirst();
  return Math.random() * spreadOver(Number(nodes?.count ?? 0));
}

/** Milliseconds over which the nodes of a group spread what they ask an author's node. A few need no turns. */
export function spreadOver(nodes: number): number {
  const spread = Math.min(longestSpreadMilliseconds, nodes * spreadMillisecondsPerNode);
  return spread <= fewNodesMilliseconds ? 0 : spread;
}

/** What is being read of a group just now is read anew, with another token: somebody here may read less of it than when it was asked for. */
export async function askAnew(work: Work, group: string): Promise<void> {
  await work.db
    .updateTable('post_wanted')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('group_id', '=', group)
    .execute();
}

/** @param late its node did not give it the last time */
async function plan(work: Work, origin: string, at: string, late = false): Promise<void> {
  await enqueueJob(work, late ? lateJob : wantedJob, { origin }, { key: `${origin} ${at}`, runAt: at });
}

const later = (now: string, milliseconds: number) => new Date(Date.parse(now) + milliseconds).toISOString();

/** A node has shown that it lives: what it, or the host of a group there, did not give is asked for now, not when its turn comes. */
export async function retryWanted(work: Work, origin: string): Promise<void> {
  const changed = await work.db
    .updateTable('post_wanted')
    .set({ due_at: work.now })
    .where('state', '=', 'away')
    .where('due_at', '>', work.now)
    .where((eb) =>
      eb.or([
        eb('origin', '=', origin),
        eb('group_id', 'in', eb.selectFrom('groups').select('groups.id').where('groups.home', '=', origin)),
      ]),
    )
    .returning('origin')
    .execute();
  for (const one of new Set(changed.map((row) => row.origin))) await plan(work, one, work.now);
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

/** Asks a node for all that is due of it, and plans when it is asked next. */
const fetchAll = inRounds(async (context, origin) => {
  const { reader } = context.db;
  for (;;) {
    const due = await dueOf(reader, origin, context.clock.now().toISOString());
    if (due.length === 0) break;
    // One that is away is asked once for each group, not for every item: the others wait as that one does.
    const away = new Set<string>();
    await fewAtATime(due, askedAtOnce, async (row) => {
      if (away.has(row.group_id)) return;
      if ((await tryOne(context, row)) === 'away') away.add(row.group_id);
    });
  }
  const next = await nextOf(reader, origin);
  if (next)
    await transact(context, { kind: 'system', what: wantedJob }, (work) =>
      plan(work, origin, next.due_at, next.failed_at !== null),
    );
});

/** What was announced first comes first; what was asked for in vain comes last. */
function dueOf(db: Reader, origin: string, now: string): Promise<PostWantedRow[]> {
  return db
    .selectFrom('post_wanted')
    .selectAll()
    .where('origin', '=', origin)
    .where('due_at', '<=', now)
    .orderBy((eb) => eb.case().when('failed_at', 'is', null).then(0).else(1).end())
    .orderBy('announced_at')
    .orderBy('number')
    .limit(portion)
    .execute();
}

function nextOf(db: Reader, origin: string): Promise<Pick<PostWantedRow, 'due_at' | 'failed_at'> | undefined> {
  return db
    .selectFrom('post_wanted')
    .select(['due_at', 'failed_at'])
    .where('origin', '=', origin)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
}

/** One that cannot be taken in by a fault of ours holds up no other. @returns what its node answered */
async function tryOne(context: Context, row: PostWantedRow): Promise<Referenced['state']> {
  try {
    return await fetchWanted(context, row);
  } catch (error) {
    context.logger.warn('wanted.failed', { origin: row.origin, reason: String(error) });
    await transact(context, { kind: 'system', what: wantedJob }, (work) => again(work, row, 'refused'));
    return 'refused';
  }
}

async function fetchWanted(context: Context, row: PostWantedRow): Promise<Referenced['state']> {
  const { uri } = row;
  const group = await groupById(context.db.reader, row.group_id);
  if (!group) {
    await transact(context, { kind: 'system', what: wantedJob }, (work) => done(work, row));
    return 'gone';
  }
  if (group.withheld_at !== null) {
    await transact(context, { kind: 'system', what: wantedJob }, (work) => allAgain(work, row));
    return 'away';
  }
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
  return found.state;
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
  if (found.state === 'refused') {
    await again(work, row, 'refused');
    return null;
  }
  // Withheld, it may be shown again later: nothing announced is lost, and nothing is kept now.
  if (found.state === 'away' || group.withheld_at !== null) {
    await allAgain(work, row);
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

async function done(work: Work, { uri, group_id }: Pick<PostWantedRow, 'uri' | 'group_id'>): Promise<void> {
  await work.db.deleteFrom('post_wanted').where('uri', '=', uri).where('group_id', '=', group_id).execute();
}

/** What answers something that was not here yet is tried again now that more is. */
async function wakeFollowers(work: Work, group: string): Promise<void> {
  const rows = await work.db
    .updateTable('post_wanted')
    .set((eb) => ({ state: 'wanted', due_at: work.now, tries: eb('tries', '+', 1) }))
    .where('group_id', '=', group)
    .where('state', '=', 'waiting')
    .returning('origin')
    .execute();
  for (const origin of new Set(rows.map((row) => row.origin))) await plan(work, origin, work.now);
}

/** A quarter of the time that it has waited already: a short absence is noticed soon, and a long one is not asked about all the time. */
function waitMilliseconds(now: string, since: string): number {
  const age = (Date.parse(now) - Date.parse(since)) / 1_000;
  const seconds = Math.min(longestWaitSeconds, Math.max(firstWaitSeconds, age / 4));
  return seconds * 1_000 * (0.75 + Math.random() / 2);
}

async function again(work: Work, row: PostWantedRow, state: 'refused' | 'waiting'): Promise<void> {
  if (state === 'refused' && Date.parse(work.now) - Date.parse(row.announced_at) > refusedFor) {
    await done(work, row);
    return;
  }
  const failed_at = state === 'waiting' ? row.failed_at : (row.failed_at ?? work.now);
  const due_at = later(work.now, waitMilliseconds(work.now, row.announced_at));
  await work.db
    .updateTable('post_wanted')
    .set({ state, tries: row.tries + 1, failed_at, due_at })
    .where('uri', '=', row.uri)
    .where('group_id', '=', row.group_id)
    .execute();
}

/** A node gives nothing of a group just now: all that is wanted of it there is asked for at one time, so that a long absence costs one request each time. */
async function allAgain(work: Work, { uri, origin, group_id }: PostWantedRow): Promise<void> {
  const first = await work.db
    .selectFrom('post_wanted')
    .select((eb) => eb.fn.min('failed_at').as('since'))
    .where('origin', '=', origin)
    .where('group_id', '=', group_id)
    .where('state', '=', 'away')
    .executeTakeFirst();
  const due_at = later(work.now, waitMilliseconds(work.now, first?.since ?? work.now));
  await work.db
    .updateTable('post_wanted')
    .set((eb) => ({
      ...{ state: 'away', due_at, tries: eb('tries', '+', 1) },
      failed_at: eb.fn.coalesce('failed_at', eb.val(work.now)),
    }))
    .where('origin', '=', origin)
    .where('group_id', '=', group_id)
    .where((eb) => eb.or([eb('uri', '=', uri), eb('state', 'in', ['wanted', 'away'])]))
    .execute();
}

/** @param data of jobs planned by an earlier version: an item's address */
async function runRound(context: Context, data: JsonObject): Promise<void> {
  const origin = typeof data.origin === 'string' ? data.origin : originOf(String(data.uri));
  if (origin !== null) await fetchAll(context, origin);
}

export const wantedJobs = { [wantedJob]: runRound, [lateJob]: runRound };
