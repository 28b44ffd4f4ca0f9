import { type Reader, refuse, streams, type Work } from '@joinery/core';
import { cleanName } from './names.ts';
import { isGuest, personById } from './store.ts';
import type { PersonRow } from './tables.ts';

/** The guest of this node with this local id. @throws {Refusal} not_found */
export async function guestById(db: Reader, id: string): Promise<PersonRow> {
  const person = await personById(db, id);
  if (!person || person.deleted_at !== null || !isGuest(person)) refuse('not_found', 'There is no such guest');
  return person;
}

/**
 * Guests of this node, those whose access ends first at the top; ended ones last.
 * @param sponsor local id; null for everybody's
 * @param limit all of them unless given: what ends or passes to somebody else must not stop in the middle
 */
export async function guestsOf(db: Reader, sponsor: string | null, limit?: number): Promise<PersonRow[]> {
  let query = db
    .selectFrom('person')
    .selectAll()
    .where('local', '=', 1)
    .where('guest_until', 'is not', null)
    .where('deleted_at', 'is', null);
  if (sponsor !== null) query = query.where('guest_sponsor', '=', sponsor);
  const sorted = query.orderBy('guest_until').orderBy('id');
  const rows = await (limit === undefined ? sorted : sorted.limit(limit)).execute();
  return [...rows.filter((row) => row.disabled_at === null), ...rows.filter((row) => row.disabled_at !== null)];
}

/** Changes whose guest somebody is, and until when; other nodes that know them are told. */
export async function changeGuest(
  work: Work,
  id: string,
  change: { sponsor?: string | null; of?: string; until?: string },
): Promise<void> {
  await work.db
    .updateTable('person')
    .set({
      ...(change.sponsor === undefined ? {} : { guest_sponsor: change.sponsor }),
      ...(change.of === undefined ? {} : { guest_of: cleanName(change.of) }),
      ...(change.until === undefined ? {} : { guest_until: change.until }),
      updated_at: work.now,
    })
    .where('id', '=', id)
    .where('local', '=', 1)
    .execute();
  work.emit('person.updated', streams.local, { person: id });
}
