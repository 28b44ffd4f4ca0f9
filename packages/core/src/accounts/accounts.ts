import type { Selectable } from 'kysely';
import { refuse } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Reader } from '../slice.ts';
import type { Work } from '../work.ts';
import type { AccountTables } from './tables.ts';

export type Account = Selectable<AccountTables['account']>;

const emailShape = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,190}$/u;

/** One spelling per mail address, also for counting attempts: without it another case or width of a letter dodges the count. */
export function normaliseEmail(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** Whether a text can be a mail address at all. */
export function isEmail(text: string): boolean {
  return emailShape.test(normaliseEmail(text));
}

/**
 * Gives a person of this node a way to sign in. Without a password they need a sign-in link first.
 * @param input.passwordHash from `hashPassword`, made before the unit of work
 * @throws {Refusal} invalid with `email` bad_format or taken
 */
export async function createAccount(
  work: Work,
  input: {
    person: string;
    email: string;
    passwordHash?: string | null;
    administrator?: boolean;
    federationOfficer?: boolean;
    /** Instant (UTC) from which on it opens nothing. */
    endsAt?: string;
  },
): Promise<Account> {
  const email = normaliseEmail(input.email);
  if (email === '') refuse('invalid', 'An account needs a mail address', [{ field: 'email', code: 'required' }]);
  if (!isEmail(email)) refuse('invalid', 'The mail address cannot be right', [{ field: 'email', code: 'bad_format' }]);
  const account: Account = {
    id: newId(),
    person_id: input.person,
    email,
    password_hash: input.passwordHash ?? null,
    administrator: input.administrator ? 1 : 0,
    federation_officer: input.federationOfficer ? 1 : 0,
    disabled_at: null,
    held_at: null,
    asked_at: null,
    seen_at: null,
    ends_at: input.endsAt ?? null,
    created_at: work.now,
    signed_in_at: null,
    email_verified_at: null,
  };
  // Not looked up first, as with handles: on PostgreSQL two may come with it at once.
  const added = await work.db
    .insertInto('account')
    .values(account)
    .onConflict((conflict) => conflict.column('email').doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows !== 1n)
    refuse('invalid', 'The mail address belongs to another account', [{ field: 'email', code: 'taken' }]);
  return account;
}

/** The owner of an account has shown that its mail address is theirs, or an identity provider says that it has checked it. */
export async function verifyEmail(work: Work, account: string): Promise<void> {
  await work.db.updateTable('account').set({ email_verified_at: work.now }).where('id', '=', account).execute();
}

/** The account with this mail address, in any spelling; disabled ones included. */
export async function accountByEmail(db: Reader, email: string): Promise<Account | undefined> {
  return db.selectFrom('account').selectAll().where('email', '=', normaliseEmail(email)).executeTakeFirst();
}

/** The account of a person of this node; disabled ones included. */
export async function accountOfPerson(db: Reader, person: string): Promise<Account | undefined> {
  return db.selectFrom('account').selectAll().where('person_id', '=', person).executeTakeFirst();
}

/** The account with this id; disabled ones included. */
export async function accountById(db: Reader, id: string): Promise<Account | undefined> {
  return db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst();
}

/**
 * Keeps other changes of what opens an account waiting until this one is done: PostgreSQL lets two look at the same state, and each would leave the other's
 * way in. Call it before looking.
 */
export async function holdAccount(work: Work, account: string): Promise<void> {
  await work.db
    .updateTable('account')
    .set((eb) => ({ created_at: eb.ref('created_at') }))
    .where('id', '=', account)
    .execute();
}

/** True once somebody can administer this node: until then it offers a link to become its administrator. */
export async function hasAdministrator(db: Reader): Promise<boolean> {
  const row = await db
    .selectFrom('account')
    .select('id')
    .where('administrator', '=', 1)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Local ids of the federation officers; whoever cannot sign in any more does not count. */
export function federationOfficers(db: Reader): Promise<string[]> {
  return peopleWith(db, 'federation_officer');
}

/** Local ids of the people who administer this node; whoever cannot sign in any more does not count. */
export function administrators(db: Reader): Promise<string[]> {
  return peopleWith(db, 'administrator');
}

async function peopleWith(db: Reader, role: 'federation_officer' | 'administrator'): Promise<string[]> {
  const rows = await db
    .selectFrom('account')
    .select('person_id')
    .where(role, '=', 1)
    .where('disabled_at', 'is', null)
    .orderBy('person_id')
    .execute();
  return rows.map((row) => row.person_id);
}

/** Local ids of the people who decide about partners now: the federation officers, or the administrators of a node that has none. */
export async function deciders(db: Reader): Promise<string[]> {
  const officers = await federationOfficers(db);
  return officers.length > 0 ? officers : administrators(db);
}

/**
 * Gives the account a new password and ends every session and token of it: whoever knew the old one is out, programs too. Sign in
 * again afterwards.
 * @param passwordHash from `hashPassword`, made before the unit of work
 */
export async function setPassword(work: Work, account: string, passwordHash: string): Promise<void> {
  await work.db.updateTable('account').set({ password_hash: passwordHash }).where('id', '=', account).execute();
  await endAccess(work, account);
}

/** Whether an account opens anything at this instant (UTC). */
export function isUsable(account: Pick<Account, 'disabled_at' | 'ends_at'>, now: string): boolean {
  return account.disabled_at === null && (account.ends_at === null || account.ends_at > now);
}

/** Moves the end of an account. Sessions and tokens hold until then, and no request longer. @param endsAt instant, UTC */
export async function setEnd(work: Work, account: string, endsAt: string): Promise<void> {
  await work.db.updateTable('account').set({ ends_at: endsAt }).where('id', '=', account).execute();
}

/**
 * Takes the password of an account away, and ends every session, token and link of it.
 * @returns false when it had none
 */
export async function removePassword(work: Work, account: string): Promise<boolean> {
  const removed = await work.db
    .updateTable('account')
    .set({ password_hash: null })
    .where('id', '=', account)
    .where('password_hash', 'is not', null)
    .executeTakeFirst();
  if (removed.numUpdatedRows === 0n) return false;
  await endAccess(work, account);
  return true;
}

/**
 * Changes what an account may do.
 * @throws {Refusal} conflict when nobody could administer the node afterwards; forbidden for one that ends by itself
 */
export async function setRoles(
  work: Work,
  account: string,
  roles: { administrator?: boolean; federationOfficer?: boolean },
): Promise<void> {
  const row = await accountById(work.db, account);
  if (row?.ends_at && (roles.administrator || roles.federationOfficer)) {
    refuse('forbidden', 'Guests have no roles on this node');
  }
  await work.db
    .updateTable('account')
    .set({
      ...(roles.administrator === undefined ? {} : { administrator: roles.administrator ? 1 : 0 }),
      ...(roles.federationOfficer === undefined ? {} : { federation_officer: roles.federationOfficer ? 1 : 0 }),
    })
    .where('id', '=', account)
    .execute();
  await keepAnAdministrator(work);
}

/**
 * Ends all access of an account at once: sessions, API tokens and unused links.
 * @throws {Refusal} conflict when it is the last administrator's
 */
export async function disableAccount(work: Work, account: string): Promise<void> {
  // Whoever waits to be let in after a restore is not asked about any more, and waits again when this is taken back: what opened the account then has not been looked at.
  const closed = { disabled_at: work.now, asked_at: null };
  await work.db.updateTable('account').set(closed).where('id', '=', account).execute();
  await keepAnAdministrator(work);
  await endAccess(work, account);
}

/** Lets an account sign in again. Its tokens stay revoked. Whoever waits to be let in after a restore goes on waiting: that is `admitAccount`. */
export async function enableAccount(work: Work, account: string): Promise<void> {
  await work.db
    .updateTable('account')
    .set((eb) => ({ disabled_at: eb.ref('held_at') }))
    .where('id', '=', account)
    .execute();
}

async function keepAnAdministrator(work: Work): Promise<void> {
  if (!(await hasAdministrator(work.db))) {
    refuse('conflict', 'This is the last administrator: make somebody else administrator first');
  }
}

/** Ends sessions, API tokens and unused links of an account. */
export async function endAccess(work: Work, account: string): Promise<void> {
  await work.db.deleteFrom('session').where('account_id', '=', account).execute();
  await work.db
    .updateTable('api_token')
    .set({ revoked_at: work.now })
    .where('account_id', '=', account)
    .where('revoked_at', 'is', null)
    .execute();
  await work.db.deleteFrom('sign_in_link').where('account_id', '=', account).where('used_at', 'is', null).execute();
}
