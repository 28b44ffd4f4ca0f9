import type { Work } from '@joinery/core';

/** Notes that a person has read notifications: these, or all of them. Those of others are passed over. @returns how many were unread */
export async function markRead(work: Work, person: string, ids: readonly string[] | 'all'): Promise<number> {
  if (ids.length === 0) return 0;
  let unread = work.db
    .updateTable('notification')
    .set({ read_at: work.now })
    .where('person_id', '=', person)
    .where('read_at', 'is', null);
  if (ids !== 'all') unread = unread.where('id', 'in', [...ids]);
  return Number((await unread.executeTakeFirst()).numUpdatedRows);
}
