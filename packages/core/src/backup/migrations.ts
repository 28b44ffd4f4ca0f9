import type { Migrations } from '../db/migrate.ts';

/** What a restored node has to ask its people. */
export const backupMigrations: Migrations = {
  '2026-12-02-core-withheld': async (db) => {
    await db.schema
      .createTable('withheld')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('withheld_pk', ['kind', 'subject'])
      .execute();
  },
};
