import {
  type Context,
  enqueueJob,
  type JsonObject,
  prepareQuery,
  subscribers,
  transact,
  type Work,
} from '@joinery/core';
import { streamOf } from './addresses.ts';
import { countMembers, groupById, membersPerNode, putCountedNodes } from './store.ts';
import type { GroupRow } from './tables.ts';

const summaryEverySeconds = 60;
const summaryJob = 'groups.summarise';

/**
 * Counts a post that came or went. For a group of another node its host's figure stands; only the time of the last post is noted.
 * @param change 1 or -1
 */
export async function countPost(work: Work, group: string, change: 1 | -1): Promise<void> {
  await (change === 1 ? countCame : countWent)(work.db, { group, now: work.now });
}

type Counted = { group: string; now: string };

const countCame = prepareQuery((db, { group, now }: Counted) =>
  db
    .updateTable('groups')
    .set((eb) => ({ post_count: eb('post_count', '+', eb.ref('local')), last_post_at: now }))
    .where('id', '=', group),
);
const countWent = prepareQuery((db, { group }: Counted) =>
  db
    .updateTable('groups')
    .set((eb) => ({ post_count: eb('post_count', '-', 1) }))
    .where('id', '=', group)
    .where('local', '=', 1),
);

/** Counts the members of a group of ours anew, and has its nodes told within a minute. */
export async function membersChanged(work: Work, group: GroupRow): Promise<void> {
  const members = await countMembers(work.db, group.id);
  await work.db.updateTable('groups').set({ member_count: members }).where('id', '=', group.id).execute();
  // Of a conversation its nodes are told who is in it (`tellPeople`).
  if (group.kind === 'conversation') return;
  const earliest = group.summarised_at === null ? 0 : Date.parse(group.summarised_at) + summaryEverySeconds * 1000;
  const runAt = new Date(Math.max(Date.parse(work.now), earliest)).toISOString();
  await enqueueJob(work, summaryJob, { group: group.id }, { key: `${summaryJob}:${group.id}`, runAt });
}

/** Counts a group's members per node, and tells its nodes (`joinery:nodes`). With no node to tell, nothing is told. */
async function summarise(work: Work, id: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (group?.local !== 1 || group.deleted_at !== null) return;
  await putCountedNodes(work, id, await membersPerNode(work.db, group));
  if ((await subscribers(work.db, streamOf(group))).length === 0) return;
  await work.db.updateTable('groups').set({ summarised_at: work.now }).where('id', '=', id).execute();
  work.emit('group.summarised', streamOf(group), { group: id });
}

/** Background work of this slice. */
export const jobs = {
  [summaryJob]: async (context: Context, data: JsonObject): Promise<void> => {
    await transact(context, { kind: 'system', what: summaryJob }, (work) => summarise(work, String(data.group)));
  },
};
