import { type Kysely, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { openStore } from '../../../../test/harness/store.ts';
import type { Schema } from './schema.ts';

describe.skipIf(postgresMissing)('Statements on PostgreSQL', () => {
  const kept = async (db: Kysely<Schema>) =>
    (
      await sql<{
        statement: string;
      }>`select statement from pg_prepared_statements where statement like '%for the test */'`.execute(db)
    ).rows;

  it('are planned once for a connection when they are asked again, each with its own values', async () => {
    await using store = await openStore('postgres', { slices: [] });
    await store.context.db.writer.connection().execute(async (db) => {
      const ask = (value: string) =>
        sql<{ value: string }>`select ${value}::text as value /* kept for the test */`.execute(db);
      for (let number = 0; number < 8; number += 1) {
        expect((await ask(`value ${number}`)).rows).toEqual([{ value: `value ${number}` }]);
        expect(await kept(db)).toHaveLength(number === 0 ? 0 : 1);
      }
    });
  });

  it('are not kept without end', async () => {
    await using store = await openStore('postgres', { slices: [] });
    await store.context.db.writer.connection().execute(async (db) => {
      // As long as a list that somebody sends: each length would be another one.
      const long = sql`select 1 where 1 in (${sql.join(Array.from({ length: 6_000 }, () => 1))}) /* kept for the test */`;
      for (const _ of [1, 2, 3]) await long.execute(db);
      expect(await kept(db)).toEqual([]);
      for (let number = 0; number < 300; number += 1) {
        const ask = sql`select 1 as ${sql.ref(`c${number}`)} /* kept for the test */`;
        await ask.execute(db);
        await ask.execute(db);
      }
      const count = (await kept(db)).length;
      expect(count).toBeGreaterThan(200);
      expect(count).toBeLessThanOrEqual(250);
    });
  });

  it('of a unit of work that was given up come too late', async () => {
    await using store = await openStore('postgres', { slices: [] });
    const { db } = store.context;
    await sql`create table late (n integer)`.execute(db.writer);
    const write = (on: Kysely<Schema>) => sql`insert into late values (1)`.execute(on);
    let late: Promise<unknown> = Promise.resolve();
    const given = db.writer.transaction().execute(async (unit) => {
      await write(unit);
      late = sql`select pg_sleep(0.1)`.execute(unit).then(() => write(unit));
      late.catch(() => {});
      throw new Error('took too long');
    });
    await expect(given).rejects.toThrow('took too long');
    await expect(late).rejects.toThrow('rolled back');
    expect((await sql`select * from late`.execute(db.reader)).rows).toEqual([]);
    await write(db.writer);
    expect((await sql`select * from late`.execute(db.reader)).rows).toHaveLength(1);
  });

  it('that no longer fit the tables fail once on a connection, and not again', async () => {
    await using store = await openStore('postgres', { slices: [] });
    const { db } = store.context;
    await sql`create table changed (n integer)`.execute(db.writer);
    await db.writer.connection().execute(async (connection) => {
      const ask = () => sql`select * from changed /* kept for the test */`.execute(connection);
      for (let number = 0; number < 3; number += 1) await ask();
      await sql`alter table changed add column m integer`.execute(db.writer);
      await expect(ask()).rejects.toMatchObject({ code: '0A000' });
      await sql`insert into changed values (1, 2)`.execute(db.writer);
      expect((await ask()).rows).toEqual([{ n: 1, m: 2 }]);
    });
  });
});
