import { countIn, type Inbound, ownEpoch, type Reader, readEpoch, type Work } from '@joinery/core';
import { membershipOf } from './store.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

/**
 * In what order the node of a group said what somebody is to it. Decisions about members and answers to what they asked come in different streams, each of which can be late, so each says the
 * version of the standing that came of it, which counts within an epoch of that node. What a standing here began with counts; a removal or a ban from before that ends nothing.
 */
export type StandingSaid = Pick<GroupMemberRow, 'version' | 'epoch'>;

const unsaid: StandingSaid = { version: 0, epoch: '' };

/** As it stands in an activity, with the epoch of a node that was restored. Of what happened before that, and of events that say no version, nothing is said: it is believed as it comes. */
export async function sayStanding(db: Reader, { data, at }: { data: { version?: number }; at: string }) {
  const epoch = await ownEpoch(db);
  if (data.version === undefined || at < epoch) return {};
  return { 'joinery:standing': data.version, ...(epoch === '' ? {} : { 'joinery:hostEpoch': epoch }) };
}

function versionIn({ activity }: Inbound): number | null {
  return countIn(activity['joinery:standing']);
}

/** What an answer of the node of a group says. An epoch that only the group's key speaks for is not taken over, and neither is a version in it. */
export async function standingSaid(work: Work, group: GroupRow, inbound: Inbound): Promise<StandingSaid> {
  const version = versionIn(inbound);
  const read = version === null ? null : await readEpoch(work, group.home, inbound.activity['joinery:hostEpoch']);
  return version === null || read === null || read.isAhead ? unsaid : { version, epoch: read.epoch };
}

/** Whether the node of a group elsewhere said this of somebody before its last answer to them. Nodes that say no version are believed as they come. */
export async function saidBefore(work: Work, group: GroupRow, person: string, inbound: Inbound): Promise<boolean> {
  const version = versionIn(inbound);
  const standing = group.local === 1 ? undefined : await membershipOf(work.db, group.id, person);
  if (version === null || !standing) return false;
  const read = await readEpoch(work, group.home, inbound.activity['joinery:hostEpoch']);
  if (read === null) return true;
  return read.epoch === standing.epoch ? version < standing.version : read.epoch < standing.epoch;
}
