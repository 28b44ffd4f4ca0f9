import { restoredState } from '../backup/quarantine.ts';
import type { Reader } from '../slice.ts';
import type { Work } from '../work.ts';

/**
 * Since when a node counts as it does: the instant of its last restore, as text that sorts; empty for one that was never restored. Whatever it counts upwards (versions of access,
 * of lists) goes back with a backup, so such a number means something only within an epoch, and epochs are compared first.
 */
const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** As far as the clock of whoever signs may be ahead. */
const aheadMilliseconds = 300_000;

/** The epoch of this node. */
export async function ownEpoch(db: Reader): Promise<string> {
  return (await restoredState(db))?.at ?? '';
}

/** The epoch of another node, as that node last said in what it signed. */
export async function epochOf(db: Reader, origin: string): Promise<string> {
  const row = await db.selectFrom('host_epoch').select('epoch').where('origin', '=', origin).executeTakeFirst();
  return row?.epoch ?? '';
}

/**
 * Another node says, in what it signed itself, in which epoch it speaks. A later one than was known holds from now on, and never an earlier one again.
 * @param said what stands in the document; left out by a node that was never restored
 * @returns the epoch, or null when it is an earlier one, none, or one that has not come yet: then nothing counts that was said with it
 */
export async function heedEpoch(work: Work, origin: string, said: unknown = ''): Promise<string | null> {
  if (typeof said !== 'string' || (said !== '' && !form.test(said))) return null;
  const known = await epochOf(work.db, origin);
  if (said <= known) return said === known ? said : null;
  if (!(Date.parse(said) <= Date.parse(work.now) + aheadMilliseconds)) return null;
  await work.db
    .insertInto('host_epoch')
    .values({ origin, epoch: said })
    .onConflict((conflict) => conflict.column('origin').doUpdateSet({ epoch: said }))
    .execute();
  return said;
}
