import { accessSync, constants, mkdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, type KyselyPlugin, PostgresDialect, SqliteDialect, sql } from 'kysely';
import pg from 'pg';
import { assertOutsideUnitOfWork } from '../work.ts';
import { type Changes, createChanges } from './changes.ts';
import { type Erasing, erasingPostgres, erasingSqlite } from './erase.ts';
import { lockFolder } from './folder-lock.ts';
import type { Dialect } from './migrate.ts';
import { nameStatements } from './named-statements.ts';
import type { Schema } from './schema.ts';
import { cacheStatements } from './statements.ts';
import { lastingFault } from './storage-fault.ts';

/** The two connections of a node. Only `transact` uses the writer; pages read from the reader, which cannot write. */
export type Database = Erasing & {
  dialect: Dialect;
  reader: Kysely<Schema>;
  writer: Kysely<Schema>;
  /** Tells when the log has grown, here or in another process. */
  changes: Changes;
  /** Code of the fault after which nothing may be written before a restart; null while all is well. */
  fault: () => string | null;
  [Symbol.asyncDispose]: () => Promise<void>;
};

export type OpenOptions = {
  /** PostgreSQL address; null opens SQLite in the folder. */
  databaseUrl: string | null;
  dataFolder: string;
  /** The server locks the folder; the command line, a second process, does not. */
  exclusive: boolean;
  /** How often to look for commits of other processes, milliseconds. */
  pollEvery?: number;
};

/**
 * Opens the database.
 * @throws in words: folder in use by another server, not writable, on a network share, damaged
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const opened = options.databaseUrl === null ? openSqlite(options) : await openPostgres(options.databaseUrl);
  const changes = createChanges(opened.reader, options.pollEvery ?? 250);
  return {
    ...opened,
    changes,
    [Symbol.asyncDispose]: async () => {
      await changes[Symbol.asyncDispose]();
      await opened.close();
    },
  };
}

/** Every query of reader and writer passes here, those of `transact` aside: inside a unit of work it would wait for itself, or read what is not committed. */
const outsideOnly: KyselyPlugin = {
  transformQuery: ({ node }) => {
    assertOutsideUnitOfWork('The outer database');
    return node;
  },
  transformResult: async ({ result }) => result,
};

function openSqlite({ dataFolder, exclusive }: OpenOptions) {
  makeFolder(dataFolder);
  refuseNetworkShare(dataFolder);
  const unlock = exclusive ? lockFolder(dataFolder) : () => {};
  const file = join(dataFolder, 'joinery.db');
  try {
    const writer = openSqliteFile(file);
    if (exclusive) refuseDamage(writer, file);
    const reader = openSqliteFile(file);
    reader.pragma('query_only = on');
    let fault: string | null = null;
    const onError = (error: unknown) => {
      fault ??= lastingFault(error);
    };
    const writing = new Kysely<Schema>({
      dialect: new SqliteDialect({ database: cacheStatements(writer, onError) }),
      plugins: [outsideOnly],
    });
    const reading = new Kysely<Schema>({
      dialect: new SqliteDialect({ database: cacheStatements(reader, onError) }),
      plugins: [outsideOnly],
    });
    return {
      dialect: 'sqlite' as const,
      fault: () => fault,
      ...erasingSqlite(writing, writer, busyTimeout),
      reader: reading,
      writer: writing,
      close: async () => {
        await reading.destroy();
        await writing.destroy();
        // A connection that nobody used is not Kysely's to close.
        reader.close();
        writer.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw inWords(error, file);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${folder} cannot be used (${reason}): give the node's user this folder, or another one with JOINERY_DATA`,
      { cause: error },
    );
  }
}

/** Milliseconds that a connection waits for another process. */
const busyTimeout = 5_000;

function openSqliteFile(file: string): Sqlite.Database {
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  // The library's default, NORMAL, loses acknowledged commits when the power fails.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = on');
  // What is deleted is overwritten, not only unlinked: copies that were dropped would stay readable in the file.
  db.pragma('secure_delete = on');
  db.pragma(`busy_timeout = ${busyTimeout}`);
  db.pragma('cache_size = -8000');
  if (db.pragma('synchronous', { simple: true }) !== 2 || db.pragma('journal_mode', { simple: true }) !== 'wal') {
    throw new Error(`${file}: SQLite does not take synchronous=FULL with a write-ahead log here; choose a local disk`);
  }
  return db;
}

/** Reading 1 GB whole takes 1.5 s from memory and 27 s from a cold disk: a start may not wait for more than this many bytes. */
const wholeCheckUpTo = 64 * 1024 * 1024;

/**
 * Looks for damage before the server begins. In a large file only the pages that every start needs are read; damage elsewhere stops all writing when
 * it is met (see `storage-fault.ts`).
 */
function refuseDamage(db: Sqlite.Database, file: string): void {
  const whole = statSync(file).size <= wholeCheckUpTo;
  const tables = db.prepare("select name from sqlite_schema where type = 'table' and name in ('meta', 'log_head')");
  const names = whole ? ['1'] : tables.pluck().all().map(String);
  for (const name of names) {
    const check = String(db.pragma(`quick_check(${name})`, { simple: true }));
    if (check !== 'ok')
      throw new Error(
        `${file} is damaged (${check.replaceAll('\n', ' ')}): put the last backup back, and keep this file`,
      );
  }
}

function inWords(error: unknown, file: string): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT')
    return new Error(`${file} is damaged: put the last backup back, and keep this file`, { cause: error });
  if (code === 'SQLITE_CANTOPEN')
    return new Error(`${file} cannot be opened: check that the folder belongs to the node's user`, { cause: error });
  if (code === 'SQLITE_FULL')
    return new Error(`The disk with ${file} is full: free some space and start again`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

const networkFileSystems = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546]);

/** SQLite's write-ahead log needs shared memory, which network shares do not have. */
function refuseNetworkShare(folder: string): void {
  if (networkFileSystems.has(statfsSync(folder).type)) {
    throw new Error(
      `${folder} is on a network share, where a database gets damaged: choose a folder on a local disk, or use PostgreSQL`,
    );
  }
}

async function openPostgres(url: string) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    // What a connection has planned is worth keeping; what it has kept for long is not.
    idleTimeoutMillis: 600_000,
    maxLifetimeSeconds: 3_600,
    // What lies between may forget a connection that says nothing.
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    types: { getTypeParser },
    statement_timeout: 30_000,
    // Compiling a statement costs more than running one of ours, and the planner's guesses of long ones are high enough to do it.
    options: '-c jit=off',
  });
  pool.on('connect', nameStatements);
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', () => {});
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    await sql`select 1`.execute(db);
  } catch (error) {
    await db.destroy();
    throw new Error(
      `The database at ${new URL(url).host} does not answer: check JOINERY_DATABASE_URL and that PostgreSQL runs`,
      { cause: error },
    );
  }
  const guarded = db.withPlugin(outsideOnly);
  return {
    dialect: 'postgres' as const,
    reader: guarded,
    writer: guarded,
    // PostgreSQL stops by itself when a sync fails.
    fault: () => null,
    ...erasingPostgres(guarded),
    close: () => db.destroy(),
  };
}

const int8 = 20;

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === int8) {
    return (value: string) => {
      const number = Number(value);
      if (!Number.isSafeInteger(number)) throw new Error(`The number ${value} in the database is too large`);
      return number;
    };
  }
  return pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text');
}
