import type { Exchanged, Reader } from '@joinery/core';
import { sql } from 'kysely';

/** In groups of ours that somebody of these nodes takes part in. Posts are counted as they come and go. */
const here = (db: Reader, origins: readonly string[]) =>
  db
    .selectFrom('person')
    .innerJoin('group_member', 'group_member.person_id', 'person.id')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select(['person.home as origin', 'groups.id as group', 'groups.name', 'groups.reading', 'groups.listed'])
    .select('groups.post_count as items')
    .distinct()
    .where('person.home', 'in', origins)
    .where((eb) => eb.or([eb('group_member.state', '=', 'member'), eb('group_member.following', '=', 1)]))
    // Not by its index: that would go through everybody in each group here to find a few of theirs.
    .where(sql<number>`groups.local + 0`, '=', 1)
    .where('groups.deleted_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .where('groups.post_count', '>', 0)
    .execute();

/** In groups of theirs: a group's own figure is of all it has, what is here may be less. */
const there = (db: Reader, origins: readonly string[]) =>
  db
    .selectFrom('groups')
    .innerJoin('post', 'post.group_id', 'groups.id')
    .select(['groups.home as origin', 'groups.id as group', 'groups.name', 'groups.reading', 'groups.listed'])
    .select((eb) => eb.fn.countAll<number>().as('items'))
    .where('groups.home', 'in', origins)
    .where('groups.deleted_at', 'is', null)
    // Spelled out for the partial index.
    .where(sql<boolean>`post.status = 'accepted' and post.deleted_at is null`)
    .groupBy(['groups.home', 'groups.id', 'groups.name', 'groups.reading', 'groups.listed'])
    .execute();

/** How many posts this node and others have in common, per node and group whose home is at either of them. */
export async function postsExchanged(db: Reader, origins: readonly string[]): Promise<Exchanged[]> {
  const rows = [...(await here(db, origins)), ...(await there(db, origins))];
  return rows.map(({ origin, group, name, reading, listed, items }) => {
    // Whoever looks after agreements need not know that a hidden group exists by its name.
    const named = reading === 'members' && listed === 0 ? {} : { name };
    return { origin, group, ...named, items: Number(items) };
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
