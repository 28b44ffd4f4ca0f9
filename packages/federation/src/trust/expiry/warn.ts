import { type Context, type JsonObject, streams, transact } from '@joinery/core';
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
