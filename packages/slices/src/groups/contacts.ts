import { isId, type Reader, streams, type Work } from '@joinery/core';
import { isGuest, personByUri } from '../people/index.ts';
import { instant, mayConverse } from './conversation-people.ts';
import { beginLease } from './leases.ts';
import { isMember } from './policy.ts';
import { changeStanding, partiesOf } from './standing.ts';
import type { GroupContactRow, GroupRow } from './tables.ts';

/**
 * Conversations that people of other nodes bring people of this one into. What somebody begins whom one has not talked with before is a request: it is there at once, with who
 * asks and of which agency, and rings once; answering accepts it. The other node does not learn whether it was looked at or ignored.
 */

/** One node does not fill somebody's list: so many of its requests wait at most. */
const mostWaiting = 20;

/** What somebody is told who was brought in by a node, from the side of their own node. */
export type Contacted = {
  group: string;
  person: string;
  /** Address of the invitation. */
  activity: string;
  /** Address of who brings them in, as the conversation's node says. */
  by: string | null;
  /** From when on they read it; null for all of it. */
  from: string | null;
};

/**
 * A node brings somebody of ours into a conversation.
 * @returns false when they are in it already
 */
export async function receiveConversation(work: Work, input: Contacted): Promise<boolean> {
  const parties = await partiesOf(work, input);
  const { group, person, standing } = parties;
  if (isMember(standing)) return false;
  const inviter = input.by === null ? undefined : await personByUri(work.db, input.by);
  // Only people there bring others in: of whomever else its node names, it may make up that they did.
  const by = inviter?.home === group.home ? inviter : undefined;
  if (!(await isTaken(work, group, person))) {
    await declineConversation(work, group, person.id, input.activity);
    return true;
  }
  const sees = input.from === null ? null : (instant(input.from, work.now) ?? work.now);
  await changeStanding(work, parties, {
    ...{ state: 'member', role: 'member', following: 1, joined_at: sees ?? group.created_at, sees_from: sees },
    ...{ invite_activity: input.activity, invited_by: by?.id ?? null, reason: null },
  });
  // Said at once: what the conversation's node tells of it comes on another stream.
  if (sees !== null)
    await work.db.updateTable('groups').set({ history: 'joining' }).where('id', '=', group.id).execute();
  await beginLease(work, group);
  const row = { group_id: group.id, person_id: person.id, by_id: by?.id ?? null, at: work.now };
  const state = by && (await haveTalked(work.db, group.id, person.id, by.id)) ? 'accepted' : 'waiting';
  await work.db
    .insertInto('group_contact')
    .values({ ...row, state })
    .onConflict((conflict) => conflict.columns(['group_id', 'person_id']).doUpdateSet({ ...row, state }))
    .execute();
  work.emit('group.joined', streams.local, { group: group.id, person: person.id });
  return true;
}

/** The same answer for whatever reason: that somebody left, is a guest, or wants to hear of nobody elsewhere. What it was about is not kept. */
async function declineConversation(work: Work, group: GroupRow, person: string, activity: string): Promise<void> {
  const data = { group: group.id, person, activity };
  work.emit('group.invitation_declined', streams.node(group.home), data);
  const here = await work.db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('person.id')
    .where('group_member.group_id', '=', group.id)
    .where('group_member.state', '=', 'member')
    .where('person.local', '=', 1)
    .limit(1)
    .executeTakeFirst();
  if (!here) await work.db.updateTable('groups').set({ name: '', sort_name: '' }).where('id', '=', group.id).execute();
}

type Somebody = Parameters<typeof isGuest>[0] & { id: string; disabled_at: string | null; deleted_at: string | null };

async function isTaken(work: Work, group: GroupRow, person: Somebody): Promise<boolean> {
  const agreed = mayConverse(work.trust, group.home, group.id);
  if (!agreed || person.disabled_at !== null || person.deleted_at !== null || isGuest(person)) return false;
  if (!(await takesContacts(work.db, person.id))) return false;
  const { count } = await work.db
    .selectFrom('group_contact')
    .innerJoin('groups', 'groups.id', 'group_contact.group_id')
    // What somebody left, or was taken out of, waits for them no more.
    .innerJoin('group_member', (join) =>
      join
        .onRef('group_member.group_id', '=', 'group_contact.group_id')
        .onRef('group_member.person_id', '=', 'group_contact.person_id'),
    )
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('group_contact.person_id', '=', person.id)
    .where('group_contact.state', '=', 'waiting')
    .where('group_member.state', '=', 'member')
    .where('groups.home', '=', group.home)
    .executeTakeFirstOrThrow();
  return Number(count) < mostWaiting;
}

/** Whether two people are in another conversation, which the first one takes part in by their own will. */
async function haveTalked(db: Reader, group: string, person: string, other: string): Promise<boolean> {
  const row = await db
    .selectFrom('group_member as mine')
    .innerJoin('groups', 'groups.id', 'mine.group_id')
    .innerJoin('group_member as theirs', 'theirs.group_id', 'mine.group_id')
    .leftJoin('group_contact', (join) =>
      join
        .onRef('group_contact.group_id', '=', 'mine.group_id')
        .onRef('group_contact.person_id', '=', 'mine.person_id'),
    )
    .select('mine.group_id')
    .where('mine.group_id', '<>', group)
    .where('mine.person_id', '=', person)
    .where('mine.state', '=', 'member')
    .where('theirs.person_id', '=', other)
    .where('theirs.state', '=', 'member')
    .where('groups.kind', '=', 'conversation')
    .where((eb) => eb.or([eb('group_contact.state', 'is', null), eb('group_contact.state', '=', 'accepted')]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** How a conversation that somebody was brought into from elsewhere stands with them; undefined for all others. */
export async function contactOf(db: Reader, group: string, person: string): Promise<GroupContactRow | undefined> {
  return db
    .selectFrom('group_contact')
    .selectAll()
    .where('group_id', '=', group)
    .where('person_id', '=', person)
    .executeTakeFirst();
}

/** Conversations of a person that wait for their word, or that they ignore. */
export async function contactsOf(db: Reader, person: string): Promise<Map<string, GroupContactRow['state']>> {
  const rows = await db
    .selectFrom('group_contact')
    .select(['group_id', 'state'])
    .where('person_id', '=', person)
    .where('state', '<>', 'accepted')
    .execute();
  return new Map(rows.map(({ group_id, state }) => [group_id, state]));
}

/** Accepts a request, or ignores it: nobody else is told. Has no effect where there is none. */
export async function decideContact(
  work: Work,
  input: { group: string; person: string; state: 'accepted' | 'ignored' },
): Promise<void> {
  await work.db
    .updateTable('group_contact')
    .set({ state: input.state, at: work.now })
    .where('group_id', '=', input.group)
    .where('person_id', '=', input.person)
    .where('state', '<>', 'accepted')
    .execute();
}

const meta = 'conversations_from_elsewhere';

/** Whether people of other nodes may begin conversations with people here who have not chosen for themselves. */
export async function usualContacts(db: Reader): Promise<boolean> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', meta).executeTakeFirst();
  return row?.value !== 'no';
}

export async function changeUsualContacts(work: Work, allowed: boolean): Promise<void> {
  const value = allowed ? 'yes' : 'no';
  await work.db
    .insertInto('meta')
    .values({ name: meta, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** What somebody chose for themselves about people of other nodes; null while they leave it to their agency. */
export async function chosenContacts(db: Reader, person: string): Promise<boolean | null> {
  const row = await db
    .selectFrom('group_contact_choice')
    .select('allowed')
    .where('person_id', '=', person)
    .executeTakeFirst();
  return row ? row.allowed === 1 : null;
}

/** @param allowed null leaves it to the agency */
export async function chooseContacts(work: Work, person: string, allowed: boolean | null): Promise<void> {
  await work.db.deleteFrom('group_contact_choice').where('person_id', '=', person).execute();
  if (allowed !== null)
    await work.db
      .insertInto('group_contact_choice')
      .values({ person_id: person, allowed: allowed ? 1 : 0 })
      .execute();
}

/** Whether people of other nodes may begin conversations with somebody here. */
async function takesContacts(db: Reader, person: string): Promise<boolean> {
  if (!isId(person)) return false;
  return (await chosenContacts(db, person)) ?? usualContacts(db);
}
