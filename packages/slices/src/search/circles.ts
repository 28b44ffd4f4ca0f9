import type { Reader, SearchReader } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { type RawBuilder, sql } from 'kysely';

/**
 * Who may come upon a group and what is in it by searching: whoever may read it (`mayReadGroup` of the groups slice), as long as lists show it to
 * them or they take part in it. A group that is kept out of lists is thus found by its own people alone, though others may read it by link; what an
 * agreement no longer covers is found by those who took part. Within a group that one reads, everything is found.
 */

type Circle = Pick<GroupRow, 'id' | 'reading' | 'listed'>;

/** What is in a group: for everybody here, or for its participants. */
export const circleOfPosts = (group: Circle): string | null =>
  group.reading !== 'members' && group.listed === 1 ? null : group.id;

/** The group itself: people may know of a listed closed one, so that they can ask to join. */
export const circleOfGroup = (group: Circle): string | null => (group.listed === 1 ? null : group.id);

/** Local ids of the groups in which somebody takes part, or is about to, and into whose part of the index they may therefore look. */
export async function circlesOf(db: Reader, person: string): Promise<string[]> {
  const rows = await db
    .selectFrom('group_member')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select('groups.id')
    .where('group_member.person_id', '=', person)
    .where('groups.deleted_at', 'is', null)
    .where('groups.withheld_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .where((eb) => eb.or([eb('groups.reading', '=', 'members'), eb('groups.listed', '=', 0)]))
    .where((eb) =>
      eb.or([eb('group_member.state', 'in', ['member', 'invited', 'requested']), eb('group_member.following', '=', 1)]),
    )
    .orderBy('groups.id')
    .execute();
  return rows.map((row) => row.id);
}

const takesPart = sql<boolean>`(mine.state in ('member', 'invited', 'requested') or mine.following = 1)`;

const shownInLists = ({ origins }: SearchReader): RawBuilder<boolean> =>
  origins.length === 0
    ? sql`(groups.listed = 1 and groups.local = 1)`
    : sql`(groups.listed = 1 and (groups.local = 1 or groups.home in (${sql.join(origins)})))`;

/** A guest comes upon what they were invited to, and within a group on the web upon what is in it. */
const guestFinds = ({
  within,
}: SearchReader): RawBuilder<boolean> => sql`(groups.deleted_at is null and groups.shut_at is null and groups.local = 1 and (
  mine.state in ('member', 'invited') or (groups.reading = 'web' and groups.id = ${within ?? ''})))`;

/** Condition on `groups` and `mine`: the reader may come upon what is in the group. */
const findsPosts = (reader: SearchReader): RawBuilder<boolean> =>
  reader.guest
    ? guestFinds(reader)
    : sql`(groups.deleted_at is null and groups.shut_at is null and (
  (groups.reading <> 'members' and (${shownInLists(reader)} or ${takesPart} or groups.id = ${reader.within ?? ''}))
  or mine.state = 'member' or (mine.state = 'invited' and groups.local = 1)))`;

/** Condition on `groups` and `mine`: the reader may come upon the group. */
const findsGroup = (reader: SearchReader): RawBuilder<boolean> =>
  reader.guest
    ? guestFinds(reader)
    : sql`(groups.deleted_at is null and groups.shut_at is null and (${shownInLists(reader)} or ${takesPart}))`;

/**
 * `with …`: the groups that the reader may come upon as `known_group`, those in which they may come upon what is written as `read_group`. Each list is
 * made once for a search, however many things are held against it; what `mayFind` says names them.
 */
export const withGroups = (reader: SearchReader): RawBuilder<unknown> => {
  const groups = sql`select groups.id from groups
    left join group_member as mine on mine.group_id = groups.id and mine.person_id = ${reader.person}`;
  return sql`with known_group as materialized (${groups} where ${findsGroup(reader)}),
    read_group as materialized (${groups} where ${findsPosts(reader)})`;
};
