import { prepareQuery, type Reader, streams, type Work } from '@joinery/core';
import type { Failure } from './deliver.ts';
import type { PeerRow } from './tables.ts';

const firstWaitSeconds = 5;
const longestWaitSeconds = 3_600;
const haltedWaitSeconds = 86_400;

/** Seconds that the peer still has to be left alone. */
export function waitOf(peer: PeerRow, now: Date): number {
  if (peer.lane === 'open' || peer.retry_at === null) return 0;
  return Math.max(0, (Date.parse(peer.retry_at) - now.getTime()) / 1_000);
}

/** Of two waits in seconds, either of which may be none. */
export function soonest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** 5 s, 8 s, 13 s … up to an hour, with jitter so that many lanes do not come back at the same moment. */
function backOff(attempts: number): number {
  const wait = Math.min(longestWaitSeconds, firstWaitSeconds * 1.6 ** (attempts - 1));
  return wait * (0.75 + Math.random() * 0.5);
}

/** Whether only a person can help: there is no inbox any more, or a setting is wrong. */
export function isHalting({ result }: Failure): boolean {
  return result === 'gone' || result === 'misconfigured';
}

/** Seconds to leave a peer alone after a failure: a day when only a change there or here can help, otherwise longer each time, or as long as it asked for. */
export function waitAfter(failure: Failure, attempts: number): number {
  if (isHalting(failure)) return haltedWaitSeconds;
  return Math.max(backOff(attempts), Math.min(failure.retryAfter ?? 0, longestWaitSeconds));
}

/** Lets a lane that waits or stands still be tried now. @returns false when there is none of that origin, or it works */
export async function retryLane(work: Work, origin: string): Promise<boolean> {
  const changed = await work.db
    .updateTable('peer')
    .set({ retry_at: null })
    .where('origin', '=', origin)
    .where('lane', '!=', 'open')
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n) return false;
  // The lanes may run in another process: they see that the log has grown.
  work.emit('federation.lane_retried', streams.local, { node: origin });
  return true;
}

/** What waits for a node is tried now, and what it refused of an event is sent once more. */
export async function tryNow(work: Work, origin: string, event: string | null): Promise<void> {
  await retryLane(work, origin);
  const again = await work.db
    .updateTable('lane_item')
    .set({ state: 'aside', retry_at: work.now, created_at: work.now })
    .where('origin', '=', origin)
    .where('event_id', '=', event ?? '')
    .returning('id')
    .execute();
  for (const { id } of again) work.emit('federation.resent', streams.local, { item: id });
}

/** Origins whose lane stood still and may be tried now. */
export async function lanesToTry(db: Reader): Promise<string[]> {
  return (await standingStill(db, {})).map((row) => row.origin);
}

const standingStill = prepareQuery((db) =>
  db.selectFrom('peer').select('origin').where('lane', '!=', 'open').where('retry_at', 'is', null),
);
