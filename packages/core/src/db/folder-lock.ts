import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/**
 * Makes sure that one server uses a data folder. The lock is a lock of the operating system on a small database of its own, so it is gone with
 * the process, however that ends.
 * @returns gives the folder free
 * @throws when another server has it
 */
export function lockFolder(folder: string): () => void {
  const lock = new Sqlite(join(folder, 'server.lock'), { timeout: 0 });
  try {
    lock.pragma('journal_mode = DELETE');
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('begin exclusive');
    return () => {
      lock.close();
    };
  } catch (error) {
    lock.close();
    const busy = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
    if (busy)
      throw new Error(
        `Another server already uses ${folder}: stop it, or give this one another folder with JOINERY_DATA`,
      );
    throw error;
  }
}
