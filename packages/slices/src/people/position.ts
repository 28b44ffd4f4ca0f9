import { decodeCursor, encodeCursor } from '@joinery/core';
import type { ListPosition } from './store.ts';
import type { PersonRow } from './tables.ts';

/**
 * Where a list goes on, from its cursor.
 * @throws {Refusal} bad_request for anything that `cursorOf` did not make
 */
export function positionOf(cursor: string | undefined): ListPosition | null {
  const [sortName, id] = decodeCursor(cursor, ['string', 'string']) ?? [];
  return typeof sortName === 'string' && typeof id === 'string' ? { sortName, id } : null;
}

/** The cursor of the page after this person. */
export function cursorOf(person: PersonRow | undefined): string | null {
  return person ? encodeCursor([person.sort_name, person.id]) : null;
}
