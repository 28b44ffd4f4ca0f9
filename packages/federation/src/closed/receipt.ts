import { type Decision, isObject, type JsonObject, newId, nodeActor } from '@joinery/core';
import type { Bridge } from '../bridge.ts';
import { deliver } from '../deliver.ts';
import { documentContext, prove } from '../outgoing.ts';
import { peerRow } from '../peers.ts';
import type { PeerRow } from '../tables.ts';

/**
 * Tells a node that its items of a closed group were dropped here: signed, and aside of the lane, which may stand still because the agreement ended.
 * @returns false when it cannot take it now
 */
export async function sendReceipt(
  bridge: Bridge,
  origin: string,
  { group, version, items, item }: { group: string; version: number; items: number; item?: string },
): Promise<boolean> {
  const { context } = bridge;
  const peer = await peerRow(context.db.reader, origin);
  if (peer?.joinery !== 1) return true;
  const own = nodeActor(context.config.origin);
  const receipt: JsonObject = {
    '@context': documentContext,
    id: `${context.config.origin}/activities/${newId()}`,
    type: 'Leave',
    actor: own,
    object: group,
    to: [nodeActor(origin)],
    'joinery:dropped': { version, items, ...(item === undefined ? {} : { item }) },
  };
  return isTaken(bridge, peer, receipt);
}

/** Without an agreement in force these are still asked: they may answer. */
const heard: Decision['reason'][] = ['suspended', 'expired', 'wrong_direction'];

/**
 * Asks a node to drop what it may not keep of a closed group, or of one item that its author deleted, and to say that it did. A suspended node is asked too, as it may answer;
 * a blocked one hears nothing.
 * @returns false when it cannot take it now
 */
export async function sendAsk(
  bridge: Bridge,
  origin: string,
  { group, item }: { group: string; item: string | null },
): Promise<boolean> {
  const { context, trust } = bridge;
  const peer = await peerRow(context.db.reader, origin);
  const decision = trust.mayFederate(origin, null, 'out');
  if (peer?.joinery !== 1 || !(decision.allowed || heard.includes(decision.reason))) return true;
  const own = nodeActor(context.config.origin);
  const close = trust.markReachable(origin);
  try {
    return await isTaken(bridge, peer, {
      '@context': documentContext,
      id: `${context.config.origin}/activities/${newId()}`,
      type: 'Remove',
      actor: own,
      object: nodeActor(origin),
      target: group,
      to: [nodeActor(origin)],
      'joinery:confirm': item === null ? {} : { item },
    });
  } finally {
    close();
  }
}

async function isTaken(bridge: Bridge, peer: PeerRow, activity: JsonObject): Promise<boolean> {
  const { clock, config } = bridge.context;
  const own = nodeActor(config.origin);
  const proven = await prove(bridge, activity, own, clock.now().toISOString());
  const { result } = await deliver(bridge, peer, own, JSON.stringify(proven));
  return result !== 'later' && result !== 'misconfigured';
}

/** Whether an activity is such a receipt: all that a suspended node may still send. */
export function isReceipt(activity: JsonObject): boolean {
  return activity.type === 'Leave' && isObject(activity['joinery:dropped']);
}
