import type { Migrations } from '@joinery/core';

/** Tables of registration. Forward only. */
export const migrations: Migrations = {
  '2026-11-22-registration': async (db) => {
    await db.schema
      .createTable('registration')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('note', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('token_until', 'text', (column) => column.notNull())
      .addColumn('handle', 'text')
      .addColumn('password_hash', 'text')
      .addColumn('person_id', 'text')
      .addColumn('decided_by', 'text')
      .addColumn('answer', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'text', (column) => column.notNull())
      .addColumn('forget_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('registration_by_state').on('registration').columns(['state', 'id']).execute();
    await db.schema.createIndex('registration_by_email').on('registration').column('email').execute();
  },
};
