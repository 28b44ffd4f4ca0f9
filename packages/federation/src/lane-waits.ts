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
