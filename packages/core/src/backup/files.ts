import { copyFileSync, existsSync, linkSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { type Files, openFiles } from '../files/files.ts';
import { backupFiles, checksum, type Manifest, sync } from './manifest.ts';

type Named = { sha256: string; bytes: number };

/** Bytes that rows of a copied database refer to. Empty for one of before there were files. */
function namedIn(database: string): Named[] {
  const db = new Sqlite(database, { readonly: true });
  try {
    const known = db.prepare("select 1 from sqlite_master where type = 'table' and name = 'blob'").get();
    return known ? (db.prepare('select sha256, bytes from blob where unused_since is null').all() as Named[]) : [];
  } finally {
    db.close();
  }
}

const pathOf = (backup: string, sha256: string) => join(backup, backupFiles.files, sha256.slice(0, 2), sha256);

/**
 * Copies every file that the copied database refers to. Bytes go a day after the last row that named them, so what the database named a moment ago is still there. What an earlier backup in the same
 * place has is not copied again but linked. Of files in a bucket only the place is written down.
 * @param earlier path of an earlier backup of this node
 */
export async function copyFiles(
  { config, files }: Pick<Context, 'config' | 'files'>,
  backup: string,
  earlier: string | undefined,
): Promise<NonNullable<Manifest['stored']>> {
  const named = namedIn(join(backup, backupFiles.database));
  const amount = { count: named.length, bytes: named.reduce((sum, { bytes }) => sum + bytes, 0) };
  const { place } = config.files;
  if (place.kind === 's3') {
    await checkListed(files, named);
    const { bucket, prefix, endpoint } = place;
    return { place: 's3', bucket, prefix, endpoint, ...amount };
  }
  const folders = new Set<string>();
  for (const { sha256 } of named) {
    const to = pathOf(backup, sha256);
    mkdirSync(join(to, '..'), { recursive: true, mode: 0o700 });
    folders.add(join(to, '..'));
    if (earlier && linked(pathOf(earlier, sha256), to)) continue;
    copyFileSync(join(place.path, sha256.slice(0, 2), sha256), to);
    sync(to);
  }
  for (const folder of folders) sync(folder);
  return { place: 'folder', ...amount };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    // Not there, or on a disk that has no links.
    return false;
  }
}

async function checkListed(files: Pick<Files, 'list'>, named: Named[]): Promise<void> {
  const listed = new Map<string, number>();
  for await (const { sha256, bytes } of files.list()) listed.set(sha256, bytes);
  const missing = named.filter(({ sha256, bytes }) => listed.get(sha256) !== bytes);
  if (missing.length > 0)
    refuse(
      'invalid',
      `${missing.length} files are not in the bucket, or not whole: the first is ${missing[0]?.sha256}`,
    );
}

/**
 * Reads every file of a backup; of one whose files lie in a bucket, looks them up there.
 * @param config of the node, for its bucket; without it a bucket is not looked at
 * @throws {Refusal} that names what is missing or damaged
 */
export async function verifyFiles(backup: string, manifest: Manifest, config?: Config): Promise<void> {
  const named = namedIn(join(backup, backupFiles.database));
  if (manifest.stored?.place === 's3') {
    if (config?.files.place.kind === 's3') await checkListed(await openFiles(config), named);
    return;
  }
  for (const { sha256, bytes } of named) {
    const path = pathOf(backup, sha256);
    if (!existsSync(path)) refuse('invalid', `${path} is missing: this backup is not complete`);
    if (statSync(path).size !== bytes || (await checksum(path)).sha256 !== sha256)
      refuse('invalid', `${path} is not what was backed up (its checksum differs): take another backup`);
  }
}

/**
 * Puts the files of a backup where the settings say: the new data folder, another folder, or a bucket.
 * @param to data folder that is filled
 */
export async function restoreFiles(backup: string, manifest: Manifest, config: Config, to: string): Promise<void> {
  if (manifest.stored?.place !== 'folder') return;
  const { place } = config.files;
  const usual = place.kind === 'folder' && place.path === join(config.dataFolder, backupFiles.files);
  const files = await openFiles({
    dataFolder: to,
    files: { ...config.files, place: usual ? { kind: 'folder', path: join(to, backupFiles.files) } : place },
  });
  for (const { sha256 } of namedIn(join(backup, backupFiles.database))) {
    const arriving = join(files.incoming, sha256);
    copyFileSync(pathOf(backup, sha256), arriving);
    await files.keep(arriving, sha256);
  }
}
