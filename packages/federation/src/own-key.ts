import { createPublicKey } from 'node:crypto';
import type { Reader } from '@joinery/core';

/** A key that one of our own actors signs with now, ready to verify with: one that has ended proves nothing that arrives, since who has stolen it can date what they sign. */
export async function ownKey(db: Reader, id: string) {
  const row = await db
    .selectFrom('key')
    .select(['actor', 'public'])
    .where('id', '=', id)
    .where('retired_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row && { owner: row.actor, key: createPublicKey(row.public) };
}
