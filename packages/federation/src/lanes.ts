import { isStorageFault, type LogEvent, streamEventsAfter } from '@joinery/core';
import { createAcknowledgements } from './acknowledgements.ts';
import { createAside, notBuilt } from './aside.ts';
import type { Bridge } from './bridge.ts';
import { type Failure, probe } from './deliver.ts';
import { createDigests } from './digest.ts';
import { deliverToNode } from './inboxes.ts';
import { noteFailure, noteSuccess, noteTaken } from './lane-outcomes.ts';
import { lanesToTry, soonest, waitOf } from './lane-waits.ts';
import type { Builder, Outgoing } from './outgoing.ts';
import { discoverPeer, peerRow, relearnPeer } from './peers.ts';
import { isCovered, type PendingStream, pendingOrigins, pendingStreams, streamsOf } from './pending.ts';
import { tellHead } from './stream-heads.ts';
import type { PeerRow } from './tables.ts';

/** Delivery to all peers: one lane each, so that a slow or silent one holds up nobody else. */
export type Lanes = {
  /** The peer has shown that it lives, or something about it was decided: try now. */
  wake: (origin: string) => void;
  /** Tells the peer of the epoch and head of each stream that it gets: after a restore. */
  tellHeads: (origin: string) => Promise<void>;
  /** Whether a lane waits to try again. */
  isWaiting: (origin: string) => boolean;
  /** The allow-list has changed: lanes that waited for an agreement may go on. */
  trustChanged: () => void;
  /** Looks at what the log has gained since the last look. */
  look: () => Promise<void>;
  /** Resolves when no lane has anything that can be delivered now. */
  settled: () => Promise<void>;
  start: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

const streamsAtOnce = 4;
/** Read ahead per stream and round. */
const readAhead = 20;
/** Further behind than this, a Joinery peer is told the head and reads the stream itself. */
const pullBeyond = 200;
/** Between two looks at whether a peer has read what it is behind. */
const catchingUpSeconds = 2;
const unknownWaitSeconds = 5;
/** A clock that was set back makes waits of months, and a timer of more than 24 days goes off at once. */
const longestSleepSeconds = 3_600;

/** @param taken is told of a node that has taken what there was for it */
export function createLanes(bridge: Bridge, builder: Builder, taken: (origin: string) => void = () => {}): Lanes {
  const { context } = bridge;
  const acknowledgements = createAcknowledgements(context, { pulled: false });
  const aside = createAside(bridge, builder);
  const digests = createDigests(bridge);
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const withoutAgreement = new Set<string>();
  /** Streams of groups that an agreement does not cover any more. */
  const uncovered = new Map<string, string[]>();
  const timers = new Map<string, NodeJS.Timeout>();
  let seen = -1;
  let closed = false;

  const wake = (origin: string) => {
    if (closed) return;
    if (running.has(origin)) {
      again.add(origin);
      return;
    }
    clearTimeout(timers.get(origin));
    timers.delete(origin);
    const lane = runLane(origin)
      .catch((error) => {
        context.logger.error('lane.failed', { origin, reason: error instanceof Error ? error.message : String(error) });
        return unknownWaitSeconds;
      })
      .then((wait) => {
        running.delete(origin);
        if (again.delete(origin)) wake(origin);
        else if (wait !== null && !closed) {
          const sleep = Math.min(wait, longestSleepSeconds) * 1_000;
          timers.set(origin, setTimeout(() => wake(origin), sleep).unref());
        }
      });
    running.set(origin, lane);
  };

  /** @returns seconds until the next attempt, or null when there is nothing to do */
  const runLane = async (origin: string): Promise<number | null> => {
    if (!bridge.trust.mayFederate(origin, null, 'out').allowed) {
      withoutAgreement.add(origin);
      return null;
    }
    withoutAgreement.delete(origin);
    uncovered.delete(origin);
    let peer = (await peerRow(context.db.reader, origin)) ?? (await discoverPeer(bridge, origin));
    if (peer?.inbox === null) peer = await discoverPeer(bridge, origin);
    if (!peer) return unknownWaitSeconds;
    const wait = waitOf(peer, context.clock.now());
    if (wait > 0) return wait;
    if (peer.lane === 'halted' && (await pendingStreams(context.db.reader, origin)).length > 0)
      peer = await relearnPeer(bridge, peer);
    const asideWait = await aside.retry(peer);
    // Streams whose head was told: the peer reads them itself, and the others go on.
    const told = new Set<string>();
    while (!closed) {
      const pending = (await pendingStreams(context.db.reader, origin)).filter(({ stream }) => !told.has(stream));
      const streams = pending.filter(({ stream }) => isCovered(bridge.trust, origin, stream));
      if (streams.length < pending.length)
        uncovered.set(
          origin,
          pending.filter((one) => !streams.includes(one)).map(({ stream }) => stream),
        );
      if (streams.length === 0) return soonest(asideWait, told.size > 0 ? catchingUpSeconds : null);
      const failure = await inParallel(streams, async (stream) => {
        if (!peer.joinery || stream.last - stream.acknowledged <= pullBeyond)
          return runStream(peer, stream, streams.length === 1 && told.size === 0);
        told.add(stream.stream);
        return tellHead(bridge, peer, stream);
      });
      await acknowledgements.flush();
      if (failure) return noteFailure(context, peer, failure);
      await noteSuccess(context, peer);
      taken(origin);
      if (!bridge.trust.mayFederate(origin, null, 'out').allowed) {
        withoutAgreement.add(origin);
        return null;
      }
    }
    return null;
  };

  /** Some streams at once; the first failure ends the round. */
  const inParallel = async (
    streams: PendingStream[],
    run: (stream: PendingStream) => Promise<Failure | null>,
  ): Promise<Failure | null> => {
    const waiting = [...streams];
    let failure: Failure | null = null;
    const worker = async () => {
      for (let stream = waiting.shift(); stream && !failure && !closed; stream = waiting.shift())
        failure = (await run(stream)) ?? failure;
    };
    await Promise.all(Array.from({ length: streamsAtOnce }, worker));
    return failure;
  };

  /** @param alone nothing else is under way to this peer, so that what both have in common can be compared */
  const runStream = async (peer: PeerRow, stream: PendingStream, alone: boolean): Promise<Failure | null> => {
    const events = await streamEventsAfter(context.db.reader, stream.stream, stream.acknowledged, readAhead);
    for (const event of events) {
      if (event.streamSeq > stream.last || closed) break;
      // Asked before every single delivery: a suspension stops what waits at once.
      if (!isCovered(bridge.trust, peer.origin, stream.stream)) return null;
      const failure = await sendEvent(peer, stream, event, alone);
      if (failure) return failure;
      acknowledgements.add(stream.stream, peer.origin, event.epoch, event.streamSeq);
    }
    return null;
  };

  const sendEvent = async (
    peer: PeerRow,
    stream: PendingStream,
    event: LogEvent,
    alone: boolean,
  ): Promise<Failure | null> => {
    const activities = await buildOrPutAside(peer, event);
    for (const activity of activities) {
      const digest = await digests.due(peer, event, alone);
      const failure = await sendActivity(peer, stream, event, activity, digest?.headers ?? {});
      if (!failure) digest?.sent();
      if (failure) return failure;
    }
    return null;
  };

  /** What cannot be told because of a fault of ours is stepped over like what a peer refuses. */
  const buildOrPutAside = async (peer: PeerRow, event: LogEvent): Promise<Outgoing[]> => {
    try {
      return await builder.build(event, peer.joinery === 1, peer.origin);
    } catch (error) {
      if (isStorageFault(error)) throw error;
      await aside.put(peer.origin, event.stream, event, `${notBuilt}: ${String(error)}`);
      return [];
    }
  };

  const sendActivity = async (
    peer: PeerRow,
    stream: PendingStream,
    event: LogEvent,
    activity: Outgoing,
    headers: Record<string, string>,
  ): Promise<Failure | null> => {
    const first = await deliverToNode(bridge, peer, stream.stream, activity, headers);
    if (first.result === 'taken') return noteTaken(context, peer, first);
    if (first.result !== 'refused') return first;
    const second = await deliverToNode(bridge, peer, stream.stream, activity);
    if (second.result === 'taken') return noteTaken(context, peer, second);
    if (second.result !== 'refused') return second;
    if (!(await probe(bridge, peer.origin))) return { ...second, result: 'later' };
    // It answers, but not to this: stepped over, so that nothing behind it waits.
    await aside.put(peer.origin, stream.stream, event, `${second.code}: ${second.detail}`);
    return null;
  };

  const look = async () => {
    const found = await pendingOrigins(context.db.reader, seen);
    seen = found.seq;
    for (const origin of found.origins) wake(origin);
    for (const origin of await aside.due()) wake(origin);
    for (const origin of await lanesToTry(context.db.reader)) wake(origin);
  };
  let looking: Promise<void> = Promise.resolve();
  let lookAgain = false;
  const lookSoon = () => {
    if (lookAgain || closed) return;
    lookAgain = true;
    looking = looking.then(async () => {
      lookAgain = false;
      await look().catch((error) => context.logger.error('lane.look_failed', { reason: String(error) }));
    });
  };
  const stop = context.db.changes.subscribe(lookSoon);
  const tellHeads = async (origin: string) => {
    const peer = (await peerRow(context.db.reader, origin)) ?? (await discoverPeer(bridge, origin));
    if (!peer) return;
    for (const stream of await streamsOf(context.db.reader, origin)) {
      if (!isCovered(bridge.trust, origin, stream.stream)) continue;
      const failure = await tellHead(bridge, peer, stream);
      // What remains is told with what comes next in it.
      if (failure) return;
    }
  };
  return {
    wake,
    tellHeads,
    isWaiting: (origin) => timers.has(origin),
    trustChanged: () => {
      for (const origin of [...withoutAgreement]) wake(origin);
      for (const [origin, streams] of uncovered)
        if (streams.some((stream) => isCovered(bridge.trust, origin, stream))) wake(origin);
    },
    look: async () => {
      lookSoon();
      await looking;
    },
    settled: async () => {
      await looking;
      while (running.size > 0) {
        await Promise.all(running.values());
        await looking;
      }
    },
    start: async () => {
      lookSoon();
      for (const origin of await aside.origins()) wake(origin);
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      stop();
      for (const timer of timers.values()) clearTimeout(timer);
      await looking;
      await Promise.all(running.values());
      await acknowledgements.flush();
    },
  };
}
