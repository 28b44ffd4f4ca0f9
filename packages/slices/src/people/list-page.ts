import { nameCursor, namePosition, type RequestContext } from '@joinery/core';
import { localPeople } from './store.ts';
import type { PersonRow } from './tables.ts';

const pageSize = 50;

/** One page of the list of people, as `?q=&cursor=` ask. `next` is the query of the page after it. */
export async function listPage(
  c: RequestContext,
  everybody: boolean,
): Promise<{ search: string; people: PersonRow[]; next: string | null }> {
  const search = (c.req.query('q') ?? '').trim().slice(0, 100);
  const after = namePosition(c.req.query('cursor'));
  const found = await localPeople(c.var.context.db.reader, { search, everybody, after, limit: pageSize + 1 });
  const people = found.slice(0, pageSize);
  const cursor = found.length > pageSize ? nameCursor(people.at(-1)) : null;
  const query = new URLSearchParams({ ...(search ? { q: search } : {}), ...(cursor ? { cursor } : {}) });
  return { search, people, next: cursor && query.toString() };
}
