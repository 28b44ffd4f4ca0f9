import type { Migrations } from '@joinery/core';

/** The tables of notifications. */
export const migrations: Migrations = {
  '2026-11-23-notifications': async (db) => {
    await db.schema
      .createTable('notification')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('cause', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('group_id', 'text')
      .addColumn('topic_id', 'text')
      .addColumn('post_id', 'text')
      .addColumn('actor_id', 'text')
      .addColumn('ask_id', 'text')
      .addColumn('accepted', 'integer')
      .addColumn('sort_at', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('read_at', 'text')
      .addColumn('shown', 'integer', (column) => column.notNull())
      .addColumn('mail_state', 'text', (column) => column.notNull())
      .addColumn('mail_attempts', 'integer', (column) => column.notNull())
      .addColumn('mail_at', 'text')
      .addColumn('mail_error', 'text')
      .addUniqueConstraint('notification_cause', ['person_id', 'cause'])
      .execute();
    await db.schema
      .createIndex('notification_list')
      .on('notification')
      .columns(['person_id', 'sort_at', 'id'])
      .execute();
    await db.schema.createIndex('notification_unread').on('notification').columns(['person_id', 'read_at']).execute();
    await db.schema.createIndex('notification_mail').on('notification').columns(['mail_state', 'mail_at']).execute();
    await db.schema
      .createTable('notification_mute')
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('page', 'integer', (column) => column.notNull())
      .addColumn('mail', 'integer', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('notification_mute_key', ['person_id', 'scope', 'subject'])
      .execute();
    await db.schema
      .createTable('notification_asked')
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('notification_asked_key', ['person_id', 'group_id'])
      .execute();
  },
  '2026-11-25-notifications-office': async (db) => {
    for (const column of ['origin', 'partner_id', 'ends_at'])
      await db.schema.alterTable('notification').addColumn(column, 'text').execute();
  },
  '2026-11-26-notifications-security': async (db) => {
    await db.schema.alterTable('notification').addColumn('what', 'text').execute();
  },
};
