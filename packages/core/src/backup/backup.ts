import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { newId } from '../ids.ts';
import { coreMigrations } from '../schema-migrations.ts';
import type { Reader } from '../slice.ts';
import { version } from '../version.ts';
import { transact } from '../work.ts';
import { copyFiles } from './files.ts';
import { backupFiles, backupsIn, checksum, type Manifest, sync } from './manifest.ts';
import { countRows, readPostgres } from './portable.ts';

/** When the last backup was made, as the node remembers it. */
export type LastBackup = { at: string; path: string; bytes: number; secret: boolean };

const lastBackupName = 'last_backup';

/** The last backup that was made of this node; null before the first. After a restore that is the one it came from. */
export async function lastBackup(db: Reader): Promise<LastBackup | null> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', lastBackupName).executeTakeFirst();
  return row ? (JSON.parse(row.value) as LastBackup) : null;
}

/**
 * Makes a backup of a node that may be running and writing: the database as it stood at one moment. On SQLite with `VACUUM INTO` on a connection of its own,
 * which holds up no writer; on PostgreSQL in one read-only snapshot. Runs in the process of the command line, since it keeps its thread busy. The folder
 * appears whole or not at all.
 * @param folder where backups are kept; made when it is not there
 * @param options.withSecret whether the file with the node's secret goes in
 * @param options.keep so many of this node's complete backups stay in the folder, the oldest are removed
 * @throws in words
 */
export async function makeBackup(
  context: Context,
  folder: string,
  options: { withSecret?: boolean; keep?: number } = {},
): Promise<{ path: string; manifest: Manifest; removed: string[] }> {
  const { config, db } = context;
  const kept = resolve(folder);
  refuseInsideData(kept, config.dataFolder);
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  removeUnfinished(kept);
  const madeAt = context.clock.now().toISOString();
  const path = join(kept, `${nameOf(config.origin)}-${madeAt.replace(/[-:]|\.\d+/g, '')}-${newId().slice(-4)}`);
  const unfinished = `${path}${unfinishedEnd}`;
  mkdirSync(unfinished, { mode: 0o700 });
  try {
    const database = join(unfinished, backupFiles.database);
    if (db.dialect === 'sqlite') copySqlite(join(config.dataFolder, backupFiles.database), database);
    else
      await readPostgres(db.reader, database, [
        ...coreMigrations,
        ...context.slices.map((slice) => slice.migrations ?? {}),
      ]);
    const rows = checkCopy(database);
    const files: Manifest['files'] = [{ name: backupFiles.database, ...(await checksum(database)) }];
    if (options.withSecret) {
      const secret = join(unfinished, backupFiles.secret);
      copyFileSync(config.secretFile, secret);
      files.push({ name: backupFiles.secret, ...(await checksum(secret)) });
    }
    const earlier = backupsIn(kept)
      .filter(({ manifest: other }) => other.origin === config.origin)
      .at(-1)?.path;
    const stored = await copyFiles(context, unfinished, earlier);
    const { origin } = config;
    const manifest: Manifest = { format: 2, version, origin, madeAt, from: db.dialect, files, rows, stored };
    writeFileSync(join(unfinished, backupFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    for (const name of readdirSync(unfinished)) sync(join(unfinished, name));
    sync(unfinished);
    renameSync(unfinished, path);
    sync(kept);
    const bytes = files.reduce((sum, one) => sum + one.bytes, stored.bytes);
    await remember(context, { at: madeAt, path, bytes, secret: options.withSecret === true });
    return { path, manifest, removed: options.keep ? removeOld(kept, config.origin, options.keep) : [] };
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw inWords(error, kept);
  }
}

const unfinishedEnd = '.unfinished';

const nameOf = (origin: string) => `joinery-${new URL(origin).host.replace(/[^a-z0-9.-]/g, '_')}`;

/** A backup on the disk that it is to replace is gone with it; inside the data folder it would also be in the way of a restore. */
function refuseInsideData(folder: string, dataFolder: string): void {
  if (folder === dataFolder || folder.startsWith(`${dataFolder}/`))
    refuse('invalid', `${folder} lies in the node's own data folder: keep backups elsewhere, best on another disk`);
}

function copySqlite(source: string, target: string): void {
  const from = new Sqlite(source, { readonly: true, timeout: 5_000 });
  try {
    from.prepare('vacuum into ?').run(target);
  } finally {
    from.close();
  }
}

function checkCopy(file: string): Record<string, number> {
  const db = new Sqlite(file, { readonly: true });
  try {
    return countRows(db);
  } finally {
    db.close();
  }
}

/** What a backup left that was ended in the middle, unless it is of today: then it may still run. */
function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder).filter((candidate) => candidate.endsWith(unfinishedEnd))) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > 24 * 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}

function removeOld(folder: string, origin: string, keep: number): string[] {
  const own = backupsIn(folder).filter(({ manifest }) => manifest.origin === origin);
  const old = own.slice(0, Math.max(0, own.length - keep)).map(({ path }) => path);
  for (const path of old) rmSync(path, { recursive: true });
  return old;
}

async function remember(context: Context, made: LastBackup): Promise<void> {
  await transact(context, { kind: 'command', by: 'backup' }, async (work) => {
    const value = JSON.stringify(made);
    await work.db
      .insertInto('meta')
      .values({ name: lastBackupName, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
  });
}

function inWords(error: unknown, folder: string): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'SQLITE_FULL')
    return new Error(`There is not enough space in ${folder}: free some, or remove old backups with --keep`, {
      cause: error,
    });
  if (code === 'EACCES' || code === 'EPERM')
    return new Error(`${dirname(folder)} or ${folder} may not be written by the node's user`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
