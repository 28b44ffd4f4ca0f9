import {
  eventById,
  isStorageFault,
  type LaneItemRow,
  type LogEvent,
  newId,
  prepareQuery,
  transact,
} from '@joinery/core';
import type { Bridge } from './bridge.ts';
import type { Failure } from './deliver.ts';
import { deliverToNode } from './inboxes.ts';
import type { Builder, Outgoing } from './outgoing.ts';
import { isCovered } from './pending.ts';
import type { PeerRow } from './tables.ts';

/** Code of what could not be told because of a fault of ours: no peer can read it itself in the meantime. */
export const notBuilt = 'not_built';
const retrySeconds = [60, 300, 900, 1_800];
const parkAfterSeconds = 3_600;

const dueBy = prepareQuery((db, { now }: { now: string }) =>
  db.selectFrom('lane_item').select('origin').distinct().where('state', '=', 'aside').where('retry_at', '<=', now),
);

/** Items that a peer refused although it answers: tried aside while the lane goes on, parked after an hour, sent again when a person says so. */
export function createAside(bridge: Bridge, builder: Builder) {
  const { context } = bridge;
  return {
    put: async (origin: string, stream: string, event: LogEvent, error: string): Promise<void> => {
      await transact(context, { kind: 'system', what: 'lanes' }, async (work) => {
        await work.db
          .insertInto('lane_item')
          .values({
            id: newId(),
            origin,
            stream,
            stream_seq: event.streamSeq,
            event_id: event.id,
            state: 'aside',
            attempts: 1,
            retry_at: later(work.now, retrySeconds[0] ?? 60),
            error: error.slice(0, 500),
            created_at: work.now,
          })
          .onConflict((conflict) =>
            conflict.columns(['origin', 'event_id']).doUpdateSet({ error: error.slice(0, 500) }),
          )
          .execute();
      });
      context.logger.warn('lane.stepped_over', {
        origin,
        event: event.id,
        name: event.name,
        reason: error.slice(0, 200),
      });
    },

    /** Tries what is due. @returns seconds until the next is due, or null */
    retry: async (peer: PeerRow): Promise<number | null> => {
      const rows = await context.db.reader
        .selectFrom('lane_item')
        .selectAll()
        .where('origin', '=', peer.origin)
        .where('state', '=', 'aside')
        .orderBy('retry_at')
        .execute();
      const now = context.clock.now().getTime();
      for (const row of rows.filter((candidate) => Date.parse(candidate.retry_at) <= now)) {
        if (!bridge.trust.mayFederate(peer.origin, null, 'out').allowed) return null;
        if (isCovered(bridge.trust, peer.origin, row.stream)) await retryOne(peer, row);
      }
      const next = rows.map((row) => Date.parse(row.retry_at)).filter((at) => at > now);
      return next.length === 0 ? null : (Math.min(...next) - now) / 1_000;
    },

    /** Origins with an item that is due. */
    due: async (): Promise<string[]> => {
      const rows = await dueBy(context.db.reader, { now: context.clock.now().toISOString() });
      return rows.map((row) => row.origin);
    },

    origins: async (): Promise<string[]> => {
      const rows = await context.db.reader
        .selectFrom('lane_item')
        .select('origin')
        .distinct()
        .where('state', '=', 'aside')
        .execute();
      return rows.map((row) => row.origin);
    },
  };

  async function send(peer: PeerRow, row: LaneItemRow): Promise<Failure | null> {
    const event = await eventById(context.db.reader, row.event_id);
    let activities: Outgoing[];
    try {
      activities = event ? await builder.build(event, peer.joinery === 1, peer.origin) : [];
    } catch (error) {
      if (isStorageFault(error)) throw error;
      return { result: 'refused', status: null, code: notBuilt, detail: String(error) };
    }
    for (const activity of activities) {
      const delivery = await deliverToNode(bridge, peer, row.stream, activity);
      if (delivery.result !== 'taken') return delivery;
    }
    return null;
  }

  async function retryOne(peer: PeerRow, row: LaneItemRow): Promise<void> {
    const failure = await send(peer, row);
    await transact(context, { kind: 'system', what: 'lanes' }, async (work) => {
      if (failure === null) {
        await work.db.deleteFrom('lane_item').where('id', '=', row.id).execute();
        return;
      }
      const old = Date.parse(work.now) - Date.parse(row.created_at) >= parkAfterSeconds * 1_000;
      // A node that takes nothing now says nothing about this item.
      const refused = failure.result === 'refused';
      await work.db
        .updateTable('lane_item')
        .set({
          state: old && refused ? 'parked' : 'aside',
          attempts: row.attempts + 1,
          retry_at: later(work.now, retrySeconds[Math.min(row.attempts, retrySeconds.length - 1)] ?? parkAfterSeconds),
          error: `${failure.code}: ${failure.detail}`.slice(0, 500),
        })
        .where('id', '=', row.id)
        .execute();
    });
  }
}

function later(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1_000).toISOString();
}
