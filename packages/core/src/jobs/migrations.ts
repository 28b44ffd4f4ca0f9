import { sql } from 'kysely';
import type { Migrations } from '../db/migrate.ts';

export const jobMigrations: Migrations = {
  '2026-11-21-core-jobs': async (db) => {
    await db.schema
      .createTable('job')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.unique())
      .addColumn('data', 'text', (column) => column.notNull())
      .addColumn('run_at', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('leased_until', 'text')
      .addColumn('lease', 'text')
      .addColumn('last_error', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('job_due').on('job').columns(['state', 'run_at']).execute();
    // The few that run now: looked at for each job that is taken.
    await db.schema
      .createIndex('job_leased')
      .on('job')
      .columns(['state', 'leased_until'])
      .where(sql.ref('leased_until'), 'is not', null)
      .execute();
  },
};
