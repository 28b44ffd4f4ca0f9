import { type Exchanged, prepareQuery, type Reader } from '@joinery/core';
import { sql } from 'kysely';

/** In a group of ours that somebody of the node takes part in. Its posts are counted as they come and go. */
const here = prepareQuery((db, { origin }: { origin: string }) =>
  db
    .selectFrom('groups')
    .select(['id as group', 'name', 'reading', 'listed', 'post_count as items'])
    .where('local', '=', 1)
    .where('deleted_at', 'is', null)
    .where('post_count', '>', 0)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('person')
        .innerJoin('group_member', 'group_member.person_id', 'person.id')
        .select('group_member.group_id')
        .where('person.home', '=', origin)
        .where((member) =>
          member.or([member('group_member.state', '=', 'member'), member('group_member.following', '=', 1)]),
        ),
    ),
);

/** In a group of theirs: its own figure is of all it has, what is here may be less. */
const there = prepareQuery((db, { origin }: { origin: string }) =>
  db
    .selectFrom('groups')
    .innerJoin('post', 'post.group_id', 'groups.id')
    .select(['groups.id as group', 'groups.name', 'groups.reading', 'groups.listed'])
    .select((eb) => eb.fn.countAll<number>().as('items'))
    .where('groups.home', '=', origin)
    .where('groups.deleted_at', 'is', null)
    // Spelled out for the partial index.
    .where(sql<boolean>`post.status = 'accepted' and post.deleted_at is null`)
    .groupBy(['groups.id', 'groups.name', 'groups.reading', 'groups.listed']),
);

/** How many posts this node and another one have in common, per group whose home is at either of them. */
export async function postsExchanged(db: Reader, origin: string): Promise<Exchanged[]> {
  const rows = [...(await here(db, { origin })), ...(await there(db, { origin }))];
  return rows.map(({ group, name, reading, listed, items }) => {
    // Whoever looks after agreements need not know that a hidden group exists by its name.
    const named = reading === 'members' && listed === 0 ? {} : { name };
    return { group, ...named, items: Number(items) };
  });
}

const mostDeletions = 1_000;

/** Deletions by people of another node of what was here, as they were received, the last first. */
export async function deletionsOf(db: Reader, origin: string): Promise<string[]> {
  const rows = await db
    .selectFrom('post')
    .select('deletion')
    // By the index on addresses: `0` comes after `/`.
    .where('uri', '>', `${origin}/`)
    .where('uri', '<', `${origin}0`)
    .where('deletion', 'is not', null)
    .orderBy('deleted_at', 'desc')
    .limit(mostDeletions)
    .execute();
  return rows.flatMap(({ deletion }) => deletion ?? []);
}
