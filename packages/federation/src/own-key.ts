import { createPublicKey } from 'node:crypto';
import type { Reader } from '@joinery/core';

/** A key of one of our own actors, ready to verify with. */
export async function ownKey(db: Reader, id: string) {
  const row = await db.selectFrom('key').select(['actor', 'public']).where('id', '=', id).executeTakeFirst();
  return row && { owner: row.actor, key: createPublicKey(row.public) };
}
