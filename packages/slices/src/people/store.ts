import {
  afterName,
  type NamePosition,
  nameContains,
  type PersonSummary,
  prepareQuery,
  type Reader,
} from '@joinery/core';
import type { PersonRow } from './tables.ts';

/** @returns the person with this local id, of whatever node, deleted ones included */
export async function personById(db: Reader, id: string): Promise<PersonRow | undefined> {
  return (await byId(db, { id }))[0];
}

const byId = prepareQuery((db, { id }: { id: string }) => db.selectFrom('person').selectAll().where('id', '=', id));

/** @returns the person with this ActivityPub id, deleted ones included */
export async function personByUri(db: Reader, uri: string): Promise<PersonRow | undefined> {
  return (await byUri(db, { uri }))[0];
}

const byUri = prepareQuery((db, { uri }: { uri: string }) =>
  db.selectFrom('person').selectAll().where('uri', '=', uri),
);

/** @returns those of the ids that are known, by id */
export async function peopleByIds(db: Reader, ids: Iterable<string>): Promise<Map<string, PersonRow>> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, PersonRow>();
  // In portions: SQLite and PostgreSQL both limit how many values one statement may name.
  for (let start = 0; start < wanted.length; start += 500) {
    const rows = await db
      .selectFrom('person')
      .selectAll()
      .where('id', 'in', wanted.slice(start, start + 500))
      .execute();
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}

/** What other parts may know of a person without importing this slice: the port `people.byId`. */
export async function personSummary(db: Reader, id: string): Promise<PersonSummary | null> {
  const row = await personById(db, id);
  return row && row.deleted_at === null ? summaryOf(row) : null;
}

/** The same by ActivityPub id: the port `people.byUri`. */
export async function personSummaryByUri(db: Reader, uri: string): Promise<PersonSummary | null> {
  const row = await personByUri(db, uri);
  return row && row.deleted_at === null ? summaryOf(row) : null;
}

/** A guest of this node; those of other nodes are their business. */
export const isGuest = (person: Pick<PersonRow, 'local' | 'guest_until'>): boolean =>
  person.local === 1 && person.guest_until !== null;

/** The summary of a row. */
export function summaryOf(row: PersonRow): PersonSummary {
  return {
    id: row.id,
    uri: row.uri,
    name: row.name,
    handle: row.handle,
    agency: row.agency,
    language: row.language,
    timeZone: row.time_zone,
    guest: isGuest(row),
  };
}

/**
 * People of this node by name.
 * @param options.search part of a name, as typed; empty for all
 * @param options.everybody also those who were disabled (for administrators); deleted people never show
 * @param options.after where the page before ended
 * @param options.limit at most so many; one more than asked tells whether there is a next page
 */
export function localPeople(
  db: Reader,
  options: { search?: string; everybody?: boolean; after?: NamePosition | null; limit: number },
): Promise<PersonRow[]> {
  let query = db
    .selectFrom('person')
    .selectAll()
    .where('local', '=', 1)
    .where('deleted_at', 'is', null)
    .where(nameContains('person', options.search))
    .where(afterName('person', options.after));
  if (!options.everybody) query = query.where('disabled_at', 'is', null);
  return query.orderBy('sort_name').orderBy('id').limit(options.limit).execute();
}
