import { prepareQuery, type Reader, type Requester, type Work } from '@joinery/core';
import type { PersonRow } from '../people/index.ts';
import { nodeFacts } from './access.ts';
import { type GroupFacts, mayReadGroup } from './policy.ts';
import type { GroupMemberRow, GroupRow, Role } from './tables.ts';

/** @returns the group with this local id, of whatever node, deleted ones included */
export async function groupById(db: Reader, id: string): Promise<GroupRow | undefined> {
  return (await byId(db, { id }))[0];
}

const byId = prepareQuery((db, { id }: { id: string }) => db.selectFrom('groups').selectAll().where('id', '=', id));

/**
 * Reads a group and holds it until the unit of work ends, so that two changes of its members happen one after the other: without that two
 * last owners could leave at once on PostgreSQL. Writing a column to itself locks the row on both databases.
 */
export function holdGroup(work: Pick<Work, 'db'>, id: string): Promise<GroupRow | undefined> {
  return work.db
    .updateTable('groups')
    .set((eb) => ({ updated_at: eb.ref('updated_at') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** @returns the group with this ActivityPub id, deleted ones included */
export async function groupByUri(db: Reader, uri: string): Promise<GroupRow | undefined> {
  return (await byUri(db, { uri }))[0];
}

const byUri = prepareQuery((db, { uri }: { uri: string }) =>
  db.selectFrom('groups').selectAll().where('uri', '=', uri),
);

/** @returns those of the ids that are known, by id */
export async function groupsByIds(db: Reader, ids: Iterable<string>): Promise<Map<string, GroupRow>> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, GroupRow>();
  // In portions: both databases limit how many values one statement may name.
  for (let start = 0; start < wanted.length; start += 500) {
    const rows = await db
      .selectFrom('groups')
      .selectAll()
      .where('id', 'in', wanted.slice(start, start + 500))
      .execute();
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}

/** @returns a person's standing in a group; undefined when there never was any */
export async function membershipOf(db: Reader, group: string, person: string): Promise<GroupMemberRow | undefined> {
  return (await membership(db, { group, person }))[0];
}

const membership = prepareQuery((db, { group, person }: { group: string; person: string }) =>
  db.selectFrom('group_member').selectAll().where('group_id', '=', group).where('person_id', '=', person),
);

/** Whether the requester may read the group and what is in it, now. For pages, API, ActivityStreams, feeds and search alike. */
export async function requesterMayRead(db: Reader, requester: Requester, group: GroupFacts): Promise<boolean> {
  if (requester.kind === 'peer')
    return mayReadGroup(group, requester, undefined, await nodeFacts(db, group.id, requester.origin));
  const standing = requester.kind === 'person' ? await membershipOf(db, group.id, requester.person) : undefined;
  return mayReadGroup(group, requester, standing);
}

/** The standing that waits for an answer to this activity, or was given by one. */
export function membershipByActivity(
  db: Reader,
  column: 'follow_activity' | 'join_activity' | 'invite_activity',
  activity: string,
): Promise<GroupMemberRow | undefined> {
  return db.selectFrom('group_member').selectAll().where(column, '=', activity).executeTakeFirst();
}

/** A group by the address of its moderators or followers collection. */
export function groupByCollection(
  db: Reader,
  column: 'moderators_uri' | 'followers_uri',
  address: string,
): Promise<GroupRow | undefined> {
  return db.selectFrom('groups').selectAll().where(column, '=', address).executeTakeFirst();
}

export type StandingChange = Partial<Omit<GroupMemberRow, 'group_id' | 'person_id' | 'updated_at'>>;

/** Writes a standing: the members of `change` over what is there. */
export async function putMembership(
  work: Pick<Work, 'db' | 'now'>,
  group: string,
  person: string,
  change: StandingChange,
): Promise<GroupMemberRow> {
  const fresh: GroupMemberRow = {
    group_id: group,
    person_id: person,
    state: 'none',
    role: 'member',
    following: 0,
    follow_activity: null,
    join_activity: null,
    invite_activity: null,
    invited_by: null,
    reason: null,
    joined_at: null,
    sees_from: null,
    banned_until: null,
    began: 0,
    version: 0,
    epoch: '',
    ...change,
    updated_at: work.now,
  };
  return work.db
    .insertInto('group_member')
    .values(fresh)
    .onConflict((conflict) =>
      conflict.columns(['group_id', 'person_id']).doUpdateSet({ ...change, updated_at: work.now }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Whether anybody of a node is a member or follower of a group. */
export async function hasParticipants(db: Reader, group: string, origin: string): Promise<boolean> {
  const row = await db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('group_member.person_id')
    .where('group_member.group_id', '=', group)
    .where('person.home', '=', origin)
    .where((eb) => eb.or([eb('group_member.state', '=', 'member'), eb('group_member.following', '=', 1)]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Members with at least one of these roles, the longest-standing first. */
export async function membersWithRole(
  db: Reader,
  group: string,
  wanted: readonly Role[],
): Promise<(PersonRow & { member_role: Role; joined_at: string | null })[]> {
  const [first, second = first, third = first] = wanted;
  return first === undefined ? [] : withRole(db, { group, first, second: second ?? first, third: third ?? first });
}

const withRole = prepareQuery((db, wanted: { group: string; first: Role; second: Role; third: Role }) =>
  db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .selectAll('person')
    .select(['group_member.role as member_role', 'group_member.joined_at as joined_at'])
    .where('group_member.group_id', '=', wanted.group)
    .where('group_member.state', '=', 'member')
    .where('group_member.role', 'in', [wanted.first, wanted.second, wanted.third])
    .orderBy('group_member.joined_at')
    .orderBy('person.id'),
);

/** Members of a group, of all nodes, as far as they are known here; those among them who wait to be confirmed after a restore. */
export async function countMembers(db: Reader, group: string): Promise<number> {
  const { count } = await db
    .selectFrom('group_member')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('group_id', '=', group)
    .where('state', 'in', ['member', 'unconfirmed'])
    .executeTakeFirstOrThrow();
  return Number(count);
}

export type NodeMembers = { origin: string; agency: string; members: number; measuredAt: string | null };

/**
 * Members of a group per node, the largest first: counted now for a group of this node, for others as its host last said
 * (`measuredAt`). Who receives what is posted. In a group that a restore keeps shut those count who wait to be confirmed.
 */
export async function membersPerNode(db: Reader, group: Pick<GroupRow, 'id' | 'local'>): Promise<NodeMembers[]> {
  if (group.local !== 1) return countedNodes(db, group.id);
  const rows = await countedMembers(db, { group: group.id });
  return rows
    .map((row) => ({ origin: row.origin, agency: row.agency ?? '', members: Number(row.members), measuredAt: null }))
    .sort((one, other) => other.members - one.members || (one.origin < other.origin ? -1 : 1));
}

const countedMembers = prepareQuery((db, { group }: { group: string }) =>
  db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select((eb) => ['person.home as origin', eb.fn.max('person.agency').as('agency'), eb.fn.countAll().as('members')])
    .where('group_member.group_id', '=', group)
    .where((eb) =>
      eb.or([
        eb('group_member.state', '=', 'member'),
        eb.and([eb('group_member.state', '=', 'unconfirmed'), eb('groups.shut_at', 'is not', null)]),
      ]),
    )
    .groupBy('person.home'),
);

/** Members per node as last counted, at most about a minute ago for a group of this node: for pages and documents, which must not count. */
export async function countedNodes(db: Reader, group: string): Promise<NodeMembers[]> {
  const rows = await db
    .selectFrom('group_node')
    .selectAll()
    .where('group_id', '=', group)
    .orderBy('members', 'desc')
    .orderBy('origin')
    .execute();
  return rows.map(({ origin, agency, members, measured_at }) => ({ origin, agency, members, measuredAt: measured_at }));
}

/** Replaces what was counted per node. */
export async function putCountedNodes(
  work: Pick<Work, 'db' | 'now'>,
  group: string,
  nodes: Iterable<Pick<NodeMembers, 'origin' | 'agency' | 'members'>>,
): Promise<void> {
  await work.db.deleteFrom('group_node').where('group_id', '=', group).execute();
  for (const { origin, agency, members } of nodes) {
    await work.db
      .insertInto('group_node')
      .values({ group_id: group, origin, agency, members, measured_at: work.now })
      .execute();
  }
}
