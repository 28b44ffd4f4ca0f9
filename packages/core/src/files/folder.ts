import { type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { refuse } from '../errors.ts';
import { assertOutsideUnitOfWork } from '../work.ts';
import { type ByteRange, checkName, type FileStore } from './files.ts';

const pieceBytes = 256 * 1024;

/**
 * Files in a folder of a local disk: `<first two digits>/<SHA-256>`, so that no folder holds too many names.
 * @param root absolute path
 */
export function openFolder(root: string): FileStore {
  const folderOf = (sha256: string) => join(root, checkName(sha256).slice(0, 2));
  const pathOf = (sha256: string) => join(folderOf(sha256), sha256);
  const outside = () => assertOutsideUnitOfWork('The folder of files');
  return {
    kind: 'folder',
    async keep(path, sha256) {
      outside();
      await syncPath(path);
      const folder = folderOf(sha256);
      if (await mkdir(folder, { recursive: true, mode: 0o700 })) await syncPath(root);
      await rename(path, pathOf(sha256));
      await syncPath(folder);
    },
    async read(sha256, range) {
      outside();
      const path = pathOf(sha256);
      const found = await stat(path).catch(absent);
      if (found === null) refuse('not_found', 'The bytes of this file are not here');
      return streamOf(path, range ?? { start: 0, end: found.size - 1 });
    },
    async size(sha256) {
      outside();
      return (await stat(pathOf(sha256)).catch(absent))?.size ?? null;
    },
    async remove(sha256) {
      outside();
      if ((await unlink(pathOf(sha256)).catch(absent)) === null) return;
      await syncPath(folderOf(sha256));
    },
    async *list() {
      outside();
      const folders = (await readdir(root).catch(absent)) ?? [];
      for (const folder of folders.filter((one) => /^[0-9a-f]{2}$/.test(one))) {
        for (const sha256 of await readdir(join(root, folder)))
          if (/^[0-9a-f]{64}$/.test(sha256)) yield { sha256, bytes: (await stat(pathOf(sha256))).size };
      }
    },
  };
}

/** Makes what was written to a file, or the names in a folder, survive a power cut. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what may be gone already. */
export async function removePath(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Reads a piece only when it is asked for: a slow reader costs one piece of memory, and one who never begins, or whose answer is thrown away, no open file. */
function streamOf(path: string, range: ByteRange): ReadableStream<Uint8Array> {
  let file: FileHandle | null = null;
  let at = range.start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          file ??= await open(path, 'r');
          const length = Math.min(pieceBytes, range.end + 1 - at);
          const { bytesRead, buffer } =
            length > 0 ? await file.read(Buffer.allocUnsafe(length), 0, length, at) : { bytesRead: 0, buffer: null };
          if (length > 0 && bytesRead === 0) throw new Error('A file is shorter than it was');
          at += bytesRead;
          // With the last piece, since nobody has to ask for what comes after it.
          if (at > range.end) await file.close();
          if (buffer !== null) controller.enqueue(buffer.subarray(0, bytesRead));
          if (at > range.end) controller.close();
        } catch (error) {
          await file?.close().catch(() => {});
          controller.error(error);
        }
      },
      cancel: () => file?.close(),
    },
    { highWaterMark: 0 },
  );
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
