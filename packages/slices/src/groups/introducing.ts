import { type Context, type Reader, refuse, type Work } from '@joinery/core';
import { canManage } from './policy.ts';
import { groupById, membershipOf } from './store.ts';
import type { GroupRow } from './tables.ts';

/**
 * Whether a closed group of this node introduces the nodes of its members to each other; its nodes are told.
 * @param input.by local id of an owner; null for the command line
 * @throws {Refusal} not_found, forbidden, invalid for a group that is not closed
 */
export async function introduceNodes(
  work: Work,
  { ports }: Context,
  input: { group: string; by: string | null; on: boolean },
): Promise<GroupRow> {
  const group = await groupById(work.db, input.group);
  if (group?.local !== 1 || group.kind !== 'group' || group.deleted_at !== null)
    return refuse('not_found', 'There is no such group here');
  if (input.by !== null && !canManage(group, await membershipOf(work.db, group.id, input.by)))
    refuse('forbidden', 'Only owners change the group');
  if (group.reading !== 'members') refuse('invalid', 'Only a closed group introduces nodes');
  await ports.introductions.set(work, group, input.on);
  return group;
}

/** Whether it does; false for every group that is not closed. */
export async function introducesNodes(db: Reader, { ports }: Context, group: GroupRow): Promise<boolean> {
  return group.reading === 'members' && (await ports.introductions.isOn(db, group.uri));
}
