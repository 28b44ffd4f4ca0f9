import { createHash } from 'node:crypto';
import { addressOf, type JsonObject, listOf, type Participation, type SharedGroup, transact } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { signedFetch } from './fetch.ts';
import { textOf } from './read.ts';

/** A followers collection is repaired from its owner at most this often. */
const repairEvery = 60 * 60_000;
const followersBytes = 8_000_000;

/** Digest of a set of addresses, hexadecimal: their SHA-256 hashes by exclusive or, so that order does not matter (FEP-8fcf). */
export function membersDigest(people: string[]): string {
  const sum = Buffer.alloc(32);
  for (const person of new Set(people)) {
    const hash = createHash('sha256').update(person).digest();
    for (const [index, byte] of hash.entries()) sum[index] = (sum[index] ?? 0) ^ byte;
  }
  return sum.toString('hex');
}

/** Groups of ours with people of a peer in them. */
export async function participationHere(bridge: Bridge, origin: string) {
  return gather(bridge, (part) => part.here(bridge.context.db.reader, origin));
}

/** Groups of a peer with people of ours in them, as far as is known here. */
export async function participationThere(bridge: Bridge, origin: string): Promise<SharedGroup[]> {
  return gather(bridge, (part) => part.there(bridge.context.db.reader, origin));
}

async function gather<T>(bridge: Bridge, ask: (part: Participation) => Promise<T[]>): Promise<T[]> {
  const parts = bridge.context.slices.flatMap((slice) => slice.participation ?? []);
  return (await Promise.all(parts.map(ask))).flat();
}

/** Lines of the digest of two nodes: one per group in which people of the one take part. */
export function membersLines(groups: SharedGroup[]): string[] {
  return groups.map(({ group, people }) => `${group} ${membersDigest(people)}`);
}

/** Mends memberships that two nodes know differently. One wrong digest alone changes nothing. */
export function createMembersRepair(bridge: Bridge) {
  const differing = new Set<string>();
  const asked = new Map<string, number>();

  const repair = async (peer: string, { group, followers }: SharedGroup, digest: string | null): Promise<void> => {
    const now = bridge.context.clock.now().getTime();
    if (now - (asked.get(group) ?? Number.NEGATIVE_INFINITY) < repairEvery) return;
    asked.set(group, now);
    const askedAt = new Date(now).toISOString();
    const answer = await signedFetch(bridge, followers, 'comparing members', { maximumBytes: followersBytes });
    if (!answer.ok || !answer.document) return;
    const people = listOf(answer.document.items).flatMap((item) => {
      const uri = addressOf(item);
      return uri?.startsWith(`${bridge.context.config.origin}/`) ? [uri] : [];
    });
    // Without agreement with itself the other node is believed nothing.
    if (membersDigest(people) !== (digest ?? membersDigest([]))) return;
    await transact(bridge.context, { kind: 'peer', origin: peer }, async (work) => {
      for (const { participation } of bridge.context.slices) await participation?.repair(work, group, people, askedAt);
    });
    bridge.context.logger.info('members.repaired', { origin: peer });
  };

  return {
    /** @param entries of the peer's list of streams, which carry the digest of our people in each of its groups */
    compare: async (peer: string, entries: JsonObject[]): Promise<void> => {
      const known = new Map((await participationThere(bridge, peer)).map((shared) => [shared.group, shared]));
      const told = new Map<string, string>();
      for (const entry of entries) {
        const group = addressOf(entry.attributedTo);
        const digest = textOf(entry['joinery:members']);
        if (!group?.startsWith(`${peer}/`) || digest === null) continue;
        told.set(group, digest);
        if (!known.has(group)) known.set(group, { group, followers: `${group}/followers`, people: [] });
      }
      for (const shared of known.values()) {
        const digest = told.get(shared.group) ?? null;
        if ((digest ?? membersDigest([])) === membersDigest(shared.people)) differing.delete(shared.group);
        else if (differing.has(shared.group)) await repair(peer, shared, digest);
        else differing.add(shared.group);
      }
    },
    /** Everything is equal again. */
    agree: (peer: string): void => {
      for (const group of differing) if (group.startsWith(`${peer}/`)) differing.delete(group);
    },
  };
}
