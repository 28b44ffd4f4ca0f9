import { nodeActor, ownEpoch } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { deliver, type Failure } from './deliver.ts';
import { streamAddress } from './outgoing.ts';
import type { PendingStream } from './pending.ts';
import type { PeerRow } from './tables.ts';

/** Tells a peer that is far behind how far the stream has come; it reads the rest in pages. Acknowledged by what it asks for next. */
export async function tellHead(bridge: Bridge, peer: PeerRow, stream: PendingStream): Promise<Failure | null> {
  const { context } = bridge;
  const { origin } = context.config;
  const address = streamAddress(origin, stream.token);
  const epoch = await ownEpoch(context.db.reader);
  const head = {
    '@context': ['https://www.w3.org/ns/activitystreams', { joinery: 'urn:joinery:ns#' }],
    id: `${address}#${stream.epoch}-${stream.last}-${stream.acknowledged}`,
    type: 'Update',
    actor: nodeActor(origin),
    object: {
      id: address,
      type: 'OrderedCollection',
      'joinery:epoch': stream.epoch,
      'joinery:head': stream.last,
      'joinery:from': stream.acknowledged,
      ...(epoch === '' ? {} : { 'joinery:hostEpoch': epoch }),
    },
  };
  const delivery = await deliver(bridge, peer, nodeActor(origin), JSON.stringify(head));
  return delivery.result === 'taken' ? null : delivery;
}
