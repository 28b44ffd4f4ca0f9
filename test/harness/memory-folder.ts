import { execFileSync } from 'node:child_process';
import { chmodSync, constants, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux has a file system in memory that everybody may write. */
const memory = '/dev/shm';
/** What a run puts there at most, several times over. */
const enough = 4 * 1024 ** 3;

/**
 * Makes a folder that is held in memory, for the data of tests: each commit waits for the disk otherwise, and a test makes dozens. What a process that is
 * killed has written is still there, so only a test of the disk itself needs a disk.
 * @returns null where there is no such file system, little room in it (containers offer 64 MB), or none from which a program may be run
 */
export function makeMemoryFolder(): string | null {
  if (process.platform !== 'linux' || !existsSync(memory)) return null;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize < enough) return null;
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(memory, 'joinery-tests-'));
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: constants.S_IRWXU });
    execFileSync(program);
    // PostgreSQL, which is not us when we are root, has to reach its own folder in it.
    chmodSync(folder, 0o711);
    return folder;
  } catch {
    if (folder) rmSync(folder, { recursive: true, force: true });
    return null;
  }
}
