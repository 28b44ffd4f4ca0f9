import {
  addressOf,
  countIn,
  embedded,
  enqueueJob,
  type Inbound,
  type InboundHandler,
  type InboundOutcome,
  originOf,
  readEpoch,
  streams,
  type Work,
} from '@joinery/core';
import { type PersonRow, personByUri } from '../people/index.ts';
import { cleanText, instantOf, speaksFor } from './activities-read.ts';
import { rememberRemoteGroup } from './activities-remote.ts';
import { groupGoneElsewhere } from './groups.ts';
import { keysJob } from './keys.ts';
import { heedRevoke, renewLeases } from './leases.ts';
import { ban, removeMember, setRole, unban } from './moderation.ts';
import { canModerate } from './policy.ts';
import { groupByCollection, groupByUri, membershipOf } from './store.ts';
import type { GroupRow } from './tables.ts';
import { saidBefore } from './told.ts';

const applied: InboundOutcome = { state: 'applied' };
const ignored = (why: string): InboundOutcome => ({ state: 'ignored', why });

/** Who is to be decided about, and on whose word; `by` is null when the group of another node speaks for itself. */
type Decision = { group: string; person: string; by: string | null };

/**
 * Moderation counts when the group announces it, or when the group is ours and the actor is its facilitator.
 * A bare activity about a group elsewhere, and one by a plain member, have no effect (FEP-1b12).
 */
async function decision(work: Work, inbound: Inbound, group: GroupRow, object: string | null) {
  const person: PersonRow | undefined = object === null ? undefined : await personByUri(work.db, object);
  if (group.deleted_at !== null) return ignored('the group is gone');
  if (group.local !== 1) {
    if (!speaksFor(group, inbound)) return ignored('only the group itself decides');
    if (!person) return ignored('nobody here knows this person');
    return { group: group.id, person: person.id, by: null };
  }
  if (inbound.through !== null || inbound.verified === 'unchecked') return ignored('not sent by the facilitator');
  const actor = await personByUri(work.db, inbound.actor);
  const standing = actor && (await membershipOf(work.db, group.id, actor.id));
  if (!actor || !canModerate(group, standing)) return ignored('only those who run the group decide');
  if (!person) return { state: 'waiting' as const, uri: object ?? inbound.actor };
  return { group: group.id, person: person.id, by: actor.id };
}

const isOutcome = (value: Decision | InboundOutcome): value is InboundOutcome => 'state' in value;

async function onAddOrRemove(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const { activity } = inbound;
  const target = addressOf(activity.target);
  if (target === null) return null;
  const ofModerators = await groupByCollection(work.db, 'moderators_uri', target);
  const ofMembers = ofModerators ? undefined : await groupByCollection(work.db, 'followers_uri', target);
  const group = ofModerators ?? ofMembers;
  if (!group) return null;
  const decided = await decision(work, inbound, group, addressOf(activity.object));
  if (isOutcome(decided)) return decided;
  const add = inbound.type === 'Add';
  if (ofMembers) {
    // Joining is for the person to ask: nobody is made a member by somebody else.
    if (add) return ignored('a member joins by asking');
    if (await waitsForAnswer(work, group, decided.person)) return ignored(answeredByHost);
    if (await saidBefore(work, group, decided.person, inbound)) return ignored(answeredSince);
    await removeMember(work, { ...decided, ...reason(activity.summary) });
    return applied;
  }
  const standing = await membershipOf(work.db, decided.group, decided.person);
  // Owners are facilitators on the wire: naming one again must not take ownership away.
  if (add && standing?.state === 'member' && standing.role !== 'member') {
    // Said again: after a restore of their node, who runs it is asked for anew, and whoever does hears the answer.
    if (group.local !== 1 && (await isOurs(work, decided.person)))
      work.emit('group.role_changed', streams.local, { ...decided, role: standing.role });
    return ignored('has this role already');
  }
  if (group.local !== 1 && standing?.state !== 'member' && (await isOurs(work, decided.person)))
    return ignored('another node makes nobody here a member');
  await setRole(work, { ...decided, role: add ? 'facilitator' : 'member' });
  return applied;
}

/** `Remove` of a node from a closed group: tokens that it was issued before count no more. */
async function onRevoke(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const { activity } = inbound;
  const version = countIn(activity['joinery:version']);
  const node = originOf(addressOf(activity.object) ?? '');
  if (version === null || node === null) return null;
  const group = await groupByCollection(work.db, 'followers_uri', addressOf(activity.target) ?? '');
  if (!group || group.local === 1) return ignored('no group of another node that is known here');
  if (!speaksFor(group, inbound)) return ignored('only the group itself decides');
  const read = await readEpoch(work, group.home, activity['joinery:hostEpoch']);
  if (read === null) return ignored('said before its node was restored');
  const { epoch, isAhead } = read;
  // Its node is asked whether it was restored: with the group's key alone nobody says so. Until it has answered this is noted, and no token is measured by it.
  if (isAhead) await renewLeases(work, group.home);
  return (await heedRevoke(work, group, node, { version, epoch, remains: activity['joinery:remains'] === true }))
    ? applied
    : ignored('known already');
}

const answeredByHost = 'what they asked since is answered itself';
const answeredSince = 'said before its last answer to them';

/**
 * Whether a person of ours has asked to join a group elsewhere and waits for its word. Decisions about members and answers come in different streams, without an order between them: a removal from before
 * would take the request away here, and the answer to it would find nothing. Its node answers each request, also with a ban.
 */
async function waitsForAnswer(work: Work, group: GroupRow, person: string): Promise<boolean> {
  if (group.local === 1 || group.joins_by !== 'Join' || !(await isOurs(work, person))) return false;
  const standing = await membershipOf(work.db, group.id, person);
  return standing?.state === 'requested' && standing.join_activity !== null && standing.following === 0;
}

async function isOurs(work: Work, person: string): Promise<boolean> {
  const row = await work.db.selectFrom('person').select('local').where('id', '=', person).executeTakeFirst();
  return row?.local === 1;
}

function reason(value: Parameters<typeof cleanText>[0]): { reason?: string } {
  const text = cleanText(value);
  return text === null ? {} : { reason: text };
}

async function onBlock(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const { activity } = inbound;
  const group = await groupNamed(work, activity.target);
  if (!group) return null;
  const decided = await decision(work, inbound, group, addressOf(activity.object));
  if (isOutcome(decided)) return decided;
  const until = instantOf(activity.endTime);
  if (until !== null && until <= work.now) return ignored('this ban has ended');
  if (await waitsForAnswer(work, group, decided.person)) return ignored(answeredByHost);
  if (await saidBefore(work, group, decided.person, inbound)) return ignored(answeredSince);
  await ban(work, { ...decided, until, ...reason(activity.summary) });
  return applied;
}

async function onUndoBlock(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const undone = embedded(inbound.activity.object);
  if (undone?.type !== 'Block') return null;
  const group = await groupNamed(work, undone.target);
  if (!group) return null;
  const decided = await decision(work, inbound, group, addressOf(undone.object));
  if (isOutcome(decided)) return decided;
  await unban(work, decided);
  return applied;
}

async function groupNamed(work: Work, value: Parameters<typeof addressOf>[0]): Promise<GroupRow | undefined> {
  const address = addressOf(value);
  return address === null ? undefined : groupByUri(work.db, address);
}

/** `Update{Group}`: by the group itself or announced by it. Counts and delivery reports on an `Update` belong to posts. */
async function onUpdate(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const object = embedded(inbound.activity.object);
  const isGroup = object?.type === 'Group' || (Array.isArray(object?.type) && object.type.includes('Group'));
  const group = object && isGroup ? await groupNamed(work, object) : undefined;
  if (!object || !group) return null;
  if (!speaksFor(group, inbound)) return ignored('only the group itself changes');
  await rememberRemoteGroup(work, object, { fetchedAt: work.now, verified: inbound.verified });
  if (object['joinery:keysRenewed'] !== undefined)
    await enqueueJob(work, keysJob, { group: group.uri }, { key: `${group.id} ${inbound.id}` });
  return applied;
}

async function onDelete(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const group = await groupNamed(work, inbound.activity.object);
  if (!group) return null;
  if (!speaksFor(group, inbound)) return ignored('only the group itself ends');
  if (group.deleted_at !== null) return ignored('gone already');
  await groupGoneElsewhere(work, group);
  return applied;
}

const needsObject = ({ activity }: Inbound): string[] => {
  const address = addressOf(activity.object);
  return address === null ? [] : [address];
};

/** Decisions about members, and changes of groups. */
export const moderationHandlers: InboundHandler[] = [
  { types: ['Remove'], apply: onRevoke },
  { types: ['Add', 'Remove'], apply: onAddOrRemove },
  { types: ['Block'], needs: needsObject, apply: onBlock },
  { types: ['Undo'], apply: onUndoBlock },
  { types: ['Update'], apply: onUpdate },
  { types: ['Delete'], apply: onDelete },
];
