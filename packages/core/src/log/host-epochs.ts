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

/** The epoch of another node, as that node itself last said: with its own key, or at the address of one of its groups. */
export async function epochOf(db: Reader, origin: string): Promise<string> {
  const row = await db.selectFrom('host_epoch').select('epoch').where('origin', '=', origin).executeTakeFirst();
  return row?.epoch ?? '';
}

/**
 * What was said with the key of a group, which others may have, names an epoch of its node. It makes none known.
 * @param said what stands in the document; left out by a node that was never restored
 * @returns the epoch, and whether its node has yet to say that it is in it; null when it is an earlier one, none, or one that has not come yet: then nothing counts that was said with it
 */
export async function readEpoch(
  work: Work,
  origin: string,
  said: unknown = '',
): Promise<{ epoch: string; isAhead: boolean } | null> {
  if (typeof said !== 'string' || (said !== '' && !form.test(said))) return null;
  const known = await epochOf(work.db, origin);
  if (said <= known) return said === known ? { epoch: said, isAhead: false } : null;
  return Date.parse(said) <= Date.parse(work.now) + aheadMilliseconds ? { epoch: said, isAhead: true } : null;
}

/**
 * Another node itself says in which epoch it speaks. A later one than was known holds from now on, and never an earlier one again.
 * @param said as in `readEpoch`
 * @returns the epoch, or null when nothing counts that was said with it
 */
export async function heedEpoch(work: Work, origin: string, said?: unknown): Promise<string | null> {
  const read = await readEpoch(work, origin, said);
  if (!read?.isAhead) return read?.epoch ?? null;
  await work.db
    .insertInto('host_epoch')
    .values({ origin, epoch: read.epoch })
    .onConflict((conflict) => conflict.column('origin').doUpdateSet({ epoch: read.epoch }))
    .execute();
  return read.epoch;
}
