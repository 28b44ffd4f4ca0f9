import { prepareQuery, type Reader, type Work } from '@joinery/core';

/**
 * Somebody began a thread for a part of a group of ours, which they see all of as long as they are a member, at its authors' nodes too.
 * @param topic address of its first post
 */
export async function noteBegun(work: Work, group: string, person: string, topic: string): Promise<void> {
  const row = work.db.updateTable('group_member').set({ began: 1 });
  await row.where('group_id', '=', group).where('person_id', '=', person).where('began', '=', 0).execute();
  await work.db
    .insertInto('group_begun')
    .values({ group_id: group, person_id: person, topic_uri: topic })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Addresses of threads for a part of a group of ours that members at a node began, the newest first: addresses of one node are in the order in which they were made. */
export async function begunAt(db: Reader, group: string, origin: string): Promise<string[]> {
  return (await threadsOf(db, { group, origin })).map(({ topic_uri }) => topic_uri);
}

const threadsOf = prepareQuery((db, { group, origin }: { group: string; origin: string }) =>
  db
    .selectFrom('group_begun')
    .innerJoin('group_member', (join) =>
      join
        .onRef('group_member.group_id', '=', 'group_begun.group_id')
        .onRef('group_member.person_id', '=', 'group_begun.person_id'),
    )
    .innerJoin('person', 'person.id', 'group_begun.person_id')
    .select('group_begun.topic_uri')
    .where('group_begun.group_id', '=', group)
    .where('group_member.state', '=', 'member')
    .where('person.home', '=', origin)
    .orderBy('group_begun.topic_uri', 'desc')
    .limit(24),
);
