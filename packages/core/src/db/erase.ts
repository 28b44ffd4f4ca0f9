import { setTimeout } from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import type { Logger } from '../logger.ts';
import { assertOutsideUnitOfWork } from '../work.ts';
import type { Migrations } from './migrate.ts';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';

/** What makes deleted rows leave the files of the database, and not only the answers of its queries. */
export type Erasing = {
  /**
   * Since `secure_delete` overwrites what is deleted, it stands in the write-ahead log alone, in pages from before: this writes the log back and cuts it to nothing. On PostgreSQL,
   * whose log nobody can cut, tables are vacuumed, which leaves what somebody may still see who began to read before it was deleted: a backup, for example.
   * @param tables those that something was deleted from; of none only the log is seen to
   * @returns false while another connection reads or writes, or sees what was deleted: to be tried again
   */
  erase: (tables?: readonly string[]) => Promise<boolean>;
  /** Writes the whole file anew, without what was deleted before it was overwritten. Nothing else runs meanwhile. */
  rewrite: () => Promise<void>;
};

/** Milliseconds. The process stands still while it waits for others: a backup may read for minutes. */
const patience = 100;

export function erasingSqlite(writing: Kysely<Schema>, writer: Sqlite.Database, busyTimeout: number): Erasing {
  /** No unit of work is open meanwhile. */
  const alone = <T>(what: string, act: () => T): Promise<T> => {
    assertOutsideUnitOfWork(what);
    return writing.connection().execute(async () => act());
  };
  const cut = () => {
    writer.pragma(`busy_timeout = ${patience}`);
    try {
      const [outcome] = writer.pragma('wal_checkpoint(truncate)') as { busy: number }[];
      return outcome?.busy === 0;
    } finally {
      writer.pragma(`busy_timeout = ${busyTimeout}`);
    }
  };
  return {
    erase: () => alone('erase', cut),
    rewrite: () =>
      alone('rewrite', () => {
        writer.exec('vacuum');
        cut();
      }),
  };
}

export function erasingPostgres(db: Kysely<Schema>): Erasing {
  return {
    erase: async (tables = []) => {
      assertOutsideUnitOfWork('erase');
      if (tables.length === 0) return true;
      return db.connection().execute(async (connection) => {
        if (!(await outlastsOthers(connection))) return false;
        // A large table may take longer than any statement may while people wait.
        await sql`set statement_timeout = 0`.execute(connection);
        try {
          await sql`vacuum ${sql.join(tables.map((table) => sql.table(table)))}`.execute(connection);
        } finally {
          await sql`reset statement_timeout`.execute(connection);
        }
        return true;
      });
    },
    rewrite: async () => {},
  };
}

/** Milliseconds that others who read or write are waited for: all but a backup ends meanwhile. */
const longestWait = 1_000;
const lookEvery = 50;

/**
 * Waits until nobody sees the database as it was before this moment: no transaction of another connection, no standby, no prepared transaction. What was deleted before can be vacuumed then.
 * @returns false when somebody still does
 */
async function outlastsOthers(db: Kysely<Schema>): Promise<boolean> {
  const now = await sql<{ at: string }>`select pg_snapshot_xmax(pg_current_snapshot())::text as at`.execute(db);
  const at = now.rows[0]?.at ?? '0';
  for (let waited = 0; ; waited += lookEvery) {
    // Ages, since the numbers of transactions go round. Everybody may read these columns, of the connections of others too; what belongs to no database is a standby.
    const { rows } = await sql<{ held: boolean }>`
      select exists (select from pg_stat_activity where pid <> pg_backend_pid() and (datname is null or datname = current_database())
          and greatest(age(backend_xmin), age(backend_xid)) > age(${at}::xid8::xid))
        or exists (select from pg_replication_slots where age(xmin) > age(${at}::xid8::xid))
        or exists (select from pg_prepared_xacts where database = current_database() and age(transaction) > age(${at}::xid8::xid))
        as held`.execute(db);
    if (rows[0]?.held === false) return true;
    if (waited >= longestWait) return false;
    await setTimeout(lookEvery);
  }
}

const rewriteDue = 'rewrite_due';

/** A file in which something was deleted before that was overwritten is written anew once, at the next start. */
export const eraseMigrations: Migrations = {
  '2026-12-10-core-rewrite': async (db, dialect) => {
    if (dialect === 'sqlite')
      await sql`insert into meta (name, value) select ${rewriteDue}, '1' from log_head where seq > 0`.execute(db);
  },
};

/** Writes the file anew where that is due. What hinders it (no room on the disk, the command line at work) is logged, and it is tried again at the next start. */
export async function rewriteOnce(db: Database, logger: Logger): Promise<void> {
  const due = await db.reader.selectFrom('meta').select('value').where('name', '=', rewriteDue).executeTakeFirst();
  if (!due) return;
  const began = performance.now();
  try {
    await db.rewrite();
    await db.writer.deleteFrom('meta').where('name', '=', rewriteDue).execute();
    logger.info('database.rewritten', { milliseconds: Math.round(performance.now() - began) });
  } catch (error) {
    logger.warn('database.not_rewritten', { reason: error instanceof Error ? error.message : String(error) });
  }
}
