import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { openFolder } from './folder.ts';
import { openBucket } from './s3.ts';

/** Part of a file: from `start` to `end`, both included, counted from 0. */
export type ByteRange = { start: number; end: number };

/** Where bytes lie, each content under the SHA-256 of it (64 hexadecimal digits). */
export type FileStore = {
  kind: 'folder' | 's3';
  /**
   * Takes the bytes of a local file. When it answers they survive a power cut; before that there is nothing under the name. The local file is gone afterwards. Bytes that
   * are there already stay as they are.
   * @param path in `incoming`, synced or not
   * @throws with the code ENOSPC when there is no space
   */
  keep: (path: string, sha256: string) => Promise<void>;
  /**
   * @param range the whole unless given; within the size
   * @throws {Refusal} not_found
   */
  read: (sha256: string, range?: ByteRange) => Promise<ReadableStream<Uint8Array>>;
  /** Bytes that lie under a name; null when there are none. */
  size: (sha256: string) => Promise<number | null>;
  /** Does nothing when there is nothing. */
  remove: (sha256: string) => Promise<void>;
  /** Every name, with its size, in no order. */
  list: () => AsyncIterable<{ sha256: string; bytes: number }>;
};

/**
 * The bytes of a node's files. Never used inside a unit of work. What the database says of them is in `blobs.ts`: a row names bytes only after they are
 * kept, and bytes go only a day after the last row that named them.
 */
export type Files = FileStore & {
  /** A folder on this machine for what is arriving. Nothing in it has been acknowledged as a file. */
  incoming: string;
};

/** Opens the place that the settings name. Makes nothing but folders; a bucket must be there. */
export async function openFiles(config: Pick<Config, 'files' | 'dataFolder'>): Promise<Files> {
  const { place } = config.files;
  // On the disk of the files themselves, so that a rename is all it takes.
  const incoming = join(place.kind === 'folder' ? place.path : config.dataFolder, 'incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  return { ...(place.kind === 'folder' ? openFolder(place.path) : openBucket(place)), incoming };
}

const name = /^[0-9a-f]{64}$/;

/** Before a name becomes part of a path. */
export function checkName(sha256: string): string {
  if (!name.test(sha256)) throw new Error('Not a SHA-256 in hexadecimal digits');
  return sha256;
}
