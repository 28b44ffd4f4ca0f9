import {
  addressOf,
  countIn,
  embedded,
  type Inbound,
  type InboundHandler,
  type InboundOutcome,
  isObject,
  nodeActor,
  refuse,
  streams,
  type Work,
} from '@joinery/core';
import { type PersonRow, personByUri } from '../people/index.ts';
import { accessOf, isTooLate, noteReceipt } from './access.ts';
import { cleanText, instantOf, isOwnGroupAddress, knowsJoin, ownGroup } from './activities-read.ts';
import { acceptedByHost, askedBy, refusedByHost } from './answers.ts';
import { receiveConversation } from './contacts.ts';
import { declineInvitation, receiveInvitation } from './invitations.ts';
import { followGroup, joinGroup, leaveGroup, unfollowGroup } from './membership.ts';
import { absent } from './policy.ts';
import { readAnswers } from './requests/questions.ts';
import { mayHearOf } from './standing.ts';
import { groupByUri, membershipByActivity, membershipOf } from './store.ts';
import type { GroupRow } from './tables.ts';
import { standingSaid } from './told.ts';

const applied: InboundOutcome = { state: 'applied' };
const ignored = (why: string): InboundOutcome => ({ state: 'ignored', why });

/** A request about a group of ours: who asks, and for which group. Null when it is not about a group of ours. */
async function requestOf(
  work: Work,
  inbound: Inbound,
  address: string | null,
): Promise<{ group: GroupRow; person: PersonRow } | InboundOutcome | null> {
  if (!isOwnGroupAddress(work, address)) return null;
  // A request passed on by a group, or an unchecked copy, asks for nothing.
  if (inbound.through !== null || inbound.verified === 'unchecked')
    return ignored('not asked by the person themselves');
  const group = await ownGroup(work, address);
  const person = await personByUri(work.db, inbound.actor);
  const standing = person && (await membershipOf(work.db, group?.id ?? '', person.id));
  const heard = await mayHearOf(work, group ?? absent, inbound.origin, standing);
  if (!group || group.deleted_at !== null || !heard) refuse('not_found', 'There is no such group here');
  if (group.reading === 'members' && !knowsJoin(inbound))
    refuse('software_unsupported', 'Closed groups are shared with Joinery nodes only');
  if (!person) return { state: 'waiting', uri: inbound.actor };
  if (person.local === 1) return ignored('people of this node ask here');
  return { group, person };
}

const isOutcome = (value: object): value is InboundOutcome => 'state' in value;

async function onFollow(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const asked = await requestOf(work, inbound, addressOf(inbound.activity.object));
  if (asked === null || isOutcome(asked)) return asked;
  const { group, person } = asked;
  const input = { group: group.id, person: person.id, activity: inbound.id };
  const standing = await membershipOf(work.db, group.id, person.id);
  if (standing?.follow_activity === inbound.id && (standing.following === 1 || standing.state === 'requested'))
    return ignored('asked before');
  const onlyFollows = knowsJoin(inbound) || (group.joining === 'invited' && standing?.state !== 'invited');
  if (onlyFollows || group.archived_at !== null) await followGroup(work, input);
  else await joinGroup(work, { ...input, plainFollow: true });
  return applied;
}

async function onJoin(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const asked = await requestOf(work, inbound, addressOf(inbound.activity.object));
  if (asked === null || isOutcome(asked)) return asked;
  const input = { group: asked.group.id, person: asked.person.id, activity: inbound.id };
  const standing = await membershipOf(work.db, input.group, input.person);
  if (standing?.join_activity === inbound.id) return ignored('asked before');
  await joinGroup(work, { ...input, answers: readAnswers(inbound.activity['joinery:answers']) });
  return applied;
}

/** A node dropped its copies of a closed group that it may not read any more. */
async function onReceipt(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const dropped = inbound.activity['joinery:dropped'];
  if (!isObject(dropped)) return null;
  const isNode = inbound.actor === nodeActor(inbound.origin) && inbound.through === null;
  if (!isNode || inbound.verified === 'unchecked') return ignored('only a server actor speaks for its node');
  const group = await groupByUri(work.db, addressOf(inbound.activity.object) ?? '');
  if (group?.reading !== 'members') return ignored('nothing of it was there');
  const item = addressOf(dropped.item);
  if (item !== null) {
    const access = await accessOf(work.db, group.id, inbound.origin);
    if (isTooLate(work, inbound.origin, access?.revoked_at ?? null)) return ignored('too late');
    if (!item.startsWith(`${work.home}/`)) return ignored('none of this node');
    work.emit('group.item_dropped', streams.local, { group: group.id, node: inbound.origin, item });
    return applied;
  }
  const items = countIn(dropped.items) ?? 0;
  return (await noteReceipt(work, group, inbound.origin, { items, text: inbound.text }))
    ? applied
    : ignored('too late');
}

async function onLeave(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const asked = await requestOf(work, inbound, addressOf(inbound.activity.object));
  if (asked === null || isOutcome(asked)) return asked;
  await leaveGroup(work, { group: asked.group.id, person: asked.person.id });
  return applied;
}

/** `Undo` of a request: by the id of what it takes back, or by what is embedded, where software does not keep its ids. */
async function onUndo(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const { object } = inbound.activity;
  const undone = embedded(object);
  if (undone && undone.type !== 'Follow' && undone.type !== 'Join') return null;
  const id = addressOf(object);
  const row = id === null ? undefined : await requestNamed(work, id);
  const address = row ? await addressOfGroup(work, row.group_id) : addressOf(undone?.object);
  const asked = await requestOf(work, inbound, address);
  if (asked === null || isOutcome(asked)) return asked;
  const { group, person } = asked;
  if (row && row.person_id !== person.id) return ignored('only who asked can take it back');
  if (undone && undone.actor !== undefined && addressOf(undone.actor) !== inbound.actor)
    return ignored('only who asked can take it back');
  const standing = await membershipOf(work.db, group.id, person.id);
  const both = standing?.follow_activity !== null && standing?.follow_activity === standing?.join_activity;
  const endsMembership = undone?.type === 'Join' || both || (id !== null && standing?.join_activity === id);
  if (endsMembership) await leaveGroup(work, { group: group.id, person: person.id });
  else await unfollowGroup(work, { group: group.id, person: person.id });
  return applied;
}

async function requestNamed(work: Work, id: string) {
  return (
    (await membershipByActivity(work.db, 'follow_activity', id)) ??
    (await membershipByActivity(work.db, 'join_activity', id))
  );
}

async function addressOfGroup(work: Work, id: string): Promise<string | null> {
  const group = await work.db.selectFrom('groups').select('uri').where('id', '=', id).executeTakeFirst();
  return group?.uri ?? null;
}

async function onInvite(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const group = await groupByUri(work.db, addressOf(inbound.activity.object) ?? inbound.actor);
  const target = addressOf(inbound.activity.target);
  if (target === null || !target.startsWith(`${work.home}/people/`)) return null;
  if (!group) return { state: 'waiting', uri: addressOf(inbound.activity.object) ?? inbound.actor };
  if (group.uri !== inbound.actor || group.local === 1) return ignored('only the group itself invites');
  if (inbound.through !== null || inbound.verified === 'unchecked') return ignored('not proven to be from the group');
  const person = await personByUri(work.db, target);
  if (person?.local !== 1) return ignored('nobody here');
  const input = { group: group.id, person: person.id, activity: inbound.id };
  if (group.kind === 'conversation') {
    const by = addressOf(inbound.activity['joinery:by']);
    const { startTime } = inbound.activity;
    const from = typeof startTime === 'string' ? startTime : null;
    return (await receiveConversation(work, { ...input, by, from })) ? applied : ignored('is in it already');
  }
  return (await receiveInvitation(work, { ...input, said: await standingSaid(work, group, inbound) }))
    ? applied
    : ignored('takes part or has asked already');
}

/** `Accept` and `Reject` are matched by the id of what they answer: one that answers nothing we sent has no effect. */
async function onAccept(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const activity = addressOf(inbound.activity.object);
  const asked = activity === null ? undefined : await askedBy(work, activity);
  if (activity === null || asked === undefined) return null;
  if (asked.group.uri !== inbound.actor || inbound.through !== null || inbound.verified === 'unchecked')
    return ignored('only the group itself answers');
  return (await acceptedByHost(work, asked, activity, await standingSaid(work, asked.group, inbound)))
    ? applied
    : ignored('nothing waits for this answer');
}

async function onReject(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const activity = addressOf(inbound.activity.object);
  if (activity === null) return null;
  const asked = await askedBy(work, activity);
  if (asked === undefined) return onInvitationDeclined(work, inbound, activity);
  const { group } = asked;
  const fromHost = inbound.actor === group.uri || inbound.actor === nodeActor(group.home);
  if (!fromHost || inbound.through !== null || inbound.verified === 'unchecked')
    return ignored('only the group itself answers');
  await refusedByHost(work, asked, activity, {
    code: cleanText(inbound.activity['joinery:code']),
    reason: cleanText(inbound.activity.summary),
    until: instantOf(inbound.activity.endTime),
  });
  return applied;
}

async function onInvitationDeclined(work: Work, inbound: Inbound, activity: string): Promise<InboundOutcome | null> {
  const standing = await membershipByActivity(work.db, 'invite_activity', activity);
  const person = standing && (await personByUri(work.db, inbound.actor));
  if (!standing) return null;
  if (person?.id !== standing.person_id || inbound.through !== null) return ignored('only who was invited declines');
  await declineInvitation(work, { group: standing.group_id, person: standing.person_id });
  return applied;
}

const needsActor = (inbound: Inbound): string[] => [inbound.actor];
const needsGroup = ({ activity, actor }: Inbound): string[] => [addressOf(activity.object) ?? actor];

/** Requests to our groups, and answers to ours. */
export const membershipHandlers: InboundHandler[] = [
  { types: ['Follow'], needs: needsActor, apply: onFollow },
  { types: ['Join'], needs: needsActor, apply: onJoin },
  { types: ['Leave'], apply: onReceipt },
  { types: ['Leave'], apply: onLeave },
  { types: ['Undo'], apply: onUndo },
  { types: ['Invite'], needs: needsGroup, apply: onInvite },
  { types: ['Accept', 'TentativeAccept'], apply: onAccept },
  { types: ['Reject'], apply: onReject },
];
