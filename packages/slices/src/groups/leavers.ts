import { isRefusal, streams, type Work } from '@joinery/core';
import { personById } from '../people/index.ts';
import { streamOf } from './addresses.ts';
import { leaveGroup } from './membership.ts';
import { changeStanding, outside } from './standing.ts';
import { groupById, membersWithRole } from './store.ts';

/**
 * Ends all memberships of somebody who has left or was deleted. Where they were the last owner, the longest-standing facilitator becomes owner,
 * or else the longest-standing member of this node; a group without either stays readable and is listed for the administrators.
 */
export async function endMemberships(work: Work, person: string): Promise<void> {
  const rows = await work.db
    .selectFrom('group_member')
    .select(['group_id', 'state', 'following'])
    .where('person_id', '=', person)
    .where((eb) =>
      eb.or([eb('state', 'in', ['member', 'unconfirmed', 'requested', 'invited']), eb('following', '=', 1)]),
    )
    .execute();
  for (const row of rows) await endMembership(work, row.group_id, person);
}

async function endMembership(work: Work, groupId: string, personId: string): Promise<void> {
  const group = await groupById(work.db, groupId);
  const person = await personById(work.db, personId);
  if (!group || !person || group.deleted_at !== null) return;
  if (group.local !== 1 && person.local !== 1) return;
  try {
    await leaveGroup(work, { group: groupId, person: personId });
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'last_owner') throw error;
    await handOver(work, groupId, personId);
    const standing = { state: 'member' as const, role: 'owner' as const };
    await changeStanding(
      work,
      { group, person, standing: { ...(await current(work, groupId, personId)), ...standing } },
      outside,
    );
    work.emit('group.left', streams.local, { group: groupId, person: personId, activity: '' });
  }
}

async function current(work: Work, group: string, person: string) {
  return work.db
    .selectFrom('group_member')
    .selectAll()
    .where('group_id', '=', group)
    .where('person_id', '=', person)
    .executeTakeFirstOrThrow();
}

async function handOver(work: Work, group: string, from: string): Promise<void> {
  const facilitators = (await membersWithRole(work.db, group, ['facilitator'])).filter((row) => row.id !== from);
  const own = facilitators.filter((row) => row.local === 1);
  const members = (await membersWithRole(work.db, group, ['member'])).filter(
    (row) => row.id !== from && row.local === 1,
  );
  const heir = own[0] ?? facilitators[0] ?? members[0];
  if (!heir) return;
  await work.db
    .updateTable('group_member')
    .set({ role: 'owner', updated_at: work.now })
    .where('group_id', '=', group)
    .where('person_id', '=', heir.id)
    .execute();
  const row = await groupById(work.db, group);
  if (row) work.emit('group.role_changed', streamOf(row), { group, person: heir.id, by: null, role: 'owner' });
}
