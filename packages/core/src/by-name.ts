import { type RawBuilder, sql } from 'kysely';
import { fold } from './fold.ts';
import { decodeCursor, encodeCursor } from './http/cursor.ts';

/** Where a page of a list by name begins: after this sort key and id. */
export type NamePosition = { sortName: string; id: string };

/**
 * Where a list by name goes on, from its cursor.
 * @throws {Refusal} bad_request for anything that `nameCursor` did not make
 */
export function namePosition(cursor: string | null | undefined): NamePosition | null {
  const [sortName, id] = decodeCursor(cursor, ['string', 'string']) ?? [];
  return typeof sortName === 'string' && typeof id === 'string' ? { sortName, id } : null;
}

/** The cursor of the page after this row. */
export function nameCursor(row: { sort_name: string; id: string } | undefined): string | null {
  return row ? encodeCursor([row.sort_name, row.id]) : null;
}

/**
 * Condition on rows of a table with `sort_name` and `id`: they come after a position, in the order of those two.
 * @param position null for the first page
 */
export function afterName(table: 'person' | 'groups', position: NamePosition | null | undefined): RawBuilder<boolean> {
  if (!position) return sql<boolean>`1 = 1`;
  const [sortName, id] = [sql.ref(`${table}.sort_name`), sql.ref(`${table}.id`)];
  return sql<boolean>`(${sortName} > ${position.sortName} or (${sortName} = ${position.sortName} and ${id} > ${position.id}))`;
}

/**
 * Condition on rows of a table with `sort_name`: the name contains this text, whatever its case and accents.
 * @param text as typed; empty for all
 */
export function nameContains(table: 'person' | 'groups', text: string | undefined): RawBuilder<boolean> {
  const part = fold(text ?? '');
  if (part === '') return sql<boolean>`1 = 1`;
  // Spelled out because the two databases differ in what escapes a pattern by default.
  return sql<boolean>`${sql.ref(`${table}.sort_name`)} like ${`%${part.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
}
