const sqliteFaults = [
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_CORRUPT',
  'SQLITE_BUSY',
  'SQLITE_READONLY',
  'SQLITE_NOMEM',
  'SQLITE_CANTOPEN',
  'SQLITE_PROTOCOL',
];
/** Connection lost, transaction rolled back by the server, out of resources, operator intervention, system error (PostgreSQL, appendix A). */
const postgresClasses = ['08', '40', '53', '57', '58', 'XX'];

/** Whether an error says that the database cannot store now: then nothing may be acknowledged, and the sender keeps it. */
export function isStorageFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'took_too_long') return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('SQLITE_')) return sqliteFaults.some((fault) => code.startsWith(fault));
  if (/^[0-9A-Z]{5}$/.test(code)) return postgresClasses.includes(code.slice(0, 2));
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE';
}
