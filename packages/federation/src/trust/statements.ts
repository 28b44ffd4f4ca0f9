import type { Inbound, JsonObject, Reader, Work } from '@joinery/core';

/** What the node of another agency last said about the agreement, as it signed it. */
export type StatementRow = { origin: string; text: string; at: string };

/** Keeps the last one, when it carries a proof: their node can have it back after it lost it. */
export async function keepStatement(work: Work, inbound: Inbound): Promise<void> {
  if (inbound.activity.proof === undefined) return;
  const kept = { text: JSON.stringify(inbound.activity), at: work.now };
  await work.db
    .insertInto('partner_statement')
    .values({ origin: inbound.origin, ...kept })
    .onConflict((conflict) => conflict.column('origin').doUpdateSet(kept))
    .execute();
}

export async function heldStatement(db: Reader, origin: string): Promise<JsonObject | null> {
  const row = await db.selectFrom('partner_statement').select('text').where('origin', '=', origin).executeTakeFirst();
  return row ? (JSON.parse(row.text) as JsonObject) : null;
}
