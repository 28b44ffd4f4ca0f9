import { refuse, streams, type Work } from '@joinery/core';
import { isGuest } from '../people/index.ts';
import { streamFor } from './addresses.ts';
import { admit } from './membership.ts';
import { canApprove, canChangeRole, canModerate, canRemove, isMember } from './policy.ts';
import { forgetAnswers } from './requests/answers.ts';
import { isActingDeputy } from './requests/away.ts';
import { noteDecision } from './requests/decisions.ts';
import {
  answer,
  assertLookedAt,
  assertNotLastOwner,
  changeStanding,
  outside,
  type Parties,
  partiesOf,
} from './standing.ts';
import { hasParticipants, membershipOf } from './store.ts';
import type { GroupMemberRow, Role } from './tables.ts';

/** `by`: who decides; null for the command line, and for what another node's group says of itself. */
export type ModerationInput = { group: string; person: string; by: string | null; reason?: string };

/** Reads the parties, and refuses who may not. */
async function authorised(
  work: Work,
  input: ModerationInput,
  allowed: (parties: Parties, actor: GroupMemberRow | undefined) => boolean | Promise<boolean>,
): Promise<Parties> {
  const parties = await partiesOf(work, input);
  if (input.by === null) return parties;
  const actor = await membershipOf(work.db, input.group, input.by);
  if (!(await allowed(parties, actor))) refuse('forbidden', 'Only those who run the group may do this');
  return parties;
}

/** A facilitator of ours decides about a group elsewhere: its node is asked, and changes it for everybody. */
const decidedElsewhere = (work: Work, { group }: Parties): boolean => group.local !== 1 && work.origin === 'local';

/** Whoever runs the group, and a deputy while all of those are away. */
const decidesRequests =
  (work: Work) =>
  async ({ group }: Parties, actor: GroupMemberRow | undefined): Promise<boolean> =>
    canApprove(group, actor) ||
    (group.local === 1 && isMember(actor) && actor !== undefined
      ? await isActingDeputy(work.db, group.id, actor.person_id, work.now)
      : false);

/** @throws {Refusal} not_found, forbidden, conflict when there is no request, or a restore keeps the group shut */
export async function approve(work: Work, input: ModerationInput): Promise<GroupMemberRow> {
  const parties = await authorised(work, input, decidesRequests(work));
  assertLookedAt(parties, input.by);
  if (parties.standing?.state !== 'requested') refuse('conflict', 'There is no request of this person');
  await noteDecision(work, { ...input, accepted: true });
  if (decidedElsewhere(work, parties)) return decideElsewhere(work, parties, input, true);
  return admit(work, parties, { reason: input.reason ?? null });
}

/** Declines a request to join; a reason goes to who asked. @throws {Refusal} not_found, forbidden, conflict */
export async function decline(work: Work, input: ModerationInput): Promise<void> {
  const parties = await authorised(work, input, decidesRequests(work));
  const { standing } = parties;
  if (standing?.state !== 'requested') refuse('conflict', 'There is no request of this person');
  await noteDecision(work, { ...input, accepted: false });
  if (decidedElsewhere(work, parties)) return void (await decideElsewhere(work, parties, input, false));
  const next = await changeStanding(work, parties, {
    state: 'none',
    join_activity: null,
    ...(standing.join_activity === standing.follow_activity ? { follow_activity: null } : {}),
    reason: input.reason ?? null,
  });
  answer(work, parties, next, standing.join_activity, false, 'forbidden');
}

/** The node of a group elsewhere is told what a facilitator of ours decided. Of somebody of this node the request waits until it answers; of the others nothing is kept. */
async function decideElsewhere(
  work: Work,
  parties: Parties,
  { by, reason = null }: { by: string | null; reason?: string | null },
  accepted: boolean,
): Promise<GroupMemberRow> {
  const { group, person } = parties;
  work.emit('group.request_decided', streams.node(group.home), { group: group.id, person: person.id, by, accepted });
  if (person.local === 1) return changeStanding(work, parties, { reason });
  await forgetAnswers(work, { group: group.id, person: person.id });
  return changeStanding(work, parties, { state: 'none', reason });
}

/**
 * Ends somebody's membership; they may ask again. Their posts stay.
 * @throws {Refusal} not_found, forbidden, last_owner
 */
export async function removeMember(work: Work, input: ModerationInput): Promise<void> {
  const parties = await authorised(work, input, ({ group, standing }, actor) => canRemove(group, actor, standing));
  const { group, person, standing } = parties;
  const data = { group: group.id, person: person.id, by: input.by };
  if (decidedElsewhere(work, parties)) {
    await changeStanding(work, parties, { reason: input.reason ?? null });
    work.emit('group.removed', streamFor(work, group), data);
    return;
  }
  if (!standing || standing.state === 'banned') return;
  if (standing.state === 'none' && standing.following === 0) return;
  await assertNotLastOwner(work, parties);
  const asked = standing.join_activity ?? standing.follow_activity;
  const next = await changeStanding(work, parties, { ...outside, reason: input.reason ?? null });
  work.emit('group.removed', streamFor(work, group), { ...data, version: next.version });
  // Their node may get nothing of the group any more, the removal included: it is told on its own stream as well.
  if (group.local === 1) answer(work, parties, next, asked, false, 'not_member');
}

/**
 * Bans somebody from the group, member or not: they can neither take part nor follow nor ask, until the ban ends.
 * @param input.until UTC instant; null for good
 * @throws {Refusal} not_found, forbidden, last_owner, invalid
 */
export async function ban(work: Work, input: ModerationInput & { until: string | null }): Promise<void> {
  const parties = await authorised(work, input, ({ group, standing }, actor) => canRemove(group, actor, standing));
  const { group, person, standing } = parties;
  if (input.until !== null && input.until <= work.now && work.origin === 'local')
    refuse('invalid', 'The end of a ban must lie ahead', [{ field: 'until', code: 'in_the_past' }]);
  if (input.by === person.id) refuse('forbidden', 'Nobody bans themselves');
  const data = { group: group.id, person: person.id, by: input.by };
  const terms = { banned_until: input.until, reason: input.reason ?? null };
  if (decidedElsewhere(work, parties)) {
    await changeStanding(work, parties, terms);
    work.emit('group.banned', streamFor(work, group), data);
    return;
  }
  await assertNotLastOwner(work, parties);
  const asked = standing?.join_activity ?? standing?.follow_activity ?? null;
  const next = await changeStanding(work, parties, { ...outside, state: 'banned', ...terms });
  work.emit('group.banned', streamFor(work, group), { ...data, version: next.version });
  if (group.local === 1) answer(work, parties, next, asked, false, 'banned');
}

/** Ends a ban. Membership does not come back by itself. @throws {Refusal} not_found, forbidden */
export async function unban(work: Work, input: ModerationInput): Promise<void> {
  const parties = await authorised(work, input, ({ group }, actor) => canModerate(group, actor));
  const { group, person, standing } = parties;
  const data = { group: group.id, person: person.id, by: input.by };
  if (decidedElsewhere(work, parties)) {
    work.emit('group.unbanned', streamFor(work, group), data);
    return;
  }
  if (standing?.state !== 'banned') return;
  const { version } = await changeStanding(work, parties, { state: 'none', banned_until: null, reason: null });
  work.emit('group.unbanned', streamFor(work, group), { ...data, version });
  // A node with nobody in the group gets nothing of it: without this its person could never ask again.
  if (group.local === 1 && person.local !== 1 && !(await hasParticipants(work.db, group.id, person.home)))
    work.emit('group.unbanned', streams.node(person.home), { ...data, version });
}

/**
 * Gives or takes a role. Making somebody owner is how a group is handed over: both are owners then, and either may leave.
 * @throws {Refusal} not_found, forbidden, not_member, last_owner
 */
export async function setRole(work: Work, input: ModerationInput & { role: Role }): Promise<void> {
  const parties = await authorised(work, input, ({ group }, actor) => canChangeRole(group, actor));
  const { group, person, standing } = parties;
  const data = { group: group.id, person: person.id, by: input.by, role: input.role };
  if (decidedElsewhere(work, parties)) {
    work.emit('group.role_changed', streamFor(work, group), data);
    return;
  }
  if (isGuest(person) && input.role !== 'member') refuse('forbidden', 'Guests do not run groups');
  // A node says who runs its group; it cannot make a person of ours a member of it.
  const knownHere = group.local === 1 || person.local === 1;
  if (knownHere && standing?.state !== 'member') refuse('not_member', 'Only a member can have a role');
  if (standing?.state === 'member' && standing.role === input.role) return;
  if (input.role !== 'owner') await assertNotLastOwner(work, parties);
  await changeStanding(work, parties, { state: 'member', role: input.role });
  const was = group.local === 1 && standing ? { was: standing.role } : {};
  work.emit('group.role_changed', streamFor(work, group), { ...data, ...was });
}
