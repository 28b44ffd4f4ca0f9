import { createHash } from 'node:crypto';
import { isObject, type JsonObject, type Reader, transact } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { signedFetch } from './fetch.ts';
import { streamAddress } from './outgoing.ts';
import { listOf, textOf } from './read.ts';

/** Header that carries the digest on deliveries, at most every 15 minutes per pair of nodes. */
export const digestHeader = 'joinery-digest';
const digestEvery = 15 * 60_000;

type Shared = { stream: string; epoch: string; sequence: number };

/** One digest over all streams that two nodes share: the same at both ends when nothing is missing. Independent of order. */
export function digestOf(streams: Shared[]): string {
  const lines = streams.map(({ stream, epoch, sequence }) => `${stream} ${epoch} ${sequence}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('base64url');
}

/** Streams of ours that a peer gets, and how far it has acknowledged them. */
export async function sharedOut(db: Reader, origin: string, peer: string): Promise<(Shared & { head: number })[]> {
  const rows = await db
    .selectFrom('subscription')
    .innerJoin('stream', 'stream.id', 'subscription.stream')
    .select(['stream.token', 'stream.epoch', 'stream.head', 'subscription.acknowledged', 'subscription.ends_after'])
    .where('subscription.origin', '=', peer)
    .where('stream.head', '>', 0)
    .execute();
  return rows.map((row) => ({
    stream: streamAddress(origin, row.token),
    epoch: row.epoch,
    sequence: row.acknowledged,
    head: row.ends_after === null ? row.head : Math.min(row.head, row.ends_after),
  }));
}

/** Tells when a digest is due for a peer, and makes it. */
export function createDigests(bridge: Bridge) {
  const sent = new Map<string, number>();
  return {
    /** Headers to send along; none when the last digest is younger than 15 minutes. */
    headers: async (peer: string): Promise<Record<string, string>> => {
      const now = bridge.context.clock.now().getTime();
      if (now - (sent.get(peer) ?? Number.NEGATIVE_INFINITY) < digestEvery) return {};
      sent.set(peer, now);
      const shared = await sharedOut(bridge.context.db.reader, bridge.context.config.origin, peer);
      return { [digestHeader]: digestOf(shared.filter((stream) => stream.sequence > 0)) };
    },
  };
}

/**
 * Compares a peer's digest with what is here. Where they differ, asks for the list of shared streams and says which of them must be pulled.
 * @returns addresses of streams in which something is missing here
 */
export async function compareDigest(bridge: Bridge, peer: string, digest: string): Promise<string[]> {
  const { db } = bridge.context;
  const rows = await db.reader.selectFrom('peer_stream').selectAll().where('origin', '=', peer).execute();
  const here = rows.map((row) => ({ stream: row.stream, epoch: row.epoch, sequence: row.position }));
  if (digestOf(here) === digest) return [];
  const answer = await signedFetch(bridge, `${peer}/streams`, 'comparing what both nodes have');
  if (!answer.ok || !answer.document) return [];
  const missing: string[] = [];
  for (const entry of listOf(answer.document.items).filter(isObject)) {
    const stream = textOf(entry.id);
    const epoch = textOf(entry['joinery:epoch']);
    const head = entry['joinery:head'];
    const from = entry['joinery:from'];
    if (!stream?.startsWith(`${peer}/streams/`) || !epoch || typeof head !== 'number' || typeof from !== 'number')
      continue;
    const known = rows.find((row) => row.stream === stream);
    if (known?.epoch === epoch && known.position >= head) continue;
    if (known?.epoch !== epoch)
      await begin(bridge, { origin: peer, stream, epoch, position: Math.min(from, head), head });
    missing.push(stream);
  }
  if (missing.length > 0) bridge.context.logger.info('digest.differs', { origin: peer, streams: missing.length });
  return missing;
}

async function begin(
  bridge: Bridge,
  row: { origin: string; stream: string; epoch: string; position: number; head: number },
): Promise<void> {
  await transact(bridge.context, { kind: 'peer', origin: row.origin }, async (work) => {
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

/** The list that a peer compares with: every stream it gets from us, with the beginning of its subscription and the end. */
export async function sharedStreams(bridge: Bridge, peer: string): Promise<JsonObject> {
  const { db, config } = bridge.context;
  const shared = await sharedOut(db.reader, config.origin, peer);
  return {
    '@context': ['https://www.w3.org/ns/activitystreams', { joinery: 'urn:joinery:ns#' }],
    id: `${config.origin}/streams`,
    type: 'Collection',
    totalItems: shared.length,
    items: shared.map(({ stream, epoch, sequence, head }) => ({
      id: stream,
      type: 'OrderedCollection',
      'joinery:epoch': epoch,
      'joinery:from': sequence,
      'joinery:head': head,
    })),
  };
}
