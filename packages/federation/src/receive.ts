import {
  addressOf,
  countIn,
  heedEpoch,
  isObject,
  type Json,
  type JsonObject,
  nodeActor,
  originOf,
  periods,
  transact,
} from '@joinery/core';
import type { Bridge } from './bridge.ts';
import type { CatchUp } from './catch-up.ts';
import { isReceipt } from './closed/receipt.ts';
import { digestHeader } from './digest.ts';
import { guardActivity } from './guard.ts';
import type { Inbox } from './inbox.ts';
import { keepsPlace } from './peer-streams.ts';
import { countForNode } from './rates.ts';
import { textOf } from './read.ts';
import { type Refused, refused } from './refusals.ts';
import { verifyWithKey } from './requester.ts';
import type { HeaderReader } from './signatures.ts';

/** So long after its agreement ended a node is still heard when it says what it dropped. */
const receiptMilliseconds = periods.receiptDoor.days * 86_400_000;

/** What the inbox answers: 202 after COMMIT, or a refusal. */
export type Received = { ok: true } | Refused;

/**
 * One POST to an inbox: guard, signature, the sender's limit, then the two steps of `Inbox`.
 * @param request.url as the sender addressed it: our origin and path
 * @param request.network from which it came: look-ups that come to nothing count by it
 * @throws storage faults, which the HTTP layer answers with 503 or 507: nothing was taken
 */
export async function receive(
  bridge: Bridge,
  parts: { inbox: Inbox; catchUp: CatchUp; contact: (origin: string) => void },
  request: { url: string; headers: HeaderReader; body: string; network?: string },
): Promise<Received> {
  const guarded = guardActivity(request.headers, request.body, {
    mayReceive: (origin) => bridge.trust.mayFederate(origin, null, 'in'),
    isReceipt,
    isLately: (ended) => bridge.context.clock.now().getTime() - Date.parse(ended) <= receiptMilliseconds,
  });
  if (!guarded.ok) return guarded;
  const verified = await verifyWithKey(bridge, { method: 'POST', ...request }, guarded.signature);
  if (!verified.ok) return verified;
  if (verified.owner !== guarded.actor && !isServerActor(verified.owner, guarded.origin)) {
    return refused('key_origin_mismatch', 'The key belongs to another actor than the one that is said to act.');
  }
  // Only now: nobody uses up what another node may send by naming its key.
  const tooMany = countForNode(bridge.context, `deliveries of ${guarded.origin}`, 'deliveries');
  if (tooMany) {
    bridge.context.logger.warn('inbox.limited', { origin: guarded.origin });
    return tooMany;
  }
  parts.contact(guarded.origin);
  // Of its streams, and of when it was restored, a node speaks itself: keys of groups may be in other hands.
  const isNode = isServerActor(verified.owner, guarded.origin) && isServerActor(guarded.actor, guarded.origin);
  const head = isNode ? streamHead(guarded.activity, guarded.origin) : null;
  if (head) {
    await followHead(bridge, guarded.origin, head);
    parts.catchUp.gap(guarded.origin, head.stream);
    return { ok: true };
  }
  const taken = await parts.inbox.take({
    activity: guarded.activity,
    text: request.body,
    actor: guarded.actor,
    origin: guarded.origin,
    verified: 'signature',
  });
  const digest = request.headers.get(digestHeader);
  if (digest) parts.catchUp.compare(guarded.origin, digest);
  return taken.state === 'accepted'
    ? { ok: true }
    : refused('activity_id_reused', 'Another activity with this id was received before.');
}

/** A node's server actor may speak for the node's own actors. */
function isServerActor(actor: string, origin: string): boolean {
  return actor === nodeActor(origin);
}

type Head = { stream: string; epoch: string; hostEpoch: Json | undefined; from: number; head: number };

/** `Update` of a stream: the sender has more for us than it wants to push. */
function streamHead(activity: JsonObject, origin: string): Head | null {
  const object = isObject(activity.object) ? activity.object : null;
  const stream = object && addressOf(object);
  const epoch = object && textOf(object['joinery:epoch']);
  const from = countIn(object?.['joinery:from']);
  const head = countIn(object?.['joinery:head']);
  if (
    activity.type !== 'Update' ||
    !stream ||
    !epoch ||
    originOf(stream) !== origin ||
    !stream.startsWith(`${origin}/streams/`)
  )
    return null;
  const hostEpoch = object['joinery:hostEpoch'];
  return from !== null && head !== null ? { stream, epoch, hostEpoch, from, head } : null;
}

async function followHead(
  bridge: Bridge,
  origin: string,
  { stream, epoch, hostEpoch, from, head }: Head,
): Promise<void> {
  await transact(bridge.context, { kind: 'peer', origin }, async (work) => {
    await heedEpoch(work, origin, hostEpoch);
    if (!(await keepsPlace(work.db, origin, stream))) return;
    await work.db
      .insertInto('peer_stream')
      .values({ origin, stream, epoch, position: from, head })
      .onConflict((conflict) => conflict.columns(['origin', 'stream']).doUpdateSet({ head }))
      .execute();
    await work.db
      .updateTable('peer_stream')
      .set({ epoch, position: from })
      .where('origin', '=', origin)
      .where('stream', '=', stream)
      .where('epoch', '!=', epoch)
      .execute();
  });
}
