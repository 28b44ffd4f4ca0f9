import type Sqlite from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { LRUCache } from 'lru-cache';

/**
 * Keeps prepared statements, which Kysely would prepare anew for each query, and begins every transaction as a writer: a second process (the
 * command line) then waits its turn instead of failing half-way when it turns from reader to writer.
 *
 * SQLite may undo a whole transaction by itself when the disk is full or fails (https://sqlite.org/lang_transaction.html, "Response to errors
 * within a transaction"). What follows in that transaction then fails with the same error, instead of being committed piece by piece.
 * @param onError hears every error of the database
 */
export function cacheStatements(db: Sqlite.Database, onError: (error: unknown) => void): SqliteDatabase {
  const cache = new LRUCache<string, SqliteStatement>({ max: 1_000 });
  let begun = false;
  let undoneBy: unknown;

  const guarded = <T>(action: () => T): T => {
    if (undoneBy !== undefined) throw undoneBy;
    try {
      return action();
    } catch (error) {
      if (begun && !db.inTransaction) undoneBy = error;
      onError(error);
      throw error;
    }
  };
  const prepare = (text: string): SqliteStatement => {
    // SQLite plans a statement anew for each value of a bare `limit ?` (sqlite3ExprIsInteger), which costs more than most queries.
    const statement = db.prepare<unknown[]>(text.replaceAll(' limit ?', ' limit cast(? as integer)'));
    return {
      reader: statement.reader,
      all: (parameters) => guarded(() => statement.all(parameters)),
      run: (parameters) => guarded(() => statement.run(parameters)),
      iterate: (parameters) => guarded(() => statement.iterate(parameters) as IterableIterator<unknown>),
    };
  };
  const begin = () => {
    guarded(() => db.exec('begin immediate'));
    begun = true;
  };
  const commit = () => {
    guarded(() => db.exec('commit'));
    begun = false;
  };
  const rollback = () => {
    begun = false;
    undoneBy = undefined;
    if (db.inTransaction) db.exec('rollback');
  };
  const commands: Record<string, SqliteStatement> = {
    begin: command(begin),
    commit: command(commit),
    rollback: command(rollback),
  };
  return {
    close: () => {
      db.close();
    },
    prepare: (text) => {
      const known = commands[text] ?? cache.get(text);
      if (known) return known;
      const statement = guarded(() => prepare(text));
      cache.set(text, statement);
      return statement;
    },
  };
}

/** A statement that answers no rows. */
function command(action: () => void): SqliteStatement {
  return {
    reader: false,
    all: () => [],
    run: () => {
      action();
      return { changes: 0, lastInsertRowid: 0 };
    },
    iterate: () => [].values(),
  };
}
