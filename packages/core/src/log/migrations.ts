import { sql } from 'kysely';
import type { Migrations } from '../db/migrate.ts';

export const logMigrations: Migrations = {
  '2026-11-21-core-log': async (db) => {
    await db.schema
      .createTable('log_head')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .execute();
    await sql`insert into log_head (id, seq) values (1, 0)`.execute(db);
    await db.schema
      .createTable('log')
      .addColumn('seq', 'bigint', (column) => column.primaryKey())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('stream', 'text', (column) => column.notNull())
      .addColumn('epoch', 'text', (column) => column.notNull())
      .addColumn('stream_seq', 'bigint', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('v', 'integer', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('log_stream').on('log').columns(['stream', 'stream_seq']).unique().execute();
    await db.schema
      .createTable('stream')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('epoch', 'text', (column) => column.notNull())
      .addColumn('head', 'bigint', (column) => column.notNull())
      .addColumn('token', 'text', (column) => column.notNull().unique())
      .execute();
    await db.schema
      .createTable('subscription')
      .addColumn('stream', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('epoch', 'text', (column) => column.notNull())
      .addColumn('acknowledged', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('ends_after', 'bigint')
      .addPrimaryKeyConstraint('subscription_pk', ['stream', 'origin'])
      .execute();
    await db.schema.createIndex('subscription_origin').on('subscription').columns(['origin', 'stream']).execute();
    await db.schema
      .createTable('lane_item')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('stream', 'text', (column) => column.notNull())
      .addColumn('stream_seq', 'bigint', (column) => column.notNull())
      .addColumn('event_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('retry_at', 'text', (column) => column.notNull())
      .addColumn('error', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('lane_item_origin').on('lane_item').columns(['origin', 'event_id']).unique().execute();
    await db.schema
      .createTable('log_reader')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .execute();
  },
  '2026-11-22-core-subscription-began': async (db) => {
    await db.schema
      .alterTable('subscription')
      .addColumn('began_after', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
  },
  '2026-12-05-core-host-epochs': async (db) => {
    await db.schema
      .createTable('host_epoch')
      .addColumn('origin', 'text', (column) => column.primaryKey())
      .addColumn('epoch', 'text', (column) => column.notNull())
      .execute();
  },
};
