import { appendFileSync } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  arrivingPath,
  type Context,
  coreMigrations,
  createLogger,
  enqueueJob,
  keepBlob,
  migrate,
  newId,
  openDatabase,
  openFiles,
  openSecret,
  readConfig,
  receiveBytes,
  type Slice,
  settleIdentity,
  streams,
  summarise,
  transact,
  useBlob,
} from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Schema {
    faults_entry: { id: string; writer: number };
    faults_effect: { entry: string; position: number };
    faults_job: { entry: string };
  }
  interface Events {
    'faults.written': { entry: string };
  }
}

const by = { kind: 'system', what: 'faults' } as const;

/** Writes entries, each with its event, its after-effect and its job. The tables of effects have no keys, so that doubles show. */
const faults: Slice = {
  name: 'faults',
  migrations: {
    '2026-11-21-faults': async (db) => {
      await db.schema
        .createTable('faults_entry')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('writer', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('faults_effect')
        .addColumn('entry', 'text', (column) => column.notNull().references('faults_entry.id'))
        .addColumn('position', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('faults_job')
        .addColumn('entry', 'text', (column) => column.notNull())
        .execute();
    },
  },
  events: { 'faults.written': { v: 1, data: z.object({ entry: z.string() }) } },
  on: {
    'faults.written': async (work, event) => {
      await work.db.insertInto('faults_effect').values({ entry: event.data.entry, position: event.seq }).execute();
    },
  },
  jobs: {
    'faults.job': async (context, data) => {
      await transact(context, by, async (work) => {
        await work.db
          .insertInto('faults_job')
          .values({ entry: String(data.entry) })
          .execute();
      });
    },
  },
};

/** A node without web and network, in the order in which a server starts. */
export async function openFaultNode(options: {
  folder: string;
  databaseUrl: string | null;
  now?: () => Date;
  exclusive?: boolean;
  /** Settings beside folder and database, slices beside that of the faults, and what other nodes hand out. */
  environment?: Record<string, string>;
  slices?: Slice[];
  read?: Context['ports']['files']['read'];
}): Promise<{ context: Context; logged: string[] } & AsyncDisposable> {
  const config = readConfig({
    JOINERY_DATA: options.folder,
    JOINERY_ORIGIN: 'http://localhost:20999',
    ...(options.databaseUrl === null ? {} : { JOINERY_DATABASE_URL: options.databaseUrl }),
    ...options.environment,
  });
  const slices = [faults, ...(options.slices ?? [])];
  const db = await openDatabase({ ...config, exclusive: options.exclusive ?? false });
  try {
    await migrate(db.writer, db.dialect, [...coreMigrations, ...slices.map(({ migrations }) => migrations ?? {})]);
    const closed = async () => {
      throw new Error('This node has no network');
    };
    const logged: string[] = [];
    const context: Context = {
      config,
      db,
      clock: { now: options.now ?? (() => new Date()) },
      doors: { peers: { fetchDocument: closed, post: closed }, services: { request: closed }, mail: null },
      logger: createLogger((line) => logged.push(line), config.origin),
      secret: openSecret(config.secretFile),
      files: await openFiles(config),
      slices,
      ports: {
        trust: { mayFederate: () => ({ allowed: false, reason: 'not_listed' }) },
        peers: { allowed: () => [], summary: async () => null, tryNow: async () => {} },
        actors: { resolve: closed, history: closed, listedGroups: closed, arrived: async () => {} },
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
        asks: { ask: closed, byId: async () => null, of: async () => [], waiting: async () => 0 },
        agreements: { byId: async () => null },
        files: { read: options.read ?? closed, awaySince: async () => null },
        people: { byId: async () => null, byUri: async () => null },
      },
    };
    await settleIdentity(context);
    return { context, logged, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() };
  } catch (error) {
    await db[Symbol.asyncDispose]();
    throw error;
  }
}

/** As `keep` of the folder of files must not be: a file gets its final name, for good, before its bytes are on the disk. */
export function nameFirst(folder: string): Context['files']['keep'] {
  const sync = async (path: string) => {
    const file = await open(path, 'r');
    await file.sync();
    await file.close();
  };
  return async (path, sha256) => {
    const name = join(folder, 'files', sha256.slice(0, 2), sha256);
    await mkdir(dirname(name), { recursive: true });
    await rename(path, name);
    await sync(dirname(name));
    await sync(name);
  };
}

/** One entry in sixteen has a job: running one takes three transactions. */
export const hasJob = (id: string) => id.endsWith('0');

/** One entry in sixteen brings a file. */
export const hasFile = (id: string) => id.endsWith('5');

/** One of two of these comes in pieces, as an upload does; the other is written anew from what came and not synced, as an image is that was cleaned. */
const isWritten = (id: string) => Number.parseInt(id.at(-2) ?? '0', 16) % 2 === 0;

/** What is in the file of an entry: longer than a sector, and like no other. */
export const fileOf = (id: string) => Buffer.from(`${id} `.repeat(100));

/** Brings the file of an entry in two requests, the first of which broke off, as an upload does. @returns its hash */
async function bringFile(context: Context, id: string): Promise<string> {
  const { files } = context;
  const path = arrivingPath(files, id);
  const bytes = fileOf(id);
  const most = bytes.length;
  async function* part(from: number, to?: number) {
    yield bytes.subarray(from, to);
  }
  if (isWritten(id)) await writeFile(path, bytes, { mode: 0o600 });
  else {
    await receiveBytes(files, path, part(0, 1_500), { most });
    await receiveBytes(files, path, part(1_000), { from: 1_000, most });
  }
  const blob = await summarise(path);
  await keepBlob(context, path, blob);
  return blob.sha256;
}

/** Writes one entry with all that hangs on it. @returns its id, once it is committed */
export async function writeEntry(context: Context, writer: number, id: string = newId()): Promise<string> {
  const file = hasFile(id) ? await bringFile(context, id) : null;
  await transact(context, by, async (work) => {
    if (file !== null) await useBlob(work, file);
    await work.db.insertInto('faults_entry').values({ id, writer }).execute();
    work.emit('faults.written', streams.group(String(writer)), { entry: id });
    if (hasJob(id)) await enqueueJob(work, 'faults.job', { entry: id });
  });
  return id;
}

/** Several writers at once. `history` gets a line before each attempt and one after each acknowledgement. */
export async function writeMany(context: Context, writers: number, each: number, history: string): Promise<void> {
  const write = async (writer: number) => {
    for (let n = 0; n < each; n += 1) {
      const id = newId();
      appendFileSync(history, `TRY ${id}\n`);
      await writeEntry(context, writer, id);
      appendFileSync(history, `ACK ${id}\n`);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
}

/** Ids of the entries that are there. */
export async function entries(context: Context): Promise<Set<string>> {
  const rows = await context.db.reader.selectFrom('faults_entry').select('id').execute();
  return new Set(rows.map((row) => row.id));
}
