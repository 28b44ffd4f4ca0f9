import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createTestDatabase, postgresMissing } from './postgres.ts';

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe.skipIf(postgresMissing)('the PostgreSQL of the tests', () => {
  test('gives every caller an empty database of its own', async () => {
    await using first = await createTestDatabase();
    await using second = await createTestDatabase();
    await query(first.url, 'create table thing (name text)');
    expect(await query(second.url, "select 1 from pg_tables where tablename = 'thing'")).toEqual([]);
  });

  test('is gone after it was disposed of, even with somebody connected', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => {});
    await client.connect();
    await database[Symbol.asyncDispose]();
    await expect(query(database.url, 'select 1')).rejects.toThrow('does not exist');
  });

  test('sorts text by language unless a column asks for "C", so that forgetting it shows', async () => {
    await using database = await createTestDatabase();
    const words = "(values ('b'), ('B'), ('a')) as word(text)";
    expect(await query(database.url, `select text from ${words} order by text`)).toEqual([
      { text: 'a' },
      { text: 'b' },
      { text: 'B' },
    ]);
    expect(await query(database.url, `select text from ${words} order by text collate "C"`)).toEqual([
      { text: 'B' },
      { text: 'a' },
      { text: 'b' },
    ]);
  });
});
