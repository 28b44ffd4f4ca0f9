import { type Context, enqueueJob, type JsonObject, streams, transact, type Work } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { sql } from 'kysely';

const secondsBetween = 60;
const mostPerMessage = 500;
export const countJob = 'posts.count';

/** The figures of a post in a group of ours changed: its nodes are told together with others, at most once a minute. */
export async function countDue(
  work: Work,
  group: Pick<GroupRow, 'id' | 'local' | 'reading'>,
  post: string,
): Promise<void> {
  if (group.local !== 1 || group.reading === 'members') return;
  await work.db.updateTable('post').set({ count_due: 1 }).where('id', '=', post).execute();
  await enqueueCounting(work, group.id);
}

async function enqueueCounting(work: Work, group: string): Promise<void> {
  const last = await work.db.selectFrom('post_counting').select('at').where('group_id', '=', group).executeTakeFirst();
  const earliest = last ? Date.parse(last.at) + secondsBetween * 1_000 : 0;
  const runAt = new Date(Math.max(Date.parse(work.now), earliest)).toISOString();
  // The instant is part of the key: a request that comes while the job runs must not be taken for the one that is running.
  await enqueueJob(work, countJob, { group }, { key: `${group} ${last?.at ?? ''}`, runAt });
}

/** Tells the nodes of a group the figures that changed. */
export async function tellCounts(work: Work, group: string): Promise<void> {
  const due = await work.db
    .selectFrom('post')
    .select('id')
    .where('group_id', '=', group)
    // Spelled out for the partial index.
    .where(sql<boolean>`count_due = 1`)
    .limit(mostPerMessage)
    .execute();
  if (due.length === 0) return;
  const posts = due.map((row) => row.id);
  await work.db.updateTable('post').set({ count_due: 0 }).where('id', 'in', posts).execute();
  await work.db
    .insertInto('post_counting')
    .values({ group_id: group, at: work.now })
    .onConflict((conflict) => conflict.column('group_id').doUpdateSet({ at: work.now }))
    .execute();
  work.emit('post.counted', streams.group(group), { group, posts });
  if (posts.length === mostPerMessage) await enqueueCounting(work, group);
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
