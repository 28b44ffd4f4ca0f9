import { isId, prepareQuery, type Reader, refuse, streams, type Work, withheldRows } from '@joinery/core';
import { type PersonRow, peopleByIds, personById } from '../people/index.ts';
import { streamOf } from './addresses.ts';
import { membersChanged } from './counts.ts';
import { narrowReading } from './groups.ts';
import { type ListedMember, listMembers } from './lists.ts';
import { removeMember } from './moderation.ts';
import { canConfirm, isShut, type Standing } from './policy.ts';
import { changeStanding } from './standing.ts';
import { groupById, holdGroup, membershipOf, putMembership } from './store.ts';
import type { GroupKind, GroupMemberRow, GroupRow, Reading, Role } from './tables.ts';
import { roles } from './tables.ts';

/**
 * After a restore nobody knows what was deleted, edited or removed in a group after the backup, whether fewer people were to read it, who was removed, banned, or put out of running it. Every
 * group that lives here is shut (`shut_at`), whatever its audience: for every rule it is there for those who run it alone (`policy.ts`), other nodes are given nothing of it
 * (`heldBack`), and its members wait as `unconfirmed`, until somebody who runs it has looked and opened it. In a conversation, which nobody runs, each says for themselves that they are
 * in it. Who runs a group, somebody says who lets people in again (`restored.ts`).
 */

const missing = (): never => refuse('not_found', 'There is no such group here');

/** What everybody here could read anyway and lists named, an administrator may open, too. */
export function isForAdministrators(group: Pick<GroupRow, 'local' | 'kind' | 'listed' | 'reading'>): boolean {
  return group.local === 1 && group.kind === 'group' && group.listed === 1 && group.reading !== 'members';
}

/** Whether somebody looks at a group that a restore keeps shut, and opens it. */
export function canOpen(group: GroupRow, standing: Standing, administrator: boolean): boolean {
  if (!isShut(group) || group.local !== 1 || group.deleted_at !== null) return false;
  return canConfirm(standing) || (administrator && isForAdministrators(group));
}

/** Groups that a restore keeps shut and an administrator may open, by name. */
export function shutForAdministrators(db: Reader): Promise<GroupRow[]> {
  return db
    .selectFrom('groups')
    .selectAll()
    .where('shut_at', 'is not', null)
    .where('local', '=', 1)
    .where('kind', '=', 'group')
    .where('listed', '=', 1)
    .where('reading', '<>', 'members')
    .where('deleted_at', 'is', null)
    .orderBy('sort_name')
    .orderBy('id')
    .execute();
}

/** Local ids of all groups that a restore keeps shut. */
export async function shutGroupIds(db: Reader): Promise<string[]> {
  return (await allShut(db, {})).map(({ id }) => id);
}

const allShut = prepareQuery((db) =>
  db.selectFrom('groups').select('id').where('shut_at', 'is not', null).orderBy('id'),
);

/** Whom somebody who opens a group may leave out of it: an owner, and the node itself, anybody but themselves; another facilitator members only. */
export function canLeaveOut(actor: Standing, self: boolean, target: Standing): boolean {
  return !self && (!canConfirm(actor) || actor?.role === 'owner' || target?.role === 'member');
}

const mostShown = 1_000;

/** Who waits to be confirmed as a member, by name; at most a thousand. */
export function membersToConfirm(db: Reader, group: string): Promise<ListedMember[]> {
  return listMembers(db, group, { states: ['unconfirmed'], limit: mostShown });
}

/** Who can confirm: people of this node who run the group and have not left, by name. */
export async function whoConfirms(db: Reader, group: string): Promise<PersonRow[]> {
  return db
    .selectFrom('person')
    .innerJoin('group_member', 'group_member.person_id', 'person.id')
    .selectAll('person')
    .where('group_member.group_id', '=', group)
    .where('group_member.state', 'in', ['member', 'unconfirmed'])
    .where('group_member.role', '<>', 'member')
    .where('person.local', '=', 1)
    .where('person.disabled_at', 'is', null)
    .where('person.deleted_at', 'is', null)
    .orderBy('person.sort_name')
    .limit(20)
    .execute();
}

/** People of other nodes who ran a group as of the backup, with what they were: nobody here lets them in again, so whoever opens it says whether they run it. */
export async function runnersElsewhere(db: Reader, group: string): Promise<{ person: PersonRow; role: Role }[]> {
  const rows = (await withheldRows(db, roleKind, group)).flatMap(({ subject, data }) => {
    const [person = '', where] = subject.split(' ');
    const role = roles.find((one) => one === data);
    return where === group && role !== undefined ? [{ person, role }] : [];
  });
  const people = await peopleByIds(
    db,
    rows.map(({ person }) => person),
  );
  return rows.flatMap(({ person: id, role }) => {
    const person = people.get(id);
    return person?.local === 0 && person.deleted_at === null ? [{ person, role }] : [];
  });
}

/** What a withheld role in a group is kept as: `<person> <group>`. */
export const roleKind = 'groups.role';

/**
 * What somebody is to a group, for what they send to it and nothing else. While a restore keeps it shut, people of other nodes are what they were as of the backup: whether they
 * still are their own node knows, and what it sends is kept with the group until whoever opens it has looked.
 */
export async function standingOfSender<Kept extends GroupMemberRow>(
  db: Reader,
  group: Pick<GroupRow, 'id' | 'shut_at'>,
  person: Pick<PersonRow, 'id' | 'local'> | undefined,
  standing: Kept | undefined,
): Promise<Kept | undefined> {
  if (!isShut(group) || person?.local !== 0 || (standing?.state !== 'unconfirmed' && standing?.state !== 'member'))
    return standing;
  const withheld = await db
    .selectFrom('withheld')
    .select('data')
    .where('kind', '=', roleKind)
    .where('subject', '=', `${person.id} ${group.id}`)
    .executeTakeFirst();
  return { ...standing, state: 'member', role: roles.find((one) => one === withheld?.data) ?? standing.role };
}

export type Opening = {
  group: string;
  /** Whoever opens it; null for the command line. */
  by: string | null;
  administrator?: boolean;
  /** Local ids of those who are no longer members. */
  gone?: readonly string[];
  /** Local ids of those elsewhere who still run it; the others no longer do. */
  running?: readonly string[];
  /** Who may read it from now on, where that is fewer than as of the backup. */
  reading?: Reading | undefined;
};

/**
 * Opens a group that a restore keeps shut, as whoever opens it has found it to be: for its members, who are in it again, and for everybody else who may read it.
 * @returns how many members wait no longer
 * @throws {Refusal} not_found, forbidden, conflict when it is open already or the list has changed, last_owner
 */
export async function openGroup(work: Work, input: Opening): Promise<number> {
  const group = await holdGroup(work, input.group);
  if (group?.kind !== 'group' || group.local !== 1 || group.deleted_at !== null) return missing();
  const { by } = input;
  const actor = by === null ? undefined : await membershipOf(work.db, group.id, by);
  if (!isShut(group)) refuse('conflict', 'Somebody has opened the group meanwhile: see who is in it');
  if (by !== null && !canOpen(group, actor, input.administrator === true))
    refuse('forbidden', 'Only those who run the group open it');
  // An administrator decides for the node, as the command line does.
  const decides = canConfirm(actor) ? by : null;
  const gone = [...new Set(input.gone ?? [])];
  const waiting = work.db.selectFrom('group_member').selectAll().where('group_id', '=', group.id);
  const rows = await waiting.where('state', 'in', ['unconfirmed', 'member']).execute();
  for (const person of gone) {
    const standing = rows.find((row) => row.person_id === person);
    if (!standing) refuse('conflict', 'The list has changed meanwhile: look at it again');
    if (by !== null && !canLeaveOut(actor, person === by, standing))
      refuse('forbidden', 'Only an owner ends the membership of somebody who runs the group');
  }
  await work.db.updateTable('groups').set({ shut_at: null }).where('id', '=', group.id).execute();
  const { numUpdatedRows } = await work.db
    .updateTable('group_member')
    .set({ state: 'member', updated_at: work.now })
    .where('group_id', '=', group.id)
    .where('state', '=', 'unconfirmed')
    .executeTakeFirst();
  for (const person of gone) await removeMember(work, { group: group.id, person, by: decides });
  await answerRoles(work, { ...group, shut_at: null }, new Set(input.running), decides);
  if (input.reading !== undefined && input.reading !== group.reading)
    await narrowReading(work, group.id, by, input.reading);
  await work.db.deleteFrom('withheld').where('kind', '=', openKind).where('subject', '=', group.id).execute();
  await membersChanged(work, group);
  work.emit('group.members_confirmed', streams.local, { group: group.id, by });
  return Number(numUpdatedRows) - gone.length;
}

/** The kind of rule by which administrators open what everybody here could read. */
export const openKind = 'groups.members';

/** Whoever runs it elsewhere is told that they do, or that they no longer do; what they were to their own node since the restore was unknown there. */
async function answerRoles(
  work: Work,
  group: GroupRow,
  running: ReadonlySet<string>,
  by: string | null,
): Promise<void> {
  for (const { person, role } of await runnersElsewhere(work.db, group.id)) {
    const subject = `${person.id} ${group.id}`;
    await work.db.deleteFrom('withheld').where('kind', '=', roleKind).where('subject', '=', subject).execute();
    if ((await membershipOf(work.db, group.id, person.id))?.state !== 'member') continue;
    const now = running.has(person.id) ? role : 'member';
    await putMembership(work, group.id, person.id, { role: now });
    work.emit('group.role_changed', streamOf(group), { group: group.id, person: person.id, by, role: now });
  }
}

/** What somebody was in as of the backup, and waits to be let into again; conversations they open themselves. By name. */
export function shutFor(db: Reader, person: string, kind: GroupKind): Promise<GroupRow[]> {
  return db
    .selectFrom('groups')
    .innerJoin('group_member', 'group_member.group_id', 'groups.id')
    .selectAll('groups')
    .where('group_member.person_id', '=', person)
    .where('group_member.state', '=', 'unconfirmed')
    .where('groups.kind', '=', kind)
    .where('groups.deleted_at', 'is', null)
    .orderBy('groups.sort_name')
    .orderBy('groups.id')
    .limit(200)
    .execute();
}

/** Groups whose members wait for the word of this person, among others who run them. By name. */
export function groupsToConfirm(db: Reader, person: string): Promise<GroupRow[]> {
  return db
    .selectFrom('groups')
    .innerJoin('group_member', 'group_member.group_id', 'groups.id')
    .selectAll('groups')
    .where('group_member.person_id', '=', person)
    .where('group_member.state', 'in', ['member', 'unconfirmed'])
    .where('group_member.role', '<>', 'member')
    .where('groups.kind', '=', 'group')
    .where('groups.deleted_at', 'is', null)
    .where('groups.shut_at', 'is not', null)
    .orderBy('groups.sort_name')
    .orderBy('groups.id')
    .limit(200)
    .execute();
}

/** A conversation that somebody was in as of the backup and has not opened again; undefined for everybody else, as if there were none. */
export async function shutConversation(db: Reader, id: string, person: string): Promise<GroupRow | undefined> {
  const group = isId(id) ? await groupById(db, id) : undefined;
  if (group?.kind !== 'conversation' || group.deleted_at !== null) return undefined;
  return (await membershipOf(db, group.id, person))?.state === 'unconfirmed' ? group : undefined;
}

/**
 * Says that one is still in a conversation: it is there again.
 * @throws {Refusal} not_found for everybody who was not in it as of the backup, as for a missing one
 */
export async function reopenConversation(work: Work, input: { group: string; person: string }): Promise<void> {
  const group = await holdGroup(work, input.group);
  const person = await personById(work.db, input.person);
  const standing = group && (await membershipOf(work.db, group.id, input.person));
  if (group?.kind !== 'conversation' || group.deleted_at !== null || !person || standing?.state !== 'unconfirmed')
    return missing();
  await changeStanding(work, { group, person, standing }, { state: 'member' });
}
