import { type Context, inOneCommit, transact } from '@joinery/core';
import type { Delivery, Failure } from './deliver.ts';
import { isHalting, waitAfter } from './lane-waits.ts';
import { ensurePeer } from './peers.ts';
import type { PeerRow } from './tables.ts';

/** Notes in which form a peer took a signature: the next comes in it at once. */
export async function noteTaken(
  context: Context,
  peer: PeerRow,
  delivery: Delivery & { result: 'taken' },
): Promise<null> {
  const { origin } = peer;
  const { form } = delivery;
  if (peer.signature_form === form) return null;
  peer.signature_form = form;
  await transact(context, { kind: 'system', what: 'lanes' }, async (work) => {
    await work.db.updateTable('peer').set({ signature_form: form }).where('origin', '=', origin).execute();
  });
  return null;
}

/** Writes down that a lane waits, and why. @returns seconds until it tries again */
export async function noteFailure(context: Context, peer: PeerRow, failure: Failure): Promise<number> {
  const attempts = peer.attempts + 1;
  const halted = isHalting(failure);
  const wait = waitAfter(failure, attempts);
  // Until both sides have allowed each other the lane waits without alarm.
  const refused = (failure.status === 401 || failure.status === 403) && failure.code !== 'no_agreement';
  await transact(context, { kind: 'system', what: 'lanes' }, async (work) => {
    await work.db
      .updateTable('peer')
      .set({
        lane: halted ? 'halted' : 'waiting',
        attempts,
        retry_at: new Date(Date.parse(work.now) + wait * 1_000).toISOString(),
        failing_since: peer.failing_since ?? work.now,
        refused_since: refused ? (peer.refused_since ?? work.now) : null,
        last_error: `${failure.code}: ${failure.detail}`.slice(0, 500),
      })
      .where('origin', '=', peer.origin)
      .execute();
  });
  context.logger.warn('lane.waiting', {
    origin: peer.origin,
    fault: failure.code,
    status: failure.status,
    seconds: Math.round(wait),
  });
  return wait;
}

/** Opens a lane: written down once a minute at most while all goes well. */
export async function noteSuccess(context: Context, peer: PeerRow): Promise<void> {
  const now = context.clock.now();
  const fresh = peer.last_success_at !== null && now.getTime() - Date.parse(peer.last_success_at) < 60_000;
  if (fresh && peer.lane === 'open') return;
  const good = {
    lane: 'open',
    attempts: 0,
    retry_at: null,
    failing_since: null,
    refused_since: null,
    last_error: null,
    last_success_at: now.toISOString(),
  } as const;
  Object.assign(peer, good);
  await writeSuccess(context, { kind: 'system', what: 'lanes' }, { origin: peer.origin, good });
}

/** All nodes of a group take what is new at the same time. */
const writeSuccess = inOneCommit(async (work, { origin, good }: { origin: string; good: Partial<PeerRow> }) => {
  await ensurePeer(work, origin);
  await work.db.updateTable('peer').set(good).where('origin', '=', origin).execute();
});
