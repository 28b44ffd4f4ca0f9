import { enqueueJob, type Work } from '@joinery/core';
import type { Partner } from '../store.ts';

/** How many days before the end of an agreement somebody is told. */
const warnings = [30, 7, 1] as const;
const day = 86_400_000;

/** Plans the warnings of an agreement that a decision gave an end. What is decided otherwise later makes them mean nothing: see `warnOfEnd`. */
export async function planWarnings(work: Work, partner: Partner): Promise<void> {
  const { id, state, expiresAt } = partner;
  if (state !== 'allowed' || expiresAt === null) return;
  for (const days of warnings) {
    const runAt = new Date(Date.parse(expiresAt) - days * day).toISOString();
    if (runAt <= work.now) continue;
    const data = { partner: id, expiresAt, days };
    await enqueueJob(work, 'partners.expiry', data, { key: `${id} ${expiresAt} ${days}`, runAt });
  }
}
