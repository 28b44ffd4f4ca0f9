import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';

/** So many per so many seconds. */
export type Limit = { times: number; seconds: number };

type Window = { since: number; count: number };

/**
 * Counts per node, in memory: a count need not outlive the process, and an attacker cannot fill the disk with it. The table holds
 * the 20,000 counts touched last.
 */
const tables = new WeakMap<Context['db'], LRUCache<string, Window>>();

function tableOf(context: Pick<Context, 'db'>): LRUCache<string, Window> {
  let table = tables.get(context.db);
  if (!table) {
    table = new LRUCache({ max: 20_000 });
    tables.set(context.db, table);
  }
  return table;
}

/** A refusal that says when it is worth trying again. */
export class TooMany extends Refusal {
  /** Seconds, for the header `Retry-After`. */
  readonly retryAfter: number;
  constructor(detail: string, retryAfter: number) {
    super('too_many', detail);
    this.retryAfter = retryAfter;
  }
}

/**
 * Counts one attempt.
 * @param key what is counted, for example `sign-in anna@agency.example`
 * @throws {TooMany} when the limit was reached before
 */
export function countAttempt(context: Pick<Context, 'db' | 'clock'>, key: string, limit: Limit): void {
  const table = tableOf(context);
  const now = context.clock.now().getTime();
  const known = table.get(key);
  const current = known && now - known.since < limit.seconds * 1_000 ? known : { since: now, count: 0 };
  if (current.count >= limit.times) {
    const seconds = Math.max(1, Math.ceil((current.since + limit.seconds * 1_000 - now) / 1_000));
    throw new TooMany('Too many attempts: wait a while and try again', seconds);
  }
  current.count += 1;
  table.set(key, current);
}

/** Forgets what was counted, after a success. */
export function forgetAttempts(context: Pick<Context, 'db'>, key: string): void {
  tableOf(context).delete(key);
}

/** Takes one attempt back that turned out to be rightful. */
export function uncountAttempt(context: Pick<Context, 'db'>, key: string): void {
  const known = tableOf(context).get(key);
  if (known && known.count > 0) known.count -= 1;
}
