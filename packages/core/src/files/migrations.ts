import { sql } from 'kysely';
import type { Migrations } from '../db/migrate.ts';

export const fileMigrations: Migrations = {
  '2026-11-22-core-files': async (db) => {
    await db.schema
      .createTable('blob')
      .addColumn('sha256', 'text', (column) => column.primaryKey())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('pieces', 'text', (column) => column.notNull())
      .addColumn('kept', 'integer', (column) => column.notNull())
      .addColumn('unused_since', 'text')
      .addColumn('going', 'integer', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('blob_unused')
      .on('blob')
      .column('unused_since')
      .where(sql.ref('unused_since'), 'is not', null)
      .execute();
  },
};
