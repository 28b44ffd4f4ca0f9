import { streams, subscribers, type Work } from '@joinery/core';
import { personById } from '@joinery/slices/people';
import { streamOf } from './addresses.ts';

/**
 * A profile changed, or somebody has left or was deleted: the nodes that know them from groups hear of it, the latest state and once each. These are the nodes
 * of groups here that the person took part in, and the homes of those elsewhere. Nobody else knew them.
 */
export async function tellOfPerson(work: Work, person: string): Promise<void> {
  const row = await personById(work.db, person);
  if (row?.local !== 1) return;
  const groups = await work.db
    .selectFrom('group_member')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select(['groups.id', 'groups.local', 'groups.home', 'groups.reading'])
    .where('group_member.person_id', '=', person)
    .where('groups.kind', '=', 'group')
    .execute();
  const origins = new Set<string>();
  for (const { local, home, ...group } of groups) {
    const nodes = local === 1 ? await subscribers(work.db, streamOf(group)) : [home];
    for (const origin of nodes) origins.add(origin);
  }
  for (const origin of origins) work.emit('person.told', streams.node(origin), { person });
}
