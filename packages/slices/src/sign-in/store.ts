import { accountById, type Reader } from '@joinery/core';
import type { GrantRow, IdentityRow, ProviderRow } from './tables.ts';

/** Every provider, by name. */
export function allProviders(db: Reader): Promise<ProviderRow[]> {
  return db.selectFrom('sign_in_provider').selectAll().orderBy('name').orderBy('id').execute();
}

/** Those that people can sign in with. */
export async function liveProviders(db: Reader): Promise<ProviderRow[]> {
  return (await allProviders(db)).filter((provider) => provider.state === 'live');
}

/** One provider, draft or live. */
export function providerById(db: Reader, id: string): Promise<ProviderRow | undefined> {
  return db.selectFrom('sign_in_provider').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Who somebody is at a provider: issuer and subject decide, nothing else. */
export function identityOf(db: Reader, issuer: string, subject: string): Promise<IdentityRow | undefined> {
  return db
    .selectFrom('sign_in_identity')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

/** What an account is linked with. */
export function identitiesOfAccount(db: Reader, account: string): Promise<IdentityRow[]> {
  return db
    .selectFrom('sign_in_identity')
    .selectAll()
    .where('account_id', '=', account)
    .orderBy('created_at')
    .execute();
}

/** Whether an account is linked with an identity provider and has no password: its person adds no other way in by themselves. */
export async function providerDecides(db: Reader, account: string): Promise<boolean> {
  const row = await accountById(db, account);
  return row?.password_hash === null && (await identitiesOfAccount(db, account)).length > 0;
}

/** How many people each provider knows here. */
export async function peoplePerProvider(db: Reader): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('sign_in_identity')
    .select(['provider_id', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('provider_id')
    .execute();
  return new Map(rows.map((row) => [row.provider_id, Number(row.count)]));
}

/** One grant. */
export function grantById(db: Reader, id: string): Promise<GrantRow | undefined> {
  return db.selectFrom('sign_in_grant').selectAll().where('id', '=', id).executeTakeFirst();
}
