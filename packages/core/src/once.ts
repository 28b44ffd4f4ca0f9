import { AsyncLocalStorage } from 'node:async_hooks';
import type { Transaction } from 'kysely';
import type { Schema } from './db/schema.ts';

/** The next unit of work of a request that must happen once. */
type Step = {
  /** What it answered when an earlier attempt, which was interrupted, committed it: it is not run again. */
  earlier?: { answer: unknown };
  /** Writes what it answers now, in its own transaction. */
  record: (db: Transaction<Schema>, answer: unknown, now: string) => Promise<void>;
};

/** A request that may arrive several times and must have one effect. */
export type Once = { nextStep: () => Step | undefined };

/** Set while such a request runs; `transact` asks it. See `http/idempotency.ts`. */
export const once = new AsyncLocalStorage<Once | undefined>();

/** Runs something that a request causes and that is no part of it: other nodes in this process, for example. */
export function apart<T>(does: () => T): T {
  return once.run(undefined, does);
}
