import { addressOf, countIn, isObject, type JsonObject, listOf, originOf, transact } from '@joinery/core';
import { missingAddresses } from './apply.ts';
import { type Away, createAway } from './away.ts';
import type { Bridge } from './bridge.ts';
import { compareDigest } from './digest.ts';
import { fetchAndRemember, signedFetch } from './fetch.ts';
import { settleAll } from './inbox.ts';
import { originsToWorkOff, releaseAwaiting, toWorkOff } from './ledger.ts';
import { createMembersRepair } from './participation.ts';
import { sharingPeers } from './peers.ts';
import { textOf, typeOf } from './read.ts';
import type { PeerStreamRow } from './tables.ts';
import { createIntroducedRepair } from './trust/introduced/compare.ts';
import { type Arrived, type Prepared, prepare } from './unwrap.ts';

/** Step two of the inbox for what had to wait: fetches first, outside any transaction, then the effect. And the pulling of what never came. */
export type CatchUp = {
  toWorkOff: (origin: string) => void;
  gap: (origin: string, stream: string) => void;
  /** The peer has said what both nodes should have. */
  compare: (origin: string, digest: string) => void;
  /** The peer has shown that it lives: what it could not be asked for is asked for now. */
  heard: (origin: string) => void;
  /** Resolves when nothing that was asked for is left. */
  settled: () => Promise<void>;
  /** What an earlier process left. */
  start: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** Peers that a node which starts asks at the same time. */
const askedAtOnce = 8;
const page = 50;
/** Of one stream at a time: a node that always says that there is more must not be asked without end. It is asked again at its next message. */
const mostPages = 10_000;
/** A page of a stream is larger than one activity. */
const streamPageBytes = 8_000_000;

/** One task at a time per origin: the order of its streams is kept, and a slow node holds up nobody else. */
export function createCatchUp(bridge: Bridge): CatchUp {
  const running = new Map<string, Promise<void>>();
  const wanted = new Map<string, Set<string>>();
  const digests = new Map<string, string>();
  const held = new Map<string, Set<string>>();
  const repairs = [createMembersRepair(bridge), createIntroducedRepair(bridge)];
  let closed = false;

  const away = createAway((origin) => {
    for (const stream of held.get(origin) ?? ['']) want(origin, stream);
    held.delete(origin);
    const by = { kind: 'system', what: 'catch-up' } as const;
    transact(bridge.context, by, (work) => releaseAwaiting(work, origin)).then(
      (origins) => origins.forEach(toWorkOff),
      (error) => bridge.context.logger.error('catch_up.failed', { origin, reason: String(error) }),
    );
  });
  /** What a stream holds is told again when its node answers. */
  const hold = (origin: string, stream: string) => {
    held.set(origin, (held.get(origin) ?? new Set()).add(stream));
  };

  const run = (origin: string) => {
    if (closed || running.has(origin)) return;
    const task = work(origin)
      .catch((error) => {
        bridge.context.logger.error('catch_up.failed', {
          origin,
          reason: error instanceof Error ? error.message : String(error),
        });
      })
      .finally(() => {
        running.delete(origin);
        if (wanted.has(origin)) run(origin);
      });
    running.set(origin, task);
  };
  const work = async (origin: string) => {
    const streams = wanted.get(origin) ?? new Set();
    wanted.delete(origin);
    await pullAll(origin, streams);
    // What has arrived is applied first: otherwise it would look as if it were missing.
    const digest = digests.get(origin);
    digests.delete(origin);
    if (digest !== undefined && !closed) await pullAll(origin, await compareDigest(bridge, repairs, origin, digest));
  };
  const pullAll = async (origin: string, streams: Iterable<string>) => {
    const parts = { away, hold, wake: toWorkOff, stopped: () => closed };
    for (const stream of streams) if (stream !== '') await pullStream(bridge, origin, stream, parts);
    while (!closed && (await workOff(bridge, origin, parts)));
  };
  const want = (origin: string, stream: string) => {
    const streams = wanted.get(origin) ?? new Set();
    streams.add(stream);
    wanted.set(origin, streams);
    run(origin);
  };
  const toWorkOff = (origin: string) => want(origin, '');
  const compare = (origin: string, digest: string) => {
    digests.set(origin, digest);
    want(origin, '');
  };
  /** Asks every peer what was missed while this node was away. To the peer it is a sign of life: what waits for us comes at once, not after its back-off. */
  const greet = async () => {
    const origins = await sharingPeers(bridge);
    const worker = async () => {
      for (let origin = origins.shift(); origin !== undefined && !closed; origin = origins.shift()) {
        compare(origin, '');
        await running.get(origin);
      }
    };
    await Promise.all(Array.from({ length: askedAtOnce }, worker));
  };
  let greeting: Promise<void> = Promise.resolve();
  return {
    toWorkOff,
    gap: want,
    compare,
    heard: away.heard,
    settled: async () => {
      await greeting;
      while (running.size > 0) await Promise.all(running.values());
    },
    start: async () => {
      const by = { kind: 'system', what: 'catch-up' } as const;
      await transact(bridge.context, by, (work) => releaseAwaiting(work));
      for (const origin of await originsToWorkOff(bridge.context.db.reader)) want(origin, '');
      greeting = greet().catch((error) => bridge.context.logger.error('catch_up.failed', { reason: String(error) }));
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      away[Symbol.dispose]();
      await greeting;
      await Promise.all(running.values());
    },
  };
}

type Parts = {
  away: Away;
  /** This stream is to be read on when its node answers again. */
  hold: (origin: string, stream: string) => void;
  /** Told of origins with something that had waited for what was applied now. */
  wake: (origin: string) => void;
  stopped: () => boolean;
};

/** Applies what waits, fetching what it names. @returns whether there may be more */
async function workOff(bridge: Bridge, origin: string, parts: Parts): Promise<boolean> {
  const { db } = bridge.context;
  const rows = await toWorkOff(db.reader, origin, page);
  let progress = false;
  for (const row of rows) {
    const activity = JSON.parse(row.text ?? '{}') as JsonObject;
    const arrived: Arrived = {
      activity,
      text: row.text ?? '',
      actor: row.actor,
      origin,
      verified: row.verified === 'origin' ? 'origin' : 'signature',
    };
    const first = await prepare(bridge, db.reader, arrived);
    const missed = await fetchMissing(bridge, first, parts.away);
    // Kept as received, with all that follows: without its sender it would come to nothing.
    if (missed.held) return false;
    const item = await prepare(bridge, db.reader, arrived);
    const [done] = await settleAll(bridge, [item], { fetched: true, away: missed.away });
    for (const released of done?.released ?? []) parts.wake(released);
    if (done?.gap && item.place) await pullStream(bridge, origin, item.place.stream, parts);
    else progress = true;
  }
  return progress && rows.length === page;
}

/** The key of an author elsewhere: only when the allow-list lets us ask that node. */
async function fetchKey(bridge: Bridge, id: string): Promise<void> {
  const origin = originOf(id);
  if (origin !== null && bridge.trust.mayFederate(origin, null, 'in').allowed) await bridge.remoteKeys.fetch(id);
}

/**
 * Reads a stream of another node from where we are to its end, in pages, and applies it in order. Asking for what comes after a number acknowledges that number.
 */
async function pullStream(bridge: Bridge, origin: string, stream: string, parts: Parts): Promise<void> {
  const { db } = bridge.context;
  for (let pages = 0; pages < mostPages && !parts.stopped(); pages += 1) {
    if (!bridge.trust.mayFederate(origin, null, 'in').allowed) return;
    const row = await db.reader
      .selectFrom('peer_stream')
      .selectAll()
      .where('origin', '=', origin)
      .where('stream', '=', stream)
      .executeTakeFirst();
    if (!row) return;
    const address = `${stream}?after=${row.position}&epoch=${encodeURIComponent(row.epoch)}`;
    const answer = await signedFetch(bridge, address, 'catching up', { id: null, maximumBytes: streamPageBytes });
    if (!answer.ok || !answer.document) {
      bridge.context.logger.warn('catch_up.unreachable', { origin, fault: answer.ok ? 'no_document' : answer.code });
      return;
    }
    const items = listOf(answer.document.orderedItems).filter(isObject);
    const arrived = items.flatMap((activity): Arrived[] => {
      const actor = addressOf(activity.actor);
      const fromHere = actor !== null && originOf(actor) === origin && originOf(textOf(activity.id) ?? '') === origin;
      return fromHere && typeOf(activity) !== ''
        ? [{ activity, text: JSON.stringify(activity), actor, origin, verified: 'origin' }]
        : [];
    });
    let away = false;
    for (const one of arrived) {
      const missed = await fetchMissing(bridge, await prepare(bridge, db.reader, one), parts.away);
      if (missed.held) return parts.hold(origin, stream);
      away ||= missed.away;
    }
    const prepared = await Promise.all(arrived.map((one) => prepare(bridge, db.reader, one)));
    // In parts: a page may hold thousands, and others write in between.
    for (let first = 0; first < prepared.length; first += page) {
      const part = prepared.slice(first, first + page);
      const done = await settleAll(bridge, part, { fetched: true, pulled: true, away });
      for (const { released } of done) for (const one of released) parts.wake(one);
    }
    const through = countIn(answer.document['joinery:through']);
    if (through === null || through <= row.position) return;
    await reach(bridge, row, through);
  }
}

/** Everything up to a number has been told, whether it said anything to us or not. */
async function reach(bridge: Bridge, row: PeerStreamRow, position: number): Promise<void> {
  await transact(bridge.context, { kind: 'peer', origin: row.origin }, async (work) => {
    await work.db
      .updateTable('peer_stream')
      .set({ position })
      .where('origin', '=', row.origin)
      .where('stream', '=', row.stream)
      .where('epoch', '=', row.epoch)
      .where('position', '<', position)
      .execute();
  });
}

type Missed = {
  /** The sender itself does not answer, and is asked again soon: until then nothing of it is applied, or it would be applied out of order. */
  held: boolean;
  /** Some node does not answer just now. */
  away: boolean;
};

/** Asks for what an activity names and is not known here. What cannot be had is left out: its handler decides. */
async function fetchMissing(bridge: Bridge, item: Prepared, away: Away): Promise<Missed> {
  const missed = { held: false, away: false };
  for (const uri of await missingAddresses(bridge, bridge.context.db.reader, item)) {
    const origin = originOf(uri);
    if (uri === item.missingKey) await fetchKey(bridge, uri);
    else if (origin !== null) {
      const fetched = await fetchAndRemember(bridge, uri, `needed by ${item.inbound.type}`);
      if (fetched === 'away') {
        missed.away = true;
        missed.held ||= !away.noted(origin) && origin === item.origin;
      } else away.answered(origin);
    }
    if (missed.held) return missed;
  }
  return missed;
}
