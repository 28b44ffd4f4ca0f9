import {
  type AfterEffects,
  type Context,
  endWaiting,
  enqueueJob,
  forgetDeleted,
  hasGoingBlobs,
  type JsonObject,
  postponeWaiting,
  removeUnusedBlobs,
  streams,
  transact,
  type Work,
  waitingJobs,
} from '@joinery/core';
import { forgetFileNames, rememberFiles, removeFilesOf } from '@joinery/slices/files';
import { type GroupRow, groupById, isReadLive } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { excerpt } from '@joinery/ui';
import { holderOf } from './attachments.ts';
import type { ReadPost } from './documents-in.ts';
import { forgetExtension, putExtension } from './extension.ts';
import { forgetOpening } from './history.ts';
import { forgetNames } from './names.ts';
import { currentRevision } from './store.ts';
import type { PostRow } from './tables.ts';

/**
 * Copies of what people of other nodes wrote in closed groups: dropped when this node may not read them any more, which it says to those whose they were. What people of this
 * node wrote stays theirs. Of a dropped copy its address, author and instant stay, so that a thread holds together and what comes back finds its place.
 */

const dropJob = 'posts.drop';
export const forgetJob = 'posts.forget';
const receiptJob = 'posts.receipt';
const portion = 100;

/**
 * @param drop.of only what people of this node wrote; all when null
 * @param drop.live it may still be read, where it was written: what was announced and not read yet is still wanted
 */
export async function planDrop(
  work: Work,
  drop: { group: string; version: number; of: string | null; live?: boolean },
): Promise<void> {
  await forgetOpening(work, drop.group);
  await enqueueJob(work, dropJob, drop, { key: `${drop.group} ${drop.of ?? ''} ${work.now}` });
}

/** Another node has ended its agreement with this one: nothing of its groups, and nothing that its people wrote in closed groups, may be kept. */
async function dropAllOf(work: Work, origin: string): Promise<void> {
  const groups = await work.db
    .selectFrom('groups')
    .select(['id', 'home', 'local', 'record_copy'])
    .where('reading', '=', 'members')
    .where((eb) =>
      eb.or([
        eb('home', '=', origin),
        eb(
          'id',
          'in',
          eb
            .selectFrom('post')
            .innerJoin('person', 'person.id', 'post.author_id')
            .select('post.group_id')
            .where('person.home', '=', origin),
        ),
      ]),
    )
    .execute();
  for (const group of groups) {
    // A record copy was promised to whoever joined.
    if (group.local === 1 && group.record_copy === 1) continue;
    await planDrop(work, { group: group.id, version: 0, of: group.home === origin ? null : origin });
  }
}

async function drop(context: Context, data: JsonObject): Promise<void> {
  const id = String(data.group);
  const of = typeof data.of === 'string' ? data.of : null;
  const version = Number(data.version);
  const live = data.live === true;
  const counts = new Map<string, number>();
  const by = { kind: 'system', what: dropJob } as const;
  // First, so that what is being read at its author's node just now is not kept once its portion is through.
  if (!live) await transact(context, by, (work) => forgetWanted(work, id, of));
  for (let found = portion; found === portion; ) {
    const dropped = await transact(context, by, (work) => dropPortion(work, { group: id, of, live }));
    for (const { home } of dropped) counts.set(home, (counts.get(home) ?? 0) + 1);
    found = dropped.length;
  }
  await transact(context, by, async (work) => {
    const group = await groupById(work.db, id);
    if (!group) return;
    // What was opened meanwhile has lost its place with what was wanted.
    await forgetOpening(work, id);
    if (!live) await forgetWanted(work, id, of);
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    // Whoever let this node read hears of it, also where nothing was kept: read live, or dropped before.
    const told = new Map(of === null && !live ? await authorsNodes(work, id) : []);
    for (const [origin, count] of counts) told.set(origin, count);
    if (group.local !== 1 && of === null) told.set(group.home, all);
    if (of !== null) told.set(of, counts.get(of) ?? 0);
    const receipts: Receipt[] = [];
    for (const [origin, dropped] of told)
      if (origin !== work.home) receipts.push({ origin, items: await rememberReceipt(work, id, origin, dropped) });
    await planReceipts(work, { group: group.uri, version, receipts });
  });
}

/**
 * Drops what others wrote in some threads of a closed group elsewhere, of which this node keeps the rest. Each item is told to the node whose it was.
 * @param threads their first posts
 */
export async function dropThreads(context: Context, group: GroupRow, threads: readonly PostRow[]): Promise<void> {
  if (threads.length === 0) return;
  const only = threads.map(({ id }) => id);
  const contexts = threads.flatMap(({ context_uri }) => context_uri ?? []);
  for (let found = portion; found === portion; )
    found = await transact(context, { kind: 'system', what: dropJob }, async (work) => {
      const live = isReadLive(group);
      const dropped = await dropPortion(work, { group: group.id, of: null, live, threads: only });
      const receipts = dropped.map(({ home, uri }) => ({ origin: home, items: 1, item: uri }));
      if (receipts.length > 0) await planReceipts(work, { group: group.uri, version: 0, receipts });
      // Nor is anybody here told that something in them cannot be read.
      const wanted = work.db.deleteFrom('post_wanted').where('group_id', '=', group.id);
      if (contexts.length > 0) await wanted.where('context', 'in', contexts).execute();
      return dropped.length;
    });
}

/**
 * They are sent once nothing is left of what was dropped before, or is with this.
 * @param dropped.group its address. `bytes`: those of files were, too
 */
export async function planReceipts(
  work: Work,
  dropped: { group: string; version: number; receipts: Receipt[]; bytes?: boolean },
): Promise<void> {
  await enqueueJob(work, forgetJob, { ...dropped, since: work.now, tries: 0 });
}

/** @property item address of the one that it is about; without it all of the group */
type Receipt = { origin: string; items: number; item?: string };
const longestPause = 60_000;
type Planned = { group: string; version: number; receipts: Receipt[]; bytes?: boolean; tries: number };
/** So many plans are carried out by one erasure: many posts that go one by one are erased together. */
const mostAtOnce = 200;

/**
 * A receipt says that nothing is left: it is sent once what was dropped stands in no file of the database any more. Tried until then, also while a backup reads (`checks.ts`).
 * Whatever else waits for the same is done along: an erasure is of the whole database.
 */
async function forget(context: Context, data: JsonObject): Promise<void> {
  const own = data as unknown as Planned;
  // Before the number is read up to which all is erased: what they wait for is committed.
  const others = await waitingJobs(context.db.reader, forgetJob, mostAtOnce);
  // All that was dropped is committed: the last of what follows from it has at most this number.
  const { seq: until } = await context.db.reader.selectFrom('log_head').select('seq').executeTakeFirstOrThrow();
  const areBytesGone = own.bytes !== true || (await removeBytes(context));
  const gone = areBytesGone && (await forgetDeleted(context, { until, tables }));
  // Those that wait for bytes, too, go with one that has looked after bytes.
  const along = others.filter(({ data }) => own.bytes === true || data.bytes !== true);
  const ids = along.map(({ id }) => id);
  await transact(context, { kind: 'system', what: forgetJob }, async (work) => {
    if (gone) {
      // None that another worker has taken meanwhile.
      const plans = [data, ...(await endWaiting(work, ids))] as unknown as Planned[];
      for (const [index, { group, version, receipts }] of plans.entries())
        for (const { origin, ...receipt } of receipts)
          await tellReceipt(work, origin, { group, version, ...receipt }, String(index));
      return;
    }
    const tries = Math.max(own.tries, ...(areBytesGone ? along.map(({ data }) => Number(data.tries)) : [])) + 1;
    const runAt = new Date(Date.parse(work.now) + Math.min(longestPause, 500 * 2 ** tries)).toISOString();
    await enqueueJob(work, forgetJob, { ...data, tries }, { runAt });
    // Each would find the same. Those of texts alone need not wait for bytes.
    const postponed = areBytesGone ? along : along.filter(({ data }) => data.bytes === true);
    await postponeWaiting(
      work,
      postponed.map(({ id }) => id),
      runAt,
    );
  });
}

/** @returns false while the place of files does not delete, or somebody else is about to */
async function removeBytes(context: Context): Promise<boolean> {
  try {
    await removeUnusedBlobs(context);
    return !(await hasGoingBlobs(context));
  } catch (error) {
    context.logger.warn('posts.bytes_stay', { reason: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

/** Where others' texts, their names and what belongs to them stood. */
const tables = [
  'post',
  'post_revision',
  'post_document',
  'post_extension',
  'post_mention',
  'post_tag',
  'post_wanted',
  'files_file',
  'files_copy',
];

/** What was announced and not read yet is not wanted any more. */
async function forgetWanted(work: Work, group: string, of: string | null): Promise<void> {
  await work.db
    .deleteFrom('post_wanted')
    .where('group_id', '=', group)
    .$if(of !== null, (query) => query.where('origin', '=', of ?? ''))
    .execute();
}

/** Nodes of those elsewhere who wrote in a group, each with nothing dropped yet. */
async function authorsNodes(work: Work, group: string): Promise<[string, number][]> {
  const rows = await work.db
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .select('person.home')
    .distinct()
    .where('post.group_id', '=', group)
    .where('post.local', '=', 0)
    .execute();
  return rows.map(({ home }) => [home, 0]);
}

/** @returns how many it is told: when nothing was left to drop, what it was told the last time */
async function rememberReceipt(work: Work, group_id: string, origin: string, items: number): Promise<number> {
  const rows = work.db.selectFrom('post_receipt').select('items').where('group_id', '=', group_id);
  const known = items > 0 ? undefined : await rows.where('origin', '=', origin).executeTakeFirst();
  const row = { items: known?.items ?? items, at: work.now };
  await work.db
    .insertInto('post_receipt')
    .values({ group_id, origin, ...row })
    .onConflict((conflict) => conflict.columns(['group_id', 'origin']).doUpdateSet(row))
    .execute();
  return row.items;
}

/**
 * @param what.live what is read live keeps where its files lie, so that they can be read, and not what they are called
 * @param what.threads of these alone, by their first posts
 * @returns what was dropped, with the nodes whose it was
 */
async function dropPortion(
  work: Work,
  { group, of, live, threads }: { group: string; of: string | null; live: boolean; threads?: readonly string[] },
): Promise<{ uri: string; home: string }[]> {
  const rows = await work.db
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .select(['post.id', 'post.uri', 'person.home'])
    .where('post.group_id', '=', group)
    .where('post.local', '=', 0)
    .$if(of !== null, (query) => query.where('person.home', '=', of ?? ''))
    .$if(threads !== undefined, (query) => query.where('post.topic_id', 'in', [...(threads ?? [])]))
    .where((eb) =>
      eb.or([
        eb.exists(
          eb
            .selectFrom('post_revision')
            .select('post_revision.post_id')
            .whereRef('post_revision.post_id', '=', 'post.id'),
        ),
        ...(live
          ? []
          : [
              eb.exists(
                eb
                  .selectFrom('files_file')
                  .select('files_file.id')
                  .where('files_file.holder_kind', '=', 'posts')
                  .whereRef('files_file.holder_id', '=', 'post.id'),
              ),
            ]),
      ]),
    )
    .limit(portion)
    .execute();
  for (const { id } of rows) {
    await work.db.deleteFrom('post_revision').where('post_id', '=', id).execute();
    await work.db.updateTable('post').set({ title: null, excerpt: '', language: null }).where('id', '=', id).execute();
    await forgetNames(work, id);
    await forgetExtension(work, id);
    if (live) await forgetFileNames(work, holderOf(id));
    else await removeFilesOf(work, holderOf(id));
    work.emit('post.dropped', streams.local, { post: id, group });
  }
  return rows;
}

/** Tells a node that what it let this one keep is gone. @param receipt.item of one item alone, its address @param plan which one of this moment it is of */
async function tellReceipt(
  work: Work,
  origin: string,
  receipt: { group: string; version: number; items: number; item?: string },
  plan: string,
): Promise<void> {
  const key = `${origin} ${receipt.item ?? receipt.group} ${receipt.version} ${work.now} ${plan}`;
  await enqueueJob(work, receiptJob, { origin, ...receipt }, { key });
}

async function sendReceipt(context: Context, data: JsonObject): Promise<void> {
  const { origin, group, version, items, item } = data;
  const about = typeof item === 'string' ? { item } : {};
  const receipt = { group: String(group), version: Number(version), items: Number(items), ...about };
  if (!(await context.ports.closedGroups.receipt(String(origin), receipt)))
    throw new Error('The other node does not take the receipt now');
}

/** What was dropped may be read again: its text is here once more. @returns false when it was never dropped */
export async function revive(work: Work, post: PostRow, group: GroupRow, read: ReadPost): Promise<boolean> {
  if (post.local === 1 || post.deleted_at !== null || (await currentRevision(work.db, post))) return false;
  const author = await personById(work.db, post.author_id);
  if (!author || !read.authors.includes(author.uri)) return false;
  const { title, content, source, language } = read;
  const number = post.revision + 1;
  await work.db
    .insertInto('post_revision')
    .values({ post_id: post.id, number, title, content, source, activity: null, at: work.now })
    .execute();
  await work.db
    .updateTable('post')
    .set({ title, excerpt: excerpt(content), language, revision: number, fetched_at: work.now })
    .where('id', '=', post.id)
    .execute();
  await rememberFiles(work, holderOf(post.id), read.files);
  await putExtension(work, post.id, read.extension);
  work.emit('post.remembered', streams.local, { post: post.id, group: group.id });
  return true;
}

/** Nodes of members keep nothing any more, and drop what they have; or they may keep copies again, and read all of it anew when it is next opened. */
async function onKeepingChanged(work: Work, id: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (!group) return;
  if (isReadLive(group)) await planDrop(work, { group: id, version: 0, of: null, live: true });
  else await forgetOpening(work, id);
}

export const copiesEffects: AfterEffects = {
  'group.keeping_changed': (work, { data }) => onKeepingChanged(work, data.group),
  'group.access_lost': (work, { data }) => planDrop(work, { ...data, of: null }),
  'partner.withdrawn': (work, { data }) => dropAllOf(work, data.origin),
};

export const copiesJobs = { [dropJob]: drop, [forgetJob]: forget, [receiptJob]: sendReceipt };
