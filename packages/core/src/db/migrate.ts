import {
  type DataTypeNode,
  type Kysely,
  type KyselyPlugin,
  type OperationNode,
  OperationNodeTransformer,
  RawNode,
  sql,
  type Transaction,
} from 'kysely';
import type { Schema } from './schema.ts';

export type Dialect = 'sqlite' | 'postgres';

/**
 * An imported record, forward only: `'2026-11-21-groups': up`. Names sort by date. Each runs in a transaction of its own together with
 * the row that says it ran, so a kill in the middle leaves nothing half done.
 */
export type Migrations = Record<string, (db: Kysely<unknown>, dialect: Dialect) => Promise<void>>;

/** `text` sorts by bytes on PostgreSQL as it does on SQLite, whatever the cluster's locale. */
class TextCollateC extends OperationNodeTransformer {
  protected override transformDataType(node: DataTypeNode): DataTypeNode {
    if (node.dataType === 'text') return RawNode.createWithSql('text collate "C"') as unknown as DataTypeNode;
    return super.transformDataType(node);
  }
}

const collateC: KyselyPlugin = {
  transformQuery: ({ node }) => new TextCollateC().transformNode(node as OperationNode) as typeof node,
  transformResult: async ({ result }) => result,
};

/**
 * Brings the database to the newest schema.
 * @param parts the migrations of core and of every slice; a name may occur once
 * @returns names of those that ran now
 */
export async function migrate(db: Kysely<Schema>, dialect: Dialect, parts: Migrations[]): Promise<string[]> {
  const all = new Map<string, Migrations[string]>();
  for (const part of parts) {
    for (const [name, up] of Object.entries(part)) {
      if (all.has(name)) throw new Error(`Two migrations are named ${name}`);
      all.set(name, up);
    }
  }
  // Two processes may start at once: the second waits here, then finds the work done.
  const alone = <T>(work: (transaction: Transaction<Schema>) => Promise<T>) =>
    db.transaction().execute(async (transaction) => {
      if (dialect === 'postgres') {
        // A large table may take longer to change than any statement may while people wait, and so may waiting for another process.
        await sql`set local statement_timeout = 0`.execute(transaction);
        await sql`select pg_advisory_xact_lock(7264107)`.execute(transaction);
      }
      return work(transaction);
    });
  await alone((transaction) =>
    sql`create table if not exists migration (name text primary key, at text not null)`.execute(transaction),
  );
  const before = await sql<{ name: string }>`select name from migration`.execute(db);
  const done = new Set(before.rows.map((row) => row.name));
  const ran: string[] = [];
  for (const name of [...all.keys()].sort().filter((candidate) => !done.has(candidate))) {
    const did = await alone(async (transaction) => {
      const known = await sql<{ name: string }>`select name from migration where name = ${name}`.execute(transaction);
      if (known.rows.length > 0) return false;
      const schema = transaction as unknown as Kysely<unknown>;
      await all.get(name)?.(dialect === 'postgres' ? schema.withPlugin(collateC) : schema, dialect);
      await sql`insert into migration (name, at) values (${name}, ${new Date().toISOString()})`.execute(transaction);
      return true;
    });
    if (did) ran.push(name);
  }
  return ran;
}
