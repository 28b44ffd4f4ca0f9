import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Tells that the log has grown: at once after a commit of this process, and by polling one row after a commit of another (the command line, a
 * second worker). Trust decisions are dropped and lanes woken by it.
 */
export type Changes = {
  /** @returns a function that ends the subscription */
  subscribe: (listener: () => void) => () => void;
  /** The same, and told as well when background work was planned, which need not come with an event. */
  subscribeToPlans: (listener: () => void) => () => void;
  /** This process has committed. @param events whether there were any, or only background work was planned */
  announce: (events: boolean) => void;
  /** Looks now instead of at the next poll; resolves when listeners have been called. */
  poll: () => Promise<void>;
  start: () => void;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** @param every milliseconds between polls */
export function createChanges(reader: Kysely<Schema>, every: number): Changes {
  const listeners = new Set<() => void>();
  const workers = new Set<() => void>();
  let seen = -1;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();
  let closed = false;

  const announce = (events: boolean) => {
    for (const listener of [...(events ? listeners : []), ...workers]) listener();
  };
  const look = async () => {
    if (closed) return;
    const row = await reader.selectFrom('log_head').select('seq').where('id', '=', 1).executeTakeFirst();
    const seq = row?.seq ?? 0;
    const moved = seen !== -1 && seq !== seen;
    seen = seq;
    if (moved) announce(true);
  };
  const poll = () => {
    polling = polling.then(look, look);
    return polling;
  };
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribeToPlans: (listener) => {
      workers.add(listener);
      return () => workers.delete(listener);
    },
    announce,
    poll,
    start: () => {
      if (timer || closed) return;
      // A failed look (the database is away for a moment) is made up for by the next one.
      timer = setInterval(() => poll().catch(() => {}), every);
      timer.unref();
      poll().catch(() => {});
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      clearInterval(timer);
      await polling.catch(() => {});
      listeners.clear();
      workers.clear();
    },
  };
}
