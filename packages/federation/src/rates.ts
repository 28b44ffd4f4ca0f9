import { type Context, countAttempt, limits, TooMany } from '@joinery/core';
import { type Refused, refused } from './refusals.ts';

/**
 * Counts something that another node does.
 * @param key what is counted, and for whom
 * @returns the refusal once there was too much of it, or null
 */
export function countForNode(context: Context, key: string, limit: 'refusedDeliveries' | 'deliveries'): Refused | null {
  try {
    countAttempt(context, key, limits[limit]);
    return null;
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    const { retryAfter } = error;
    const detail = `Too many deliveries: wait ${retryAfter} seconds, then go on where you stopped.`;
    return { ...refused('too_many', detail), retryAfter };
  }
}
