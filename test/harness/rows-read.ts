import Sqlite from 'better-sqlite3';

/** What was read from SQLite: statements that were run, and how often a row of each table was looked at, whether or not it was in the answer. */
export type RowsRead = { statements: string[]; rows: number };

/** Opened since this file was loaded, so it must be loaded before the node is started. */
const opened = new Set<Sqlite.Database>();
const listeners = new Set<(text: string, db: Sqlite.Database) => void>();

const prepare = Sqlite.prototype.prepare;
Sqlite.prototype.prepare = function noted(this: Sqlite.Database, text: string) {
  opened.add(this);
  const statement = prepare.call(this, text);
  const all = statement.all.bind(statement) as (...values: unknown[]) => unknown[];
  statement.all = (...values: unknown[]) => {
    for (const listener of listeners) listener(text, this);
    return all(...values);
  };
  return statement;
} as typeof prepare;

/**
 * The texts of all that is read from SQLite while something is asked, in their order.
 * @param folder of the one node that counts; all of this process unless given
 */
export async function statementsOf(ask: () => Promise<unknown>, folder = ''): Promise<string[]> {
  const statements: string[] = [];
  const note = (text: string, db: Sqlite.Database) => void (db.name.startsWith(folder) && statements.push(text));
  listeners.add(note);
  try {
    await ask();
  } finally {
    listeners.delete(note);
  }
  return statements;
}

/**
 * Counts what pages read from these tables on SQLite from now on. The library tells nothing about it, so each table is replaced, for the readers alone, by a
 * view whose condition is a function that counts; SQLite takes such a view apart and plans the query as before.
 * @returns asks for something and tells what was read for it
 */
export function countRowsRead(
  folder: string,
  tables: readonly string[],
): (ask: () => Promise<unknown>) => Promise<RowsRead> {
  let rows = 0;
  const readers = [...opened].filter(
    (db) => db.open && db.name.startsWith(folder) && db.pragma('query_only', { simple: true }) === 1,
  );
  if (readers.length === 0) throw new Error(`No reader of ${folder} is open`);
  for (const reader of readers) {
    reader.pragma('query_only = off');
    reader.function('row_read', { varargs: true }, () => {
      rows += 1;
      return 1;
    });
    for (const table of tables) {
      const column = reader.prepare(`select name from pragma_table_info('${table}') where cid = 0`).pluck().get();
      reader.exec(`create temp view ${table} as select * from main.${table} where row_read(${column})`);
    }
    reader.pragma('query_only = on');
  }
  const named = tables.map((table) => new RegExp(`\\b${table}\\b`));
  return async (ask) => {
    rows = 0;
    const all = await statementsOf(ask);
    return { statements: all.filter((text) => named.some((name) => name.test(text))), rows };
  };
}
