import { prepareInsert, prepareQuery, type Reader, type Work } from '@joinery/core';
import type { LedgerRow } from './tables.ts';
import type { Prepared } from './unwrap.ts';

/** Code of what waits for a node that did not answer. */
export const away = 'away';

/** What happened to an activity: written with its effect, in the same transaction. */
export type Settled = { state: LedgerRow['state']; code: string | null; waitsFor: string | null };

export async function ledgerRow(db: Reader, id: string): Promise<LedgerRow | undefined> {
  return (await byId(db, { id }))[0];
}

const byId = prepareQuery((db, { id }: { id: string }) => db.selectFrom('ledger').selectAll().where('id', '=', id));

/** A repetition has the same sender, type and object; anything else under the same address is another activity. */
export function isRepetition(row: LedgerRow, item: Prepared): boolean {
  return row.actor === item.actor && row.type === item.type && row.object === item.object;
}

/** Writes or updates the row of an activity. The text is kept only as long as something remains to be done. */
export async function writeLedger(
  work: Work,
  item: Prepared,
  settled: Settled,
  known: LedgerRow | undefined,
): Promise<void> {
  const open = settled.state === 'received' || settled.state === 'waiting' || settled.state === 'parked';
  const changed = {
    state: settled.state,
    code: settled.code,
    text: open ? item.text : null,
    waits_for: settled.waitsFor,
    applied_at: open ? null : work.now,
    attempts: (known?.attempts ?? 0) + (settled.state === 'received' ? 0 : 1),
  };
  if (known) {
    await work.db.updateTable('ledger').set(changed).where('id', '=', item.id).execute();
    return;
  }
  await insertRow(work.db, {
    id: item.id,
    origin: item.origin,
    actor: item.actor,
    type: item.type,
    object: item.object,
    verified: item.verified,
    stream: item.place?.stream ?? null,
    epoch: item.place?.epoch ?? null,
    sequence: item.place?.sequence ?? null,
    received_at: work.now,
    ...changed,
  });
}

const insertRow = prepareInsert('ledger');

/** What waited for an address may be tried again. @returns whose it is: somebody has to work it off */
export async function releaseWaiting(work: Work, uri: string): Promise<string[]> {
  const rows = await release(work.db, { uri });
  return rows.map((row) => row.origin);
}

const release = prepareQuery((db, { uri }: { uri: string }) =>
  db.updateTable('ledger').set({ state: 'received', waits_for: null }).where('waits_for', '=', uri).returning('origin'),
);

/**
 * What waits for an address at a node that did not answer may be tried again.
 * @param at that node's origin; all such nodes when left out
 * @returns whose it is: somebody has to work it off
 */
export async function releaseAwaiting(work: Work, at?: string): Promise<string[]> {
  const rows = await work.db
    .updateTable('ledger')
    .set({ state: 'received', code: null, waits_for: null })
    .where('waits_for', '>=', at === undefined ? '' : `${at}/`)
    // The character after the slash: all that begins with the origin and a slash.
    .$if(at !== undefined, (query) => query.where('waits_for', '<', `${at}0`))
    .where('code', '=', away)
    .returning('origin')
    .execute();
  return [...new Set(rows.map((row) => row.origin))];
}

/** Origins with something received that is not applied yet. */
export async function originsToWorkOff(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('ledger')
    .select('origin')
    .distinct()
    .where('state', '=', 'received')
    .where('text', 'is not', null)
    .execute();
  return rows.map((row) => row.origin);
}

/** What one node sent and still has to be applied, in the order of its streams. */
export async function toWorkOff(db: Reader, origin: string, limit: number): Promise<LedgerRow[]> {
  return db
    .selectFrom('ledger')
    .selectAll()
    .where('origin', '=', origin)
    .where('state', '=', 'received')
    .where('text', 'is not', null)
    .orderBy('stream')
    .orderBy('sequence')
    .orderBy('received_at')
    .limit(limit)
    .execute();
}
