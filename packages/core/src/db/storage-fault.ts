/** Codes of SQLite after which what lies on the disk is not known any more: a sync that failed (written pages may be gone), damaged pages. */
const lasting = /^SQLITE_(?:IOERR_(?:FSYNC|DIR_FSYNC|READ|SHORT_READ|DATA|CORRUPTFS)|CORRUPT|NOTADB)/;

/**
 * Disk or database server failed, not the work: SQLite says full, busy, I/O error, damaged; PostgreSQL (appendix A) classes 08 (connection),
 * 40 (rolled back by the server), 53 (resources), 57 (operator), 58 (system), and 0A000, a plan from before the tables changed. The same work may succeed
 * later.
 */
const passing =
  /^(?:SQLITE_(?:FULL|BUSY|IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY|NOMEM|PROTOCOL)|0A000$|(?:08|40|53|57|58)[0-9A-Z]{3}$|ENOSPC|ECONN|ETIMEDOUT|EPIPE)/;

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
