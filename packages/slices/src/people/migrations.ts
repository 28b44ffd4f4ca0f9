import type { Migrations } from '@joinery/core';

/** Tables of people. Forward only. */
export const migrations: Migrations = {
  '2026-11-21-people': async (db) => {
    await db.schema
      .createTable('person')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('uri', 'text', (column) => column.notNull().unique())
      .addColumn('home', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('handle', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('sort_name', 'text', (column) => column.notNull())
      .addColumn('summary', 'text', (column) => column.notNull())
      .addColumn('summary_source', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('agency', 'text', (column) => column.notNull())
      .addColumn('agency_uri', 'text')
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('time_zone', 'text', (column) => column.notNull())
      .addColumn('inbox', 'text')
      .addColumn('shared_inbox', 'text')
      .addColumn('local', 'integer', (column) => column.notNull())
      .addColumn('public_since', 'text')
      .addColumn('disabled_at', 'text')
      .addColumn('deleted_at', 'text')
      .addColumn('fetched_at', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('person_by_name').on('person').columns(['local', 'sort_name', 'id']).execute();
    await db.schema.createIndex('person_by_home').on('person').columns(['home', 'handle']).execute();
  },
  '2026-11-22-people-guests': async (db) => {
    await db.schema.alterTable('person').addColumn('guest_sponsor', 'text').execute();
    await db.schema.alterTable('person').addColumn('guest_of', 'text').execute();
    await db.schema.alterTable('person').addColumn('guest_until', 'text').execute();
    await db.schema.createIndex('person_by_sponsor').on('person').columns(['guest_sponsor', 'guest_until']).execute();
  },
};
