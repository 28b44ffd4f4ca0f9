import { type Context, enqueueJob, transact, type Work } from '@joinery/core';
import { allPartners, type Partner } from '../store.ts';

/** How many days before the end of an agreement somebody is told. */
const warnings = [30, 7, 1] as const;
const day = 86_400_000;

/** Plans the warnings of all agreements with an end: of those, too, that were decided by a version that planned none. */
export async function planAllWarnings(context: Context): Promise<void> {
  const ending = (await allPartners(context.db.reader)).filter(({ expiresAt }) => expiresAt !== null);
  if (ending.length === 0) return;
  await transact(context, { kind: 'system', what: 'end of an agreement' }, async (work) => {
    for (const partner of ending) await planWarnings(work, partner);
  });
}

/** Plans the end, and the warnings before it, of an agreement that a decision gave one. What is decided otherwise later makes them mean nothing: see `warnOfEnd`. */
export async function planWarnings(work: Work, partner: Partner): Promise<void> {
  const { id, state, expiresAt } = partner;
  if (state !== 'allowed' || expiresAt === null) return;
  if (expiresAt > work.now)
    await enqueueJob(
      work,
      'partners.ended',
      { partner: id, expiresAt },
      { key: `${id} ${expiresAt}`, runAt: expiresAt },
    );
  for (const days of warnings) {
    const runAt = new Date(Date.parse(expiresAt) - days * day).toISOString();
    if (runAt <= work.now) continue;
    const data = { partner: id, expiresAt, days };
    await enqueueJob(work, 'partners.expiry', data, { key: `${id} ${expiresAt} ${days}`, runAt });
  }
}
