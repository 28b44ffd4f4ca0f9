import { type Context, enqueueJob, type JsonObject, streams, transact } from '@joinery/core';
import { z } from 'zod';
import { partnerById } from '../store.ts';

const warning = z.object({ partner: z.string(), expiresAt: z.string(), days: z.int() });

/** Says that an agreement ends soon, for those who decide; nothing when it was changed, stopped or extended since it was planned. */
export async function warnOfEnd(context: Context, data: JsonObject): Promise<void> {
  const { partner: id, expiresAt, days } = warning.parse(data);
  await transact(context, { kind: 'system', what: 'end of an agreement' }, async (work) => {
    const partner = await partnerById(work.db, id);
    if (partner?.state !== 'allowed' || partner.expiresAt !== expiresAt) return;
    work.emit('partner.expires_soon', streams.local, { partner: id, days, expiresAt });
  });
}

const end = warning.omit({ days: true });

/** The last day of an agreement has passed: what it let their node read is taken back, and that node is told, as when it is suspended. Nothing when it was extended or stopped since. */
export async function endAgreement(context: Context, data: JsonObject): Promise<void> {
  const { partner: id, expiresAt } = end.parse(data);
  await transact(context, { kind: 'system', what: 'end of an agreement' }, async (work) => {
    const partner = await partnerById(work.db, id);
    if (partner?.state !== 'allowed' || partner.expiresAt !== expiresAt) return;
    const ended = { partner: id, origin: partner.origin };
    const event = work.emit('partner.ended', streams.local, ended);
    await enqueueJob(work, 'partners.revoke', { ...ended, event }, { key: event });
  });
}
