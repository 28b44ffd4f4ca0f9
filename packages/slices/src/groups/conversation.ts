import {
  type ActorKeys,
  isId,
  newId,
  publicKeysOf,
  type Reader,
  refuse,
  saveActorKeys,
  sizes,
  streams,
  type Work,
} from '@joinery/core';
import { cleanName, isGuest, type PersonRow, personById } from '../people/index.ts';
import { mayConverse, tellPeople } from './conversation-people.ts';
import { rowOf } from './groups.ts';
import { leaveGroup } from './membership.ts';
import { isMember } from './policy.ts';
import { shutConversation } from './shut.ts';
import { changeStanding } from './standing.ts';
import { groupById, holdGroup, membershipOf } from './store.ts';
import type { GroupRow } from './tables.ts';

/**
 * A conversation is a hidden group of a few people: only its members read it, nobody runs it, no list names it. It has the address of a group and no name that leads to it;
 * keys only once somebody of another node is in it. It lives on the node of whoever began it, which passes on who is in it and where each message is to be read.
 */

const most = sizes.conversation.most;
const missing = (): never => refuse('not_found', 'There is no such conversation here');

/**
 * Makes a conversation.
 * @param input.by who begins it, and is in it: somebody of this node
 * @param input.people local ids of the others, of this node or another; doubles and `by` count once
 * @param input.subject what it is about; empty where the names of those in it say enough
 * @param input.keys needed when somebody is of another node
 * @throws {Refusal} invalid (nobody else, too many), no_agreement (with the node of one of them), forbidden (to guests), not_found, disabled
 */
export async function createConversation(
  work: Work,
  input: { by: string; people: readonly string[]; subject: string; keys?: ActorKeys | undefined },
): Promise<GroupRow> {
  const ids = [...new Set([input.by, ...input.people])];
  if (ids.length < 2) refuse('invalid', 'A conversation needs somebody else', [{ field: 'people', code: 'required' }]);
  assertRoom(ids.length);
  // First: what is wrong with the others would tell a guest who is here.
  if (isGuest(await somebodyHere(work.db, input.by))) refuse('forbidden', 'Guests begin no conversations');
  const people: PersonRow[] = [];
  for (const one of ids) people.push(await somebody(work, one));
  const id = newId();
  const group: GroupRow = {
    ...rowOf(work, {
      ...{ id, kind: 'conversation', handle: id, name: cleanName(input.subject), summary: '' },
      ...{ reading: 'members', joining: 'invited', listed: 0 },
    }),
    ...{ inviting: 'members', asking: 'node' },
  };
  await work.db.insertInto('groups').values(group).execute();
  if (people.some(({ local }) => local !== 1)) await giveKeys(work, group, input.keys);
  for (const person of people) await admit(work, group, person, person.id === input.by ? null : input.by, null);
  work.emit('group.created', streams.local, { group: id });
  await tellPeople(work, group);
  return { ...group, member_count: people.length };
}

/**
 * Brings somebody into a conversation that lives here. They read what is said from now on; the others are shown who brought them.
 * @param input.by who is in it
 * @param input.keys needed for the first person of another node
 * @returns false for somebody who is in it already
 * @throws {Refusal} not_found exactly as for a missing one; not_here (it lives on another node), forbidden (to guests), invalid (too many), no_agreement, disabled
 */
export async function addToConversation(
  work: Work,
  input: { group: string; person: string; by: string; keys?: ActorKeys | undefined },
): Promise<boolean> {
  const group = await holdGroup(work, input.group);
  const actor = group && (await membershipOf(work.db, group.id, input.by));
  if (group?.kind !== 'conversation' || group.deleted_at !== null || !isMember(actor)) return missing();
  if (isGuest(await somebodyHere(work.db, input.by))) refuse('forbidden', 'Guests bring nobody in');
  if (group.local !== 1) refuse('not_here', 'People are brought in on the node that the conversation lives on');
  const person = await somebody(work, input.person, group);
  const standing = await membershipOf(work.db, group.id, person.id);
  if (isMember(standing) || standing?.state === 'unconfirmed') return false;
  assertRoom(group.member_count + 1);
  if (person.local !== 1) await giveKeys(work, group, input.keys);
  // From the first who comes later on each has a past of their own.
  await work.db.updateTable('groups').set({ history: 'joining' }).where('id', '=', group.id).execute();
  await admit(work, { ...group, history: 'joining' }, person, input.by, work.now);
  work.emit('group.joined', streams.local, { group: group.id, person: person.id });
  await tellPeople(work, group);
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

/** Whether a conversation of ours needs keys before somebody of another node is brought in: they are made outside the unit of work. */
export async function needsKeys(db: Reader, group: string): Promise<boolean> {
  const row = await groupById(db, group);
  return row?.local === 1 && !(await hasKeys(db, row));
}

async function hasKeys(db: Reader, { uri }: GroupRow): Promise<boolean> {
  return (await publicKeysOf(db, uri)).length > 0;
}

async function giveKeys(work: Work, group: GroupRow, keys: ActorKeys | undefined): Promise<void> {
  if (await hasKeys(work.db, group)) return;
  if (!keys) throw new Error('A conversation with people of other nodes needs keys');
  await saveActorKeys(work, group.uri, keys);
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
  if (person.local !== 1) refuse('forbidden', 'Only people of this node do this here');
  if (person.disabled_at !== null) refuse('disabled', 'This person has left');
  return person;
}

/** Somebody who may be brought in: of this node, or of one whose agreement covers it. */
async function somebody(work: Work, id: string, group?: GroupRow): Promise<PersonRow> {
  const person = isId(id) ? await personById(work.db, id) : undefined;
  if (!person || person.deleted_at !== null) refuse('not_found', 'There is no such person here');
  if (person.disabled_at !== null) refuse('disabled', 'This person has left');
  if (person.local !== 1 && !mayConverse(work.trust, person.home, group?.id))
    refuse('no_agreement', 'No agreement with the node of this person covers conversations', [
      { field: 'people', code: 'bad_choice' },
    ]);
  return person;
}

/** @param sees from when on they read it; null for all of it */
async function admit(work: Work, group: GroupRow, person: PersonRow, by: string | null, sees: string | null) {
  const standing = await membershipOf(work.db, group.id, person.id);
  const change = { state: 'member', role: 'member', following: 1, joined_at: work.now, reason: null } as const;
  const invitation =
    person.local === 1
      ? null
      : work.emit('group.invited', streams.node(person.home), { group: group.id, person: person.id, by });
  await changeStanding(
    work,
    { group, person, standing },
    {
      ...change,
      ...{ invited_by: by, sees_from: sees },
      ...(invitation === null ? {} : { invite_activity: `${work.home}/activities/${invitation}` }),
    },
  );
}
