import {
  type Context,
  fold,
  type Reader,
  type Searchable,
  type SearchReader,
  type SearchResult,
  type Visitor,
} from '@joinery/core';
import { groupById, requesterMayRead } from '@joinery/slices/groups';
import { type RawBuilder, sql } from 'kysely';
import { circlesOf, withGroups } from './circles.ts';
import { fromMatching, holds, newestFirst, shelfOf } from './fulltext.ts';
import { type Place, placeCursor, type Search } from './input.ts';
import { indexedWords, matches, partsOfText } from './query.ts';

/** Of words that stand everywhere, so many are put in order: the newest that this reader may come upon. */
export const mostRanked = 1_000;

type Row = { position: number; kind: string; item_id: string; score: number };

export type Found = { kind: string; result: SearchResult };

/**
 * One page of what a person may come upon. What they may not is no part of the query's answer, so it takes no place on a page and is counted
 * nowhere; what was found is asked for once more from the tables as they are now, so that an old word of an edited text finds nothing.
 * @returns no item for a search without words; `older` after the last page in order of fit, when there is more than was put in order
 */
export async function find(
  context: Context,
  kinds: readonly Searchable[],
  visitor: Visitor,
  search: Search,
  options: { after: Place | null; limit: number; language: string },
): Promise<{ items: Found[]; next: string | null; older: boolean }> {
  if (search.query.terms.length === 0) return { items: [], next: null, older: false };
  const db = context.db.reader;
  const reader = {
    person: visitor.person.id,
    origins: context.ports.peers.allowed('open-groups'),
    within: search.group,
    guest: visitor.person.guest,
  };
  const chosen = kinds.filter((one) => (search.kind === null ? fitsFilters(one, search) : one.kind === search.kind));
  const { rows, older } = await findRows(db, chosen, reader, search, options);
  const shown = rows.slice(0, options.limit);
  const results = new Map<string, SearchResult>();
  for (const searchable of chosen) {
    const ids = shown.flatMap((row) => (row.kind === searchable.kind ? [row.item_id] : []));
    if (ids.length === 0) continue;
    for (const result of await searchable.results(context, visitor, ids, options.language)) {
      const { words } = indexedWords(result.title, result.text);
      if (matches(search.query, words)) results.set(`${searchable.kind} ${result.id}`, result);
    }
  }
  const items = shown.flatMap(({ kind, item_id }) => {
    const result = results.get(`${kind} ${item_id}`);
    return result ? [{ kind, result }] : [];
  });
  const last = shown.at(-1);
  return { items, next: rows.length > options.limit && last ? placeCursor(last) : null, older };
}

/** Groups and people have no language, no day and no group: who narrows down by these means posts. */
function fitsFilters({ kind }: Searchable, search: Search): boolean {
  if (kind === 'group') return !search.group && !search.language && !search.since && !search.until && !search.agency;
  if (kind === 'person') return !search.group && !search.language && !search.since && !search.until;
  return true;
}

async function findRows(
  db: Reader,
  kinds: readonly Searchable[],
  reader: SearchReader,
  search: Search,
  options: { after: Place | null; limit: number },
): Promise<{ rows: Row[]; older: boolean }> {
  const conditions = await conditionsOf(db, kinds, reader, search);
  if (!conditions) return { rows: [], older: false };
  const circles = new Set([null, reader.within, ...(await circlesOf(db, reader.person))]);
  const shelves = kinds.flatMap(({ kind }) => [...circles].map((circle) => shelfOf(kind, circle)));
  const from = fromMatching(db, search.query, shelves);
  const groups = withGroups(reader);
  const columns = sql`entry.position, entry.kind, entry.item_id`;
  const where = sql.join(conditions, sql` and `);
  const { after } = options;
  const limit = options.limit + 1;
  if (search.order === 'newest') {
    const older = after ? sql`and entry.position < ${after.position}` : sql``;
    const found = await sql<Row>`${groups} select ${columns}, 0 as score ${from} and ${where} ${older}
      order by ${newestFirst(db)} desc limit ${limit}`.execute(db);
    return { rows: found.rows, older: false };
  }
  const beyond = after
    ? sql`where score < ${after.score} or (score = ${after.score} and position < ${after.position})`
    : sql``;
  const newest = (count: number) => sql`select ${columns}, ${scoreOf(db, search)} as score ${from} and ${where}
    order by ${newestFirst(db)} desc limit ${count}`;
  const { rows } = await sql<Row>`${groups} select position, kind, item_id, score from (${newest(mostRanked)}) as found
    ${beyond} order by score desc, position desc limit ${limit}`.execute(db);
  if (!after || rows.length === limit) return { rows, older: false };
  const all = await sql<{
    count: number;
  }>`${groups} select count(*) as count from (${newest(mostRanked + 1)}) as found`.execute(db);
  return { rows, older: Number(all.rows[0]?.count) > mostRanked };
}

/** Everything but the words that the index answers; null when nothing can fit. */
async function conditionsOf(
  db: Reader,
  kinds: readonly Searchable[],
  reader: SearchReader,
  search: Search,
): Promise<RawBuilder<boolean>[] | null> {
  const item = sql<string>`entry.item_id`;
  const words = sql<string>`entry.words`;
  const conditions: RawBuilder<boolean>[] = [];
  if (search.group) conditions.push(sql`entry.group_id = ${search.group}`);
  if (search.language) {
    conditions.push(sql`(entry.language = ${search.language} or entry.language like ${`${search.language}-%`})`);
  }
  if (search.since) conditions.push(sql`entry.at >= ${search.since}`);
  if (search.until) conditions.push(sql`entry.at < ${search.until}`);
  if (search.agency !== '') {
    const agencies = await agenciesLike(db, search.agency);
    if (agencies.length === 0) return null;
    // As a value, so that PostgreSQL asks it before the rights of each post, which cost more.
    const authors = sql`select id from person where agency in (${sql.join(agencies)})`;
    conditions.push(sql`coalesce(entry.author_id in (${authors}), false)`);
  }
  const oneOf = (parts: string[]) =>
    sql<boolean>`(${sql.join(
      parts.map((part) => holds(db, words, part)),
      sql` or `,
    )})`;
  for (const term of search.query.terms) if (term.parts.length > 1) conditions.push(oneOf(partsOfText(term)));
  for (const term of search.query.excluded) {
    if (term.parts.length > 1 || term.joined !== null) conditions.push(sql`not ${oneOf(partsOfText(term))}`);
  }
  const alike = Map.groupBy(kinds, (one) => one.mayFind);
  const mayFind = [...alike].map(
    ([may, ones]) => sql<boolean>`(entry.kind in (${sql.join(ones.map(({ kind }) => kind))}) and ${may(item, reader)})`,
  );
  conditions.push(sql`(${sql.join(mayFind, sql` or `)})`);
  return conditions;
}

/** Names of agencies that hold this text, whatever its case and accents. */
async function agenciesLike(db: Reader, text: string): Promise<string[]> {
  const wanted = fold(text);
  const rows = await db.selectFrom('person').select('agency').distinct().execute();
  return rows.map((row) => row.agency).filter((agency) => fold(agency).includes(wanted));
}

/** How much of what was asked stands in the title: 2 for a word that does, 1 for one that goes on there. */
function scoreOf(db: Reader, search: Search): RawBuilder<number> {
  const title = sql<string>`entry.title`;
  const scores = search.query.terms.map((term) => {
    const whole = ` ${term.parts.join(' ')} `;
    const [beginning = whole] = partsOfText(term);
    return sql`case when ${holds(db, title, whole)} then 2 when ${holds(db, title, beginning)} then 1 else 0 end`;
  });
  return sql`(${sql.join(scores, sql` + `)})`;
}

/** The group that a search is within. Undefined alike for one that is missing and one that this visitor may not read. */
export async function groupWithin(db: Reader, visitor: Visitor, id: string) {
  const group = await groupById(db, id);
  if (group?.kind !== 'group' || group.deleted_at !== null) return undefined;
  const requester = {
    kind: 'person',
    person: visitor.person.id,
    administrator: visitor.administrator,
    guest: visitor.person.guest,
  } as const;
  return (await requesterMayRead(db, requester, group)) ? group : undefined;
}
