import { classifyGroup, refuse, type Work } from '@joinery/core';
import { streamOf } from './addresses.ts';
import { canManage } from './policy.ts';
import { holdGroup, membershipOf } from './store.ts';

/**
 * Labels a group of this node, or takes its label away; the group's nodes are told.
 * @param input.person local id of an owner; null for the command line
 * @param input.label id of one of the agency's labels; null for none
 * @throws {Refusal} not_found, forbidden, invalid (no such label)
 */
export async function labelGroup(
  work: Work,
  input: { group: string; person: string | null; label: string | null; by: string; reason: string },
): Promise<void> {
  const group = await holdGroup(work, input.group);
  if (group?.local !== 1 || group.kind !== 'group' || group.deleted_at !== null)
    return refuse('not_found', 'There is no such group here');
  if (input.person !== null && !canManage(group, await membershipOf(work.db, group.id, input.person)))
    refuse('forbidden', 'Only owners change the group');
  if (!(await classifyGroup(work, input))) return;
  await work.db.updateTable('groups').set({ updated_at: work.now }).where('id', '=', group.id).execute();
  work.emit('group.updated', streamOf(group), { group: group.id });
}
