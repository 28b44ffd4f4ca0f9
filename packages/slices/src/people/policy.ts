import type { Visitor } from '@joinery/core';

/** Adding, linking, importing, disabling people, and giving roles. */
export function canAdministerPeople(visitor: Visitor | null): boolean {
  return visitor?.administrator === true;
}

/** Seeing who is at this agency: its own people only. */
export function canSeePeople(visitor: Visitor | null): boolean {
  return visitor !== null;
}
