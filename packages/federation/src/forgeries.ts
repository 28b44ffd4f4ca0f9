import type { Clock } from '@joinery/core';
import { LRUCache } from 'lru-cache';

/**
 * Counts signatures whose key could not be had or did not fit, per sender's network and node named. Anybody can name a key of an allowed
 * node, and each new name costs that node a request of ours; beyond a few a minute none is made.
 */
export type Forgeries = {
  mayAsk: (asker: string) => boolean;
  note: (asker: string) => void;
};

const most = 20;
const windowMilliseconds = 60_000;

export function createForgeries(clock: Clock): Forgeries {
  const counts = new LRUCache<string, { count: number; until: number }>({ max: 10_000 });
  const current = (asker: string) => {
    const entry = counts.get(asker);
    return entry && entry.until > clock.now().getTime() ? entry : undefined;
  };
  return {
    mayAsk: (asker) => (current(asker)?.count ?? 0) < most,
    note: (asker) => {
      const entry = current(asker) ?? { count: 0, until: clock.now().getTime() + windowMilliseconds };
      counts.set(asker, { ...entry, count: entry.count + 1 });
    },
  };
}
