import { createHash, randomBytes } from 'node:crypto';
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

async function administer(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: state.url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** What a new database holds: made once per run under this name, copied for each test. */
export type Filling = { name: string; fill: (url: string) => Promise<void> };

/**
 * Creates a PostgreSQL database on the server of this run, empty or as `filling` says.
 * @throws when there is no server: ask `postgresMissing` first.
 */
export async function createTestDatabase(filling?: Filling): Promise<TestDatabase> {
  if (!state.url) throw new Error(`No PostgreSQL in this run: ${state.missing}`);
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = filling ? await ensureTemplate(filling) : null;
  // Copying its files takes a sixth of the processor time of writing each page of them to the log, which is the default.
  await administer(`create database ${name}${template ? ` template ${template} strategy file_copy` : ''}`);
  return {
    url: addressOf(name),
    [Symbol.asyncDispose]: () => administer(`drop database if exists ${name} with (force)`),
  };
}

function addressOf(database: string): string {
  const url = new URL(state.url ?? '');
  url.pathname = `/${database}`;
  return url.href;
}

/** Test files run beside each other: whoever comes first makes the template, the others wait for it. */
async function ensureTemplate({ name, fill }: Filling): Promise<string> {
  const template = `template_${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
  const client = new pg.Client({ connectionString: state.url });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(7264108)');
    const known = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (known.rowCount === 0) {
      const making = `${template}_making`;
      await client.query(`drop database if exists ${making} with (force)`);
      await client.query(`create database ${making}`);
      await fill(addressOf(making));
      await client.query(`alter database ${making} rename to ${template}`);
    }
  } finally {
    await client.end();
  }
  return template;
}
