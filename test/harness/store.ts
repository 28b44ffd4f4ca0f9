import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Context,
  coreMigrations,
  createLogger,
  type Migrations,
  migrate,
  openDatabase,
  openFiles,
  type Ports,
  readConfig,
  type Slice,
  secretFrom,
  settleIdentity,
  type Trust,
} from '@joinery/core';
import { describe, inject } from 'vitest';
import './global-setup.ts';
import { createTestDatabase, type Filling, postgresMissing } from './postgres.ts';

export type StoreOptions = {
  slices?: Slice[];
  /** `http://localhost:<random>` unless given. */
  origin?: string;
  /** How long posts from pages wait; not at all unless given. */
  undoSeconds?: number;
  /** Where time stands; the wall clock unless given. */
  now?: () => Date;
  ports?: Partial<Ports>;
  /** Makes keys of node and agency too (0.2 s); off unless the test needs them. */
  identity?: boolean;
};

export type TestStore = AsyncDisposable & { context: Context; logged: string[] };

/** Allows everything with everybody: for tests that are not about trust. */
export const trustEverybody: Trust = { mayFederate: () => ({ allowed: true, reason: 'allowed' }) };

/**
 * Runs the same tests on SQLite and on a real PostgreSQL, which count as skipped where there is none.
 * @param tests gets a function that opens a new, migrated store
 */
export function describeStores(
  name: string,
  tests: (open: (options?: StoreOptions) => Promise<TestStore>) => void,
): void {
  describe(`${name} on SQLite`, () => tests((options) => openStore('sqlite', options)));
  describe.skipIf(postgresMissing)(`${name} on PostgreSQL`, () => tests((options) => openStore('postgres', options)));
}

function migrationsOf(slices: Slice[]): Migrations[] {
  return [...coreMigrations, ...slices.map((slice) => slice.migrations ?? {})];
}

/** A database with all tables, made once per run: migrating anew for each test took most of its time. */
export function migrated(slices: Slice[]): Filling {
  const migrations = migrationsOf(slices);
  return {
    name: migrations.flatMap((part) => Object.keys(part)).join(' '),
    fill: async (url) => {
      await using db = await openDatabase({ databaseUrl: url, dataFolder: '', exclusive: false });
      await migrate(db.writer, db.dialect, migrations);
    },
  };
}

/** Puts a database with all tables, made once per run, into the data folder of a node that begins. */
export async function copyMigrated(slices: Slice[], dataFolder: string): Promise<void> {
  const { name } = migrated(slices);
  const template = join(
    inject('shared'),
    `template-${createHash('sha256').update(name).digest('hex').slice(0, 16)}.db`,
  );
  if (!existsSync(template)) {
    const folder = mkdtempSync(join(inject('shared'), 'template-'));
    {
      await using db = await openDatabase({ databaseUrl: null, dataFolder: folder, exclusive: false });
      await migrate(db.writer, db.dialect, migrationsOf(slices));
    }
    // Test files run beside each other: who comes second puts the same in its place, in one step.
    renameSync(join(folder, 'joinery.db'), template);
    rmSync(folder, { recursive: true });
  }
  copyFileSync(template, join(dataFolder, 'joinery.db'));
}

/** A node without web and network: context on a new database with the migrations of core and the given slices. */
export async function openStore(dialect: 'sqlite' | 'postgres', options: StoreOptions = {}): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-store-'));
  const slices = options.slices ?? [];
  const database = dialect === 'postgres' ? await createTestDatabase(migrated(slices)) : null;
  if (!database) await copyMigrated(slices, folder);
  const config = readConfig({
    JOINERY_DATA: folder,
    JOINERY_UNDO_SECONDS: String(options.undoSeconds ?? 0),
    ...(options.origin?.startsWith('https:') ? {} : { JOINERY_LOOPBACK_PEERS: '1' }),
    JOINERY_ORIGIN: options.origin ?? `http://localhost:${20_000 + (randomBytes(2).readUInt16BE() % 40_000)}`,
    ...(database ? { JOINERY_DATABASE_URL: database.url } : {}),
  });
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataFolder: folder, exclusive: false });
  await migrate(db.writer, db.dialect, migrationsOf(slices));
  const logged: string[] = [];
  const noNetwork = async () => {
    throw new Error('This test has no network');
  };
  const context: Context = {
    config,
    db,
    clock: { now: options.now ?? (() => new Date()) },
    doors: { peers: { fetchDocument: noNetwork, post: noNetwork }, services: { request: noNetwork }, mail: null },
    logger: createLogger((line) => logged.push(line), config.origin),
    secret: secretFrom(randomBytes(32)),
    files: await openFiles(config),
    slices,
    ports: {
      trust: trustEverybody,
      peers: { allowed: () => [], summary: async () => null, tryNow: async () => {} },
      actors: { resolve: noNetwork, history: noNetwork, listedGroups: noNetwork, arrived: async () => {} },
      closedGroups: {
        token: async () => null,
        lease: async () => ({ state: 'away' }),
        renewKey: async () => {},
        forget: async () => {},
        reference: async () => ({ state: 'away' }),
        receipt: async () => false,
        ask: async () => false,
      },
      introductions: { isOn: async () => false, set: async () => {} },
      asks: { ask: noNetwork, byId: async () => null, of: async () => [], waiting: async () => 0 },
      agreements: { byId: async () => null },
      files: { read: noNetwork, awaySince: async () => null },
      people: { byId: async () => null, byUri: async () => null },
      ...options.ports,
    },
  };
  if (options.identity) await settleIdentity(context);
  return {
    context,
    logged,
    [Symbol.asyncDispose]: async () => {
      await db[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
