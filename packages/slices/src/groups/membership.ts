import { refuse, streams, type Work } from '@joinery/core';
import { isGuest } from '../people/index.ts';
import { tellPeople } from './conversation-people.ts';
import { endGroup } from './groups.ts';
import { isJoiningHeld } from './joining.ts';
import { isBanned, isMember, joinRefusal, joinsAtOnce, mayAskFrom, seesFrom } from './policy.ts';
import { putAnswers } from './requests/answers.ts';
import { ruleFor } from './requests/automatic.ts';
import { noteDecision } from './requests/decisions.ts';
import { tellAgain } from './requests/elsewhere.ts';
import { type Answer, answersFrom, questionsOf } from './requests/questions.ts';
import {
  answer,
  assertNotLastOwner,
  assertReachable,
  changeStanding,
  outside,
  type Parties,
  partiesOf,
} from './standing.ts';
import { countMembers } from './store.ts';
import type { GroupMemberRow } from './tables.ts';
import { namedNodes } from './terms/terms.ts';
import { countAsk } from './turns.ts';

/** `activity`: address of the activity by which a person of another node asks. */
export type MembershipInput = { group: string; person: string; activity?: string };

/**
 * Follows a group: what is new in it comes into the feed. Needs no approval where the group may be read.
 * Following a group elsewhere is only asked for here: it holds when its node has accepted.
 * @throws {Refusal} not_found, no_agreement, banned, forbidden
 */
export async function followGroup(work: Work, input: MembershipInput): Promise<GroupMemberRow> {
  const parties = await partiesOf(work, input);
  const { group, person, standing } = parties;
  await assertReachable(work, parties, ['out']);
  if (isBanned(standing, work.now)) refuse('banned', 'Banned from this group');
  if (isGuest(person) && !isMember(standing)) refuse('forbidden', 'Guests follow the groups that they are members of');
  if (group.local !== 1) return askToFollow(work, parties);
  if (group.reading === 'members' && !isMember(standing))
    refuse('forbidden', 'Only members read this group: ask to join it');
  const next = await changeStanding(work, parties, {
    following: 1,
    ...(input.activity === undefined ? {} : { follow_activity: input.activity }),
  });
  if (input.activity !== undefined) answer(work, parties, next, input.activity, true);
  if (standing?.following !== 1) work.emit('group.followed', streams.local, { group: group.id, person: person.id });
  return next;
}

async function askToFollow(work: Work, parties: Parties): Promise<GroupMemberRow> {
  const { group, person, standing } = parties;
  if (standing?.following === 1 || (standing?.follow_activity && standing.state !== 'member')) return standing;
  // A member's node gets everything already: wanting it in the feed is this node's own matter.
  if (isMember(standing)) return changeStanding(work, parties, { following: 1 });
  const id = work.emit('group.follow_asked', streams.node(group.home), { group: group.id, person: person.id });
  return changeStanding(work, parties, { follow_activity: `${work.home}/activities/${id}`, reason: null });
}

/** Stops following; membership stays. Does nothing for who does not follow. */
export async function unfollowGroup(work: Work, input: MembershipInput): Promise<void> {
  const parties = await partiesOf(work, input);
  const { group, person, standing } = parties;
  if (!standing || (standing.following === 0 && standing.follow_activity === null)) return;
  const asked = standing.follow_activity;
  if (group.local !== 1 && isMember(standing)) {
    await changeStanding(work, parties, { following: 0 });
    return;
  }
  await changeStanding(work, parties, { following: 0, follow_activity: null });
  const stream = group.local === 1 ? streams.local : streams.node(group.home);
  work.emit('group.unfollowed', stream, { group: group.id, person: person.id, activity: asked ?? '' });
}

/**
 * Joins a group: takes part, and follows it. At once where joining is open or the person was invited; otherwise a facilitator decides.
 * Joining a group elsewhere is only asked for here: it holds when its node has accepted.
 * @param input.plainFollow the activity is a `Follow` of software that knows no `Join`
 * @throws {Refusal} not_found, no_agreement, banned, invitation_needed, locked
 */
export async function joinGroup(
  work: Work,
  input: MembershipInput & { plainFollow?: boolean; answers?: readonly Answer[] },
): Promise<GroupMemberRow> {
  const parties = await partiesOf(work, input);
  const { group, person, standing } = parties;
  await assertReachable(work, parties, ['in', 'out']);
  const asked = {
    ...(input.activity === undefined ? {} : { join_activity: input.activity }),
    ...(input.activity !== undefined && input.plainFollow ? { follow_activity: input.activity } : {}),
  };
  // Asked again without answers, those given before stay.
  const answers = standing?.state === 'requested' && input.answers?.length === 0 ? undefined : input.answers;
  if (answers) await putAnswers(work, input, answers);
  if (group.local !== 1) return askToJoin(work, parties);
  // Asking again would take the place of what waits to be confirmed, role included.
  if (standing?.state === 'unconfirmed') return standing;
  const refusal = joinRefusal(group, standing, work.now, isGuest(person));
  if (refusal) refuse(refusal, `Not let into this group: ${refusal}`);
  if (isMember(standing)) {
    // Their node asks again, perhaps because it lost our answer.
    const next = await changeStanding(work, parties, asked);
    if (input.activity !== undefined) answer(work, parties, next, input.activity, true);
    return next;
  }
  // An invitation lets in once, and whoever was refused would have lost it.
  if (person.local !== 1 && standing?.state !== 'invited') await countAsk(work, group, person);
  if (standing?.state !== 'invited' && !mayAskFrom(group, person.home, await namedNodes(work.db, group.id)))
    refuse('invitation_needed', 'The group takes no requests from this agency');
  // After a restore nobody knows who was banned, nor which rule was taken away: whoever was not invited since asks.
  if (joinsAtOnce(group, standing)) return admit(work, parties, asked);
  const rule = (await isJoiningHeld(work.db, group.id)) ? null : await ruleFor(work.db, group.id, person);
  if (rule) {
    const about = { group: group.id, person: person.id };
    await noteDecision(work, { ...about, by: null, accepted: true, rule: `${rule.kind} ${rule.value}` });
    return admit(work, parties, asked);
  }
  // Who asks here has a form; other nodes may know of no questions, and then those who decide see that nothing was said.
  if (person.local === 1 && standing?.state !== 'requested' && !input.answers)
    answersFrom(await questionsOf(work.db, group.id), []);
  const next = await changeStanding(work, parties, {
    ...asked,
    state: 'requested',
    role: 'member',
    reason: null,
    banned_until: null,
  });
  if (standing?.state !== 'requested')
    work.emit('group.join_asked', streams.local, { group: group.id, person: person.id });
  else if (answers) await tellAgain(work, group, person.id);
  return next;
}

/** Makes a member, and says so to who asked. */
export async function admit(
  work: Work,
  parties: Parties,
  change: { join_activity?: string; follow_activity?: string; reason?: string | null } = {},
): Promise<GroupMemberRow> {
  const { group, person } = parties;
  const next = await changeStanding(work, parties, {
    reason: null,
    ...change,
    state: 'member',
    role: 'member',
    following: 1,
    joined_at: work.now,
    sees_from: seesFrom(group, work.now),
    invite_activity: null,
    banned_until: null,
  });
  answer(work, parties, next, next.join_activity, true);
  work.emit('group.joined', streams.local, { group: group.id, person: person.id });
  return next;
}

async function askToJoin(work: Work, parties: Parties): Promise<GroupMemberRow> {
  const { group, person, standing } = parties;
  if (standing && (standing.state === 'member' || standing.state === 'requested')) return standing;
  if (isBanned(standing, work.now)) refuse('banned', 'Banned from this group');
  const id = work.emit('group.join_asked', streams.node(group.home), { group: group.id, person: person.id });
  const activity = `${work.home}/activities/${id}`;
  return changeStanding(work, parties, {
    state: 'requested',
    role: 'member',
    join_activity: activity,
    ...(group.joins_by === 'Follow' ? { follow_activity: activity } : {}),
    reason: null,
    banned_until: null,
  });
}

/**
 * Leaves: takes no part any more and does not follow. What is here stays readable for who may read the group. A ban outlasts leaving.
 * @throws {Refusal} last_owner
 */
export async function leaveGroup(work: Work, input: MembershipInput): Promise<void> {
  const parties = await partiesOf(work, input);
  const { group, person, standing } = parties;
  if (!standing) return;
  const asked = standing.join_activity ?? standing.follow_activity;
  const takesPart = standing.state !== 'none' && standing.state !== 'banned';
  if (!takesPart && standing.following === 0 && asked === null) return;
  await assertNotLastOwner(work, parties);
  if (!takesPart && group.local !== 1) return unfollowGroup(work, input);
  const { state, banned_until } = standing;
  await changeStanding(work, parties, { ...outside, ...(state === 'banned' ? { state, banned_until } : {}) });
  // Nobody could ever read it again: what it was about goes here, and what was said in it with the event.
  if (group.kind === 'conversation' && group.local === 1 && (await countMembers(work.db, group.id)) === 0) {
    await endGroup(work, group.id);
    await work.db.updateTable('groups').set({ name: '', sort_name: '' }).where('id', '=', group.id).execute();
    work.emit('group.deleted', streams.local, { group: group.id });
  }
  await tellPeople(work, group);
  const stream = group.local === 1 ? streams.local : streams.node(group.home);
  work.emit('group.left', stream, { group: group.id, person: person.id, activity: asked ?? '' });
}
