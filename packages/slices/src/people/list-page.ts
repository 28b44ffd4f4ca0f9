import {
  type Context,
  countAttempt,
  limits,
  nameCursor,
  namePosition,
  type RequestContext,
  TooMany,
  type Visitor,
} from '@joinery/core';
import { canAdministerPeople } from './policy.ts';
import { localPeople } from './store.ts';
import type { PersonRow } from './tables.ts';

const pageSize = 50;

/** One page of the list of people, as `?q=&cursor=` ask. `next` is the query of the page after it. @throws {TooMany} */
export async function listPage(
  c: RequestContext,
  visitor: Visitor,
  everybody: boolean,
): Promise<{ search: string; people: PersonRow[]; next: string | null }> {
  const search = (c.req.query('q') ?? '').trim().slice(0, 100);
  const after = namePosition(c.req.query('cursor'));
  countListPage(c.var.context, visitor, { further: after !== null, search: search !== '' });
  const found = await localPeople(c.var.context.db.reader, { search, everybody, after, limit: pageSize + 1 });
  const people = found.slice(0, pageSize);
  const cursor = found.length > pageSize ? nameCursor(people.at(-1)) : null;
  const query = new URLSearchParams({ ...(search ? { q: search } : {}), ...(cursor ? { cursor } : {}) });
  return { search, people, next: cursor && query.toString() };
}

/**
 * Counts a further page of the people of this node, or a search among them: whoever does not administer them looks for somebody, and does not
 * carry the directory away.
 * @param asked.further whether this is not the first page
 * @throws {TooMany}
 */
export function countListPage(context: Context, visitor: Visitor, asked: { further: boolean; search: boolean }): void {
  if (canAdministerPeople(visitor)) return;
  try {
    if (asked.further) countAttempt(context, `people read by ${visitor.account}`, limits.peoplePages);
    else if (asked.search) countAttempt(context, `people searched by ${visitor.account}`, limits.peopleSearches);
  } catch (error) {
    if (error instanceof TooMany) context.logger.warn('people.read_often', { account: visitor.account });
    throw error;
  }
}
