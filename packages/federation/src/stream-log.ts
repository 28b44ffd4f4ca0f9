import { isStorageFault, type JsonObject, type Requester, streamEventsAfter } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { type Builder, namesForOthers, streamAddress } from './outgoing.ts';
import { isCovered } from './pending.ts';

const pageSize = 100;

/**
 * A page of a stream for a node that catches up or fills a gap. Asking for what comes after a number acknowledges it. Only subscribers read it, and only as
 * far as their subscription goes.
 * @returns undefined when there is no such stream for this node
 */
export async function streamPage(
  bridge: Bridge,
  builder: Builder,
  token: string,
  requester: Requester,
  after: number,
): Promise<
  { document: JsonObject; acknowledge: { stream: string; origin: string; epoch: string; sequence: number } } | undefined
> {
  if (requester.kind !== 'peer') return undefined;
  const { db, config } = bridge.context;
  const row = await db.reader
    .selectFrom('stream')
    .innerJoin('subscription', 'subscription.stream', 'stream.id')
    .select(['stream.id', 'stream.epoch', 'stream.head', 'subscription.ends_after'])
    .where('stream.token', '=', token)
    .where('subscription.origin', '=', requester.origin)
    .executeTakeFirst();
  if (!row || !isCovered(bridge.trust, requester.origin, row.id)) return undefined;
  const last = row.ends_after === null ? row.head : Math.min(row.head, row.ends_after);
  const others = namesForOthers(bridge, row.id);
  const events = (await streamEventsAfter(db.reader, row.id, after, pageSize, others)).filter(
    (event) => event.streamSeq <= last,
  );
  // What says nothing to a Joinery peer is acknowledged with what comes before it.
  const acknowledged = events[0] ? events[0].streamSeq - 1 : last;
  const items: JsonObject[] = [];
  for (const event of events) {
    try {
      for (const activity of await builder.build(event, true, requester.origin)) items.push(activity.document);
    } catch (error) {
      if (isStorageFault(error)) throw error;
      // Left out, so that the rest can be read; its lane keeps it.
      bridge.context.logger.error('stream.not_built', { event: event.id, name: event.name, reason: String(error) });
    }
  }
  const address = streamAddress(config.origin, token);
  return {
    acknowledge: { stream: row.id, origin: requester.origin, epoch: row.epoch, sequence: acknowledged },
    document: {
      '@context': ['https://www.w3.org/ns/activitystreams', { joinery: 'urn:joinery:ns#' }],
      id: `${address}?after=${after}`,
      type: 'OrderedCollectionPage',
      partOf: address,
      'joinery:epoch': row.epoch,
      'joinery:head': last,
      // Numbers up to here are told: those that are not among the items say nothing to a Joinery peer.
      'joinery:through': events.at(-1)?.streamSeq ?? after,
      orderedItems: items,
    },
  };
}
