import type Sqlite from 'better-sqlite3';
import type { SqliteDatabase } from 'kysely';
import { LRUCache } from 'lru-cache';

/**
 * Keeps prepared statements, which Kysely would prepare anew for each query, and begins every transaction as a writer: a second process (the
 * command line) then waits its turn instead of failing half-way when it turns from reader to writer.
 */
export function cacheStatements(db: Sqlite.Database): SqliteDatabase {
  const cache = new LRUCache<string, Sqlite.Statement>({ max: 500 });
  return {
    close: () => {
      db.close();
    },
    prepare: (text) => {
      const sqlText = text === 'begin' ? 'begin immediate' : text;
      let statement = cache.get(sqlText);
      if (!statement) {
        statement = db.prepare(sqlText);
        cache.set(sqlText, statement);
      }
      return statement as unknown as ReturnType<SqliteDatabase['prepare']>;
    },
  };
}
