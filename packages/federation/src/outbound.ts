import { type Context, newId, type Reader, transact } from '@joinery/core';
import type { DoorConnection } from './door.ts';
import type { OutboundRow } from './tables.ts';

/** The newest outbound connections of all processes of the node. */
export type Outbound = {
  /** In memory: nothing is written for a single connection. */
  note: (connection: DoorConnection) => void;
  /** The newest hundred, newest first: what is stored, and what this process has not stored yet. */
  recent: (db: Reader) => Promise<OutboundRow[]>;
  /** Stores what there is, and no more than a hundred of all. Never throws: a list that could not be stored is no reason to stop. */
  flush: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

const kept = 100;
const flushMilliseconds = 60_000;

/** Keeps the last hundred connections over restarts, with one small change a minute at most. */
export function createOutbound(context: Context): Outbound {
  let pending: OutboundRow[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const rows = pending;
    if (rows.length === 0) return;
    pending = [];
    try {
      await transact(context, { kind: 'system', what: 'outbound connections' }, async (work) => {
        await work.db.insertInto('outbound').values(rows).execute();
        const newest = work.db
          .selectFrom('outbound')
          .select('id')
          .orderBy('id', 'desc')
          .offset(kept - 1)
          .limit(1);
        const oldest = await newest.executeTakeFirst();
        if (oldest) await work.db.deleteFrom('outbound').where('id', '<', oldest.id).execute();
      });
    } catch (error) {
      pending = [...rows, ...pending].slice(-kept);
      context.logger.warn('outbound.not_stored', { reason: String(error) });
    }
  };
  return {
    note: (connection) => {
      pending.push({ id: newId(), ...connection });
      if (pending.length > kept) pending.shift();
      if (!isClosed) timer ??= setTimeout(flush, flushMilliseconds).unref();
    },
    recent: async (db) => {
      const stored = await db.selectFrom('outbound').selectAll().orderBy('id', 'desc').limit(kept).execute();
      const all = new Map([...stored, ...pending].map((row) => [row.id, row]));
      return [...all.values()].sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, kept);
    },
    flush,
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      await flush();
    },
  };
}
