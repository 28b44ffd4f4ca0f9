import { type Context, type Reader, subscribers } from '@joinery/core';
import {
  type GroupRow,
  groupById,
  membersPerNode,
  membersWithRole,
  type NodeMembers,
  streamOf,
} from '@joinery/slices/groups';
import { membersOfAgency } from './narrow.ts';
import type { ChosenAudience } from './posts.ts';
import { postById } from './store.ts';
import type { PostRow } from './tables.ts';

/** Who receives what is posted in a group. */
export type Audience = {
  /** Members, and in groups that others may read also followers. */
  people: number;
  organisations: number;
  /** Nodes to which it is delivered, beside the one that keeps it. */
  nodes: number;
  /** People per node, the largest first: where it goes, one by one. For a part of a group those of that part, and the group's own node, which passes it on. */
  perNode: { origin: string; agency: string; people: number }[];
  /** Host of the node that keeps it, and its agency where known. */
  keptBy: { home: string; agency: string };
  /** Anyone on the web can read it. */
  web: boolean;
  /** Of a closed group: what is kept where. */
  closed: Pick<GroupRow, 'reading' | 'keeping' | 'record_copy'> | null;
  /** For whom alone it is, with the name of the agency; null for all of the group. */
  narrow: { kind: 'facilitators' | 'agency'; agency: string } | null;
  /** When the host of a group elsewhere told these figures; null for a group of this node. */
  measuredAt: string | null;
};

/** For whom alone a topic can be, and how many people that is, as far as it is known here: in closed groups. */
export type AudienceChoices = {
  everybody: number;
  facilitators: number;
  agencies: { origin: string; agency: string; people: number }[];
  /** Of a group elsewhere: the agency whose node passes it on, and has it too. */
  host: string | null;
};

/**
 * Who will receive a post in a group: the one place that says so before posting, by the same rows that decide where it is delivered
 * afterwards. For a group elsewhere these are the last figures of its host.
 * @param about of a reply: local id of the topic, which may be for a part of the group; of a new topic: the part that it is to be for
 */
export async function audienceOf(db: Reader, groupId: string, about?: string | Part): Promise<Audience | null> {
  const group = await groupById(db, groupId);
  if (!group) return null;
  const closed = group.reading === 'members';
  const perNode = await membersPerNode(db, group);
  const common = {
    keptBy: { home: group.home, agency: group.agency ?? '' },
    web: group.reading === 'web',
    closed: closed && group.kind === 'group' ? group : null,
    narrow: null,
    perNode: perNode.map(({ origin, agency, members }) => ({ origin, agency, people: members })),
  };
  const part = typeof about === 'string' ? await postById(db, about) : about;
  if (part && part.audience !== 'group') return narrowAudience(db, group, part, { ...common, told: perNode });
  if (group.local === 1) {
    const counted = await db
      .selectFrom('group_member')
      .innerJoin('person', 'person.id', 'group_member.person_id')
      .select((eb) => [eb.fn.countAll().as('people'), eb.fn.count('person.agency').distinct().as('organisations')])
      .where('group_member.group_id', '=', group.id)
      .where((eb) =>
        eb.or([eb('group_member.state', '=', 'member'), ...(closed ? [] : [eb('group_member.following', '=', 1)])]),
      )
      .where('group_member.state', '<>', 'banned')
      .executeTakeFirstOrThrow();
    return {
      ...common,
      people: Number(counted.people),
      organisations: Number(counted.organisations),
      nodes: (await subscribers(db, streamOf(group))).length,
      measuredAt: null,
    };
  }
  return {
    ...common,
    people: perNode.reduce((sum, node) => sum + node.members, 0) || group.member_count,
    organisations: new Set(perNode.map((node) => node.agency || node.origin)).size,
    nodes: perNode.filter((node) => node.origin !== group.home).length,
    measuredAt: perNode[0]?.measuredAt ?? group.fetched_at,
  };
}

/** For whom a thread is, and who began it. */
export type Part = Pick<PostRow, 'author_id' | 'audience' | 'audience_origin' | 'audience_agency'>;

/** A thread that is for a part of the group; its author, who may be in none, counts. Of a group elsewhere as far as its node has told who runs it, and how many each agency has in it. */
async function narrowAudience(
  db: Reader,
  group: GroupRow,
  topic: Part,
  { told, ...common }: Pick<Audience, 'keptBy' | 'web' | 'closed'> & { told: NodeMembers[] },
): Promise<Audience> {
  const kind = topic.audience === 'agency' ? 'agency' : 'facilitators';
  const people = await peopleOf(db, group, { kind, origin: topic.audience_origin });
  const author = await db
    .selectFrom('person')
    .select(['id', 'agency', 'home'])
    .where('id', '=', topic.author_id)
    .executeTakeFirst();
  if (author && !people.some(({ id }) => id === author.id)) people.push(author);
  const nodes = new Map<string, { origin: string; agency: string; people: number }>();
  for (const { home: origin, agency } of people) {
    const node = nodes.get(origin);
    nodes.set(origin, { origin, agency: node?.agency || agency, people: (node?.people ?? 0) + 1 });
  }
  // Who is in a group elsewhere only its own node knows; it tells how many of each.
  const counted = group.local === 1 ? undefined : told.find(({ origin }) => origin === topic.audience_origin);
  if (counted && counted.members > (nodes.get(counted.origin)?.people ?? 0))
    nodes.set(counted.origin, { origin: counted.origin, agency: counted.agency, people: counted.members });
  const organisations = new Set([...people.map(({ agency }) => agency), ...(counted ? [counted.agency] : [])]).size;
  if (!nodes.has(group.home)) nodes.set(group.home, { origin: group.home, agency: common.keptBy.agency, people: 0 });
  const perNode = [...nodes.values()].sort(
    (one, other) => other.people - one.people || (one.origin < other.origin ? -1 : 1),
  );
  return {
    ...common,
    perNode,
    people: perNode.reduce((sum, node) => sum + node.people, 0),
    organisations,
    nodes: perNode.filter(({ origin }) => origin !== group.home).length,
    narrow: { kind, agency: topic.audience_agency ?? '' },
    measuredAt: group.local === 1 ? null : (told[0]?.measuredAt ?? group.fetched_at),
  };
}

async function peopleOf(
  db: Reader,
  group: GroupRow,
  { kind, origin }: ChosenAudience,
): Promise<{ id: string; agency: string; home: string }[]> {
  if (kind === 'facilitators') return membersWithRole(db, group.id, ['owner', 'facilitator']);
  return membersOfAgency(db, group.id, origin ?? '');
}

/**
 * For whom alone somebody can write in a group; null where everything is for all of it.
 * @param agency of this node
 */
export async function audienceChoices(db: Reader, group: GroupRow, agency: string): Promise<AudienceChoices | null> {
  if (!canNarrow(group)) return null;
  const nodes = await membersPerNode(db, group);
  const agencies = [];
  for (const node of nodes) {
    // Who is in a group elsewhere only its own node knows; it tells how many of each.
    const people = group.local === 1 ? await peopleOf(db, group, { kind: 'agency', origin: node.origin }) : node;
    const count = 'members' in people ? people.members : people.length;
    const named = group.local === 1 && node.origin === group.home ? agency : node.agency;
    if (count > 0) agencies.push({ origin: node.origin, agency: named || new URL(node.origin).host, people: count });
  }
  return {
    everybody: nodes.reduce((sum, node) => sum + node.members, 0),
    facilitators: (await peopleOf(db, group, { kind: 'facilitators', origin: null })).length,
    agencies,
    host: group.local === 1 ? null : (group.agency ?? new URL(group.home).host),
  };
}

/** What a node keeps of what is written: it is the group's own, or the writer's own; a copy, for good or on lease; nothing. */
export type Keeps = 'group' | 'own' | 'copy' | 'lease' | 'nothing';

/**
 * Where it goes, node by node: by whom it is read there, what is kept, and whether the node is blocked here.
 * @param context of this node
 */
export function nodesOf(
  { config: own, ports }: Pick<Context, 'config' | 'ports'>,
  { perNode, keptBy, closed }: Audience,
): { origin: string; agency: string; people: number; keeps: Keeps; blocked: boolean }[] {
  const keeps = (origin: string): Keeps => {
    if (origin === keptBy.home) return 'group';
    if (origin === own.origin) return 'own';
    if (closed === null) return 'copy';
    return closed.keeping === 'live' ? 'nothing' : 'lease';
  };
  const ownAgency = (origin: string) =>
    origin === own.origin ? own.agency : origin === keptBy.home ? keptBy.agency : '';
  const nodes = perNode.map(({ origin, agency, people }) => ({
    ...{ origin, agency: agency || ownAgency(origin) || new URL(origin).host, people, keeps: keeps(origin) },
    blocked: origin !== own.origin && ports.trust.mayFederate(origin, null, 'out').reason === 'blocked',
  }));
  // What is written in a group of ours does not go to a node that we block; one elsewhere gets it from the node of the group.
  return keptBy.home === own.origin ? nodes.filter(({ blocked }) => !blocked) : nodes;
}

/** In a closed group, where its node says that it heeds this: one that does not would tell it to all. */
export function canNarrow(group: Pick<GroupRow, 'local' | 'reading' | 'kind' | 'narrows'>): boolean {
  return (group.local === 1 || group.narrows === 1) && group.reading === 'members' && group.kind === 'group';
}
