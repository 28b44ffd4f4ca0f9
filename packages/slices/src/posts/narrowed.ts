import {
  type AfterEffects,
  type Context,
  enqueueJob,
  type JsonObject,
  periods,
  type Reader,
  transact,
  type Work,
} from '@joinery/core';
import { type GroupRow, groupById, isReadLive } from '@joinery/slices/groups';
import { dropThreads } from './copies.ts';
import type { PostRow } from './tables.ts';
import { maySeeThread } from './visibility.ts';
import { askAnew, want } from './wanted.ts';

/**
 * Threads for a part of a closed group elsewhere follow the people of this node. When none of them sees one any more, because somebody left or runs the group no more while others stay, what others
 * wrote in it is dropped; when somebody sees it again, it is read again. This node knows by itself who of its people are what, and heeds what the group's node says beside it.
 */

const narrowJob = 'posts.narrowed';
const widenJob = 'posts.widened';
const portion = 200;
/** A node that does not answer is asked again ever less often, for as long as copies are kept: what nobody here may see does not stay. */
const shortestPause = 10_000;
const longestPause = 600_000;
/** A token marks so many of the threads that people of a node began, the newest. */
const mostMarked = 24;

/** @param about.version of the group's node, which says that this one may see less; 0 when it does not */
async function onNarrowed(work: Work, about: { group: string; version: number }): Promise<void> {
  await enqueueJob(work, narrowJob, about, { key: `${about.group} ${about.version} ${work.now}` });
}

async function narrow(context: Context, data: JsonObject): Promise<void> {
  const group = await groupById(context.db.reader, String(data.group));
  if (group?.local !== 0 || group.reading !== 'members') return;
  const version = Number(data.version);
  // What is on its way was asked for by whoever may not see it any more: it is asked for anew.
  await transact(context, { kind: 'system', what: narrowJob }, (work) => askAnew(work, group.id));
  const seen = await seenHere(context.db.reader, group);
  // With nobody here in it all of it goes.
  if (seen === null) return;
  await dropUnless(context, group, seen);
  if (version === 0) return;
  const granted = await grantedBy(context, group, version);
  if (granted) return dropUnless(context, group, granted);
  await transact(context, { kind: 'system', what: narrowJob }, async (work) => {
    const since = String(data.since ?? work.now);
    const away = Date.parse(work.now) - Date.parse(since);
    // By then all copies of the group are dropped.
    if (away > periods.leaseKept.days * 86_400_000) return;
    const pause = Math.min(longestPause, Math.max(shortestPause, away / 4));
    const runAt = new Date(Date.parse(work.now) + pause).toISOString();
    await enqueueJob(work, narrowJob, { ...data, since }, { key: `${group.id} ${version} ${runAt}`, runAt });
  });
}

/** Drops the threads for a part of a group that are not to be kept. */
async function dropUnless(context: Context, group: GroupRow, keeps: (topic: PostRow) => boolean): Promise<void> {
  let last = '';
  for (let rows = portion; rows === portion; ) {
    const topics = await narrowTopics(context.db.reader, group.id, last);
    await dropThreads(
      context,
      group,
      topics.filter((topic) => !keeps(topic)),
    );
    last = topics.at(-1)?.id ?? '';
    rows = topics.length;
  }
}

function narrowTopics(db: Reader, group: string, after: string): Promise<PostRow[]> {
  return db
    .selectFrom('post')
    .selectAll()
    .where('group_id', '=', group)
    .where('audience', '<>', 'group')
    .where('reply_to', 'is', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(portion)
    .execute();
}

/** Which threads somebody of this node sees, by what this node knows of them; null when nobody here is a member. */
async function seenHere(db: Reader, group: GroupRow): Promise<((topic: PostRow) => boolean) | null> {
  const members = await db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .selectAll('group_member')
    .select(['person.home', 'person.local', 'person.guest_until'])
    .where('group_member.group_id', '=', group.id)
    .where('group_member.state', '=', 'member')
    .where('person.local', '=', 1)
    .execute();
  if (members.length === 0) return null;
  return (topic) => members.some((row) => maySeeThread(group, topic, { ...row, id: row.person_id }, row));
}

/**
 * Which threads somebody of this node may see, as the group's node says with its token, whatever is known of them here.
 * @returns null when it does not answer now
 */
async function grantedBy(
  context: Context,
  group: GroupRow,
  version: number,
): Promise<((topic: PostRow) => boolean) | null> {
  const { closedGroups } = context.ports;
  let lease = await closedGroups.lease(group.uri);
  // The answer to a question from before that.
  if (lease.state === 'held' && lease.version < version) lease = await closedGroups.lease(group.uri);
  if (lease.state !== 'held') {
    if (lease.state === 'away') return null;
    // Nothing of the group may be read any more, which is seen to for all of it.
    return () => true;
  }
  const { runs, began } = lease;
  const own = await context.db.reader
    .selectFrom('post')
    .select('id')
    .where('group_id', '=', group.id)
    .where('audience', '<>', 'group')
    .where('reply_to', 'is', null)
    .where('local', '=', 1)
    .limit(mostMarked + 1)
    .execute();
  const begunHere = (topic: PostRow) => topic.local === 1 && (own.length > mostMarked || began(topic.uri));
  return (topic) =>
    begunHere(topic) || (topic.audience === 'agency' ? topic.audience_origin === context.config.origin : runs);
}

/** Somebody here sees more of a group elsewhere: what was dropped of its threads for a part of it is read again. */
async function onWidened(work: Work, id: string): Promise<void> {
  if (isKeptHere(await groupById(work.db, id))) await planWidening(work, id, '');
}

const isKeptHere = (group: GroupRow | undefined): group is GroupRow =>
  group?.local === 0 && group.reading === 'members' && !isReadLive(group);

/** @param after the last one that was looked at */
async function planWidening(work: Work, group: string, after: string): Promise<void> {
  await enqueueJob(work, widenJob, { group, after }, { key: `${group} ${after} ${work.now}` });
}

/** A portion of them in each job, each of which plans the next. */
async function widen(work: Work, id: string, after: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (!isKeptHere(group)) return;
  const rows = await work.db
    .selectFrom('post')
    .innerJoin('post as thread', 'thread.id', 'post.topic_id')
    .selectAll('thread')
    .select(['post.uri as item', 'post.id as item_id'])
    .where('post.group_id', '=', id)
    .where('post.id', '>', after)
    .where('post.audience', '<>', 'group')
    .where('post.local', '=', 0)
    .where('post.deleted_at', 'is', null)
    .where('post.removed_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('post_revision').select('post_id').whereRef('post_revision.post_id', '=', 'post.id'))),
    )
    .orderBy('post.id')
    .limit(portion)
    .execute();
  const isSeen = await seenHere(work.db, group);
  for (const { item, item_id: _, ...topic } of rows) {
    if (!isSeen?.(topic)) continue;
    const place = { context: topic.context_uri, context_history: topic.history_uri };
    await want(work, group, { uri: item, group_id: id, number: 0, history: 1, ...place });
  }
  const last = rows.at(-1);
  if (last && rows.length === portion) await planWidening(work, id, last.item_id);
}

export const narrowedEffects: AfterEffects = {
  'group.narrowed': (work, { data }) => onNarrowed(work, data),
  'group.joined': (work, { data }) => onWidened(work, data.group),
  'group.role_changed': (work, { data }) => onWidened(work, data.group),
};

export const narrowedJobs = {
  [narrowJob]: narrow,
  [widenJob]: (context: Context, { group, after }: JsonObject) =>
    transact(context, { kind: 'system', what: widenJob }, (work) => widen(work, String(group), String(after))),
};
