import type { Migrations } from '@joinery/core';
import { sql } from 'kysely';

/** Tables of sign-in with identity providers. Forward only. */
export const migrations: Migrations = {
  '2026-11-22-sign-in': async (db) => {
    const text = ['kind', 'name', 'issuer', 'client_id', 'client_secret', 'metadata', 'scope', 'admits'] as const;
    const claims = ['claim_name', 'claim_email', 'claim_role', 'claim_language', 'claim_groups'] as const;
    let provider = db.schema.createTable('sign_in_provider').addColumn('id', 'text', (column) => column.primaryKey());
    for (const name of [
      ...text,
      ...claims,
      'administrators',
      'officers',
      'state',
      'created_at',
      'updated_at',
    ] as const) {
      provider = provider.addColumn(name, 'text', (column) => column.notNull());
    }
    await provider.addColumn('tried_at', 'text').execute();
    await db.schema
      .createTable('sign_in_identity')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('provider_id', 'text', (column) => column.notNull().references('sign_in_provider.id'))
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull().references('account.id'))
      .addColumn('shown_as', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('last_used_at', 'text', (column) => column.notNull())
      .addUniqueConstraint('sign_in_identity_key', ['issuer', 'subject'])
      .execute();
    await db.schema
      .createIndex('sign_in_identity_account')
      .on('sign_in_identity')
      .columns(['account_id', 'provider_id'])
      .execute();
    await db.schema
      .createTable('sign_in_grant')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('identity_id', 'text', (column) => column.notNull().references('sign_in_identity.id'))
      .addColumn('provider_id', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull().unique())
      .addColumn('sid', 'text')
      .addColumn('refresh_token', 'text')
      .addColumn('confirmed_at', 'text', (column) => column.notNull())
      .addColumn('asking_until', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('sign_in_grant_identity').on('sign_in_grant').column('identity_id').execute();
    await db.schema.createIndex('sign_in_grant_sid').on('sign_in_grant').columns(['provider_id', 'sid']).execute();
    await db.schema
      .createTable('sign_in_logout')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-11-22-sign-in-passkeys': async (db) => {
    let passkey = db.schema
      .createTable('sign_in_passkey')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull().references('account.id'))
      .addColumn('credential_id', 'text', (column) => column.notNull().unique())
      .addColumn('counter', 'bigint', (column) => column.notNull())
      .addColumn('synced', 'integer', (column) => column.notNull());
    for (const name of ['public_key', 'user_handle', 'rp_id', 'transports', 'aaguid', 'name', 'created_at'] as const) {
      passkey = passkey.addColumn(name, 'text', (column) => column.notNull());
    }
    await passkey.addColumn('agent', 'text').addColumn('last_used_at', 'text').execute();
    await db.schema.createIndex('sign_in_passkey_account').on('sign_in_passkey').column('account_id').execute();
    await db.schema
      .createTable('sign_in_passkey_challenge')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('bound', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text')
      .addColumn('user_handle', 'text')
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('sign_in_passkey_challenge_age')
      .on('sign_in_passkey_challenge')
      .column('expires_at')
      .execute();
  },
  // Before it was kept when somebody first came in: a passkey shows it, and so does a link, as far as it can be told now.
  '2026-11-26-sign-in-signed-in': async (db) => {
    await sql`update account set signed_in_at = created_at where signed_in_at is null
      and (id in (select account_id from sign_in_identity) or id in (select account_id from sign_in_passkey))`.execute(
      db,
    );
  },
  '2026-12-02-sign-in-asked': async (db) => {
    await db.schema.alterTable('sign_in_identity').addColumn('asked_claims', 'text').execute();
  },
  // A provider's silence counted as its word, and what it said then was not kept: whom an account was made for counts as unchecked until the provider says so at a sign-in.
  '2026-12-06-sign-in-unverified': async (db) => {
    await sql`update account set email_verified_at = null where email_verified_at = created_at and password_hash is null
      and exists (select 1 from sign_in_identity where sign_in_identity.account_id = account.id and sign_in_identity.created_at = account.created_at)`.execute(
      db,
    );
  },
};
