import {
  type ActivityDocument,
  type Context,
  enqueueJob,
  isObject,
  type JsonObject,
  subscribers,
  transact,
  type Work,
} from '@joinery/core';
import { type GroupRow, groupById, streamOf } from '@joinery/slices/groups';
import { sql } from 'kysely';
import { listOf } from './document-values.ts';

/** The figures of one post are told at most so often. */
const secondsBetween = 60;
/** What changes within so many seconds is told together. */
const secondsTogether = 1;
const mostPerMessage = 500;
export const countJob = 'posts.count';

/**
 * The figures of a post in a group of ours changed: its nodes are told, at most once a minute about each post.
 * @param soon false where the nodes see the change themselves, as a reply that reaches them, and the figure only sets right what they missed
 */
export async function countDue(
  work: Work,
  group: Pick<GroupRow, 'id' | 'local' | 'kind' | 'reading'>,
  post: string,
  soon = true,
): Promise<void> {
  if (group.local !== 1) return;
  // Every message of a conversation reaches all its nodes, where there are others: only likes have to be told.
  if (group.kind === 'conversation' && (!soon || (await subscribers(work.db, streamOf(group))).length === 0)) return;
  const due = await work.db
    .updateTable('post')
    .set({ count_due: 1 })
    .where('id', '=', post)
    // What is not for all of a group shows in no figure that nodes get.
    .where('audience', '=', 'group')
    .returning('id')
    .executeTakeFirst();
  if (!due) return;
  const told = soon
    ? await work.db.selectFrom('post_counted').select('at').where('post_id', '=', post).executeTakeFirst()
    : { at: work.now };
  await enqueueCounting(work, group.id, told ? after(told.at) : work.now);
}

const after = (instant: string) => new Date(Date.parse(instant) + secondsBetween * 1_000).toISOString();

async function enqueueCounting(work: Work, group: string, earliest: string): Promise<void> {
  // The next whole instant: whatever comes before it shares the job, and never joins one that may be running.
  const grid = secondsTogether * 1_000;
  const from = Math.max(Date.parse(work.now), Date.parse(earliest));
  const runAt = new Date((Math.floor(from / grid) + 1) * grid).toISOString();
  await enqueueJob(work, countJob, { group }, { key: `${group} ${runAt}`, runAt });
}

/** Tells the nodes of a group the figures that changed. What was told less than a minute ago waits for its turn. */
export async function tellCounts(work: Work, group: string): Promise<void> {
  const recently = new Date(Date.parse(work.now) - secondsBetween * 1_000).toISOString();
  await work.db.deleteFrom('post_counted').where('at', '<=', recently).execute();
  const due = await work.db
    .selectFrom('post')
    .leftJoin('post_counted', 'post_counted.post_id', 'post.id')
    .select('post.id')
    .where('group_id', '=', group)
    // Spelled out for the partial index.
    .where(sql<boolean>`count_due = 1`)
    .where('post_counted.at', 'is', null)
    .limit(mostPerMessage)
    .execute();
  const row = await groupById(work.db, group);
  if (due.length === 0 || !row) return;
  const posts = due.map((row) => row.id);
  await work.db.updateTable('post').set({ count_due: 0 }).where('id', 'in', posts).execute();
  await work.db
    .insertInto('post_counted')
    .values(posts.map((post_id) => ({ post_id, at: work.now })))
    .execute();
  work.emit('post.counted', streamOf(row), { group, posts });
  if (posts.length === mostPerMessage) await enqueueCounting(work, group, work.now);
}

export async function runCounting(context: Context, data: JsonObject): Promise<void> {
  await transact(context, { kind: 'system', what: countJob }, (work) => tellCounts(work, String(data.group)));
}

/** Figures of one post as its host tells them; for topics also what the host decided about them. */
export type Count = {
  uri: string;
  likes: number;
  replies: number;
  pinned?: boolean;
  locked?: boolean;
  /** uri of the reply that answered. */
  answer?: string;
};

/** Takes over figures that the host of a group elsewhere told. Posts that are not here are passed over. */
export async function applyCounts(work: Work, group: GroupRow, counts: Count[]): Promise<void> {
  for (const count of counts.slice(0, mostPerMessage)) {
    const answer =
      count.answer === undefined
        ? undefined
        : await work.db.selectFrom('post').select('id').where('uri', '=', count.answer).executeTakeFirst();
    await work.db
      .updateTable('post')
      .set({
        likes: count.likes,
        reply_count: count.replies,
        counted_at: work.now,
        ...(count.pinned === undefined ? {} : { pinned_at: count.pinned ? work.now : null }),
        ...(count.locked === undefined ? {} : { locked_at: count.locked ? work.now : null }),
        ...(answer ? { answer_id: answer.id } : {}),
      })
      .where('uri', '=', count.uri)
      .where('group_id', '=', group.id)
      .where('deleted_at', 'is', null)
      .execute();
  }
}

/** The list `joinery:counts`: figures, and for topics what the host has decided about them. */
export function readCounts(activity: ActivityDocument): Parameters<typeof applyCounts>[2] {
  return listOf(activity['joinery:counts']).flatMap((entry) => {
    if (!isObject(entry) || typeof entry.object !== 'string') return [];
    const { object: uri, pinned, locked } = entry;
    const answer = typeof entry['joinery:answer'] === 'string' ? entry['joinery:answer'] : undefined;
    const figures = { likes: wholeNumber(entry.likes), replies: wholeNumber(entry.replies) };
    return [
      {
        uri,
        ...figures,
        ...(typeof pinned === 'boolean' ? { pinned } : {}),
        ...(typeof locked === 'boolean' ? { locked } : {}),
        ...(answer ? { answer } : {}),
      },
    ];
  });
}

function wholeNumber(value: JsonObject[string]): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? Math.min(value, 1_000_000_000) : 0;
}
