import { afterName, type Exchanged, type NamePosition, nameContains, type Reader } from '@joinery/core';
import { sql } from 'kysely';
import type { PersonRow } from '../people/index.ts';
import { isShut } from './policy.ts';
import type { GroupMemberRow, GroupRow, MemberState } from './tables.ts';

export type ListedGroup = { group: GroupRow; standing: GroupMemberRow | undefined; lead?: string | undefined };

/** Adds somebody's standing to each of some groups. */
async function withStandings(db: Reader, person: string | null, groups: GroupRow[]): Promise<ListedGroup[]> {
  if (person === null || groups.length === 0) return groups.map((group) => ({ group, standing: undefined }));
  const rows = await db
    .selectFrom('group_member')
    .selectAll()
    .where('person_id', '=', person)
    .where(
      'group_id',
      'in',
      groups.map((group) => group.id),
    )
    .execute();
  const standings = new Map(rows.map((row) => [row.group_id, row]));
  return groups.map((group) => ({ group, standing: standings.get(group.id) }));
}

/** Adds the name of whoever leads each of some groups of other nodes, where it is known. */
export async function withLeads(db: Reader, rows: ListedGroup[]): Promise<ListedGroup[]> {
  const leads = rows.map(({ group }) => group.lead_id).filter((id) => id !== null && id !== undefined);
  if (leads.length === 0) return rows;
  const people = await db.selectFrom('person').select(['id', 'name']).where('id', 'in', leads).execute();
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({ ...row, lead: names.get(row.group.lead_id ?? '') }));
}

/** Nodes of other agencies of which listed groups are known here, by the name of the agency. */
export async function agenciesElsewhere(
  db: Reader,
  origins: readonly string[],
): Promise<{ origin: string; agency: string }[]> {
  if (origins.length === 0) return [];
  const rows = await db
    .selectFrom('groups')
    .select((eb) => ['home', eb.fn.max('agency').as('agency')])
    .where('local', '=', 0)
    .where('listed', '=', 1)
    .where('deleted_at', 'is', null)
    .where('home', 'in', origins)
    .groupBy('home')
    .execute();
  return rows
    .map(({ home, agency }) => ({ origin: home, agency: agency ?? new URL(home).host }))
    .sort((one, other) => one.agency.localeCompare(other.agency));
}

/** Groups in which somebody takes part, which they follow, or where something of theirs waits; by name. At most 500. */
export async function groupsOf(db: Reader, person: string): Promise<ListedGroup[]> {
  const groups = await db
    .selectFrom('groups')
    .innerJoin('group_member', 'group_member.group_id', 'groups.id')
    .selectAll('groups')
    .where('group_member.person_id', '=', person)
    .where('groups.kind', '=', 'group')
    .where('groups.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('groups.shut_at', 'is', null), eb('group_member.state', '=', 'unconfirmed')]))
    .where((eb) =>
      eb.or([
        eb('group_member.state', 'in', ['member', 'unconfirmed', 'requested', 'invited']),
        eb('group_member.following', '=', 1),
        eb('group_member.follow_activity', 'is not', null),
      ]),
    )
    .orderBy('groups.sort_name')
    .orderBy('groups.id')
    .limit(500)
    .execute();
  return withStandings(db, person, groups.map(veiled));
}

/** Of a group that a restore keeps shut its members learn the name, to know whom to ask. */
function veiled(group: GroupRow): GroupRow {
  return isShut(group) ? { ...group, summary: '', post_count: 0, last_post_at: null } : group;
}

/**
 * Listed groups by name: of this node, or those of other nodes that are known here.
 * @param options.origins for other nodes: only groups of these
 * @param options.webOnly for visitors who have not signed in
 * @param options.after name and id with which the page before ended
 * @param options.limit at most so many
 */
export async function listedGroups(
  db: Reader,
  options: {
    where: 'here' | 'elsewhere';
    person: string | null;
    origins?: string[];
    search?: string;
    webOnly?: boolean;
    /** Without closed groups: for other nodes. */
    open?: boolean;
    after?: NamePosition | null;
    limit: number;
  },
): Promise<ListedGroup[]> {
  if (options.where === 'elsewhere' && (options.origins ?? []).length === 0) return [];
  let query = db
    .selectFrom('groups')
    .selectAll()
    .where('local', '=', options.where === 'here' ? 1 : 0)
    .where('listed', '=', 1)
    .where('deleted_at', 'is', null)
    .where(nameContains('groups', options.search))
    .where(afterName('groups', options.after));
  if (options.where === 'elsewhere') query = query.where('home', 'in', options.origins ?? []);
  if (options.where === 'here') query = query.where('shut_at', 'is', null);
  if (options.webOnly) query = query.where('reading', '=', 'web');
  if (options.open) query = query.where('reading', '<>', 'members');
  const groups = await query.orderBy('sort_name').orderBy('id').limit(options.limit).execute();
  return withStandings(db, options.person, groups);
}

/** Groups that somebody may know of (listed ones and their own; guests: those on the web and their own), newest first. */
export async function knownGroups(
  db: Reader,
  options: { person: string; guest: boolean; before: string | null; limit: number },
): Promise<ListedGroup[]> {
  let query = db
    .selectFrom('groups')
    .selectAll()
    .where('kind', '=', 'group')
    .where('deleted_at', 'is', null)
    .where('shut_at', 'is', null)
    .where((eb) =>
      eb.or([
        options.guest
          ? eb.and([eb('listed', '=', 1), eb('local', '=', 1), eb('reading', '=', 'web')])
          : eb('listed', '=', 1),
        eb.exists(
          eb
            .selectFrom('group_member')
            .select('group_member.person_id')
            .whereRef('group_member.group_id', '=', 'groups.id')
            .where('group_member.person_id', '=', options.person)
            .where('group_member.state', 'in', ['member', 'requested', 'invited']),
        ),
      ]),
    );
  if (options.before !== null) query = query.where('id', '<', options.before);
  return withStandings(db, options.person, await query.orderBy('id', 'desc').limit(options.limit).execute());
}

export type ListedMember = { person: PersonRow; standing: GroupMemberRow };

/**
 * People of a group in one of these states, by name.
 * @param options.search part of a name, as typed
 */
export async function listMembers(
  db: Reader,
  group: string,
  options: {
    states: MemberState[];
    search?: string;
    after?: NamePosition | null;
    limit: number;
  },
): Promise<ListedMember[]> {
  const people = await db
    .selectFrom('person')
    .innerJoin('group_member', 'group_member.person_id', 'person.id')
    .selectAll('person')
    .where('group_member.group_id', '=', group)
    .where('group_member.state', 'in', options.states)
    .where('person.deleted_at', 'is', null)
    .where(nameContains('person', options.search))
    .where(afterName('person', options.after))
    .orderBy('person.sort_name')
    .orderBy('person.id')
    .limit(options.limit)
    .execute();
  if (people.length === 0) return [];
  const rows = await db
    .selectFrom('group_member')
    .selectAll()
    .where('group_id', '=', group)
    .where(
      'person_id',
      'in',
      people.map((person) => person.id),
    )
    .execute();
  const standings = new Map(rows.map((row) => [row.person_id, row]));
  return people.flatMap((person) => {
    const standing = standings.get(person.id);
    return standing ? [{ person, standing }] : [];
  });
}

/** Whether two people are members of one group, the first of them invited to it at least. */
export async function shareGroup(db: Reader, guest: string, person: string): Promise<boolean> {
  const row = await db
    .selectFrom('group_member as own')
    .innerJoin('group_member as theirs', 'theirs.group_id', 'own.group_id')
    .innerJoin('groups', 'groups.id', 'own.group_id')
    .select('own.group_id')
    .where('own.person_id', '=', guest)
    .where('own.state', 'in', ['member', 'invited'])
    .where('theirs.person_id', '=', person)
    .where('theirs.state', '=', 'member')
    .where('groups.local', '=', 1)
    .where('groups.deleted_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Homes from which nobody is a member yet: who approves the first one opens the group to a whole node. */
export async function newNodesAmong(db: Reader, group: string, homes: string[]): Promise<Set<string>> {
  const wanted = [...new Set(homes)];
  if (wanted.length === 0) return new Set();
  const rows = await db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('person.home')
    .distinct()
    .where('group_member.group_id', '=', group)
    .where('group_member.state', '=', 'member')
    .where('person.home', 'in', wanted)
    .execute();
  const known = new Set(rows.map((row) => row.home));
  return new Set(wanted.filter((home) => !known.has(home)));
}

/** Groups of this node that nobody owns any more: an administrator appoints somebody. Not those that a restore keeps shut, whose roles are withheld. */
export function groupsWithoutOwner(db: Reader): Promise<GroupRow[]> {
  return db
    .selectFrom('groups')
    .selectAll()
    .where('local', '=', 1)
    .where('kind', '=', 'group')
    .where('deleted_at', 'is', null)
    .where('shut_at', 'is', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('group_member')
            .select('group_member.person_id')
            .whereRef('group_member.group_id', '=', 'groups.id')
            .where('group_member.state', 'in', ['member', 'unconfirmed'])
            .where('group_member.role', '=', 'owner'),
        ),
      ),
    )
    .orderBy('sort_name')
    .limit(100)
    .execute();
}

const nameColumns = ['groups.name', 'groups.sort_name', 'groups.shut_at'] as const;
const sharedColumns = ['groups.id', 'groups.reading', 'groups.listed', ...nameColumns] as const;

const theirPeopleHere = (db: Reader, origins: readonly string[]) =>
  db
    .selectFrom('person')
    .innerJoin('group_member', 'group_member.person_id', 'person.id')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select([...sharedColumns, 'group_member.person_id', 'person.home as origin'])
    .where('person.home', 'in', origins)
    // Not by its index: that would go through everybody in each group here to find a few of theirs.
    .where(sql<number>`groups.local + 0`, '=', 1)
    .where('groups.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('group_member.state', '=', 'member'), eb('group_member.following', '=', 1)]))
    .execute();

const ourPeopleThere = (db: Reader, origins: readonly string[]) =>
  db
    .selectFrom('groups')
    .innerJoin('group_member', 'group_member.group_id', 'groups.id')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select([...sharedColumns, 'group_member.person_id', 'groups.home as origin'])
    .where('groups.home', 'in', origins)
    .where('groups.deleted_at', 'is', null)
    .where('person.local', '=', 1)
    .where((eb) => eb.or([eb('group_member.state', '=', 'member'), eb('group_member.following', '=', 1)]))
    .execute();

/** Listed groups of this node that people of partners may find, read and join; of closed ones they find the name and what it is for. What a restore keeps shut has no name meanwhile. */
export async function shareable(db: Reader): Promise<{ group: string; name: string; closed: boolean }[]> {
  const rows = await db
    .selectFrom('groups')
    .select(['id', 'name', 'reading', 'shut_at'])
    .where('local', '=', 1)
    .where('listed', '=', 1)
    .where('deleted_at', 'is', null)
    .orderBy('sort_name')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    group: row.id,
    name: isShut(row) ? '' : row.name,
    closed: row.reading === 'members',
  }));
}

/** Groups shared with each of these nodes, here or there, and whose people take part in them; by name. */
export async function sharedWith(db: Reader, origins: readonly string[]): Promise<Exchanged[]> {
  const rows = [...(await theirPeopleHere(db, origins)), ...(await ourPeopleThere(db, origins))];
  const shared = new Map<string, { sortName: string; part: Exchanged & { people: string[] } }>();
  for (const { origin, id, name, sort_name, reading, listed, shut_at, person_id } of rows) {
    const closed = reading === 'members';
    // Whoever looks after agreements need not know that a hidden group exists by its name, nor one that a restore keeps shut.
    const named = (closed && listed === 0) || isShut({ shut_at }) ? {} : { name };
    const key = `${origin} ${id}`;
    const entry = shared.get(key) ?? { sortName: sort_name, part: { origin, group: id, ...named, closed, people: [] } };
    entry.part.people.push(person_id);
    shared.set(key, entry);
  }
  const order = (entry: { sortName: string; part: Exchanged }) => `${entry.sortName} ${entry.part.group}`;
  return [...shared.values()].sort((one, other) => (order(one) < order(other) ? -1 : 1)).map(({ part }) => part);
}
