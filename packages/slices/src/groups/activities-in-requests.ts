import {
  addressOf,
  embedded,
  type Inbound,
  type InboundHandler,
  type InboundOutcome,
  isObject,
  type JsonObject,
  type Work,
} from '@joinery/core';
import { personByUri, personTypes } from '../people/index.ts';
import { cleanText, isOwnGroupAddress, ownGroup, speaksFor } from './activities-read.ts';
import { scopeOf } from './addresses.ts';
import { approve, decline } from './moderation.ts';
import { canModerate } from './policy.ts';
import { forgetRequest, hearRequest, isRunHere, tellAgain } from './requests/elsewhere.ts';
import { readAnswers } from './requests/questions.ts';
import { groupByUri, membershipOf } from './store.ts';

const applied: InboundOutcome = { state: 'applied' };
const ignored = (why: string): InboundOutcome => ({ state: 'ignored', why });

/** The request that an activity is about, where it is embedded. */
function joinIn(value: JsonObject['object']): JsonObject | null {
  const join = embedded(value);
  return join?.type === 'Join' ? join : null;
}

/** A group elsewhere that this says something of, on its own word; null when it is about none. */
async function ofGroupElsewhere(work: Work, inbound: Inbound, join: JsonObject) {
  const group = await groupByUri(work.db, addressOf(join.object) ?? '');
  if (!group || group.local === 1 || group.deleted_at !== null)
    return ignored('no group of another node that is known here');
  if (inbound.through !== null || !speaksFor(group, inbound)) return ignored('only the group itself tells who asks');
  if (!work.trust.mayFederate(group.home, scopeOf(group), 'in').allowed)
    return ignored('there is no agreement for this');
  return group;
}

/** `Offer{Join}`: somebody asks to take part in a group elsewhere that people of this node run. */
async function onOffer(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const join = joinIn(inbound.activity.object);
  if (!join) return null;
  const group = await ofGroupElsewhere(work, inbound, join);
  if ('state' in group) return group;
  if (!(await isRunHere(work, group.id))) return ignored('nobody here runs this group');
  const id = addressOf(join.actor);
  if (id === null) return null;
  const said = isObject(join.actor) ? join.actor : {};
  const type = personTypes.find((name) => name === said.type) ?? 'Person';
  const known = await personByUri(work.db, id);
  if (!known && id.startsWith(`${work.home}/`)) return ignored('there is no such person here');
  const request = { id, document: { ...said, id, type }, answers: readAnswers(join['joinery:answers']) };
  return (await hearRequest(work, group, known, request)) ? applied : ignored('known already, or decided');
}

/** `Undo{Offer{Join}}`: it waits no more. */
async function onOfferUndone(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const undone = embedded(inbound.activity.object);
  const join = undone?.type === 'Offer' ? joinIn(undone.object) : null;
  if (!join) return null;
  const group = await ofGroupElsewhere(work, inbound, join);
  if ('state' in group) return group;
  const person = await personByUri(work.db, addressOf(join.actor) ?? '');
  return person && (await forgetRequest(work, group, person)) ? applied : ignored('not known to wait here');
}

/** `Accept` or `Reject` of somebody's `Join` by a facilitator who lives elsewhere: counts while they run the group, and nobody was faster. */
async function onDecision(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const join = joinIn(inbound.activity.object);
  const address = addressOf(join?.object);
  if (!join || !isOwnGroupAddress(work, address)) return null;
  if (inbound.through !== null || inbound.verified === 'unchecked') return ignored('not sent by the facilitator');
  const [group, actor] = [await ownGroup(work, address), await personByUri(work.db, inbound.actor)];
  const person = await personByUri(work.db, addressOf(join.actor) ?? '');
  if (!group || group.deleted_at !== null || !person) return ignored('nobody waits for this');
  const standing = actor && (await membershipOf(work.db, group.id, actor.id));
  const agreed = work.trust.mayFederate(inbound.origin, scopeOf(group), 'in', group.id).allowed;
  if (!agreed || !actor || actor.local === 1 || !canModerate(group, standing)) {
    // Who never stood in the group has nothing to be told of it, and asks nothing of the others.
    if (standing !== undefined) await tellAgain(work, group, person.id);
    return ignored('only those who run the group decide');
  }
  if ((await membershipOf(work.db, group.id, person.id))?.state !== 'requested') return ignored('decided already');
  const reason = cleanText(inbound.activity.summary);
  const decision = { group: group.id, person: person.id, by: actor.id, ...(reason === null ? {} : { reason }) };
  if (inbound.type === 'Accept') await approve(work, decision);
  else await decline(work, decision);
  return applied;
}

/** Requests to join, where those who decide live on several nodes. */
export const requestHandlers: InboundHandler[] = [
  { types: ['Offer'], apply: onOffer },
  { types: ['Undo'], apply: onOfferUndone },
  { types: ['Accept', 'Reject'], apply: onDecision },
];
