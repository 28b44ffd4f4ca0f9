import type { Migrations } from '@joinery/core';

/** Tables of the house style. Forward only. */
export const migrations: Migrations = {
  '2026-11-22-style': async (db) => {
    await db.schema
      .createTable('style_logo')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('bytes', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('style_version')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('colour', 'text', (column) => column.notNull())
      .addColumn('second', 'text', (column) => column.notNull())
      .addColumn('radius', 'integer', (column) => column.notNull())
      .addColumn('logo_id', 'text', (column) => column.references('style_logo.id'))
      .addColumn('logo_alt', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
  },
};
