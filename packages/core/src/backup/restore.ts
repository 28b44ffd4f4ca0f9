import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Config } from '../config.ts';
import { lockFolder } from '../db/folder-lock.ts';
import { type Migrations, migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open.ts';
import type { Schema } from '../db/schema.ts';
import { refuse } from '../errors.ts';
import { newId } from '../ids.ts';
import { coreMigrations } from '../schema-migrations.ts';
import type { Slice } from '../slice.ts';
import { restoreFiles } from './files.ts';
import { backupFiles, type Manifest, sync } from './manifest.ts';
import { migrationsIn, onlyThese, writePostgres } from './portable.ts';
import { writeRestored } from './quarantine.ts';
import { verifyBackup } from './verify.ts';

export type RestoreOptions = {
  /** A backup, or a folder of backups: then the newest. */
  backup: string;
  /** Data folder to fill: new or empty. */
  to: string;
  /** The node's settings: its origin must be that of the backup, and its database is filled when it is PostgreSQL. */
  config: Config;
  slices: Slice[];
  /** File with the secret, for a backup without it. */
  secretFile: string;
  now: Date;
};

/**
 * Fills an empty data folder (and an empty PostgreSQL database, when the settings name one) from a backup. The node that starts there begins a new epoch in all its
 * streams and stays in quarantine until an administrator confirms.
 * @throws {Refusal} in words, before anything is written: damaged backup, folder or database not empty, server running, another origin, secret that does not fit
 */
export async function restoreBackup(options: RestoreOptions): Promise<{ manifest: Manifest; to: string }> {
  const { config } = options;
  const to = resolve(options.to);
  const verified = await verifyBackup(options.backup, options.secretFile, config);
  const { manifest, path } = verified;
  if (manifest.origin !== config.origin)
    refuse(
      'conflict',
      `This backup belongs to ${manifest.origin}, but JOINERY_ORIGIN is ${config.origin}: every address in it begins with ${manifest.origin}, so set JOINERY_ORIGIN to that`,
    );
  if (verified.secret === 'missing')
    refuse(
      'not_found',
      `This backup was made without the secret, and there is none at ${options.secretFile}: name the file with --secret. Without it the node's keys cannot be read`,
    );
  refuseUnknownMigrations(join(path, backupFiles.database), migrationsOf(options.slices));
  refuseNotEmpty(to);
  refuseRunning(config.dataFolder);
  const existed = existsSync(to);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  try {
    await fill(options, to, { source: join(path, backupFiles.database), madeAt: manifest.madeAt });
    await restoreFiles(path, manifest, config, to);
    const secret = verified.secret === 'in the backup' ? join(path, backupFiles.secret) : options.secretFile;
    copyFileSync(secret, join(to, backupFiles.secret));
    chmodSync(join(to, backupFiles.secret), 0o600);
    for (const name of readdirSync(to)) sync(join(to, name));
    sync(to);
  } catch (error) {
    for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true });
    if (!existed) rmSync(to, { recursive: true });
    throw error;
  }
  return { manifest, to };
}

async function fill(
  { config, slices, now }: RestoreOptions,
  to: string,
  { source, madeAt }: { source: string; madeAt: string },
): Promise<void> {
  if (config.databaseUrl === null) {
    const unfinished = join(to, 'unfinished');
    mkdirSync(unfinished, { mode: 0o700 });
    copyFileSync(source, join(unfinished, backupFiles.database));
    chmodSync(join(unfinished, backupFiles.database), 0o600);
    {
      await using db = await openDatabase({ databaseUrl: null, dataFolder: unfinished, exclusive: false });
      await beginAnew(db.writer, slices, { madeAt, known: namesIn(source) }, now);
    }
    renameSync(join(unfinished, backupFiles.database), join(to, backupFiles.database));
    rmSync(unfinished, { recursive: true });
    return;
  }
  await using db = await openDatabase({ databaseUrl: config.databaseUrl, dataFolder: to, exclusive: false });
  await refuseFilledDatabase(db.writer);
  await migrate(db.writer, db.dialect, onlyThese(migrationsOf(slices), namesIn(source)));
  await writePostgres(source, db.writer);
  await beginAnew(db.writer, slices, { madeAt, known: namesIn(source) }, now);
}

/**
 * What is different in a restored node. New epoch: numbers that were given after the backup are given again, for other things. Whoever was signed in, and every link
 * and token, ends: what was withdrawn after the backup must not come back. What was to be mailed has long been mailed.
 */
async function beginAnew(
  db: Kysely<Schema>,
  slices: Slice[],
  { madeAt, known }: { madeAt: string; known: readonly string[] },
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (transaction: Transaction<Schema>) => {
    for (const { id } of await transaction.selectFrom('stream').select('id').execute()) {
      const epoch = newId();
      await transaction.updateTable('stream').set({ epoch }).where('id', '=', id).execute();
      await transaction.updateTable('log').set({ epoch }).where('stream', '=', id).execute();
      await transaction.updateTable('subscription').set({ epoch }).where('stream', '=', id).execute();
    }
    // A backup of an earlier version has no column for it: its tables become those of this one when the node starts.
    if (known.includes('2026-12-02-core-held'))
      await transaction
        .updateTable('account')
        .set((eb) => ({
          seen_at: eb
            .selectFrom('session')
            .select(({ fn }) => fn.max('last_seen_at').as('seen'))
            .whereRef('session.account_id', '=', 'account.id'),
        }))
        .execute();
    for (const table of ['session', 'sign_in_link', 'api_token', 'idempotency'] as const)
      await transaction.deleteFrom(table).execute();
    await transaction.updateTable('job').set({ lease: null, leased_until: null }).execute();
    const at = now.toISOString();
    for (const name of slices.flatMap((slice) => slice.jobsAfterRestore ?? []))
      await transaction
        .insertInto('job')
        .values({ id: newId(), name, data: '{}', run_at: at, attempts: 0, state: 'waiting', created_at: at })
        .execute();
    await writeRestored(transaction, { at: now.toISOString(), asOf: madeAt, confirmedAt: null, waiting: [] });
  });
}

const migrationsOf = (slices: Slice[]): Migrations[] => [
  ...coreMigrations,
  ...slices.map((slice) => slice.migrations ?? {}),
];

function namesIn(file: string): string[] {
  const db = new Sqlite(file, { readonly: true });
  try {
    return migrationsIn(db);
  } finally {
    db.close();
  }
}

function refuseUnknownMigrations(file: string, parts: Migrations[]): void {
  const known = new Set(parts.flatMap((part) => Object.keys(part)));
  const newer = namesIn(file).filter((name) => !known.has(name));
  if (newer.length > 0)
    refuse(
      'conflict',
      `This backup was made by a newer version of Joinery (${newer.join(', ')}): restore it with that`,
    );
}

function refuseNotEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    refuse('conflict', `${folder} is not empty: name a new folder, so that nothing is overwritten`);
}

/** Two nodes of one name would each tell the others something else. */
function refuseRunning(dataFolder: string): void {
  if (!existsSync(dataFolder) || !existsSync(join(dataFolder, 'server.lock'))) return;
  try {
    lockFolder(dataFolder)();
  } catch {
    refuse('conflict', `This node still runs on ${dataFolder}: stop it first`);
  }
}

async function refuseFilledDatabase(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema() limit 1`.execute(db);
  if (rows.length > 0)
    refuse(
      'conflict',
      'The database that JOINERY_DATABASE_URL names is not empty: make a new one, and keep the old one',
    );
}
