import { refuse } from '../errors.ts';
import type { Reader } from '../slice.ts';
import type { Work } from '../work.ts';
import { type Account, accountOfPerson, isUsable } from './accounts.ts';

/** Who has which role on a restored node from now on, by local id of the person. */
export type NamedRoles = { administrators: readonly string[]; officers: readonly string[] };

/**
 * Closes every account that is older than a restore, and takes every role on the node, but for those who are named: who was disabled, deleted or put out of a role after
 * the backup is in it as if they were not, and nobody else knows. A held account is a disabled one, wherever that is asked; `admitAccount` opens it.
 * @param before when the node was restored: instant, UTC
 * @returns local ids of those who lost a role
 * @throws {Refusal} invalid when nobody is named an administrator, or somebody who cannot be
 */
export async function holdAccounts(work: Work, named: NamedRoles, before: string): Promise<string[]> {
  if (named.administrators.length === 0)
    refuse('invalid', 'Name at least one administrator: without one nobody could let people in');
  for (const person of new Set([...named.administrators, ...named.officers])) {
    const account = await accountOfPerson(work.db, person);
    if (!account || account.ends_at !== null || !isUsable(account, work.now))
      refuse('invalid', `${person} cannot have a role: they are a guest, disabled, or not of this node`);
  }
  const lost: string[] = [];
  for (const [role, people] of [
    ['administrator', named.administrators],
    ['federation_officer', named.officers],
  ] as const) {
    const taken = await work.db
      .selectFrom('account')
      .select('person_id')
      .where(role, '=', 1)
      .where('person_id', 'not in', someOf(people))
      .execute();
    lost.push(...taken.map(({ person_id }) => person_id));
    await work.db
      .updateTable('account')
      .set({ [role]: 0 })
      .where('person_id', 'not in', someOf(people))
      .execute();
    await work.db
      .updateTable('account')
      .set({ [role]: 1 })
      .where('person_id', 'in', someOf(people))
      .execute();
  }
  const kept = someOf([...named.administrators, ...named.officers]);
  await work.db
    .updateTable('account')
    .set({ held_at: work.now, disabled_at: work.now, asked_at: null })
    .where('disabled_at', 'is', null)
    .where('created_at', '<', before)
    .where('person_id', 'not in', kept)
    .execute();
  // Whoever waited since an earlier restore, and was at the door then, has not been at this one's.
  await work.db.updateTable('account').set({ asked_at: null }).where('asked_at', 'is not', null).execute();
  const held = work.db.selectFrom('account').select('id').where('held_at', 'is not', null);
  await work.db.deleteFrom('session').where('account_id', 'in', held).execute();
  await work.db.deleteFrom('sign_in_link').where('account_id', 'in', held).execute();
  await work.db
    .updateTable('api_token')
    .set({ revoked_at: work.now })
    .where('revoked_at', 'is', null)
    .where('account_id', 'in', held)
    .execute();
  return [...new Set(lost)];
}

/** Never empty, which neither database takes. */
const someOf = (people: readonly string[]) => ['', ...people];

/**
 * Opens an account that waits since a restore. What opened it as of the backup must have been ended before: its person comes in with a new link.
 * @returns false when it does not wait (any more)
 */
export async function admitAccount(work: Work, account: string): Promise<boolean> {
  const opened = await work.db
    .updateTable('account')
    .set({ held_at: null, disabled_at: null, asked_at: null, signed_in_at: null })
    .where('id', '=', account)
    .where('held_at', 'is not', null)
    .executeTakeFirst();
  return opened.numUpdatedRows === 1n;
}

/** Somebody whom an identity provider vouches for now is at the door of an account that waits. */
export async function noteAsked(work: Work, account: string): Promise<void> {
  await work.db
    .updateTable('account')
    .set({ asked_at: work.now })
    .where('id', '=', account)
    .where('held_at', 'is not', null)
    .execute();
}

/** How many people wait to be let in after a restore. Who was disabled since does not: their account is disabled from another moment on. */
export async function countHeld(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('account')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .whereRef('disabled_at', '=', 'held_at')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Whether an account waits to be let in after a restore. */
export const isHeld = (account: Pick<Account, 'held_at'>): boolean => account.held_at !== null;
