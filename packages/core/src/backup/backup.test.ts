import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, postgresMissing } from '../../../../test/harness/postgres.ts';
import { startS3 } from '../../../../test/harness/s3.ts';
import { openStore } from '../../../../test/harness/store.ts';
import { type Config, readConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { lockFolder } from '../db/folder-lock.ts';
import { openDatabase } from '../db/open.ts';
import { keepBlob, summarise, useBlob } from '../files/blobs.ts';
import { openFiles } from '../files/files.ts';
import { streams } from '../log/events.ts';
import { subscribe } from '../log/subscriptions.ts';
import { settleIdentity } from '../node-identity.ts';
import { openSecret } from '../secret.ts';
import type { Slice } from '../slice.ts';
import { transact } from '../work.ts';
import { lastBackup, makeBackup } from './backup.ts';
import { isInQuarantine } from './quarantine.ts';
import { restoreBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

declare module '../log/events.ts' {
  interface Events {
    'backuptest.written': { n: number };
  }
}
declare module '../db/schema.ts' {
  interface Schema {
    backuptest_entry: { n: number; writer: number; text: string; share: number | null };
    backuptest_part: { id: string; entry: number };
  }
}

const by = { kind: 'system', what: 'test' } as const;

/** An entry and its part are written together: a copy with one but not the other was not taken at one moment. */
const slice: Slice = {
  name: 'backuptest',
  jobsAfterRestore: ['backuptest.fill'],
  events: { 'backuptest.written': { v: 1, data: z.object({ n: z.number() }) } },
  migrations: {
    '2026-11-21-backuptest': async (db) => {
      await db.schema
        .createTable('backuptest_entry')
        .addColumn('n', 'bigint', (column) => column.primaryKey())
        .addColumn('writer', 'integer', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('share', 'real')
        .execute();
      await db.schema
        .createTable('backuptest_part')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('entry', 'bigint', (column) => column.notNull().references('backuptest_entry.n'))
        .execute();
    },
  },
};

async function write(context: Context, n: number): Promise<void> {
  await transact(context, by, async (work) => {
    await work.db
      .insertInto('backuptest_entry')
      .values({ n, writer: n % 3, text: `“Été ${n}”\n`, share: n % 2 ? n / 3 : null })
      .execute();
    work.emit('backuptest.written', streams.group('one'), { n });
    await work.db
      .insertInto('backuptest_part')
      .values({ id: `part ${n}`, entry: n })
      .execute();
  });
}

type Dialect = 'sqlite' | 'postgres';

/** A node with its secret in a file and some content. */
async function openFilled(dialect: Dialect) {
  const store = await openStore(dialect, { slices: [slice] });
  const { context } = store;
  context.secret = openSecret(context.config.secretFile);
  await settleIdentity(context);
  await transact(context, by, (work) => subscribe(work, streams.group('one'), 'https://peer.example'));
  for (let n = 1; n <= 1_500; n += 300) {
    await transact(context, by, async (work) => {
      const rows = Array.from({ length: 300 }, (_, index) => n + index);
      await work.db
        .insertInto('backuptest_entry')
        .values(rows.map((one) => ({ n: one, writer: 0, text: `old ${one}`, share: null })))
        .execute();
      await work.db
        .insertInto('backuptest_part')
        .values(rows.map((one) => ({ id: `part ${one}`, entry: one })))
        .execute();
    });
  }
  return store;
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new place for the node of this store: its settings with an empty folder, and an empty database. */
async function elsewhere(config: Config, dialect: Dialect): Promise<Config> {
  const folder = join(temporary(), 'data');
  const database = dialect === 'postgres' ? await createTestDatabase() : null;
  if (database) onTestFinished(() => database[Symbol.asyncDispose]());
  return { ...config, dataFolder: folder, secretFile: join(folder, 'secret'), databaseUrl: database?.url ?? null };
}

async function restoreTo(config: Config, backup: string, secretFile = config.secretFile) {
  return restoreBackup({ backup, to: config.dataFolder, config, slices: [slice], secretFile, now: new Date() });
}

const ways: [Dialect, Dialect][] = [
  ['sqlite', 'sqlite'],
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
  ['postgres', 'postgres'],
];

describe.each(ways)('A backup from %s to %s', (from, to) => {
  it.skipIf(postgresMissing && (from === 'postgres' || to === 'postgres'))(
    'is of one moment although the node writes, and comes back whole, in a new epoch and in quarantine',
    async () => {
      await using store = await openFilled(from);
      const { context } = store;
      let last = 10_000;
      let writing = true;
      const writer = (async () => {
        while (writing) {
          await write(context, ++last);
          await setImmediate();
        }
      })();
      const before = last;
      const { path, manifest } = await makeBackup(context, temporary(), { withSecret: true });
      writing = false;
      await writer;
      expect(last).toBeGreaterThanOrEqual(before);
      expect(await lastBackup(context.db.reader)).toMatchObject({ path, at: manifest.madeAt, secret: true });
      expect(await verifyBackup(path, '/nowhere')).toMatchObject({ secret: 'in the backup' });

      const config = await elsewhere(context.config, to);
      await restoreTo(config, path);
      expect(openSecret(config.secretFile).decrypt(context.secret.encrypt('kept'))).toBe('kept');
      await using db = await openDatabase({ ...config, exclusive: false });
      const entries = await db.reader.selectFrom('backuptest_entry').selectAll().orderBy('n').execute();
      const parts = await db.reader.selectFrom('backuptest_part').select('entry').orderBy('entry').execute();
      expect(parts.map(({ entry }) => entry)).toEqual(entries.map(({ n }) => n));
      expect(entries.length).toBe(manifest.rows.backuptest_entry);
      const jobs = await db.reader.selectFrom('job').select(['name', 'state']).execute();
      expect(jobs).toContainEqual({ name: 'backuptest.fill', state: 'waiting' });
      const original = await context.db.reader
        .selectFrom('backuptest_entry')
        .selectAll()
        .where('n', '<=', entries.at(-1)?.n ?? 0)
        .orderBy('n')
        .execute();
      expect(entries).toEqual(original);

      const stream = (database: typeof db) =>
        database.reader.selectFrom('stream').selectAll().where('id', '=', 'group:one').executeTakeFirstOrThrow();
      const [was, is] = [await stream(context.db), await stream(db)];
      expect(is.token).toBe(was.token);
      expect(is.epoch).not.toBe(was.epoch);
      const rows = await db.reader
        .selectFrom('log')
        .select(['epoch', 'stream_seq'])
        .where('stream', '=', is.id)
        .execute();
      expect(rows).toHaveLength(is.head);
      expect(new Set(rows.map(({ epoch }) => epoch)).size).toBeLessThanOrEqual(1);
      expect(await isInQuarantine(db.reader)).toBe(true);
      expect(await isInQuarantine(context.db.reader)).toBe(false);
    },
    60_000,
  );
});

describe('A backup', () => {
  it('appears whole, keeps so many as are asked for, and says where it may not lie', async () => {
    await using store = await openFilled('sqlite');
    const { context } = store;
    const folder = join(temporary(), 'kept');
    const made = [await makeBackup(context, folder, { keep: 2 }), await makeBackup(context, folder, { keep: 2 })];
    mkdirSync(join(folder, 'something else'));
    const third = await makeBackup(context, folder, { keep: 2 });
    expect(third.removed).toEqual([made[0]?.path]);
    expect(readdirSync(folder)).toHaveLength(3);
    expect((await verifyBackup(folder, '/nowhere')).path).toBe(third.path);
    await expect(makeBackup(context, join(context.config.dataFolder, 'backups'))).rejects.toThrow('own data folder');
  });

  it('has the files that its database names, and no others; one that lost a byte is refused, and the file named', async () => {
    await using store = await openFilled('sqlite');
    const { context } = store;
    const keep = async (text: string, used: boolean) => {
      const path = join(context.files.incoming, 'one');
      writeFileSync(path, text);
      const blob = await summarise(path);
      await keepBlob(context, path, blob);
      if (used) await transact(context, by, (work) => useBlob(work, blob.sha256));
      return blob.sha256;
    };
    const [kept, unused] = [await keep('kept', true), await keep('unused', false)];
    const folder = temporary();
    const { path, manifest } = await makeBackup(context, folder, { withSecret: true });
    expect(manifest.stored).toEqual({ place: 'folder', count: 1, bytes: 4 });
    const file = join(path, 'files', kept.slice(0, 2), kept);
    expect(existsSync(join(path, 'files', unused.slice(0, 2), unused))).toBe(false);
    await verifyBackup(path, '/nowhere');
    // The next one does not copy it again.
    const next = await makeBackup(context, folder);
    expect(statSync(join(next.path, 'files', kept.slice(0, 2), kept)).ino).toBe(statSync(file).ino);
    const config = await elsewhere(context.config, 'sqlite');
    config.files = { ...config.files, place: { kind: 'folder', path: join(config.dataFolder, 'files') } };
    await restoreTo(config, path);
    const restored = await openFiles(config);
    expect(await new Response(await restored.read(kept)).text()).toBe('kept');
    writeFileSync(file, 'kepT');
    await expect(verifyBackup(path, '/nowhere')).rejects.toThrow(file);
    rmSync(file);
    await expect(verifyBackup(path, '/nowhere')).rejects.toThrow('missing');
    // Gone from the node itself: the backup fails instead of being incomplete.
    await context.files.remove(kept);
    await expect(makeBackup(context, temporary())).rejects.toThrow(kept);
  });

  it('of files in a bucket says where they are, and looks for them there', async () => {
    await using s3 = await startS3();
    await using store = await openFilled('sqlite');
    const { context } = store;
    context.config.files.place = readConfig({ ...s3.settings, JOINERY_DATA: context.config.dataFolder }).files.place;
    context.files = await openFiles(context.config);
    const path = join(context.files.incoming, 'one');
    writeFileSync(path, 'kept');
    const blob = await summarise(path);
    await keepBlob(context, path, blob);
    await transact(context, by, (work) => useBlob(work, blob.sha256));
    const made = await makeBackup(context, temporary(), { withSecret: true });
    expect(made.manifest.stored).toMatchObject({ place: 's3', bucket: 'files', prefix: 'node/', count: 1 });
    await verifyBackup(made.path, '/nowhere', context.config);
    await context.files.remove(blob.sha256);
    await expect(verifyBackup(made.path, '/nowhere', context.config)).rejects.toThrow(blob.sha256);
  });

  it('that lost a byte is refused, and its file named', async () => {
    await using store = await openFilled('sqlite');
    const { path } = await makeBackup(store.context, temporary());
    const file = join(path, 'joinery.db');
    const content = readFileSync(file);
    content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, content);
    await expect(verifyBackup(path, '/nowhere')).rejects.toThrow(`${file} is not what was backed up`);
    const config = await elsewhere(store.context.config, 'sqlite');
    await expect(restoreTo(config, path)).rejects.toThrow(file);
    expect(existsSync(config.dataFolder)).toBe(false);
    rmSync(file);
    await expect(verifyBackup(path, '/nowhere')).rejects.toThrow('missing');
    await expect(verifyBackup(join(path, '..'), '/nowhere')).rejects.toThrow('missing');
    await expect(verifyBackup(temporary(), '/nowhere')).rejects.toThrow('is not a backup');
  });

  it('is not restored over anything, beside a server that runs, under another origin, or without the secret that fits', async () => {
    await using store = await openFilled('sqlite');
    const { config } = store.context;
    const { path } = await makeBackup(store.context, temporary());
    const target = await elsewhere(config, 'sqlite');
    await expect(restoreTo({ ...target, origin: 'https://other.example' }, path, config.secretFile)).rejects.toThrow(
      `belongs to ${config.origin}`,
    );
    await expect(restoreTo(target, path)).rejects.toThrow('without the secret');
    const other = join(temporary(), 'secret');
    openSecret(other);
    await expect(restoreTo(target, path, other)).rejects.toThrow('does not fit');
    const unlock = lockFolder(config.dataFolder);
    await expect(
      restoreBackup({
        backup: path,
        to: target.dataFolder,
        config,
        slices: [slice],
        secretFile: config.secretFile,
        now: new Date(),
      }),
    ).rejects.toThrow('still runs');
    unlock();
    expect(existsSync(target.dataFolder)).toBe(false);
    mkdirSync(target.dataFolder);
    appendFileSync(join(target.dataFolder, 'note.txt'), 'mine');
    await expect(restoreTo(target, path, config.secretFile)).rejects.toThrow('is not empty');
    expect(readdirSync(target.dataFolder)).toEqual(['note.txt']);
    await expect(
      restoreBackup({
        backup: path,
        to: target.dataFolder,
        config: target,
        slices: [],
        secretFile: config.secretFile,
        now: new Date(),
      }),
    ).rejects.toThrow('newer version');
  });
});
