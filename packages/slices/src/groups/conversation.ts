import { isId, newId, type Reader, refuse, sizes, streams, type Work } from '@joinery/core';
import { cleanName, isGuest, type PersonRow, personById } from '../people/index.ts';
import { rowOf } from './groups.ts';
import { leaveGroup } from './membership.ts';
import { isMember } from './policy.ts';
import { shutConversation } from './shut.ts';
import { changeStanding } from './standing.ts';
import { groupById, holdGroup, membershipOf } from './store.ts';
import type { GroupRow } from './tables.ts';

/**
 * A conversation is a hidden group of a few people: only its members read it, nobody runs it, no list names it. It has the address of a group, and
 * neither a name that leads to it nor keys: there is nobody outside this node for whom it exists.
 */

const most = sizes.conversation.most;
const missing = (): never => refuse('not_found', 'There is no such conversation here');

/**
 * Makes a conversation of people of this node.
 * @param input.by who begins it, and is in it
 * @param input.people local ids of the others; doubles and `by` count once
 * @param input.subject what it is about; empty where the names of those in it say enough
 * @throws {Refusal} invalid (nobody else, too many, or somebody of another node), forbidden (to guests), not_found, disabled
 */
export async function createConversation(
  work: Work,
  input: { by: string; people: readonly string[]; subject: string },
): Promise<GroupRow> {
  const ids = [...new Set([input.by, ...input.people])];
  if (ids.length < 2) refuse('invalid', 'A conversation needs somebody else', [{ field: 'people', code: 'required' }]);
  assertRoom(ids.length);
  // First: what is wrong with the others would tell a guest who is here.
  if (isGuest(await somebodyHere(work.db, input.by))) refuse('forbidden', 'Guests begin no conversations');
  const people: PersonRow[] = [];
  for (const id of ids) people.push(await somebodyHere(work.db, id));
  const id = newId();
  const group = rowOf(work, {
    ...{ id, kind: 'conversation', handle: id, name: cleanName(input.subject), summary: '' },
    ...{ reading: 'members', joining: 'invited', listed: 0 },
  });
  await work.db.insertInto('groups').values(group).execute();
  for (const person of people) await admit(work, group, person, person.id === input.by ? null : input.by);
  work.emit('group.created', streams.local, { group: id });
  return { ...group, member_count: people.length };
}

/**
 * Brings somebody into a conversation. They read all of it, also what was said before; the others are shown who brought them.
 * @param input.by who is in it
 * @returns false for somebody who is in it already
 * @throws {Refusal} not_found exactly as for a missing one; invalid (too many, or somebody of another node), disabled
 */
export async function addToConversation(
  work: Work,
  input: { group: string; person: string; by: string },
): Promise<boolean> {
  const group = await holdGroup(work, input.group);
  const actor = group && (await membershipOf(work.db, group.id, input.by));
  if (group?.kind !== 'conversation' || group.deleted_at !== null || !isMember(actor)) return missing();
  if (isGuest(await somebodyHere(work.db, input.by))) refuse('forbidden', 'Guests bring nobody in');
  const person = await somebodyHere(work.db, input.person);
  if (isMember(await membershipOf(work.db, group.id, person.id))) return false;
  assertRoom(group.member_count + 1);
  await admit(work, group, person, input.by);
  work.emit('group.joined', streams.local, { group: group.id, person: person.id });
  return true;
}

/**
 * Leaves: reads nothing of it any more. What they wrote stays for the others; with the last one the conversation ends.
 * @throws {Refusal} not_found for who is not in it
 */
export async function leaveConversation(work: Work, input: { group: string; person: string }): Promise<void> {
  const { group, person } = input;
  if (!(await conversationOf(work.db, group, person)) && !(await shutConversation(work.db, group, person)))
    return missing();
  await leaveGroup(work, input);
}

/** The conversation with this id, for somebody who is in it; undefined for everybody else, as if there were none. */
export async function conversationOf(db: Reader, id: string, person: string): Promise<GroupRow | undefined> {
  const group = isId(id) ? await groupById(db, id) : undefined;
  if (group?.kind !== 'conversation' || group.deleted_at !== null) return undefined;
  return isMember(await membershipOf(db, group.id, person)) ? group : undefined;
}

function assertRoom(people: number): void {
  if (people > most)
    refuse('invalid', `At most ${most} people are in a conversation`, [
      { field: 'people', code: 'too_large', values: { maximum: most } },
    ]);
}

async function somebodyHere(db: Reader, id: string): Promise<PersonRow> {
  const person = isId(id) ? await personById(db, id) : undefined;
  if (!person || person.deleted_at !== null) refuse('not_found', 'There is no such person here');
  if (person.local !== 1)
    refuse('invalid', 'People of other agencies cannot be in a conversation yet', [
      { field: 'people', code: 'bad_choice' },
    ]);
  if (person.disabled_at !== null) refuse('disabled', 'This person has left');
  return person;
}

async function admit(work: Work, group: GroupRow, person: PersonRow, by: string | null): Promise<void> {
  const standing = await membershipOf(work.db, group.id, person.id);
  await changeStanding(
    work,
    { group, person, standing },
    { state: 'member', role: 'member', following: 1, joined_at: work.now, invited_by: by, reason: null },
  );
}
