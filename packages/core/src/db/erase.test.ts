import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, it } from 'vitest';
import { createTestDatabase, postgresMissing } from '../../../../test/harness/postgres.ts';
import type { LogFields, Logger } from '../logger.ts';
import { eraseMigrations, rewriteOnce } from './erase.ts';
import { openDatabase } from './open.ts';

const word = 'kestrel';

/** A node's database with a table of texts, and how often the word stands in its files. */
async function openTexts() {
  const dataFolder = mkdtempSync(join(tmpdir(), 'joinery-erase-'));
  const db = await openDatabase({ databaseUrl: null, dataFolder, exclusive: false });
  await sql`create table meta (name text primary key, value text not null)`.execute(db.writer);
  await sql`create table log_head (seq integer)`.execute(db.writer);
  await sql`create table text (id integer primary key, body text)`.execute(db.writer);
  const file = join(dataFolder, 'joinery.db');
  return {
    db,
    file,
    held: () => {
      const ends = ['', '-wal'].filter((end) => existsSync(file + end));
      return ends.map((end) => readFileSync(file + end, 'latin1').split(word).length - 1).reduce((a, b) => a + b, 0);
    },
    [Symbol.asyncDispose]: async () => {
      await db[Symbol.asyncDispose]();
      rmSync(dataFolder, { recursive: true });
    },
  };
}

const write = (n: number) => sql`insert into text (id, body) values (${n}, ${`${word} `.repeat(n * 20)})`;

it('what was deleted stands in no file once it is erased', async () => {
  await using texts = await openTexts();
  const { db, held } = texts;
  for (let n = 1; n <= 50; n += 1) await write(n).execute(db.writer);
  expect(await db.erase()).toBe(true);
  // But for those that lie over the edge of two pages.
  expect(held()).toBeGreaterThan(25_000);
  await sql`delete from text`.execute(db.writer);
  expect(held()).toBeGreaterThan(0);
  expect(await db.erase()).toBe(true);
  expect(held()).toBe(0);
});

it('a connection that reads hinders it, without holding anybody up, until it is through', async () => {
  await using texts = await openTexts();
  const { db, file, held } = texts;
  await write(1).execute(db.writer);
  const backup = new Sqlite(file);
  backup.exec('begin; select * from text');
  await sql`delete from text`.execute(db.writer);
  expect(await db.erase()).toBe(false);
  expect(held()).toBeGreaterThan(0);
  // Nobody waits for the reader.
  await write(2).execute(db.writer);
  await sql`delete from text`.execute(db.writer);
  backup.close();
  expect(await db.erase()).toBe(true);
  expect(held()).toBe(0);
});

it('a file from before is written anew once, at a start that succeeds in it', async () => {
  await using texts = await openTexts();
  const { db, file, held } = texts;
  const lines: string[] = [];
  const log = (message: string, _fields?: LogFields) => void lines.push(message);
  const logger: Logger = { info: log, warn: log, error: log };
  const asBefore = new Sqlite(file);
  asBefore.pragma('secure_delete = off');
  asBefore.exec(`insert into text (body) values ('${`${word} `.repeat(200)}'); delete from text`);
  asBefore.close();
  await db.erase();
  expect(held()).toBeGreaterThan(0);
  const upgrade = () => Object.values(eraseMigrations)[0]?.(db.writer as never, 'sqlite');
  // A new one has nothing to write anew.
  await upgrade();
  await rewriteOnce(db, logger);
  expect(lines).toEqual([]);
  await sql`insert into log_head values (1)`.execute(db.writer);
  await upgrade();
  await rewriteOnce({ ...db, rewrite: () => Promise.reject(new Error('no room')) }, logger);
  expect(lines).toEqual(['database.not_rewritten']);
  await rewriteOnce(db, logger);
  await rewriteOnce(db, logger);
  expect(lines).toEqual(['database.not_rewritten', 'database.rewritten']);
  expect(held()).toBe(0);
});

it.skipIf(postgresMissing)('on PostgreSQL the tables are vacuumed, and nothing else changes', async () => {
  await using database = await createTestDatabase();
  await using db = await openDatabase({ databaseUrl: database.url, dataFolder: '', exclusive: false });
  await sql`create table text (id integer primary key, body text)`.execute(db.writer);
  await write(1).execute(db.writer);
  await sql`delete from text`.execute(db.writer);
  const size = () => sql<{ size: number }>`select pg_relation_size('text') as size`.execute(db.reader);
  expect(Number((await size()).rows[0]?.size)).toBeGreaterThan(0);
  expect([await db.erase(), await db.erase(['text'])]).toEqual([true, true]);
  expect(Number((await size()).rows[0]?.size)).toBe(0);
  const { rows } = await sql<{ statement_timeout: string }>`show statement_timeout`.execute(db.reader);
  expect(rows).toEqual([{ statement_timeout: '30s' }]);
});

it.skipIf(postgresMissing)(
  'on PostgreSQL who began to read before, as a backup does, hinders it without holding anybody up, whoever they are, until they are through',
  async () => {
    await using database = await createTestDatabase();
    await using db = await openDatabase({ databaseUrl: database.url, dataFolder: '', exclusive: false });
    await sql`create table text (id integer primary key, body text)`.execute(db.writer);
    await write(1).execute(db.writer);
    const backup = new pg.Client({ connectionString: database.url });
    await backup.connect();
    try {
      await backup.query('begin isolation level repeatable read read only');
      const seen = async () => (await backup.query('select body from text')).rowCount;
      expect(await seen()).toBe(1);
      await sql`delete from text`.execute(db.writer);
      expect(await db.erase(['text'])).toBe(false);
      // Nobody waits for it, and what it sees is there.
      await write(2).execute(db.writer);
      await sql`delete from text`.execute(db.writer);
      expect([await db.erase(['text']), await seen()]).toEqual([false, 1]);
      await backup.query('commit');
      expect(await db.erase(['text'])).toBe(true);
      // Who begins to read now sees nothing of it.
      await backup.query('begin isolation level repeatable read read only');
      expect([await seen(), await db.erase(['text'])]).toEqual([0, true]);
      // Who had begun to write before something was deleted, and is not through, hinders it as well.
      for (const statement of ['commit', 'create table other (id integer)', 'begin', 'insert into other values (1)'])
        await backup.query(statement);
      await write(3).execute(db.writer);
      await sql`delete from text`.execute(db.writer);
      expect(await db.erase(['text'])).toBe(false);
      await backup.query('rollback');
      expect(await db.erase(['text'])).toBe(true);
    } finally {
      await backup.end();
    }
  },
);
