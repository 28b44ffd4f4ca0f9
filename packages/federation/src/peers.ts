import { isObject, type JsonObject, originOf, ownAddress, type Reader, transact, type Work } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { isMisconfigured } from './deliver.ts';
import { signedFetch } from './fetch.ts';
import { textOf } from './read.ts';
import type { PeerRow } from './tables.ts';

/** The row of another node, made at first sight. */
export async function ensurePeer(work: Work, origin: string): Promise<void> {
  await work.db
    .insertInto('peer')
    .values({
      origin,
      inbox: null,
      shared: 0,
      software: null,
      joinery: 0,
      lane: 'open',
      retry_at: null,
      attempts: 0,
      failing_since: null,
      refused_since: null,
      last_success_at: null,
      last_contact_at: null,
      last_error: null,
      signature_form: 'rfc9421',
      checked_at: null,
    })
    .onConflict((conflict) => conflict.column('origin').doNothing())
    .execute();
}

export async function peerRow(db: Reader, origin: string): Promise<PeerRow | undefined> {
  return db.selectFrom('peer').selectAll().where('origin', '=', origin).executeTakeFirst();
}

/** Inbox of a node as one of its actors names it: only on the node's own origin, since nobody may send our deliveries to a third. */
function inboxIn(document: JsonObject): { inbox: string; shared: number } | null {
  const origin = originOf(textOf(document.id) ?? '');
  if (origin === null) return null;
  const shared = isObject(document.endpoints) ? ownAddress(document.endpoints.sharedInbox, origin) : null;
  const inbox = shared ?? ownAddress(document.inbox, origin);
  return inbox === null ? null : { inbox, shared: shared === null ? 0 : 1 };
}

/** Whether a document comes from a node that understands our extensions. */
function speaksJoinery(document: JsonObject): boolean {
  const generator = isObject(document.generator) ? document.generator : {};
  return generator.name === 'Joinery' || document['joinery:agency'] !== undefined;
}

/** What an actor's document tells of its node. */
export async function learnPeer(work: Work, document: JsonObject): Promise<void> {
  const origin = originOf(textOf(document.id) ?? '');
  const found = inboxIn(document);
  if (origin === null || found === null || origin === work.home) return;
  await ensurePeer(work, origin);
  const known = await peerRow(work.db, origin);
  // One actor without it says nothing against a shared inbox that works.
  const keep = found.shared === 0 && known?.shared === 1 && known.lane !== 'halted';
  await work.db
    .updateTable('peer')
    .set({
      ...(keep ? {} : found),
      checked_at: work.now,
      ...(speaksJoinery(document) ? { joinery: 1, software: 'joinery' } : {}),
    })
    .where('origin', '=', origin)
    .execute();
}

/** Joinery nodes that this one exchanges with, as far as the allow-list still lets us ask them. */
export async function sharingPeers(bridge: Bridge): Promise<string[]> {
  const { reader } = bridge.context.db;
  const rows = await reader.selectFrom('peer').select('origin').where('joinery', '=', 1).orderBy('origin').execute();
  return rows.map((row) => row.origin).filter((origin) => bridge.trust.mayFederate(origin, null, 'in').allowed);
}

/** Finds a node's inbox by its server actor (FEP-2677), when no actor of it is known yet. */
export async function discoverPeer(
  bridge: Bridge,
  origin: string,
  address = `${origin}/node`,
): Promise<PeerRow | undefined> {
  const { context } = bridge;
  const answer = await signedFetch(bridge, address, 'inbox of a node');
  const document = answer.ok ? answer.document : undefined;
  await transact(context, { kind: 'peer', origin }, async (work) => {
    await ensurePeer(work, origin);
    if (document) await learnPeer(work, document);
  });
  return peerRow(context.db.reader, origin);
}

/** Asks a node again where its inbox is, before a halted lane is tried: it may have moved. Other software has no server actor that we know: whoever of it we heard of last is asked. */
export async function relearnPeer(bridge: Bridge, peer: PeerRow): Promise<PeerRow> {
  const key = await bridge.context.db.reader
    .selectFrom('remote_key')
    .select('owner')
    // The character after the slash: all that begins with the origin and a slash.
    .where('id', '>=', `${peer.origin}/`)
    .where('id', '<', `${peer.origin}0`)
    .where('through', 'is', null)
    .orderBy('fetched_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (await discoverPeer(bridge, peer.origin, peer.joinery ? undefined : key?.owner)) ?? peer;
}

/** For pages: lag and state per peer. */
export type LaneHealth = {
  origin: string;
  software: string | null;
  lane: PeerRow['lane'];
  items: number;
  /** Since when the oldest waiting item waits; null when nothing does. */
  oldestAt: string | null;
  lastSuccessAt: string | null;
  lastContactAt: string | null;
  lastError: string | null;
  /** Since when it answers 401 or 403 without an agreement being the reason: a clock, a key, or a decision at the other side. */
  refusedSince: string | null;
  /** It has refused us for 15 minutes: somebody should look. */
  alarm: boolean;
  /** Nothing reaches it before somebody has changed a setting there or here. */
  misconfigured: boolean;
  /** Refused and stepped over, and tried aside for up to an hour. */
  aside: number;
  parked: { id: string; error: string; at: string }[];
};

const alarmAfter = 15 * 60_000;

/** State of every lane, from the same tables the lanes work on. */
export async function laneHealth(db: Reader, now: Date): Promise<LaneHealth[]> {
  const [peers, pending, refused] = await Promise.all([
    db.selectFrom('peer').selectAll().orderBy('origin').execute(),
    db
      .selectFrom('subscription')
      .innerJoin('stream', 'stream.id', 'subscription.stream')
      .innerJoin('log', (join) => join.onRef('log.stream', '=', 'subscription.stream'))
      .select(['subscription.origin'])
      .select((eb) => [eb.fn.countAll<number>().as('items'), eb.fn.min('log.at').as('oldest')])
      .whereRef('log.stream_seq', '>', 'subscription.acknowledged')
      .where((eb) =>
        eb.or([
          eb('subscription.ends_after', 'is', null),
          eb('log.stream_seq', '<=', eb.ref('subscription.ends_after')),
        ]),
      )
      .whereRef('subscription.acknowledged', '<', 'stream.head')
      .groupBy('subscription.origin')
      .execute(),
    db.selectFrom('lane_item').selectAll().orderBy('created_at').execute(),
  ]);
  return peers.map((peer) => {
    const waiting = pending.find((row) => row.origin === peer.origin);
    const theirs = refused.filter((item) => item.origin === peer.origin);
    return {
      origin: peer.origin,
      software: peer.software,
      lane: peer.lane,
      items: Number(waiting?.items ?? 0),
      oldestAt: waiting?.oldest ?? null,
      lastSuccessAt: peer.last_success_at,
      lastContactAt: peer.last_contact_at,
      lastError: peer.last_error,
      refusedSince: peer.refused_since,
      misconfigured: peer.lane === 'halted' && isMisconfigured(peer.last_error),
      alarm: peer.refused_since !== null && now.getTime() - Date.parse(peer.refused_since) >= alarmAfter,
      aside: theirs.filter((item) => item.state === 'aside').length,
      parked: theirs
        .filter((item) => item.state === 'parked')
        .map((item) => ({ id: item.id, error: item.error, at: item.created_at })),
    };
  });
}
