import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** What a node's SQLite file held at an instant, and the means to have it again. */
export type Kept = {
  /** The same file, by a connection of its own. */
  file: Sqlite.Database;
  /** Every table, but not the index of words and those that SQLite keeps for it: they follow from the others. */
  tables: string[];
  /** Puts all tables back as they were, in one transaction. What the node holds in memory is not its business. */
  putBack: () => void;
};

/** Keeps a copy of the database in this data folder, in place of one that was kept before and is closed. */
export function keepDatabase(folder: string): Kept {
  const copy = join(folder, 'kept.db');
  rmSync(copy, { force: true });
  const file = new Sqlite(join(folder, 'joinery.db'));
  file.exec(`vacuum into '${copy}'; attach '${copy}' as kept; pragma foreign_keys = off`);
  const tables = file
    .prepare("select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%'")
    .pluck()
    .all()
    .map(String);
  const putBack = file.transaction(() => {
    for (const table of tables)
      file.exec(`delete from main."${table}"; insert into main."${table}" select * from kept."${table}"`);
  });
  return { file, tables, putBack };
}
