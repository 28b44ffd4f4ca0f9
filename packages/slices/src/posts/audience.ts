import { type Reader, subscribers } from '@joinery/core';
import { groupById, membersPerNode, streamOf } from '@joinery/slices/groups';

/** Who receives what is posted in a group. */
export type Audience = {
  /** Members and followers. */
  people: number;
  organisations: number;
  /** Nodes to which it is delivered, beside the one that keeps it. */
  nodes: number;
  /** Host of the node that keeps it, and its agency where known. */
  keptBy: { home: string; agency: string };
  /** Anyone on the web can read it. */
  web: boolean;
  /** When the host of a group elsewhere told these figures; null for a group of this node. */
  measuredAt: string | null;
};

/**
 * Who will receive a post in a group: the one place that says so before posting, by the same rows that decide where it is delivered
 * afterwards. For a group elsewhere these are the last figures of its host.
 */
export async function audienceOf(db: Reader, groupId: string): Promise<Audience | null> {
  const group = await groupById(db, groupId);
  if (!group) return null;
  const web = group.reading === 'web';
  if (group.local === 1) {
    const counted = await db
      .selectFrom('group_member')
      .innerJoin('person', 'person.id', 'group_member.person_id')
      .select((eb) => [eb.fn.countAll().as('people'), eb.fn.count('person.agency').distinct().as('organisations')])
      .where('group_member.group_id', '=', group.id)
      .where((eb) => eb.or([eb('group_member.state', '=', 'member'), eb('group_member.following', '=', 1)]))
      .where('group_member.state', '<>', 'banned')
      .executeTakeFirstOrThrow();
    const nodes = await subscribers(db, streamOf(group));
    return {
      people: Number(counted.people),
      organisations: Number(counted.organisations),
      nodes: nodes.length,
      keptBy: { home: group.home, agency: group.agency ?? '' },
      web,
      measuredAt: null,
    };
  }
  const perNode = await membersPerNode(db, group);
  return {
    people: perNode.reduce((sum, node) => sum + node.members, 0) || group.member_count,
    organisations: new Set(perNode.map((node) => node.agency || node.origin)).size,
    nodes: perNode.filter((node) => node.origin !== group.home).length,
    keptBy: { home: group.home, agency: group.agency ?? '' },
    web,
    measuredAt: perNode[0]?.measuredAt ?? group.fetched_at,
  };
}
