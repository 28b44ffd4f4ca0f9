import { isObject, type JsonObject, newId, nodeActor } from '@joinery/core';
import type { Bridge } from '../bridge.ts';
import { deliver } from '../deliver.ts';
import { documentContext, prove } from '../outgoing.ts';
import { peerRow } from '../peers.ts';

/**
 * Tells a node that its items of a closed group were dropped here: signed, and aside of the lane, which may stand still because the agreement ended.
 * @returns false when it cannot take it now
 */
export async function sendReceipt(
  bridge: Bridge,
  origin: string,
  { group, version, items }: { group: string; version: number; items: number },
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
    'joinery:dropped': { version, items },
  };
  const proven = await prove(bridge, receipt, own, context.clock.now().toISOString());
  const { result } = await deliver(bridge, peer, own, JSON.stringify(proven));
  return result !== 'later' && result !== 'misconfigured';
}

/** Whether an activity is such a receipt: all that a suspended node may still send. */
export function isReceipt(activity: JsonObject): boolean {
  return activity.type === 'Leave' && isObject(activity['joinery:dropped']);
}
