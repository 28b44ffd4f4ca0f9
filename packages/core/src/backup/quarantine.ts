import { prepareQuery } from '../db/prepared.ts';
import { refuse } from '../errors.ts';
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
  /** Ids of keys of actors here that have ended as far as others know, although the backup has them in use: they were renewed after it. */
  endedKeys?: string[];
  /** What was decided about what may have been withdrawn after the backup, by whom, and why. */
  decision?: RestoreDecision;
};

/**
 * Passwords, memberships and mutes that were withdrawn after the backup are in it as if they were not, and nobody else knows of them. `anew`: people choose them anew, and
 * nothing of it opens anything until then. `trusted`: nothing was withdrawn.
 */
export type RestoreDecision = {
  take: 'anew' | 'trusted';
  /** Local id of the administrator; null from the command line. */
  person: string | null;
  /** Who decided, as the command line was told; empty where `person` says it. */
  by: string;
  reason: string;
  /** Local ids of those who were named administrators; of `anew`. */
  administrators?: readonly string[];
};

/** In `meta`: what `restoredState` reads. */
export const restoredName = 'restored';
const name = restoredName;

/** Null for a node that never was restored. */
export async function restoredState(db: Reader): Promise<Restored | null> {
  const [row] = await readState(db, {});
  return row ? (JSON.parse(row.value) as Restored) : null;
}

const readState = prepareQuery((db) => db.selectFrom('meta').select('value').where('name', '=', name));

/** Whether nothing may leave this node because it was restored and nobody has confirmed. */
export async function isInQuarantine(db: Reader): Promise<boolean> {
  const state = await restoredState(db);
  return state !== null && state.confirmedAt === null;
}

/** As of when the backup was, for a node whose people choose anew since; null for every other. */
export async function chosenAnewSince(db: Reader): Promise<{ asOf: string; confirmedAt: string } | null> {
  const state = await restoredState(db);
  return state?.decision?.take === 'anew' && state.confirmedAt !== null
    ? { asOf: state.asOf, confirmedAt: state.confirmedAt }
    : null;
}

/**
 * Refuses a way in that may have been withdrawn after the backup: until somebody has decided about these, only a one-time link that the operator has made on the command
 * line opens a restored node. An identity provider vouches for who somebody is, and not for the role that the backup gives them.
 * @throws {Refusal} unavailable
 */
export async function assertWaysHold(db: Reader): Promise<void> {
  if (await isInQuarantine(db))
    refuse(
      'unavailable',
      'This node was restored from a backup: until an administrator has confirmed it, only a link that the operator makes opens it: joinery person link',
    );
}

export async function writeRestored(db: Work['db'], state: Restored): Promise<void> {
  const value = JSON.stringify(state);
  await db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
