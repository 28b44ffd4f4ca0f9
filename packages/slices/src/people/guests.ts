import { type Reader, refuse, streams, type Work, withhold } from '@joinery/core';
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

const sponsorKind = 'people.sponsor';

/** After a restore nobody knows who answers for a guest: nobody does, until somebody says that these people do so again. */
export async function holdSponsors(work: Work): Promise<void> {
  const guests = await work.db
    .selectFrom('person')
    .select(['id', 'guest_sponsor'])
    .where('local', '=', 1)
    .where('guest_sponsor', 'is not', null)
    .execute();
  for (const { id, guest_sponsor } of guests) await withhold(work, sponsorKind, id, guest_sponsor ?? '');
  await work.db
    .updateTable('person')
    .set({ guest_sponsor: null })
    .where('local', '=', 1)
    .where('guest_sponsor', 'is not', null)
    .execute();
}

/** Somebody answers again for the guests that were theirs as of the backup, and have nobody else since. */
export async function giveGuestsBack(work: Work, sponsor: string): Promise<void> {
  const rows = await work.db
    .deleteFrom('withheld')
    .where('kind', '=', sponsorKind)
    .where('data', '=', sponsor)
    .returning('subject')
    .execute();
  for (const { subject } of rows) {
    const guest = await personById(work.db, subject);
    if (guest && guest.deleted_at === null && guest.guest_sponsor === null)
      await changeGuest(work, subject, { sponsor });
  }
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
