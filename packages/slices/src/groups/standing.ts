import { type RefusalCode, refuse, streams, subscribe, unsubscribe, type Work } from '@joinery/core';
import { isGuest, type PersonRow, personById } from '../people/index.ts';
import { admitNode, narrowNode, nodeFacts, revokeNode } from './access.ts';
import { scopeOf, streamOf } from './addresses.ts';
import { membersChanged } from './counts.ts';
import { type GroupFacts, isKnownThere, isPubliclyKnown, isShut, mayKnowGroup } from './policy.ts';
import { tellOfStanding } from './requests/elsewhere.ts';
import {
  hasParticipants,
  holdGroup,
  membershipOf,
  membersWithRole,
  putMembership,
  type StandingChange,
} from './store.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

/** A person, a group, and what they are to each other now. */
export type Parties = { group: GroupRow; person: PersonRow; standing: GroupMemberRow | undefined };

/** What every detail of a missing group says; a closed group must answer nobody with other words. */
const noSuchGroup = 'There is no such group here';

/**
 * Reads group, person and standing inside the unit of work, so that rules are checked against what is committed with them.
 * @throws {Refusal} not_found when either is missing or deleted
 */
export async function partiesOf(work: Work, input: { group: string; person: string }): Promise<Parties> {
  const group = await holdGroup(work, input.group);
  if (!group || group.deleted_at !== null) refuse('not_found', noSuchGroup);
  const person = await personById(work.db, input.person);
  if (!person) refuse('not_found', 'There is no such person here');
  return { group, person, standing: await membershipOf(work.db, group.id, person.id) };
}

/**
 * Whether another node may learn from an answer that a group of ours exists: it has an agreement that covers it, everybody may know of it, or whoever asks was told before.
 * @param standing of whoever asks
 */
export async function mayHearOf(
  work: Pick<Work, 'db' | 'trust'>,
  group: GroupFacts,
  origin: string,
  standing: GroupMemberRow | undefined,
): Promise<boolean> {
  // Asked whatever the group is, so that nothing is learnt from how long it takes.
  const node = await nodeFacts(work.db, group.id, origin);
  if (isPubliclyKnown(group) || (standing !== undefined && (standing.state !== 'none' || standing.following === 1)))
    return true;
  return (
    isKnownThere(group, node) &&
    (['in', 'out'] as const).some(
      (direction) => work.trust.mayFederate(origin, scopeOf(group), direction, group.id).allowed,
    )
  );
}

/**
 * Checks that this person may know of the group at all, and that their node and ours have an agreement for it.
 * @param directions seen from the group: `out` they read, `in` they write
 * @param known whether who decides has seen to it that this person may know of the group: an invitation tells them
 * @throws {Refusal} not_found exactly as for a missing group; no_agreement; disabled
 */
export async function assertReachable(
  work: Work,
  { group, person, standing }: Parties,
  directions: ('in' | 'out')[],
  known = false,
): Promise<void> {
  // Whoever was in it, or was invited since, is there for what goes on without anybody reading it.
  const shutOut = isShut(group) && !['member', 'unconfirmed', 'invited'].includes(standing?.state ?? 'none');
  if (shutOut && !known) refuse('not_found', noSuchGroup);
  if (person.local === 1) {
    if (person.disabled_at !== null) refuse('disabled', 'This person has left');
    const requester = { kind: 'person' as const, person: person.id, administrator: false, guest: isGuest(person) };
    if (!known && !isShut(group) && !mayKnowGroup(group, requester, standing)) refuse('not_found', noSuchGroup);
  } else if (group.local !== 1) {
    refuse('not_found', noSuchGroup);
  } else if (!known && group.reading === 'members' && !(await mayHearOf(work, group, person.home, standing))) {
    refuse('not_found', noSuchGroup);
  }
  const other = group.local === 1 ? person.home : group.home;
  if (other === work.home) return;
  for (const direction of directions) {
    if (isShut(group) && direction === 'out') continue;
    const seenFromHere = group.local === 1 ? direction : direction === 'in' ? 'out' : 'in';
    const decision = work.trust.mayFederate(other, scopeOf(group), seenFromHere, group.id);
    if (!decision.allowed) refuse('no_agreement', `No agreement with ${other} covers this group: ${decision.reason}`);
  }
}

/**
 * Changes a standing, and what follows from it: the first participant of a node subscribes that node to the group, the last one ends it;
 * members are counted anew.
 */
export async function changeStanding(work: Work, parties: Parties, change: StandingChange): Promise<GroupMemberRow> {
  const { group, person, standing } = parties;
  const elsewhere = group.local === 1 && person.local !== 1;
  const closed = group.reading === 'members';
  const before = elsewhere && (await hasParticipants(work.db, group.id, person.home));
  const next = await putMembership(work, group.id, person.id, { ...change, ...raised(group, standing, change) });
  await tellOfStanding(work, parties, standing, next);
  if (elsewhere) {
    const after = await hasParticipants(work.db, group.id, person.home);
    if (after && !before && closed) await admitNode(work, group, person.home);
    else if (after && !before) await subscribe(work, streamOf(group), person.home);
    if (before && after && closed && (await narrows(work, parties, next))) await narrowNode(work, group, person.home);
    if (before && !after && closed) await revokeNode(work, group, person.home);
    else if (before && !after) await unsubscribe(work, streamOf(group), person.home);
  }
  if (closed && group.local !== 1 && person.local === 1 && seesLess(standing, next))
    work.emit('group.narrowed', streams.local, { group: group.id, version: 0 });
  const changed = counts(next) !== counts(standing);
  if (changed && group.local === 1) await membersChanged(work, group);
  return next;
}

/** Whether the node of somebody may read less in threads for a part of a group than before: they began one and left, or were the last there to run it. */
async function narrows(work: Work, { group, person, standing }: Parties, next: GroupMemberRow): Promise<boolean> {
  if (standing?.state !== 'member') return false;
  const left = next.state !== 'member';
  const ranIt = standing.role !== 'member' && (left || next.role === 'member');
  if (left && standing.began === 1) return true;
  return (
    ranIt &&
    !(await membersWithRole(work.db, group.id, ['owner', 'facilitator'])).some(({ home }) => home === person.home)
  );
}

/** Whether somebody may see fewer threads of a closed group than before: they are a member, or run it, no more. */
function seesLess(before: GroupMemberRow | undefined, next: GroupMemberRow): boolean {
  if (before?.state !== 'member') return false;
  return next.state !== 'member' || (before.role !== 'member' && next.role === 'member');
}

/** A group of ours counts what becomes of each who takes part: their nodes may hear of it in another order. */
function raised(group: GroupRow, standing: GroupMemberRow | undefined, change: StandingChange): StandingChange {
  const { state = 'none', following = 0, version = 0 } = standing ?? {};
  const isOther = (change.state ?? state) !== state || (change.following ?? following) !== following;
  return group.local === 1 && isOther ? { version: version + 1 } : {};
}

/** Whether somebody is among the members that are counted (`countMembers`). */
const counts = (standing: GroupMemberRow | undefined): boolean =>
  standing?.state === 'member' || standing?.state === 'unconfirmed';

/** What a standing is once somebody takes no part and does not follow. */
export const outside: StandingChange = {
  state: 'none',
  role: 'member',
  following: 0,
  follow_activity: null,
  join_activity: null,
  invite_activity: null,
  invited_by: null,
  joined_at: null,
  sees_from: null,
  banned_until: null,
};

/**
 * Answers an activity by which a person of another node asked; for our own people it is only noted.
 * @param next what they are to the group now
 */
export function answer(
  work: Work,
  { group, person }: Pick<Parties, 'group' | 'person'>,
  next: Pick<GroupMemberRow, 'version'>,
  activity: string | null,
  accepted: boolean,
  code: RefusalCode | null = null,
): void {
  if (person.local !== 1 && activity === null) return;
  const stream = person.local === 1 ? streams.local : streams.node(person.home);
  const { version } = next;
  const data = { group: group.id, person: person.id, activity: activity ?? '', accepted, code, version };
  work.emit('group.answered', stream, data);
}

/**
 * While a restore keeps a group of ours shut nobody comes into it on the word of the command line, whose answers other nodes would have before anybody has looked; as on its pages, where those
 * who run it open it first.
 * @param by who decides; null for the command line
 * @throws {Refusal} conflict
 */
export function assertLookedAt({ group }: Pick<Parties, 'group'>, by: string | null): void {
  if (by === null && group.local === 1 && isShut(group))
    refuse('conflict', 'A restore keeps this group shut: somebody who runs it has to open it first');
}

/** @throws {Refusal} last_owner: a group of ours always keeps somebody who runs it */
export async function assertNotLastOwner(work: Work, { group, standing }: Parties): Promise<void> {
  if (group.local !== 1 || standing?.state !== 'member' || standing.role !== 'owner') return;
  const owners = await membersWithRole(work.db, group.id, ['owner']);
  if (owners.length <= 1) refuse('last_owner', 'A group needs an owner: make somebody else owner first');
}
