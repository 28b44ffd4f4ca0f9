import type { Json, JsonObject } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { endedKeysOf } from './remote-keys.ts';
import { heldStatement } from './trust/statements.ts';

/**
 * What this node holds of a peer: the last number of each of the peer's streams, what the peer's node last signed about the agreement, which of its keys have ended, and what its people took back. Read by a
 * peer that was restored from a backup.
 */
export async function heldDocument({ context }: Bridge, peer: string): Promise<JsonObject> {
  const { slices } = context;
  const { reader } = context.db;
  const rows = await reader
    .selectFrom('peer_stream')
    .selectAll()
    .where('origin', '=', peer)
    .orderBy('stream')
    .execute();
  const statement = await heldStatement(reader, peer);
  const endedKeys = await endedKeysOf(reader, peer);
  const takenBack: Json[] = [];
  for (const slice of slices) {
    for (const text of (await slice.takenBack?.(reader, peer)) ?? []) takenBack.push(JSON.parse(text));
  }
  return {
    '@context': ['https://www.w3.org/ns/activitystreams', { joinery: 'urn:joinery:ns#' }],
    id: `${context.config.origin}/streams/held`,
    type: 'Collection',
    totalItems: rows.length,
    items: rows.map((row) => ({
      id: row.stream,
      type: 'OrderedCollection',
      'joinery:epoch': row.epoch,
      'joinery:sequence': row.position,
    })),
    ...(statement && { 'joinery:agreement': statement }),
    ...(endedKeys.length > 0 && { 'joinery:endedKeys': endedKeys }),
    ...(takenBack.length > 0 && { 'joinery:takenBack': takenBack }),
  };
}
