import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import './global-setup.ts';

const state = inject('postgres');

/** Why there is no PostgreSQL in this run, or undefined when there is one: for `describe.skipIf(postgresMissing)`. */
export const postgresMissing: string | undefined = state.missing;

/** A database of its own for one test file or test; disposing drops it, whoever is still connected. */
export interface TestDatabase extends AsyncDisposable {
  /** For `JOINERY_DATABASE_URL`. */
  readonly url: string;
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: state.url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * Creates an empty PostgreSQL database on the server of this run.
 * @throws when there is no server: ask `postgresMissing` first.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  if (!state.url) throw new Error(`No PostgreSQL in this run: ${state.missing}`);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(`create database ${name}`);
  const url = new URL(state.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => administer(`drop database if exists ${name} with (force)`),
  };
}
