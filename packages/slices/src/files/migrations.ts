import type { Migrations } from '@joinery/core';
import { sql } from 'kysely';

/** Tables of files. Forward only. */
export const migrations: Migrations = {
  '2026-11-22-files': async (db) => {
    await db.schema
      .createTable('files_file')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('uri', 'text', (column) => column.notNull().unique())
      .addColumn('local', 'integer', (column) => column.notNull())
      .addColumn('owner_id', 'text')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('media_type', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('pieces', 'text', (column) => column.notNull())
      .addColumn('alt', 'text')
      .addColumn('holder_kind', 'text')
      .addColumn('holder_id', 'text')
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('threat', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('files_file_holder')
      .on('files_file')
      .columns(['holder_kind', 'holder_id', 'position'])
      .execute();
    await db.schema.createIndex('files_file_sha256').on('files_file').columns(['sha256', 'local']).execute();
    await db.schema
      .createIndex('files_file_loose')
      .on('files_file')
      .column('created_at')
      .where(sql.ref('holder_id'), 'is', null)
      .execute();
    await db.schema
      .createTable('files_upload')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('received', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('files_upload_created').on('files_upload').column('created_at').execute();
  },
  '2026-12-01-files-owner': async (db) => {
    await db.schema.createIndex('files_file_owner').on('files_file').columns(['owner_id', 'created_at']).execute();
  },
  '2026-12-02-files-reading': async (db) => {
    await db.schema
      .createTable('files_reading')
      .addColumn('file_id', 'text', (column) => column.notNull())
      .addColumn('reader', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('hour', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('how', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('files_reading_pk', ['file_id', 'reader', 'hour'])
      .execute();
    await db.schema.createIndex('files_reading_at').on('files_reading').column('at').execute();
  },
  '2026-12-05-files-copy': async (db) => {
    await db.schema
      .createTable('files_copy')
      .addColumn('file_id', 'text', (column) => column.primaryKey())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('files_copy_sha256').on('files_copy').columns(['sha256', 'state']).execute();
    await db.schema.createIndex('files_copy_state').on('files_copy').columns(['state', 'file_id']).execute();
  },
  '2026-12-08-files-unkept': async (db) => {
    await db.schema.alterTable('files_reading').addColumn('told_by', 'text').execute();
    await db.schema
      .createTable('files_unkept')
      .addColumn('file_id', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('files_unkept_pk', ['file_id', 'origin'])
      .execute();
  },
  '2026-12-12-files-metadata': async (db) => {
    await db.schema.alterTable('files_file').addColumn('metadata', 'text').execute();
    await sql`update files_file set metadata = 'kept' where local = 1
      and media_type in ('image/avif', 'image/heic', 'image/heic-sequence', 'image/heif', 'image/heif-sequence', 'image/tiff')`.execute(
      db,
    );
  },
  '2026-12-12-files-told': async (db) => {
    await db.schema
      .createTable('files_told')
      .addColumn('file_id', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('files_told_pk', ['file_id', 'origin'])
      .execute();
  },
  '2026-12-13-files-told-more': async (db) => {
    await db.schema.alterTable('files_told').addColumn('more_at', 'text').execute();
  },
};
