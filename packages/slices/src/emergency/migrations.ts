import type { Migrations } from '@joinery/core';

/** Tables of emergency access. Forward only. */
export const migrations: Migrations = {
  '2026-11-22-emergency': async (db) => {
    await db.schema
      .createTable('emergency_access')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('uri', 'text', (column) => column.notNull().unique())
      .addColumn('group_id', 'text')
      .addColumn('reference', 'text', (column) => column.notNull())
      .addColumn('asker_id', 'text')
      .addColumn('asker_name', 'text', (column) => column.notNull())
      .addColumn('asker_agency', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'text', (column) => column.notNull())
      .addColumn('notice_until', 'text', (column) => column.notNull())
      .addColumn('decided_by', 'text')
      .addColumn('decided_name', 'text')
      .addColumn('opened_at', 'text')
      .addColumn('ends_at', 'text')
      .addColumn('ended_at', 'text')
      .execute();
    await db.schema
      .createIndex('emergency_access_by_group')
      .on('emergency_access')
      .columns(['group_id', 'id'])
      .execute();
    await db.schema
      .createTable('emergency_page')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('access_id', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('what', 'text', (column) => column.notNull())
      .addColumn('subject_id', 'text')
      .execute();
    await db.schema.createIndex('emergency_page_by_access').on('emergency_page').columns(['access_id', 'id']).execute();
  },
  '2026-11-22-emergency-owners': async (db) => {
    await db.schema
      .createTable('emergency_owner')
      .addColumn('access_id', 'text', (column) => column.notNull())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('refused_at', 'text')
      .addPrimaryKeyConstraint('emergency_owner_key', ['access_id', 'person_id'])
      .execute();
  },
};
