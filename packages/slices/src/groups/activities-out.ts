import {
  type Activities,
  type ActivityDocument,
  type LogEvent,
  nodeActor,
  type Outgoing,
  ownEpoch,
} from '@joinery/core';
import { type PersonRow, personById, personDocument } from '../people/index.ts';
import { accessOf } from './access.ts';
import { addressing, announce, groupDocument } from './activities-document.ts';
import { collectionUris, streamOf } from './addresses.ts';
import { answersOf } from './requests/answers.ts';
import { mayKnowRequests } from './requests/elsewhere.ts';
import { answersDocument } from './requests/questions.ts';
import { groupById, membershipOf } from './store.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';
import { sayStanding } from './told.ts';

type Parties = { group: GroupRow; person: PersonRow; standing: GroupMemberRow | undefined };

async function partiesOf(outgoing: Outgoing, data: { group: string; person: string }): Promise<Parties | null> {
  const group = await groupById(outgoing.db, data.group);
  const person = await personById(outgoing.db, data.person);
  if (!group || !person) return null;
  return { group, person, standing: await membershipOf(outgoing.db, group.id, person.id) };
}

const reasonOf = (standing: GroupMemberRow | undefined) => (standing?.reason ? { summary: standing.reason } : {});
const endOf = (standing: GroupMemberRow | undefined) =>
  standing?.banned_until ? { endTime: standing.banned_until } : {};

/** A decision about a member: announced by a group of ours, asked of the node of a group elsewhere. */
async function moderation(
  outgoing: Outgoing,
  data: { group: string; person: string; by: string | null },
  inner: (parties: Parties) => ActivityDocument | null,
): Promise<ActivityDocument | null> {
  const parties = await partiesOf(outgoing, data);
  const said = parties && inner(parties);
  if (!parties || !said) return null;
  const { group } = parties;
  const by = data.by === null ? undefined : await personById(outgoing.db, data.by);
  // Other software believes a moderator, not the group; a facilitator of another node cannot be quoted without their signature.
  const actor = by?.local === 1 ? by.uri : group.uri;
  const activity = { actor, ...addressing(group), audience: group.uri, ...said };
  return group.local === 1 ? announce(outgoing, group, activity) : { ...activity, id: outgoing.id };
}

/** A request of a person of ours to the node of a group elsewhere. */
async function request(
  outgoing: Outgoing,
  data: { group: string; person: string },
  rest: (parties: Parties) => ActivityDocument,
): Promise<ActivityDocument | null> {
  const parties = await partiesOf(outgoing, data);
  if (!parties || parties.group.local === 1 || parties.person.local !== 1) return null;
  const { group, person } = parties;
  return { id: outgoing.id, actor: person.uri, to: [group.uri], ...rest(parties) };
}

async function changed(
  outgoing: Outgoing,
  data: { group: string },
  more: ActivityDocument = {},
): Promise<ActivityDocument | null> {
  const group = await groupById(outgoing.db, data.group);
  if (group?.local !== 1 || group.deleted_at !== null) return null;
  const object = await groupDocument(outgoing.db, outgoing.origin, group, outgoing.joineryPeer, true);
  return announce(outgoing, group, {
    type: 'Update',
    actor: group.uri,
    ...addressing(group),
    object: { ...object, ...more },
  });
}

const undoFollow = (activity: string, { group, person }: Parties): ActivityDocument => ({
  type: 'Undo',
  object: {
    ...(activity === '' ? {} : { id: activity }),
    type: 'Follow',
    actor: person.uri,
    object: group.uri,
  },
});

async function removal(outgoing: Outgoing, event: LogEvent<'group.removed'>): Promise<ActivityDocument | null> {
  const said = await sayStanding(outgoing.db, event);
  return moderation(outgoing, event.data, ({ group, person, standing }) => {
    // Let in again since: whoever catches up only now must not take that for the later word.
    if (group.local === 1 && standing?.state === 'member') return null;
    return {
      type: 'Remove',
      object: person.uri,
      target: group.followers_uri ?? collectionUris(group.uri).followers,
      ...reasonOf(standing),
      ...said,
    };
  });
}

async function block(
  outgoing: Outgoing,
  event: LogEvent<'group.banned' | 'group.unbanned'>,
  undo: boolean,
): Promise<ActivityDocument | null> {
  const said = await sayStanding(outgoing.db, event);
  return moderation(outgoing, event.data, ({ group, person, standing }) => {
    // As for a removal: only the last word is told.
    if (group.local === 1 && standing?.state === (undo ? 'banned' : 'member')) return null;
    const blocked = { type: 'Block', object: person.uri, target: group.uri, ...reasonOf(standing), ...endOf(standing) };
    return undo ? { type: 'Undo', object: { ...blocked, actor: group.uri }, ...said } : { ...blocked, ...said };
  });
}

/** To a node whose people run a group of ours, and to nobody else: who asks to take part, with what they answered, or that they do so no more. */
async function requestTold(
  outgoing: Outgoing,
  event: LogEvent<'group.request_told'>,
): Promise<ActivityDocument | null> {
  const origin = /^node:(.+)$/.exec(event.stream)?.[1] ?? '';
  const parties = await partiesOf(outgoing, event.data);
  if (!parties || !outgoing.joineryPeer || !(await mayKnowRequests(outgoing.db, parties.group, origin))) return null;
  const { group, person, standing } = parties;
  const common = { id: outgoing.id, actor: group.uri, to: [nodeActor(origin)] };
  const join = { type: 'Join', object: group.uri };
  if (standing?.state !== 'requested')
    return { ...common, type: 'Undo', object: { type: 'Offer', object: { ...join, actor: person.uri } } };
  const [answers = []] = (await answersOf(outgoing.db, group.id, [person.id])).values();
  // Who they are, as they show it to partners; what they say about themselves is at their own node.
  const { summary: _, ...asks } = personDocument(person, { partner: true });
  return {
    ...common,
    type: 'Offer',
    object: { ...join, actor: asks, published: standing.updated_at, ...answersDocument(answers) },
  };
}

/** What happened to groups and memberships, as activities. */
export const toActivity: NonNullable<Activities['toActivity']> = {
  'group.updated': (outgoing, { data }) => changed(outgoing, data),
  'group.keys_renewed': (outgoing, { data, at }) => changed(outgoing, data, { 'joinery:keysRenewed': at }),
  // Only Joinery knows what to do with members per node.
  'group.summarised': async (outgoing, { data }) => (outgoing.joineryPeer ? changed(outgoing, data) : null),
  'group.deleted': async (outgoing, { data }) => {
    const group = await groupById(outgoing.db, data.group);
    if (group?.local !== 1) return null;
    return { id: outgoing.id, type: 'Delete', actor: group.uri, ...addressing(group), object: group.uri };
  },
  'group.follow_asked': (outgoing, { data }) =>
    request(outgoing, data, ({ group }) => ({ type: 'Follow', object: group.uri })),
  'group.join_asked': async (outgoing, { data }) => {
    // What somebody answers is for a node that keeps it from everybody but those who decide.
    const [answers = []] = outgoing.joineryPeer
      ? (await answersOf(outgoing.db, data.group, [data.person])).values()
      : [];
    return request(outgoing, data, ({ group }) => ({
      type: group.joins_by,
      object: group.uri,
      ...answersDocument(answers),
    }));
  },
  'group.request_told': requestTold,
  'group.request_decided': async (outgoing, { data }) => {
    const parties = await partiesOf(outgoing, data);
    const by = data.by === null ? undefined : await personById(outgoing.db, data.by);
    if (!parties || parties.group.local === 1 || by?.local !== 1) return null;
    const { group, person, standing } = parties;
    return {
      id: outgoing.id,
      type: data.accepted ? 'Accept' : 'Reject',
      actor: by.uri,
      to: [group.uri],
      audience: group.uri,
      object: { type: 'Join', actor: person.uri, object: group.uri },
      ...reasonOf(standing),
    };
  },
  'group.unfollowed': (outgoing, { data }) => request(outgoing, data, (parties) => undoFollow(data.activity, parties)),
  'group.left': (outgoing, { data }) =>
    request(outgoing, data, (parties) =>
      parties.group.joins_by === 'Join'
        ? { type: 'Leave', object: parties.group.uri }
        : undoFollow(data.activity, parties),
    ),
  'group.invitation_declined': (outgoing, { data }) =>
    request(outgoing, data, () => ({ type: 'Reject', object: data.activity })),
  'group.invited': async (outgoing, event) => {
    const { data } = event;
    const parties = await partiesOf(outgoing, data);
    const talk = parties?.group.kind === 'conversation';
    if (parties?.group.local !== 1 || parties.standing?.state !== (talk ? 'member' : 'invited')) return null;
    const { group, person, standing } = parties;
    // Other software would keep it without lease or receipt.
    if (talk && !outgoing.joineryPeer) return null;
    const by = talk && data.by !== null ? await personById(outgoing.db, data.by) : undefined;
    return {
      id: outgoing.id,
      type: 'Invite',
      actor: group.uri,
      to: [person.uri],
      object: group.uri,
      target: person.uri,
      ...(by ? { 'joinery:by': by.uri } : {}),
      ...(talk && standing?.sees_from ? { startTime: standing.sees_from } : {}),
      ...(await sayStanding(outgoing.db, event)),
    };
  },
  'group.answered': async (outgoing, event) => {
    const { data } = event;
    const parties = await partiesOf(outgoing, data);
    if (parties?.group.local !== 1 || data.activity === '') return null;
    const { group, person, standing } = parties;
    return {
      id: outgoing.id,
      type: data.accepted ? 'Accept' : 'Reject',
      actor: group.uri,
      to: [person.uri],
      // The type lets software recognise its Follow that looks no further than this.
      object: {
        id: data.activity,
        type: standing?.follow_activity === data.activity || !outgoing.joineryPeer ? 'Follow' : 'Join',
        actor: person.uri,
        object: group.uri,
      },
      ...reasonOf(standing),
      ...(data.accepted ? {} : { 'joinery:code': data.code ?? 'forbidden', ...endOf(standing) }),
      ...(await sayStanding(outgoing.db, event)),
    };
  },
  'group.revoked': async (outgoing, { data, stream }) => {
    const group = await groupById(outgoing.db, data.group);
    if (group?.local !== 1 || !outgoing.joineryPeer) return null;
    // What still holds is said in the epoch of today: said in an earlier one it would count no more.
    const access = await accessOf(outgoing.db, group.id, data.node);
    const holds = access?.version === data.version && (access.revoked_at === null) === (data.remains === true);
    const epoch = holds ? await ownEpoch(outgoing.db) : (data.epoch ?? '');
    const revoke = {
      type: 'Remove',
      actor: group.uri,
      object: nodeActor(data.node),
      target: group.followers_uri ?? collectionUris(group.uri).followers,
      'joinery:version': data.version,
      ...(data.remains ? { 'joinery:remains': true } : {}),
      ...(epoch === '' ? {} : { 'joinery:hostEpoch': epoch }),
    };
    if (stream === streamOf(group)) return announce(outgoing, group, { ...revoke, ...addressing(group) });
    return { id: outgoing.id, ...revoke, to: [nodeActor(stream.slice('node:'.length))] };
  },
  'group.removed': removal,
  'group.banned': (outgoing, event) => block(outgoing, event, false),
  'group.unbanned': (outgoing, event) => block(outgoing, event, true),
  'group.role_changed': (outgoing, { data }) =>
    moderation(outgoing, data, ({ group, person }) => ({
      type: data.role === 'member' ? 'Remove' : 'Add',
      object: person.uri,
      target: group.moderators_uri ?? collectionUris(group.uri).moderators,
    })),
};
