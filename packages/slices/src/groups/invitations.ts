import { refuse, streams, type Work } from '@joinery/core';
import { isGuest, personById } from '../people/index.ts';
import { tellPeople } from './conversation-people.ts';
import { canInvite, isMember } from './policy.ts';
import { assertLookedAt, assertReachable, changeStanding, outside, partiesOf } from './standing.ts';
import { membershipOf } from './store.ts';
import type { GroupMemberRow } from './tables.ts';
import type { StandingSaid } from './told.ts';

/**
 * Invites somebody of this node or another one. Who is invited becomes a member by joining; who had asked is let in at once.
 * @param input.by the facilitator; null for the command line
 * @throws {Refusal} not_found, forbidden, banned, no_agreement, not_here (the group lives elsewhere), conflict when a restore keeps it shut
 */
export async function invite(
  work: Work,
  input: { group: string; person: string; by: string | null },
): Promise<GroupMemberRow> {
  const parties = await partiesOf(work, input);
  const { group, person, standing } = parties;
  if (group.local !== 1) refuse('not_here', 'Invitations are made on the node that the group lives on');
  assertLookedAt(parties, input.by);
  const inviter = input.by === null ? undefined : await membershipOf(work.db, group.id, input.by);
  const host = input.by === null ? undefined : await personById(work.db, input.by);
  if (input.by !== null && (!host || !canInvite(group, inviter, isGuest(host))))
    refuse('forbidden', 'The group says who invites');
  if (person.deleted_at !== null || person.disabled_at !== null) refuse('disabled', 'This person has left');
  if (person.local !== 1) await assertReachable(work, parties, ['in', 'out'], true);
  if (standing?.state === 'banned') refuse('banned', 'This person is banned: end the ban first');
  if (isMember(standing) || standing?.state === 'invited') return standing as GroupMemberRow;
  const stream = person.local === 1 ? streams.local : streams.node(person.home);
  const version = (standing?.version ?? 0) + 1;
  const id = work.emit('group.invited', stream, { group: group.id, person: person.id, by: input.by, version });
  return changeStanding(work, parties, {
    state: 'invited',
    invite_activity: `${work.home}/activities/${id}`,
    invited_by: input.by,
    reason: null,
  });
}

/** Notes that a group of another node invites a person of ours. Makes nobody a member: the person joins, or declines. */
export async function receiveInvitation(
  work: Work,
  input: { group: string; person: string; activity: string; said: StandingSaid },
): Promise<boolean> {
  const parties = await partiesOf(work, input);
  const { group, person, standing } = parties;
  if (group.local === 1 || person.local !== 1) refuse('not_found', 'This invitation is not for somebody here');
  await assertReachable(work, parties, ['in', 'out'], true);
  if (isMember(standing) || standing?.state === 'requested' || person.disabled_at !== null) return false;
  await changeStanding(work, parties, { state: 'invited', invite_activity: input.activity, ...input.said });
  work.emit('group.invited', streams.local, { group: group.id, person: person.id, by: null });
  return true;
}

/** Declines an invitation; the group is told. Does nothing when there is none. */
export async function declineInvitation(work: Work, input: { group: string; person: string }): Promise<void> {
  const parties = await partiesOf(work, input);
  const { group, person, standing } = parties;
  // Into a conversation people are brought, until their own node says that they are not.
  if (group.kind === 'conversation' && group.local === 1 && isMember(standing)) {
    await changeStanding(work, parties, { ...outside, reason: 'declined' });
    await tellPeople(work, group);
    work.emit('group.left', streams.local, { group: group.id, person: person.id, activity: '' });
    return;
  }
  if (standing?.state !== 'invited') return;
  await changeStanding(work, parties, { state: 'none', invite_activity: null, invited_by: null });
  const stream = group.local === 1 ? streams.local : streams.node(group.home);
  work.emit('group.invitation_declined', stream, {
    group: group.id,
    person: person.id,
    activity: standing.invite_activity ?? '',
  });
}
