import { type Agreement, type Context, type Reader, readClassification, scopeOfGroup, streams } from '@joinery/core';
import { coverOf } from '../pending.ts';
import { applyChange, type Change } from './change.ts';
import { decide, type Snapshot } from './decide.ts';
import { allPartners, type Partner, partnerByOrigin, toSnapshot } from './store.ts';

type Way = { in: boolean; out: boolean };

/** A group for which a change opens or closes the way to or from the partner. */
export type AffectedGroup = {
  /** Both empty for a group that only its members may know of. */
  id: string;
  name: string;
  /** Whether only its members read it. */
  closed: boolean;
  before: Way;
  after: Way;
};

/** What a change will do; nothing has happened yet. */
export type Preview = {
  before: Partner | null;
  after: Partner;
  groups: AffectedGroup[];
  /** Groups of this node in which nobody there takes part yet, and which open or close to them. */
  reach: AffectedGroup[];
  /** People of either side in those groups. */
  people: number;
  /** Posts exchanged in those groups. */
  items: number;
  /** Deliveries that wait for the partner now and will be held back, or will leave. */
  waiting: number;
};

type Node = Pick<Context, 'clock' | 'slices'> & { config: Pick<Context['config'], 'origin'> };

/**
 * Works out what a decision does, from the same functions that make and apply it.
 * @throws {Refusal} what the decision itself would throw
 */
export async function preview(node: Node, db: Reader, change: Change): Promise<Preview> {
  const now = node.clock.now();
  const before = await partnerByOrigin(db, change.origin);
  const after = applyChange(before, change, now.toISOString());
  const others = (await allPartners(db)).filter(({ id }) => id !== after.id);
  const own = node.config.origin;
  const classification = await readClassification(db);
  const then = toSnapshot(own, before ? [...others, before] : others, classification, new Map());
  const later = toSnapshot(own, [...others, after], classification, new Map());
  const ways = (snapshot: Snapshot, origin: string, group: string, closed: boolean): Way => ({
    in: decide(snapshot, origin, scopeOfGroup(closed), 'in', group, now.getTime()).allowed,
    out: decide(snapshot, origin, scopeOfGroup(closed), 'out', group, now.getTime()).allowed,
  });

  const origins = new Set([...(before?.hosts ?? []), ...after.hosts].map(({ origin }) => origin));
  const groups = new Map<string, AffectedGroup>();
  const people = new Set<string>();
  let items = 0;
  let waiting = 0;
  const exchangedAt = await exchangedWith(node, db, [...origins]);
  for (const origin of origins) {
    const closedGroups = new Set<string>();
    for (const exchanged of exchangedAt(origin)) {
      const { group: id, name, closed } = exchanged;
      if (closed) closedGroups.add(id);
      const was = ways(then, origin, id, closed);
      const becomes = ways(later, origin, id, closed);
      if (was.in === becomes.in && was.out === becomes.out) continue;
      groups.set(id, { id, name, closed, before: was, after: becomes });
      for (const person of exchanged.people) people.add(person);
      items += exchanged.items;
    }
    for (const { stream, count } of await waitingFor(db, origin)) {
      const leaves = (snapshot: Snapshot) => {
        const { scope, group } = coverOf(stream);
        return decide(snapshot, origin, scope, 'out', group, now.getTime()).allowed;
      };
      if (leaves(then) !== leaves(later)) waiting += count;
    }
  }
  const reach: AffectedGroup[] = [];
  for (const { group: id, name, closed } of await shareableGroups(node, db)) {
    if (groups.has(id)) continue;
    const was = ways(then, change.origin, id, closed);
    const becomes = ways(later, change.origin, id, closed);
    if (was.out !== becomes.out) reach.push({ id, name, closed, before: was, after: becomes });
  }
  const names = new Intl.Collator('en');
  const affected = [...groups.values()].sort((one, other) => names.compare(one.name, other.name)).map(unlessHidden);
  const reached = reach.map(unlessHidden);
  return { before: before ?? null, after, groups: affected, reach: reached, people: people.size, items, waiting };
}

/** By its id one could be told from another, and be looked for in what else is shown. */
const unlessHidden = (group: AffectedGroup): AffectedGroup => (group.name === '' ? { ...group, id: '' } : group);

/** Groups of this node that agreements can open to others. */
export async function shareableGroups(node: Pick<Context, 'slices'>, db: Reader) {
  return (await Promise.all(node.slices.map((slice) => slice.shareable?.(db) ?? []))).flat();
}

/** One group in which something is exchanged with a node. */
export type ExchangedGroup = { group: string; name: string; closed: boolean; people: string[]; items: number };

/** What the slices exchange with each of these nodes, one entry per group; the name of one that only its members may know of is empty. */
export async function exchangedWith(
  node: Pick<Context, 'slices'>,
  db: Reader,
  origins: readonly string[],
): Promise<(origin: string) => ExchangedGroup[]> {
  const found = new Map(origins.map((origin) => [origin, new Map<string, ExchangedGroup>()]));
  for (const slice of origins.length > 0 ? node.slices : []) {
    for (const part of (await slice.exchanged?.(db, origins)) ?? []) {
      const groups = found.get(part.origin);
      const entry = groups?.get(part.group) ?? { group: part.group, name: '', closed: false, people: [], items: 0 };
      if (part.name !== undefined) entry.name = part.name;
      if (part.closed) entry.closed = true;
      entry.people.push(...(part.people ?? []));
      entry.items += part.items ?? 0;
      groups?.set(part.group, entry);
    }
  }
  return (origin) => [...(found.get(origin)?.values() ?? [])];
}

/** Events that a node has not acknowledged, per stream that it gets. */
async function waitingFor(db: Reader, origin: string): Promise<{ stream: string; count: number }[]> {
  const rows = await db
    .selectFrom('subscription')
    .innerJoin('stream', 'stream.id', 'subscription.stream')
    .select(['subscription.stream', 'stream.head', 'subscription.acknowledged', 'subscription.ends_after'])
    .where('subscription.origin', '=', origin)
    .whereRef('subscription.epoch', '=', 'stream.epoch')
    .where('subscription.stream', '!=', streams.local)
    .execute();
  return rows.map((row) => ({
    stream: row.stream,
    count: Math.max(0, Math.min(row.head, row.ends_after ?? row.head) - row.acknowledged),
  }));
}

/** How much an agreement is used. */
export type Use = Agreement['use'];

/** What the slices exchange with all hosts of each partner, added up. */
export async function useOf(
  node: Pick<Context, 'slices'>,
  db: Reader,
  partners: readonly Partner[],
): Promise<(partner: Partner) => Use> {
  const exchangedAt = await exchangedWith(node, db, originsOf(partners));
  return (partner) => {
    const all = partner.hosts.flatMap(({ origin }) => exchangedAt(origin));
    return {
      groups: new Set(all.map(({ group }) => group)).size,
      people: new Set(all.flatMap(({ people }) => people)).size,
      items: all.reduce((sum, { items }) => sum + items, 0),
    };
  };
}

/** The nodes of these partners. */
export const originsOf = (partners: readonly Partner[]) =>
  partners.flatMap(({ hosts }) => hosts.map(({ origin }) => origin));
