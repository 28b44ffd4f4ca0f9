import { type Inbound, isObject, type Json, listOf, type Work } from '@joinery/core';
import { groupByUri } from './store.ts';
import type { GroupRow } from './tables.ts';

/** A reason or name as we show it: trimmed, at most 2,000 characters; null when there is none. */
export function cleanText(value: Json | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 2_000) : null;
}

/** An instant as we store it, or null. */
export function instantOf(value: Json | undefined): string | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/**
 * Whether an activity may speak for a group of another node: the group did it or announced it. Everything else about such a group, from
 * whomever on whichever node, is without effect (FEP-1b12).
 */
export function speaksFor(group: GroupRow, inbound: Inbound): boolean {
  if (group.local === 1) return false;
  // What another group passes on in this one's name may be forged, or an old decision: even with a proof it says nothing.
  if (inbound.through !== null) return inbound.through === group.uri;
  return inbound.actor === group.uri && inbound.verified !== 'unchecked';
}

/** Whether whoever sent this knows Joinery's `Join`; for others a plain `Follow` is both following and joining. */
export function knowsJoin({ activity }: Inbound): boolean {
  if ('joinery:stream' in activity) return true;
  return listOf(activity['@context']).some((context) => isObject(context) && context.joinery === 'urn:joinery:ns#');
}

/** A group of ours by its address, whatever may be done with it. */
export async function ownGroup(work: Work, address: string | null): Promise<GroupRow | undefined> {
  const group = address === null ? undefined : await groupByUri(work.db, address);
  return group?.local === 1 ? group : undefined;
}

/** Whether an address is that of a group of this node, existing or not. */
export function isOwnGroupAddress(work: Work, address: string | null): boolean {
  return address?.startsWith(`${work.home}/groups/`) ?? false;
}
