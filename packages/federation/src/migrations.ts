import type { Migrations } from '@joinery/core';
import { sql } from 'kysely';

export const federationMigrations: Migrations = {
  '2026-11-21-federation': async (db) => {
    await db.schema
      .createTable('peer')
      .addColumn('origin', 'text', (column) => column.primaryKey())
      .addColumn('inbox', 'text')
      .addColumn('software', 'text')
      .addColumn('joinery', 'integer', (column) => column.notNull())
      .addColumn('lane', 'text', (column) => column.notNull())
      .addColumn('retry_at', 'text')
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('failing_since', 'text')
      .addColumn('refused_since', 'text')
      .addColumn('last_success_at', 'text')
      .addColumn('last_contact_at', 'text')
      .addColumn('last_error', 'text')
      .addColumn('signature_form', 'text', (column) => column.notNull())
      .addColumn('checked_at', 'text')
      .execute();
    await db.schema
      .createTable('ledger')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('object', 'text')
      .addColumn('text', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('code', 'text')
      .addColumn('verified', 'text', (column) => column.notNull())
      .addColumn('stream', 'text')
      .addColumn('epoch', 'text')
      .addColumn('sequence', 'bigint')
      .addColumn('waits_for', 'text')
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('received_at', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'text')
      .execute();
    // Only what is still to be done is looked for: both indexes stay small.
    await db.schema
      .createIndex('ledger_open')
      .on('ledger')
      .columns(['state', 'received_at'])
      .where(sql.ref('text'), 'is not', null)
      .execute();
    await db.schema
      .createIndex('ledger_stream')
      .on('ledger')
      .columns(['origin', 'stream', 'sequence'])
      .where(sql.ref('text'), 'is not', null)
      .execute();
    await db.schema
      .createIndex('ledger_waits')
      .on('ledger')
      .column('waits_for')
      .where(sql.ref('waits_for'), 'is not', null)
      .execute();
    await db.schema
      .createIndex('ledger_undone')
      .on('ledger')
      .column('object')
      .where(sql.ref('type'), '=', sql.lit('Undo'))
      .execute();
    await db.schema
      .createTable('peer_stream')
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('stream', 'text', (column) => column.notNull())
      .addColumn('epoch', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('head', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('peer_stream_pk', ['origin', 'stream'])
      .execute();
    await db.schema
      .createTable('remote_key')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('public', 'text', (column) => column.notNull())
      .addColumn('through', 'text')
      .addColumn('fetched_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('remote_key_owner').on('remote_key').column('owner').execute();
  },
  '2026-11-22-federation-outbound': async (db) => {
    await db.schema
      .createTable('outbound')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('method', 'text', (column) => column.notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('status', 'integer')
      .addColumn('milliseconds', 'integer', (column) => column.notNull())
      .execute();
  },
  '2026-11-22-federation-not-understood': async (db) => {
    await db.schema
      .createIndex('ledger_not_understood')
      .on('ledger')
      .column('received_at')
      .where(sql.ref('code'), '=', sql.lit('not_understood'))
      .execute();
  },
  '2026-11-22-federation-shared': async (db) => {
    await db.schema
      .alterTable('peer')
      .addColumn('shared', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
  '2026-11-23-federation-group-keys': async (db) => {
    await db.schema
      .createTable('group_key')
      .addColumn('group_uri', 'text', (column) => column.primaryKey())
      .addColumn('public', 'text', (column) => column.notNull())
      .addColumn('pinned_at', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-12-05-federation-ended-keys': async (db) => {
    await db.schema.alterTable('remote_key').addColumn('ended_at', 'text').execute();
  },
};
