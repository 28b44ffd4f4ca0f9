import type { Compilable, CompiledQuery, Insertable, Kysely } from 'kysely';
import { assertOutsideUnitOfWork } from '../work.ts';
import type { Schema } from './schema.ts';

const placeholder = Symbol('value of a prepared query');
type Placeholder = { [placeholder]: string };
type Compiled = { query: CompiledQuery; names: (string | null)[] };

/**
 * A query that is built once and then only runs: for what runs for each activity or each event, where building costs several times as much as running.
 * @param build makes the query; `values` stand for those given later, so it may pass them on but not look at them
 * @returns runs it with values, on a reader or in a unit of work, on either database
 */
export function prepareQuery<Values extends object, Row>(
  build: (db: Kysely<Schema>, values: Values) => Compilable<Row>,
): (db: Kysely<Schema>, values: Values) => Promise<Row[]> {
  const names = new Proxy({}, { get: (_, name): Placeholder => ({ [placeholder]: String(name) }) });
  // One text per dialect.
  const compiled = new WeakMap<object, Compiled>();
  return async (db, values) => {
    // The reader's own guard sees queries only while they are built.
    if (!db.isTransaction) assertOutsideUnitOfWork('The outer database');
    const dialect = db.getExecutor().adapter.constructor;
    let known = compiled.get(dialect);
    if (!known) {
      const query = build(db, names as Values).compile();
      known = { query, names: query.parameters.map(nameOf) };
      compiled.set(dialect, known);
    }
    const { query } = known;
    const given = values as Record<string, unknown>;
    const parameters = known.names.map((name, index) => (name === null ? query.parameters[index] : given[name]));
    const { rows } = await db.executeQuery<Row>({ ...query, parameters } as CompiledQuery<Row>);
    return rows;
  };
}

/**
 * Writes rows of one table, as `prepareQuery`. Rows with the same members share one statement.
 * @returns inserts one row
 */
export function prepareInsert<Table extends keyof Schema>(
  table: Table,
): (db: Kysely<Schema>, row: Insertable<Schema[Table]>) => Promise<void> {
  const prepared = new Map<string, (db: Kysely<Schema>, row: Record<string, unknown>) => Promise<unknown>>();
  return async (db, row) => {
    const members = Object.keys(row);
    const shape = members.join();
    let insert = prepared.get(shape);
    if (!insert) {
      insert = prepareQuery((building, values: Record<string, unknown>) => {
        const given = Object.fromEntries(members.map((member) => [member, values[member]]));
        return building.insertInto(table).values(given as never);
      });
      prepared.set(shape, insert);
    }
    await insert(db, row as Record<string, unknown>);
  };
}

function nameOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && placeholder in value ? String(value[placeholder]) : null;
}
