import type { Exchanged, Reader } from '@joinery/core';

/** How many posts this node and another one have in common, per group whose home is at either of them. */
export async function postsExchanged(db: Reader, origin: string): Promise<Exchanged[]> {
  const rows = await db
    .selectFrom('post')
    .innerJoin('groups', 'groups.id', 'post.group_id')
    .select(['groups.id', 'groups.name'])
    .select((eb) => eb.fn.countAll<number>().as('items'))
    .where('post.status', '=', 'accepted')
    .where('post.deleted_at', 'is', null)
    .where('groups.deleted_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('groups.home', '=', origin),
        eb.exists(
          eb
            .selectFrom('group_member')
            .innerJoin('person', 'person.id', 'group_member.person_id')
            .select('group_member.person_id')
            .whereRef('group_member.group_id', '=', 'groups.id')
            .where('person.home', '=', origin)
            .where((member) =>
              member.or([member('group_member.state', '=', 'member'), member('group_member.following', '=', 1)]),
            ),
        ),
      ]),
    )
    .groupBy(['groups.id', 'groups.name'])
    .execute();
  return rows.map((row) => ({ group: row.id, name: row.name, items: Number(row.items) }));
}
