import type { Reader } from '../slice.ts';
import type { Work } from '../work.ts';

/**
 * What a node knows of having been restored. Until a person confirms that it is the only one of its name, nothing may leave it: an older state must not be told
 * to others beside the newer one of a node that still runs.
 */
export type Restored = {
  /** When it was restored, and as of when: UTC instants. */
  at: string;
  asOf: string;
  /** When an administrator confirmed; null means quarantine. */
  confirmedAt: string | null;
  /** Nodes that have not told yet what they hold of ours: nothing is exchanged with them before. */
  waiting: string[];
  /** Those that have told, and how many numbers of ours they hold that the backup has not. */
  told?: { origin: string; lost: number }[];
};

const name = 'restored';

/** Null for a node that never was restored. */
export async function restoredState(db: Reader): Promise<Restored | null> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  return row ? (JSON.parse(row.value) as Restored) : null;
}

/** Whether nothing may leave this node because it was restored and nobody has confirmed. */
export async function isInQuarantine(db: Reader): Promise<boolean> {
  const state = await restoredState(db);
  return state !== null && state.confirmedAt === null;
}

export async function writeRestored(db: Work['db'], state: Restored): Promise<void> {
  const value = JSON.stringify(state);
  await db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
