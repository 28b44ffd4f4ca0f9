import type { Context, Visitor } from '@joinery/core';
import { personById } from './store.ts';

/** Adding, linking, importing, disabling people, and giving roles. */
export function canAdministerPeople(visitor: Visitor | null): boolean {
  return visitor?.administrator === true;
}

/** Seeing who is at this agency: its own people only. */
export function canSeePeople(visitor: Visitor | null): boolean {
  return visitor !== null && !visitor.person.guest;
}

/** Seeing a profile: a guest sees their own, that of their sponsor, and those whom a group leads to. */
export async function canSeePerson(context: Context, visitor: Visitor, person: string): Promise<boolean> {
  const { id, guest } = visitor.person;
  if (!guest || id === person) return true;
  const { reader } = context.db;
  if ((await personById(reader, id))?.guest_sponsor === person) return true;
  for (const slice of context.slices) if (await slice.acquainted?.(reader, id, person)) return true;
  return false;
}
