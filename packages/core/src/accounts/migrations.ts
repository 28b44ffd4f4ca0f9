import { sql } from 'kysely';
import type { Migrations } from '../db/migrate.ts';

export const accountMigrations: Migrations = {
  '2026-11-21-core-accounts': async (db) => {
    await db.schema
      .createTable('account')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('person_id', 'text', (column) => column.notNull().unique())
      .addColumn('email', 'text', (column) => column.notNull().unique())
      .addColumn('password_hash', 'text')
      .addColumn('administrator', 'integer', (column) => column.notNull())
      .addColumn('federation_officer', 'integer', (column) => column.notNull())
      .addColumn('disabled_at', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('session')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull().references('account.id'))
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('last_seen_at', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('session_account').on('session').column('account_id').execute();
    await db.schema
      .createTable('sign_in_link')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.references('account.id'))
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .addColumn('used_at', 'text')
      .execute();
    await db.schema.createIndex('sign_in_link_account').on('sign_in_link').column('account_id').execute();
    await db.schema
      .createTable('api_token')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('account_id', 'text', (column) => column.notNull().references('account.id'))
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('last_used_at', 'text')
      .addColumn('revoked_at', 'text')
      .execute();
    await db.schema.createIndex('api_token_account').on('api_token').column('account_id').execute();
    await db.schema
      .createTable('idempotency')
      .addColumn('account_id', 'text', (column) => column.notNull().references('account.id'))
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('step', 'integer', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('result', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotency_pk', ['account_id', 'key', 'step'])
      .execute();
    await db.schema.createIndex('idempotency_age').on('idempotency').columns(['account_id', 'created_at']).execute();
  },
  // What an identity provider vouches for, and since when people recognise their own sessions.
  '2026-11-22-core-grants': async (db) => {
    await db.schema.alterTable('session').addColumn('grant_id', 'text').execute();
    await db.schema.alterTable('session').addColumn('agent', 'text').execute();
    await db.schema.createIndex('session_grant').on('session').column('grant_id').execute();
    await db.schema.alterTable('api_token').addColumn('grant_id', 'text').execute();
    await db.schema.createIndex('api_token_grant').on('api_token').column('grant_id').execute();
  },
  '2026-11-22-core-second-step': async (db) => {
    await db.schema
      .createTable('second_step')
      .addColumn('account_id', 'text', (column) => column.primaryKey().references('account.id'))
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('last_step', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('recovery_code')
      .addColumn('account_id', 'text', (column) => column.notNull().references('account.id'))
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('used_at', 'text')
      .addPrimaryKeyConstraint('recovery_code_pk', ['account_id', 'hash'])
      .execute();
  },
  '2026-11-22-core-kept-forms': async (db) => {
    await db.schema
      .createTable('kept_form')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('account_id', 'text', (column) => column.notNull().references('account.id'))
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('kept_form_account').on('kept_form').columns(['account_id', 'id']).execute();
  },
  '2026-11-22-core-proven': async (db) => {
    await db.schema.alterTable('session').addColumn('proven_at', 'text').execute();
  },
  '2026-11-22-core-account-end': async (db) => {
    await db.schema.alterTable('account').addColumn('ends_at', 'text').execute();
  },
  // Whoever has a password or is signed in has come in before; sign-in adds those who came otherwise.
  '2026-11-26-core-signed-in': async (db) => {
    await db.schema.alterTable('account').addColumn('signed_in_at', 'text').execute();
    await sql`update account set signed_in_at = created_at
      where password_hash is not null or id in (select account_id from session)`.execute(db);
  },
  '2026-11-30-core-email-verified': async (db) => {
    await db.schema.alterTable('account').addColumn('email_verified_at', 'text').execute();
  },
  '2026-12-02-core-held': async (db) => {
    await db.schema.alterTable('account').addColumn('held_at', 'text').execute();
    await db.schema.alterTable('account').addColumn('asked_at', 'text').execute();
    await db.schema.alterTable('account').addColumn('seen_at', 'text').execute();
    await db.schema.createIndex('account_held').on('account').column('held_at').execute();
  },
};
