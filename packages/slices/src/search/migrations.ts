import { type Migrations, newId, type Schema } from '@joinery/core';
import { sql, type Transaction } from 'kysely';
import { fillJob } from './fill.ts';
import { addBeginnings, createIndex, indexAtOnce, positionType } from './fulltext.ts';

export const migrations: Migrations = {
  '2026-11-22-search': async (db) => {
    await db.schema
      .createTable('search_entry')
      .addColumn('position', positionType(db), (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('item_id', 'text', (column) => column.notNull())
      .addColumn('group_id', 'text')
      .addColumn('circle', 'text')
      .addColumn('author_id', 'text')
      .addColumn('language', 'text')
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('words', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('search_entry_item').on('search_entry').columns(['kind', 'item_id']).unique().execute();
    await db.schema.createIndex('search_entry_group').on('search_entry').columns(['group_id', 'position']).execute();
    await createIndex(db);
    // What is here already is put in by a job, in small parts; what happens from now on comes from the log.
    await sql`insert into log_reader (name, seq) select 'search', seq from log_head where id = 1`.execute(db);
    const now = new Date().toISOString();
    await sql`insert into job (id, name, data, run_at, attempts, state, created_at)
      values (${newId()}, ${fillJob}, '{}', ${now}, 0, 'waiting', ${now})`.execute(db);
  },
  '2026-11-22-search-beginnings': (db) => addBeginnings(db as unknown as Transaction<Schema>),
  '2026-11-22-search-index-at-once': indexAtOnce,
};
