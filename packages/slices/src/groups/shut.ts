import { isId, type Reader, refuse, streams, type Work } from '@joinery/core';
import { type PersonRow, personById } from '../people/index.ts';
import { membersChanged } from './counts.ts';
import { type ListedMember, listMembers } from './lists.ts';
import { removeMember } from './moderation.ts';
import type { Standing } from './policy.ts';
import { changeStanding } from './standing.ts';
import { groupById, holdGroup, membershipOf } from './store.ts';
import type { GroupKind, GroupRow } from './tables.ts';

/**
 * After a restore nobody knows who was removed from a group, banned, or put out of running it after the backup, nor who left a conversation. Its members wait as `unconfirmed`, who for
 * every rule are outside, until somebody who runs the group confirms who is in it; in a conversation, which nobody runs, each says so for themselves. Who runs it, somebody says who
 * lets people in again (`restored.ts`).
 */

const missing = (): never => refuse('not_found', 'There is no such group here');

/** Whether members of a group wait to be confirmed: until then nobody comes into it but by invitation or by the word of those who run it. */
export async function isShut(db: Reader, group: string): Promise<boolean> {
  const row = await db
    .selectFrom('group_member')
    .select('person_id')
    .where('group_id', '=', group)
    .where('state', '=', 'unconfirmed')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether somebody ran the group as of the backup, or runs it now, and may therefore say who is in it. */
export function canConfirm(standing: Standing): boolean {
  return (standing?.state === 'unconfirmed' || standing?.state === 'member') && standing.role !== 'member';
}

/** Whom a facilitator may leave out of a list to confirm: an owner anybody but themselves, another facilitator members only. */
export function canLeaveOut(actor: Standing, self: boolean, target: Standing): boolean {
  return !self && (actor?.role === 'owner' || target?.role === 'member');
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

/**
 * Confirms who is in a group after a restore: it opens for them, with the role that they had.
 * @param input.by who runs the group; null for the command line
 * @param input.gone local ids of those who are no longer members
 * @returns how many are members again
 * @throws {Refusal} not_found, forbidden, conflict when nobody waits (any more), last_owner
 */
export async function confirmMembers(
  work: Work,
  input: { group: string; by: string | null; gone: readonly string[] },
): Promise<number> {
  const group = await holdGroup(work, input.group);
  if (group?.kind !== 'group' || group.local !== 1 || group.deleted_at !== null) return missing();
  const actor = input.by === null ? undefined : await membershipOf(work.db, group.id, input.by);
  if (input.by !== null && !canConfirm(actor)) refuse('forbidden', 'Only those who run the group say who is in it');
  const gone = [...new Set(input.gone)];
  const waiting = work.db.selectFrom('group_member').selectAll().where('group_id', '=', group.id);
  const rows = await waiting.where('state', '=', 'unconfirmed').execute();
  if (rows.length === 0) refuse('conflict', 'Somebody has confirmed the members meanwhile: see who is in the group');
  for (const person of gone) {
    const standing = rows.find((row) => row.person_id === person);
    if (!standing) refuse('conflict', 'The list has changed meanwhile: look at it again');
    if (input.by !== null && !canLeaveOut(actor, person === input.by, standing))
      refuse('forbidden', 'Only an owner ends the membership of somebody who runs the group');
  }
  await work.db
    .updateTable('group_member')
    .set({ state: 'member', updated_at: work.now })
    .where('group_id', '=', group.id)
    .where('state', '=', 'unconfirmed')
    .execute();
  for (const person of gone) await removeMember(work, { group: group.id, person, by: input.by });
  await membersChanged(work, group);
  work.emit('group.members_confirmed', streams.local, { group: group.id, by: input.by });
  return rows.length - gone.length;
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
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('group_member as other')
          .select('other.person_id')
          .whereRef('other.group_id', '=', 'groups.id')
          .where('other.state', '=', 'unconfirmed'),
      ),
    )
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
