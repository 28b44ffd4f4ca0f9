import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openStore } from '../../../../test/harness/store.ts';
import { savepoint, transact } from '../work.ts';
import { type Database, openDatabase } from './open.ts';

const by = { kind: 'system', what: 'test' } as const;

async function openTwice(): Promise<{ first: Database; second: Database } & AsyncDisposable> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'joinery-statements-'));
  const options = { databaseUrl: null, dataFolder, exclusive: false };
  const [first, second] = await Promise.all([openDatabase(options), openDatabase(options)]);
  return {
    first,
    second,
    [Symbol.asyncDispose]: async () => {
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
      rmSync(dataFolder, { recursive: true });
    },
  };
}

it('A transaction is a writer from its beginning, so that it never fails half-way', async () => {
  await using databases = await openTwice();
  const { first, second } = databases;
  await sql`create table counter (n integer)`.execute(first.writer);
  await sql`insert into counter values (0)`.execute(first.writer);
  await sql`pragma busy_timeout = 0`.execute(second.writer);
  await first.writer.transaction().execute(async (transaction) => {
    await sql`select n from counter`.execute(transaction);
    // Were it a reader until it writes, the second could write in between and the first would fail with SQLITE_BUSY.
    await expect(second.writer.transaction().execute((other) => sql`select 1`.execute(other))).rejects.toMatchObject({
      code: 'SQLITE_BUSY',
    });
    await sql`update counter set n = n + 1`.execute(transaction);
  });
  await second.writer.transaction().execute((transaction) => sql`update counter set n = n + 1`.execute(transaction));
  expect((await sql<{ n: number }>`select n from counter`.execute(first.reader)).rows).toEqual([{ n: 2 }]);
});

it('A reader cannot write', async () => {
  await using databases = await openTwice();
  await expect(sql`create table x (n integer)`.execute(databases.first.reader)).rejects.toMatchObject({
    code: 'SQLITE_READONLY',
  });
});

it('A full disk undoes the whole change, says so, and leaves no transaction behind', async () => {
  await using store = await openStore('sqlite');
  const { context } = store;
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(context.db.writer);
  const limit = (pages: number) => sql`pragma max_page_count = ${sql.raw(String(pages))}`.execute(context.db.writer);
  const put = (db: typeof context.db.writer, name: string, size: number) =>
    db
      .insertInto('meta')
      .values({ name, value: 'x'.repeat(size) })
      .execute();

  await limit(rows[0]?.page_count ?? 1);
  await expect(
    transact(context, by, async (work) => {
      await put(work.db, 'small', 10);
      await savepoint(work, (part) => put(part.db, 'large', 500_000).then(() => {})).catch(() => {});
      // Whoever steps over a failed part must not find the rest of the change committed without the first.
      await put(work.db, 'after', 10);
    }),
  ).rejects.toMatchObject({ code: 'SQLITE_FULL' });
  expect(await context.db.reader.selectFrom('meta').select('name').execute()).toEqual([]);
  expect(context.db.fault()).toBeNull();

  await limit(1_000_000);
  await transact(context, by, (work) => put(work.db, 'large', 500_000));
  expect(await context.db.reader.selectFrom('meta').select('name').execute()).toEqual([{ name: 'large' }]);
});
