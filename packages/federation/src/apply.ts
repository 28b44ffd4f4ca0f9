import {
  addressOf,
  type Inbound,
  type InboundHandler,
  isRefusal,
  isStorageFault,
  listOf,
  type Reader,
  savepoint,
  streams,
  type Work,
} from '@joinery/core';
import { sql } from 'kysely';
import type { Bridge } from './bridge.ts';
import { knownObject } from './fetch.ts';
import type { Settled } from './ledger.ts';
import { mayVouch, type Prepared } from './unwrap.ts';

/** Activities that are answers themselves, or statements to all: refusing one is only written down. */
const unanswered = new Set(['Accept', 'Reject', 'TentativeAccept', 'Announce']);

/** Handlers of all slices for an activity, in their order. */
function handlersFor(bridge: Bridge, type: string): InboundHandler[] {
  return bridge.context.slices
    .flatMap((slice) => slice.activities?.handlers ?? [])
    .filter((handler) => handler.types.includes(type));
}

/**
 * Addresses that must be known before an activity can be applied, and are not: whoever did it, and what its handlers name.
 * @param db transaction or reader
 */
export async function missingAddresses(bridge: Bridge, db: Reader, item: Prepared): Promise<string[]> {
  const { inbound } = item;
  const wanted = new Set(handlersFor(bridge, inbound.type).flatMap((handler) => handler.needs?.(inbound) ?? []));
  // An author whose node we may not ask is introduced by the group that passes this on.
  const introduced = item.vouched !== null && mayVouch(bridge, inbound.actor);
  if (!introduced && inbound.type !== 'Delete') wanted.add(inbound.actor);
  const missing: string[] = [];
  for (const uri of wanted) {
    if (
      uri !== '' &&
      !uri.startsWith(`${bridge.context.config.origin}/`) &&
      !(await knownObject(bridge.context, uri, db))
    )
      missing.push(uri);
  }
  if (item.missingKey !== null) missing.push(item.missingKey);
  return missing;
}

/**
 * Applies one activity in a savepoint: its effect, or why there is none. A domain refusal becomes a `Reject` to the sender in the same transaction; a fault of
 * ours parks it, with its text, so that nothing is lost and nothing behind it is held up.
 * @throws storage faults (disk full, I/O): then nothing may be acknowledged
 */
export async function applyInbound(bridge: Bridge, work: Work, item: Prepared): Promise<Settled> {
  const { inbound } = item;
  const blocked = bridge.trust.mayFederate(inbound.origin, null, 'in').reason === 'blocked';
  if (blocked && inbound.through !== null) return { state: 'ignored', code: 'blocked', waitsFor: null };
  try {
    return await savepoint(work, (part) => firstTaker(bridge, part, inbound), {
      origin: item.origin,
      by: { kind: 'peer', origin: item.origin },
    });
  } catch (error) {
    if (isStorageFault(error) || (isRefusal(error) && error.code === 'took_too_long')) throw error;
    if (isRefusal(error)) {
      refuseSender(work, item, error.code);
      bridge.context.logger.info('inbox.not_applied', { origin: item.origin, type: inbound.type, refusal: error.code });
      return { state: 'refused', code: error.code, waitsFor: null };
    }
    bridge.context.logger.error('inbox.parked', {
      origin: item.origin,
      type: inbound.type,
      activity: item.id,
      reason: String(error),
    });
    return { state: 'parked', code: 'failed', waitsFor: null };
  }
}

/** Requests that `Undo` may overtake. Likes keep their own account. */
const requests = new Set(['Follow', 'Join']);

async function wasUndone(db: Reader, inbound: Inbound): Promise<boolean> {
  const row = await db
    .selectFrom('ledger')
    .select('id')
    .where('object', '=', inbound.id)
    .where('type', '=', sql.lit('Undo'))
    .where('actor', '=', inbound.actor)
    .executeTakeFirst();
  return row !== undefined;
}

/** Gives an activity whose sender is proven to the first handler that takes it. @throws what that throws */
export async function firstTaker(bridge: Bridge, work: Work, inbound: Inbound): Promise<Settled> {
  if (requests.has(inbound.type) && (await wasUndone(work.db, inbound)))
    return { state: 'ignored', code: 'taken_back', waitsFor: null };
  for (const handler of handlersFor(bridge, inbound.type)) {
    const outcome = await handler.apply(work, inbound);
    if (outcome === null) continue;
    if (outcome.state === 'applied') return { state: 'applied', code: null, waitsFor: null };
    if (outcome.state === 'waiting') return { state: 'waiting', code: null, waitsFor: outcome.uri };
    return { state: 'ignored', code: outcome.why, waitsFor: null };
  }
  return { state: 'ignored', code: 'not_understood', waitsFor: null };
}

/** One answer per activity at most, since the ledger takes each only once. */
function refuseSender(work: Work, item: Prepared, code: string): void {
  if (item.inbound.through !== null || unanswered.has(item.inbound.type)) return;
  // What is closed to the sender and what does not exist must not be told apart by who answers.
  const by = code === 'not_found' ? `${work.home}/node` : addressee(work.home, item);
  work.emit('federation.refused', streams.node(item.origin), { activity: item.id, by, code });
}

/** Who of ours was addressed: the group, or else the node itself. */
function addressee(home: string, item: Prepared): string {
  const { activity } = item.inbound;
  const named = [activity.audience, activity.object, activity.target, activity.to, activity.cc].flatMap(listOf);
  for (const one of named) {
    const address = addressOf(one);
    if (address?.startsWith(`${home}/groups/`)) return address.split('/').slice(0, 5).join('/');
  }
  return `${home}/node`;
}
