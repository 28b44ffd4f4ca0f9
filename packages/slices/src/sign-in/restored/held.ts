import {
  afterName,
  isObject,
  type JsonObject,
  type NamePosition,
  nameContains,
  noteAsked,
  type Reader,
  type Work,
} from '@joinery/core';
import type { PersonRow } from '../../people/index.ts';
import type { Vouched } from '../answer.ts';
import type { IdentityRow } from '../tables.ts';

/** Who is listed: people of this agency who wait, guests who wait, and everybody who is let in. */
export const lists = ['waiting', 'guests', 'in'] as const;
export type ListName = (typeof lists)[number];

/** Somebody of this node as of the backup. */
export type RestoredPerson = {
  person: PersonRow;
  account: string;
  email: string;
  held: boolean;
  /** When they were last seen as of the backup, and when they were at the door since: instants, UTC. */
  seenAt: string | null;
  askedAt: string | null;
  /** What opened the account as of the backup. */
  password: boolean;
  passkeys: number;
  identities: readonly IdentityRow[];
};

const mostClaims = 40;
const longestClaim = 300;

/** Somebody whom a provider vouches for now is at the door of an account that waits: administrators see that, and what the provider says of them. */
export async function askToBeLetIn(work: Work, identity: IdentityRow, { claims }: Vouched): Promise<void> {
  await noteAsked(work, identity.account_id);
  await work.db
    .updateTable('sign_in_identity')
    .set({ asked_claims: work.secret.encrypt(JSON.stringify(readable(claims))) })
    .where('id', '=', identity.id)
    .execute();
}

/** What of the claims a person can judge: texts, numbers and lists of them, no longer than can be read. */
function readable(claims: JsonObject): Record<string, string> {
  const told = Object.entries(claims).flatMap(([name, value]) => {
    const parts = Array.isArray(value) ? value : [value];
    const text = parts.filter((part) => ['string', 'number', 'boolean'].includes(typeof part)).join(', ');
    return text === '' ? [] : [[name.slice(0, 100), text.slice(0, longestClaim)] as const];
  });
  return Object.fromEntries(told.slice(0, mostClaims));
}

/** What the provider said at the door, by name of the claim. */
export function askedClaims({ decrypt }: { decrypt: (sealed: string) => string }, sealed: string): [string, string][] {
  const read: unknown = JSON.parse(decrypt(sealed));
  return isObject(read) ? Object.entries(read).map(([name, value]) => [name, String(value)]) : [];
}

const sole = { seenAt: 'account.seen_at', askedAt: 'account.asked_at' } as const;

/** Accounts of this node with their people, who can be let in at all. */
function accounts(db: Reader, now: string) {
  return db
    .selectFrom('account')
    .innerJoin('person', 'person.id', 'account.person_id')
    .selectAll('person')
    .select(['account.id as account', 'account.email', 'account.held_at', 'account.password_hash'])
    .select([`${sole.seenAt} as seenAt`, `${sole.askedAt} as askedAt`])
    .where('person.disabled_at', 'is', null)
    .where('person.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('account.ends_at', 'is', null), eb('account.ends_at', '>', now)]));
}

type Row = Awaited<ReturnType<ReturnType<typeof accounts>['execute']>>[number];

/**
 * People of a restored node by name.
 * @param options.now UTC: guests whose time is over are not listed
 */
export async function restoredPeople(
  db: Reader,
  options: { list: ListName; search: string; after: NamePosition | null; limit: number; now: string },
): Promise<RestoredPerson[]> {
  const { list } = options;
  let query = accounts(db, options.now)
    .where(nameContains('person', options.search))
    .where(afterName('person', options.after));
  query =
    list === 'in'
      ? query.where('account.disabled_at', 'is', null)
      : query
          .where('account.held_at', 'is not', null)
          .where('person.guest_until', list === 'guests' ? 'is not' : 'is', null);
  return withWays(db, await query.orderBy('person.sort_name').orderBy('person.id').limit(options.limit).execute());
}

/** Who was at the door since, the last first; at most fifty. */
export async function askingPeople(db: Reader, now: string): Promise<RestoredPerson[]> {
  const rows = await accounts(db, now)
    .where('account.held_at', 'is not', null)
    .where('account.asked_at', 'is not', null)
    .orderBy('account.asked_at', 'desc')
    .limit(50)
    .execute();
  return withWays(db, rows);
}

/** Those of these people who can be let in, or are; local ids. */
export async function restoredByIds(db: Reader, ids: readonly string[], now: string): Promise<RestoredPerson[]> {
  if (ids.length === 0) return [];
  const open = (row: Row) => row.held_at !== null;
  const rows = await accounts(db, now).where('account.person_id', 'in', ids).execute();
  return withWays(db, [...rows.filter(open), ...rows.filter((row) => !open(row))]);
}

/** Local ids of everybody who waits; guests only when asked for. */
export async function waitingIds(db: Reader, now: string): Promise<string[]> {
  const rows = await accounts(db, now).where('account.held_at', 'is not', null).orderBy('person.sort_name').execute();
  return rows.map(({ id }) => id);
}

async function withWays(db: Reader, rows: readonly Row[]): Promise<RestoredPerson[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ account }) => account);
  const passkeys = await db.selectFrom('sign_in_passkey').select('account_id').where('account_id', 'in', ids).execute();
  const identities = await db.selectFrom('sign_in_identity').selectAll().where('account_id', 'in', ids).execute();
  return rows.map(({ account, email, held_at, password_hash, seenAt, askedAt, ...person }) => ({
    ...{ person, account, email, seenAt, askedAt },
    held: held_at !== null,
    password: password_hash !== null,
    passkeys: passkeys.filter((one) => one.account_id === account).length,
    identities: identities.filter((one) => one.account_id === account),
  }));
}
