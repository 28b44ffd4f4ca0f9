import type { Inbound, Work } from '@joinery/core';
import { type GroupRow, groupByUri, hasMembersAt } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { agrees, requireGroup } from './store.ts';
import type { PostRow } from './tables.ts';

/** The group of another node that announced an activity; null when its actor sent it to us. */
export async function throughGroup(work: Work, inbound: Inbound): Promise<GroupRow | null | 'unknown'> {
  if (inbound.through === null) return null;
  const group = await groupByUri(work.db, inbound.through);
  return group && group.local !== 1 ? group : 'unknown';
}

/**
 * Who decides about a post: null when its group on another node told it, the person when the group is ours.
 * @returns undefined when neither is so: then nothing may happen
 */
export async function actingPerson(
  work: Work,
  inbound: Inbound,
  post: Pick<PostRow, 'group_id'>,
): Promise<string | null | undefined> {
  const through = await throughGroup(work, inbound);
  const group = await requireGroup(work.db, post.group_id);
  if (group.local !== 1) {
    // In the name of the group, but passed on by another one, it may be forged, or an old decision.
    const byGroup = inbound.through === null && inbound.actor === group.uri;
    return (through !== null && through !== 'unknown' && through.id === group.id) || byGroup ? null : undefined;
  }
  if (through !== null || (await isClosedTo(work, inbound, group))) return undefined;
  return (await personByUri(work.db, inbound.actor))?.id;
}

/**
 * Whether a group of ours is none for the node that sends: closed ones are for nodes with a member alone, and an agreement may cover others only. What it sends then has no
 * effect, as for a missing one.
 */
export async function isClosedTo(work: Work, inbound: Inbound, group: GroupRow): Promise<boolean> {
  if (group.local !== 1) return false;
  if (!agrees(work.trust, inbound.origin, group)) return true;
  return group.reading === 'members' && !(await hasMembersAt(work.db, group, inbound.origin));
}
