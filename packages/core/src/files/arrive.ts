import { type FileHandle, open, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refuse } from '../errors.ts';
import type { Files } from './files.ts';
import { removePath, syncPath } from './folder.ts';

/** What the disk keeps for the database: files stop before it does. */
const spaceKept = 64 * 1024 * 1024;
const lookEvery = 8 * 1024 * 1024;

/** Where the bytes of an upload gather. @param id of the upload, chosen by this node */
export function arrivingPath(files: Pick<Files, 'incoming'>, id: string): string {
  return join(files.incoming, id);
}

/**
 * Makes sure that so many bytes fit on the disk, and leave the database room.
 * @throws {Refusal} storage_full
 */
export async function assertSpace(files: Pick<Files, 'incoming'>, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(files.incoming);
  if (bavail * bsize < bytes + spaceKept) refuse('storage_full', 'There is not enough space left for this file');
}

/** How far it got. `tooLarge`: there is more than may be taken. `broken`: whoever sent it was cut off. */
export type Arrived = { bytes: number; tooLarge: boolean; broken: boolean };

/**
 * Writes what arrives to a file, piece by piece; what is counted in the answer survives a power cut.
 * @param path in `files.incoming`
 * @param from bytes that are there already; what lies behind them is not known to be whole and is dropped
 * @param most bytes that the whole file may have; what goes beyond is not written
 * @throws {Refusal} storage_full, or with the code ENOSPC
 */
export async function receiveBytes(
  files: Pick<Files, 'incoming'>,
  path: string,
  source: AsyncIterable<Uint8Array>,
  { from = 0, most }: { from?: number; most: number },
): Promise<Arrived> {
  const file = await open(path, from === 0 ? 'w' : 'r+', 0o600);
  try {
    await file.truncate(from);
    const arrived = await write(files, file, source, { from, most });
    // Also its name: without it what was counted would be lost with the power.
    if (from === 0) await syncPath(dirname(path));
    return arrived;
  } finally {
    await file.close();
  }
}

async function write(
  files: Pick<Files, 'incoming'>,
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  { from, most }: { from: number; most: number },
): Promise<Arrived> {
  let bytes = from;
  let looked = from - lookEvery;
  let broken = false;
  const pieces = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await pieces.next().catch(() => null);
      broken = next === null;
      if (next === null || next.done) break;
      const piece = next.value;
      if (bytes + piece.length > most) {
        await file.sync();
        return { bytes, tooLarge: true, broken: false };
      }
      if (bytes - looked >= lookEvery) {
        await assertSpace(files, piece.length);
        looked = bytes;
      }
      for (let at = 0; at < piece.length; ) {
        const { bytesWritten } = await file.write(piece, at, piece.length - at, bytes);
        at += bytesWritten;
        bytes += bytesWritten;
      }
    }
  } finally {
    // Not waited for: a source that has stopped may never answer.
    void pieces.return?.().catch(() => {});
  }
  await file.sync();
  return { bytes, tooLarge: false, broken };
}

/** Gives an upload up. */
export async function dropArriving(path: string): Promise<void> {
  await removePath(path);
}
