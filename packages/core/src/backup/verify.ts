import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Config } from '../config.ts';
import { refuse } from '../errors.ts';
import { nodeActor } from '../node-identity.ts';
import { openSecret } from '../secret.ts';
import { verifyFiles } from './files.ts';
import { backupFiles, checksum, findBackup, type Manifest } from './manifest.ts';
import { countRows } from './portable.ts';

/** What was looked at. `secret`: whether the keys can be decrypted, with the file in the backup or another one. */
export type Verified = {
  path: string;
  manifest: Manifest;
  rows: number;
  secret: 'in the backup' | 'elsewhere' | 'missing';
};

/**
 * Reads every byte of a backup and opens its database, as a restore would.
 * @param path a backup, or a folder of backups: then the newest
 * @param secretFile of the node, for a backup without it; looked at only when it exists
 * @param config of the node, to look for files in its bucket
 * @throws {Refusal} that names the file and what is wrong with it
 */
export async function verifyBackup(path: string, secretFile: string, config?: Config): Promise<Verified> {
  const found = findBackup(path);
  const { manifest } = found;
  if (!manifest.files.some(({ name }) => name === backupFiles.database))
    refuse('invalid', `${found.path} names no database: it is damaged`);
  for (const { name, bytes, sha256 } of manifest.files) {
    const file = join(found.path, name);
    if (!existsSync(file)) refuse('invalid', `${file} is missing: this backup is not complete`);
    const is = await checksum(file);
    if (is.bytes !== bytes || is.sha256 !== sha256)
      refuse('invalid', `${file} is not what was backed up (its checksum differs): take another backup`);
  }
  const rows = checkDatabase(join(found.path, backupFiles.database), manifest);
  await verifyFiles(found.path, manifest, config);
  return { ...found, rows, secret: checkSecret(found, secretFile) };
}

/** @returns number of rows */
function checkDatabase(file: string, manifest: Manifest): number {
  // Immutable: nothing is written beside it, and it may lie on a disk that cannot be written.
  const db = new Sqlite(file, { readonly: true });
  try {
    const check = String(db.pragma('integrity_check(1)', { simple: true }));
    if (check !== 'ok') refuse('invalid', `${file} is damaged: ${check.replaceAll('\n', ' ')}`);
    const broken = (db.pragma('foreign_key_check') as { table: string }[])[0];
    if (broken) refuse('invalid', `${file}: a row of ${broken.table} refers to one that is not there`);
    const origin = db.prepare("select value from meta where name = 'origin'").pluck().get();
    if (origin !== manifest.origin)
      refuse('invalid', `${file} belongs to ${origin}, but the backup says ${manifest.origin}`);
    const rows = countRows(db);
    for (const [table, count] of Object.entries(manifest.rows))
      if (rows[table] !== count)
        refuse('invalid', `${file}: ${table} has ${rows[table] ?? 0} rows instead of ${count}`);
    return Object.values(rows).reduce((sum, count) => sum + count, 0);
  } finally {
    db.close();
  }
}

function checkSecret({ path, manifest }: { path: string; manifest: Manifest }, secretFile: string): Verified['secret'] {
  const inside = manifest.files.some(({ name }) => name === backupFiles.secret);
  const file = inside ? join(path, backupFiles.secret) : secretFile;
  if (!existsSync(file)) return 'missing';
  const sealed = keyOfNode(join(path, backupFiles.database), manifest.origin);
  try {
    if (sealed !== undefined) openSecret(file).decrypt(sealed);
  } catch (error) {
    const reason = error instanceof Error && error.message.startsWith(file) ? `: ${error.message}` : '';
    refuse(
      'invalid',
      `The secret in ${file} does not fit: the keys in this backup were encrypted with another one${reason}`,
    );
  }
  return inside ? 'in the backup' : 'elsewhere';
}

function keyOfNode(file: string, origin: string): string | undefined {
  const db = new Sqlite(file, { readonly: true });
  try {
    return db.prepare('select private from key where actor = ?').pluck().get(nodeActor(origin)) as string | undefined;
  } finally {
    db.close();
  }
}
