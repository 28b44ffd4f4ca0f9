/** Codes of SQLite after which what lies on the disk is not known any more: a sync that failed (written pages may be gone), damaged pages. */
const lasting = /^SQLITE_(?:IOERR_(?:FSYNC|DIR_FSYNC|READ|SHORT_READ|DATA|CORRUPTFS)|CORRUPT|NOTADB)/;

/**
 * Disk or database server failed, not the work: SQLite says full, busy, I/O error, damaged; PostgreSQL classes 08 (connection), 53 (resources),
 * 57P0 (shut down), 58 (system), 40001 and 40P01 (serialisation, deadlock). The same work may succeed later.
 */
const passing =
  /^(?:SQLITE_(?:FULL|BUSY|IOERR|CORRUPT|NOTADB|CANTOPEN)|ENOSPC|08|53|57P0|58|40001$|40P01$|ECONN|ETIMEDOUT|EPIPE)/;

/** Whether the disk or the database is at fault, so that trying again later may help. */
export function isStorageFault(error: unknown): boolean {
  return passing.test(codeOf(error));
}

/** The code of a fault after which nothing may be written before a restart has looked at the disk anew; null for any other error. */
export function lastingFault(error: unknown): string | null {
  const code = codeOf(error);
  return lasting.test(code) ? code : null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
