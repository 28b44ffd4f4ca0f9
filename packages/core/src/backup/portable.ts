import Sqlite from 'better-sqlite3';
import { Kysely as Database, type Kysely, SqliteDialect, sql } from 'kysely';
import { type Migrations, migrate } from '../db/migrate.ts';
import type { Schema } from '../db/schema.ts';

/**
 * A backup holds the database in one form, whatever it was read from: a SQLite file with the tables of its migrations. Columns are portable, so rows
 * are copied as they are. What one kind of database keeps for itself (indexes for search) is not among them.
 */

const rowsAtOnce = 1_000;
/** PostgreSQL takes 65,535 values per statement. */
const valuesAtOnce = 30_000;

// biome-ignore lint/suspicious/noExplicitAny: tables are known only by name here
type AnyTables = Kysely<any>;

/** Names of all tables with rows of their own, those first to which others refer. */
function tablesOf(db: Sqlite.Database): string[] {
  const list = db.pragma('table_list') as { schema: string; name: string; type: string }[];
  const names = list
    .filter(({ schema, type, name }) => schema === 'main' && type === 'table' && !name.startsWith('sqlite_'))
    .map(({ name }) => name)
    .sort();
  const ordered = new Set<string>();
  const add = (name: string, path: string[]) => {
    if (ordered.has(name) || path.includes(name)) return;
    const keys = db.pragma(`foreign_key_list(${JSON.stringify(name)})`) as { table: string }[];
    for (const { table } of keys) if (table !== name) add(table, [...path, name]);
    ordered.add(name);
  };
  for (const name of names) add(name, []);
  return [...ordered];
}

/** Rows of every table. */
export function countRows(db: Sqlite.Database): Record<string, number> {
  return Object.fromEntries(
    tablesOf(db).map((name) => [
      name,
      db
        .prepare(`select count(*) from ${quoted(name)}`)
        .pluck()
        .get() as number,
    ]),
  );
}

/** Names of the migrations that a database has. */
export function migrationsIn(db: Sqlite.Database): string[] {
  return db.prepare('select name from migration order by name').pluck().all().map(String);
}

/** Migrations of these names only. */
export function onlyThese(parts: Migrations[], names: string[]): Migrations[] {
  const wanted = new Set(names);
  return parts.map((part) => Object.fromEntries(Object.entries(part).filter(([name]) => wanted.has(name))));
}

/**
 * Reads a PostgreSQL database as it stands at one moment into a new SQLite file; the node goes on meanwhile.
 * @param parts migrations of core and slices
 */
export async function readPostgres(from: Kysely<Schema>, file: string, parts: Migrations[]): Promise<void> {
  const to = new Sqlite(file);
  const target = new Database<Schema>({ dialect: new SqliteDialect({ database: to }) });
  try {
    await from
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (snapshot) => {
        const { rows } = await sql<{ name: string }>`select name from migration`.execute(snapshot);
        const names = rows.map((row) => row.name);
        await migrate(target, 'sqlite', onlyThese(parts, names));
        to.pragma('foreign_keys = off');
        to.pragma('synchronous = off');
        for (const table of tablesOf(to)) if (table !== 'migration') await readTable(snapshot, to, table);
      });
  } finally {
    await target.destroy();
  }
}

async function readTable(from: Kysely<Schema>, to: Sqlite.Database, table: string): Promise<void> {
  const columns = columnsOf(to, table);
  const list = columns.map(quoted).join(', ');
  const insert = to.prepare(`insert into ${quoted(table)} (${list}) values (${columns.map(() => '?').join(', ')})`);
  const write = to.transaction((rows: Record<string, unknown>[]) => {
    for (const row of rows) insert.run(columns.map((column) => row[column]));
  });
  to.prepare(`delete from ${quoted(table)}`).run();
  await sql.raw(`declare portable no scroll cursor for select ${list} from ${quoted(table)}`).execute(from);
  for (;;) {
    const { rows } = await sql.raw<Record<string, unknown>>(`fetch ${rowsAtOnce} from portable`).execute(from);
    write(rows);
    if (rows.length < rowsAtOnce) break;
  }
  await sql`close portable`.execute(from);
}

/** Writes all rows of a SQLite file into an empty PostgreSQL database with the same migrations, in one transaction. */
export async function writePostgres(file: string, to: Kysely<Schema>): Promise<void> {
  const from = new Sqlite(file, { readonly: true });
  try {
    const tables = tablesOf(from).filter((table) => table !== 'migration');
    await to.transaction().execute(async (transaction) => {
      const target = transaction as unknown as AnyTables;
      for (const table of [...tables].reverse()) await target.deleteFrom(table).execute();
      for (const table of tables) {
        const columns = columnsOf(from, table);
        const atOnce = Math.max(1, Math.min(rowsAtOnce, Math.floor(valuesAtOnce / columns.length)));
        const select = from.prepare(
          `select rowid as "backup row", ${columns.map(quoted).join(', ')} from ${quoted(table)} where rowid > ? order by rowid limit ?`,
        );
        let last: unknown = -1;
        for (;;) {
          const rows = select.all(last, atOnce) as Record<string, unknown>[];
          if (rows.length > 0) {
            last = rows.at(-1)?.['backup row'];
            for (const row of rows) delete row['backup row'];
            await target.insertInto(table).values(rows).execute();
          }
          if (rows.length < atOnce) break;
        }
      }
    });
  } finally {
    from.close();
  }
}

function columnsOf(db: Sqlite.Database, table: string): string[] {
  return (db.pragma(`table_info(${JSON.stringify(table)})`) as { name: string }[]).map(({ name }) => name);
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
