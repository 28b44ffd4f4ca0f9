import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { refuse } from '../errors.ts';

/** Files of a backup: a folder with these names. */
export const backupFiles = {
  manifest: 'manifest.json',
  database: 'joinery.db',
  secret: 'secret',
  files: 'files',
} as const;

const file = z.object({
  name: z.enum([backupFiles.database, backupFiles.secret]),
  bytes: z.number(),
  sha256: z.string(),
});

const manifestShape = z.object({
  /** Of this description; a later one is refused in words. */
  format: z.literal([1, 2]),
  /** Version of the software that made it. */
  version: z.string(),
  /** Node it belongs to. */
  origin: z.string(),
  /** UTC instant at which the database stood as it is here. */
  madeAt: z.string(),
  /** Kind of database it was read from. Both can take it back. */
  from: z.enum(['sqlite', 'postgres']),
  files: z.array(file),
  /** Rows per table. */
  rows: z.record(z.string(), z.number()),
  /** Where the bytes of files are: in the backup, or still in the bucket that the node uses. Missing in what was made before there were files (format 1). */
  stored: z
    .discriminatedUnion('place', [
      z.object({ place: z.literal('folder'), count: z.number(), bytes: z.number() }),
      z.object({
        ...{ place: z.literal('s3'), bucket: z.string(), prefix: z.string(), endpoint: z.string() },
        ...{ count: z.number(), bytes: z.number() },
      }),
    ])
    .optional(),
});

/** What a backup says of itself, in `manifest.json`. */
export type Manifest = z.infer<typeof manifestShape>;

/** Bytes and SHA-256 of a file, read in pieces. */
export async function checksum(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Makes sure that a file, or the names in a folder, survive a power cut. */
export function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Backups in a folder that are complete, oldest first. */
export function backupsIn(folder: string): { path: string; manifest: Manifest }[] {
  const found = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory() || !existsSync(join(path, backupFiles.manifest))) return [];
    return [{ path, manifest: readManifest(path) }];
  });
  return found.sort((one, other) => (one.manifest.madeAt < other.manifest.madeAt ? -1 : 1));
}

/**
 * The backup that is meant.
 * @param path a backup, or a folder of backups: then the newest
 * @throws {Refusal} not_found
 */
export function findBackup(path: string): { path: string; manifest: Manifest } {
  if (!existsSync(path) || !statSync(path).isDirectory()) refuse('not_found', `There is no folder ${path}`);
  if (existsSync(join(path, backupFiles.manifest))) return { path, manifest: readManifest(path) };
  const newest = backupsIn(path).at(-1);
  return (
    newest ?? refuse('not_found', `${path} is not a backup and holds none: give the folder that joinery backup made`)
  );
}

function readManifest(path: string): Manifest {
  const name = join(path, backupFiles.manifest);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(name, 'utf8'));
  } catch {
    refuse('invalid', `${name} cannot be read: this backup is damaged or not complete`);
  }
  const read = manifestShape.safeParse(content);
  if (read.success) return read.data;
  const format = content !== null && typeof content === 'object' && 'format' in content ? content.format : undefined;
  return typeof format === 'number' && format > 2
    ? refuse('invalid', `${path} was made by a newer version of Joinery: use that version, or a later one`)
    : refuse('invalid', `${name} is damaged: it does not describe a backup`);
}
