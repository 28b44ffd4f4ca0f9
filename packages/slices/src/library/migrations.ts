import type { Migrations } from '@joinery/core';
import { sql } from 'kysely';

export const migrations: Migrations = {
  '2026-12-04-library': async (db) => {
    await db.schema
      .createTable('library_folder')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('uri', 'text', (column) => column.notNull().unique())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('parent_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('sort_name', 'text', (column) => column.notNull())
      .addColumn('official_at', 'text')
      .addColumn('by_id', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('library_folder_name')
      .unique()
      .on('library_folder')
      .columns(['group_id', 'parent_id', 'sort_name'])
      .execute();
    await db.schema
      .createTable('library_document')
      .addColumn('uri', 'text', (column) => column.primaryKey())
      .addColumn('post_id', 'text')
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('folder_id', 'text', (column) => column.notNull())
      .addColumn('official_at', 'text')
      .addColumn('sort_title', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('library_document_folder')
      .on('library_document')
      .columns(['group_id', 'folder_id', 'sort_title'])
      .execute();
    await db.schema.createIndex('library_document_post').on('library_document').column('post_id').execute();
    await db.schema
      .createTable('library_version')
      .addColumn('post_id', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('file_id', 'text')
      .addColumn('note', 'text', (column) => column.notNull())
      .addColumn('by_id', 'text')
      .addColumn('by_name', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('library_version_key', ['post_id', 'number'])
      .execute();
    await db.schema
      .createTable('library_choice')
      .addColumn('group_id', 'text', (column) => column.primaryKey())
      .addColumn('folders_by', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-12-06-library-replaces': async (db) => {
    await db.schema.alterTable('library_document').addColumn('replaces', 'text').execute();
  },
  '2026-12-09-library-live-folders': async (db) => {
    // Of what is read live no names are kept.
    await sql`update library_folder set name = '', sort_name = '/' || id where group_id in
      (select id from groups where local = 0 and reading = 'members' and keeping = 'live')`.execute(db);
  },
};
