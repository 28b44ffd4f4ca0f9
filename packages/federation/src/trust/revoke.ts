import { type Context, type JsonObject, nodeActor } from '@joinery/core';
import { z } from 'zod';
import { deliver } from '../deliver.ts';
import { federationOf } from '../federation.ts';
import { documentContext, prove } from '../outgoing.ts';
import { peerRow } from '../peers.ts';
import { agreementActivity } from './activities.ts';
import { hasEnded, partnerById } from './store.ts';

const shape = z.object({ partner: z.string(), origin: z.string(), event: z.string() });

/**
 * The last delivery to a node that was suspended, or whose agreement has ended: told aside of its lane, which stands still from then on.
 * @throws when the node cannot take it now: the job is tried again, while the suspension lasts
 */
export async function sendRevoke(context: Context, data: JsonObject): Promise<void> {
  const { partner: id, origin, event } = shape.parse(data);
  const federation = federationOf(context);
  const partner = await partnerById(context.db.reader, id);
  const peer = await peerRow(context.db.reader, origin);
  const over = partner?.state === 'suspended' || hasEnded(partner, context.clock.now().toISOString());
  if (!federation || !over || peer?.joinery !== 1) return;
  const { bridge } = federation;
  await bridge.trust.refresh();
  const own = context.config.origin;
  const activity = {
    '@context': documentContext,
    ...agreementActivity(`${own}/activities/${event}`, 'Remove', own, origin),
  };
  const proven = await prove(bridge, activity, nodeActor(own), context.clock.now().toISOString());
  const close = bridge.trust.markReachable(origin);
  try {
    const delivery = await deliver(bridge, peer, nodeActor(own), JSON.stringify(proven));
    if (delivery.result === 'later' || delivery.result === 'misconfigured')
      throw new Error(`${delivery.code}: ${delivery.detail}`);
  } finally {
    close();
  }
}
