import { createHash, randomInt } from 'node:crypto';
import {
  type Context,
  countAttempt,
  countIn,
  isObject,
  type JsonObject,
  type LogEvent,
  listOf,
  TooMany,
  transact,
} from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { signedFetch } from './fetch.ts';
import { namesForOthers, streamAddress } from './outgoing.ts';
import { membersDigest, membersLines, participationHere, participationThere } from './participation.ts';
import { keepsPlace } from './peer-streams.ts';
import { isCovered } from './pending.ts';
import { textOf } from './read.ts';
import type { PeerRow } from './tables.ts';
import { introducedLinesHere, introducedLinesThere, introducedSaid } from './trust/introduced/compare.ts';

/** Header that carries the digest on deliveries, at most every 15 minutes per pair of nodes. */
export const digestHeader = 'joinery-digest';
/** The same for followers of a group of ours at other software (FEP-8fcf). */
const followersHeader = 'collection-synchronization';
const digestEvery = 15 * 60_000;
/** It names, of each closed group, up to 500 nodes with their keys. */
const listBytes = 8_000_000;
/** So many nodes they name together at most, of some lists at a time: the whole stays within what a document may hold, however many groups two nodes share. */
const mostNamed = 1_000;
/** A peer that sends digests that never agree makes this node ask no more than once in an hour. */
const mostCompared = { times: 1, seconds: 60 * 60 };

type Shared = { stream: string; epoch: string; sequence: number };

/** One digest over all streams, memberships and lists of introduced nodes that two nodes share: the same at both ends when nothing is missing. Independent of order. */
function digestOf(streams: Shared[], others: string[]): string {
  const begun = streams.filter(({ sequence }) => sequence > 0);
  const lines = begun.map(({ stream, epoch, sequence }) => `${stream} ${epoch} ${sequence}`);
  return createHash('sha256')
    .update([...lines, ...others].sort().join('\n'))
    .digest('base64url');
}

type SharedOut = Shared & {
  id: string;
  /** When the peer's subscription began. */
  since: string;
  /** Last number of the stream for this peer. */
  head: number;
};

/**
 * Streams of ours that a peer gets, and how far it has acknowledged them. Numbers that say nothing to a Joinery peer are left out: it never sees them.
 * @param just acknowledged a moment ago, and not written yet
 */
async function sharedOut(bridge: Bridge, peer: string, just?: LogEvent): Promise<SharedOut[]> {
  const { db, config } = bridge.context;
  const rows = await db.reader
    .selectFrom('subscription')
    .innerJoin('stream', 'stream.id', 'subscription.stream')
    .select([
      'stream.id',
      'stream.token',
      'stream.epoch',
      'stream.head',
      'subscription.acknowledged',
      'subscription.ends_after',
      'subscription.created_at',
    ])
    .where('subscription.origin', '=', peer)
    .where('stream.head', '>', 0)
    .execute();
  const told = (stream: string, upTo: number) => lastTold(bridge, stream, upTo);
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      stream: streamAddress(config.origin, row.token),
      epoch: row.epoch,
      sequence: await told(row.id, row.id === just?.stream ? just.streamSeq : row.acknowledged),
      since: row.created_at,
      head: await told(
        row.id,
        isCovered(bridge.trust, peer, row.id)
          ? row.ends_after === null
            ? row.head
            : Math.min(row.head, row.ends_after)
          : row.acknowledged,
      ),
    })),
  );
}

/** What was told before the peer subscribed is history to it. */
async function beginOf(bridge: Bridge, stream: string, since: string): Promise<number> {
  const row = await bridge.context.db.reader
    .selectFrom('log')
    .select('stream_seq')
    .where('stream', '=', stream)
    .where('at', '<', since)
    .orderBy('stream_seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.stream_seq ?? 0;
}

/** The last number, up to one, that a Joinery peer gets to see. */
async function lastTold(bridge: Bridge, stream: string, upTo: number): Promise<number> {
  const others = namesForOthers(bridge, stream);
  if (others.length === 0) return upTo;
  const row = await bridge.context.db.reader
    .selectFrom('log')
    .select('stream_seq')
    .where('stream', '=', stream)
    .where('stream_seq', '<=', upTo)
    .where('name', 'not in', others)
    .orderBy('stream_seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.stream_seq ?? 0;
}

/** Tells when a digest is due for a peer, and makes it. */
export function createDigests(bridge: Bridge) {
  const last = new Map<string, number>();

  const ofFollowers = async (peer: PeerRow, event: LogEvent): Promise<Record<string, string>> => {
    const groups = await participationHere(bridge, peer.origin);
    const group = groups.find(({ stream }) => stream === event.stream);
    if (!group) return {};
    const { followers, people } = group;
    return {
      [followersHeader]: `collectionId="${followers}", url="${followers}", digest="${membersDigest(people)}"`,
    };
  };
  const ofNode = async (peer: PeerRow, event: LogEvent): Promise<Record<string, string>> => ({
    [digestHeader]: digestOf(await sharedOut(bridge, peer.origin, event), [
      ...membersLines(await participationHere(bridge, peer.origin)),
      ...(await introducedLinesHere(bridge, peer.origin)),
    ]),
  });
  return {
    /**
     * Headers to send along with an event, at most every 15 minutes per peer (and, for other software, per stream).
     * @param alone nothing else is under way to the peer: what both have can be compared
     * @returns null when nothing is due; `sent` when the peer has it
     */
    due: async (
      peer: PeerRow,
      event: LogEvent,
      alone: boolean,
    ): Promise<{ headers: Record<string, string>; sent: () => void } | null> => {
      if (peer.joinery ? !alone : !event.stream.startsWith('group:')) return null;
      const key = peer.joinery ? peer.origin : `${peer.origin} ${event.stream}`;
      const now = bridge.context.clock.now().getTime();
      if (now - (last.get(key) ?? Number.NEGATIVE_INFINITY) < digestEvery) return null;
      const headers = await (peer.joinery ? ofNode : ofFollowers)(peer, event);
      return { headers, sent: () => last.set(key, now) };
    },
  };
}

/** What mends one kind of things that two nodes know differently, by the entries of the peer's list of streams. */
type Repair = { compare: (peer: string, entries: JsonObject[]) => Promise<void>; agree: (peer: string) => void };

/**
 * Compares a peer's digest with what is here. Where they differ, asks for the list of shared streams, says which of them must be pulled, and has
 * the rest mended.
 * @param digest empty when this node asks of itself: no peer's digest is
 * @returns addresses of streams in which something is missing here
 */
export async function compareDigest(
  bridge: Bridge,
  repairs: readonly Repair[],
  peer: string,
  digest: string,
): Promise<string[]> {
  const { db } = bridge.context;
  const rows = await db.reader.selectFrom('peer_stream').selectAll().where('origin', '=', peer).execute();
  const here = rows.map((row) => ({ stream: row.stream, epoch: row.epoch, sequence: row.position }));
  const others = [
    ...membersLines(await participationThere(bridge, peer)),
    ...(await introducedLinesThere(db.reader, peer)),
  ];
  if (digestOf(here, others) === digest) {
    for (const repair of repairs) repair.agree(peer);
    return [];
  }
  if (digest !== '' && !mayCompare(bridge.context, peer)) return [];
  const answer = await signedFetch(bridge, `${peer}/streams`, 'comparing what both nodes have', {
    maximumBytes: listBytes,
  });
  if (!answer.ok || !answer.document) return [];
  const entries = listOf(answer.document.items).filter(isObject);
  const missing: string[] = [];
  for (const entry of entries) {
    const stream = textOf(entry.id);
    const epoch = textOf(entry['joinery:epoch']);
    const head = countIn(entry['joinery:head']);
    const from = countIn(entry['joinery:from']);
    if (!stream?.startsWith(`${peer}/streams/`) || !epoch || head === null || from === null) continue;
    const known = rows.find((row) => row.stream === stream);
    if (known?.epoch === epoch && known.position >= head) continue;
    if (known?.epoch !== epoch) {
      // One that we acknowledged and know nothing of was begun after the backup that we come from: read from where it began.
      const began = countIn(entry['joinery:begin']);
      const position = known === undefined && began !== null ? Math.min(began, from) : from;
      await begin(bridge, { origin: peer, stream, epoch, position: Math.min(position, head), head });
    }
    missing.push(stream);
  }
  if (missing.length > 0) bridge.context.logger.info('digest.differs', { origin: peer, streams: missing.length });
  for (const repair of repairs) await repair.compare(peer, entries);
  return missing;
}

function mayCompare(context: Context, peer: string): boolean {
  try {
    countAttempt(context, `digests of ${peer}`, mostCompared);
    return true;
  } catch (error) {
    if (error instanceof TooMany) return false;
    throw error;
  }
}

async function begin(
  bridge: Bridge,
  row: { origin: string; stream: string; epoch: string; position: number; head: number },
): Promise<void> {
  await transact(bridge.context, { kind: 'peer', origin: row.origin }, async (work) => {
    if (!(await keepsPlace(work.db, row.origin, row.stream))) return;
    await work.db
      .insertInto('peer_stream')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['origin', 'stream'])
          .doUpdateSet({ epoch: row.epoch, position: row.position, head: row.head }),
      )
      .execute();
  });
}

/** As many things as fit, beginning with one of them and going around. @returns their numbers */
export function withinBudget(sizes: readonly number[], budget: number, first: number): Set<number> {
  const taken = new Set<number>();
  let left = budget;
  for (let step = 0; step < sizes.length; step += 1) {
    const index = (first + step) % sizes.length;
    const size = sizes[index] ?? 0;
    if (size > left) break;
    left -= size;
    taken.add(index);
  }
  return taken;
}

/** The list that a peer compares with: every stream it gets from us, with the beginning of its subscription, the end, and its people in the group. */
export async function sharedStreams(bridge: Bridge, peer: string): Promise<JsonObject> {
  const shared = await sharedOut(bridge, peer);
  const begins = await Promise.all(shared.map(({ id, since }) => beginOf(bridge, id, since)));
  const groups = new Map((await participationHere(bridge, peer)).map((group) => [group.stream, group]));
  const introduced = await Promise.all(
    shared.map(({ id }) => introducedSaid(bridge, peer, id, groups.get(id)?.group ?? null)),
  );
  // From another place each time: what is left out is compared later.
  const named = withinBudget(
    introduced.map((list) => (list === null ? 0 : 1 + listOf(list.nodes).length)),
    mostNamed,
    randomInt(Math.max(1, shared.length)),
  );
  return {
    '@context': ['https://www.w3.org/ns/activitystreams', { joinery: 'urn:joinery:ns#' }],
    id: `${bridge.context.config.origin}/streams`,
    type: 'Collection',
    totalItems: shared.length,
    items: shared.map(({ id, stream, epoch, sequence, head }, index) => {
      const group = groups.get(id);
      return {
        id: stream,
        type: 'OrderedCollection',
        'joinery:epoch': epoch,
        'joinery:from': sequence,
        'joinery:begin': begins[index] ?? 0,
        'joinery:head': head,
        ...(group && { attributedTo: group.group, 'joinery:members': membersDigest(group.people) }),
        ...(introduced[index] && named.has(index) && { 'joinery:introduced': introduced[index] }),
      };
    }),
  };
}
