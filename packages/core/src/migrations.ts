import type { Migrations } from './db/migrate.ts';

/** Tables that belong to no capability: what a node remembers of itself, names, keys. */
export const groundMigrations: Migrations = {
  '2026-11-21-core-ground': async (db) => {
    await db.schema
      .createTable('meta')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('handle')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('retired_at', 'text')
      .execute();
    await db.schema
      .createTable('key')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('public', 'text', (column) => column.notNull())
      .addColumn('private', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('retired_at', 'text')
      .addColumn('revoked_at', 'text')
      .execute();
    await db.schema.createIndex('key_actor').on('key').columns(['actor', 'algorithm']).execute();
  },
  '2026-11-22-core-classification': async (db) => {
    await db.schema
      .createTable('classification')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('labels', 'text')
      .addColumn('version', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('group_classification')
      .addColumn('group_id', 'text', (column) => column.primaryKey())
      .addColumn('label', 'text')
      .addColumn('names', 'text')
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('decided_by', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-12-05-core-label-mappings': async (db) => {
    await db.schema
      .alterTable('group_classification')
      .addColumn('home', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await db.schema.alterTable('group_classification').addColumn('rank', 'integer').execute();
    await db.schema
      .createTable('label_mapping')
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('word', 'text', (column) => column.notNull())
      .addColumn('label', 'text')
      .addColumn('decided_by', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('label_mapping_key', ['origin', 'word'])
      .execute();
  },
};
