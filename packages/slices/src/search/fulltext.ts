import { newId, prepareQuery, type Reader, type Schema } from '@joinery/core';
import { type Kysely, PostgresAdapter, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Query, Term } from './query.ts';

/**
 * The one place where the two databases differ: FTS5 on SQLite, tsvector on PostgreSQL. Both get words that are folded and split before
 * (`words.ts`), and answer only which rows hold them; phrases are looked for in `search_entry.words`. So both find the same.
 */

const isPostgres = (db: Reader | Kysely<unknown>) => db.getExecutor().adapter instanceof PostgresAdapter;

/** Not a letter that any text is split into: what stands before it keeps kinds and circles apart. */
const separator = '·';

/**
 * Where in the index the words of a thing stand: each kind apart, and what only some may come upon apart from what everybody may. A search goes
 * through the parts of its reader alone, so that neither its answer nor its time depends on what is hidden from them.
 * @param circle local id of the group whose participants alone may come upon it; null for everybody
 */
export function shelfOf(kind: string, circle: string | null): string {
  return `${kind}${separator}${circle === null ? '' : `${circle.replaceAll('-', '').slice(-12)}${separator}`}`;
}

/** Type of `position` where it is a primary key: SQLite's own row number, or 64 bits. */
export const positionType = (db: Kysely<unknown>) => (isPostgres(db) ? ('bigint' as const) : ('integer' as const));

/** Makes the index: FTS5 without positions and without a copy of the text, or a GIN index. */
export async function createIndex(db: Kysely<unknown>): Promise<void> {
  if (isPostgres(db)) {
    await sql`create table search_index (position bigint primary key, words tsvector not null)`.execute(db);
    await sql`create index search_index_words on search_index using gin (words)`.execute(db);
    return;
  }
  await createFts(db);
}

/** Beginnings of so many letters are kept ready: the shorter, the more words there are whose lists would be put together for each search. */
const readyLetters = [3, 4];

async function createFts(db: Kysely<unknown> | Transaction<Schema>): Promise<void> {
  // A beginning is counted from where the shelf begins (https://sqlite.org/fts5.html §4.2). Groups and people are few enough to do without.
  const lengths = [null, newId()].flatMap((circle) =>
    readyLetters.map((letters) => shelfOf('post', circle).length + letters),
  );
  // The tokenizer `ascii` leaves all other characters as they are, and ours are folded already.
  await sql`create virtual table search_index using fts5 (words, content='', contentless_delete=1, detail='none',
    prefix=${sql.lit(lengths.join(' '))}, tokenize='ascii')`.execute(db);
}

/** Makes the index of SQLite anew from the entries, for one that was made without beginnings. */
export async function addBeginnings(db: Transaction<Schema>): Promise<void> {
  if (isPostgres(db)) return;
  await sql`drop table search_index`.execute(db);
  await createFts(db);
  const part = 1_000;
  for (let after = -1; ; ) {
    const rows = await db
      .selectFrom('search_entry')
      .select(['position', 'kind', 'circle', 'words'])
      .where('position', '>', after)
      .orderBy('position')
      .limit(part)
      .execute();
    for (const { position, kind, circle, words } of rows) {
      const tokens = new Set(words.split(/[ |]+/).filter(Boolean));
      await addWords(db, position, shelfOf(kind, circle), tokens);
    }
    const last = rows.at(-1);
    if (!last || rows.length < part) return;
    after = last.position;
  }
}

/** Words go into the index at once: PostgreSQL puts them on a list beside it otherwise, which every search goes through until the next vacuum. */
export async function indexAtOnce(db: Kysely<unknown>): Promise<void> {
  if (!isPostgres(db)) return;
  await sql`alter index search_index_words set (fastupdate = off)`.execute(db);
  await sql`select gin_clean_pending_list('search_index_words')`.execute(db);
}

/** One writer at a time, until the unit of work ends: what is indexed is then what the tables say. On SQLite that is so anyway. */
export async function holdIndex(db: Transaction<Schema>): Promise<void> {
  if (isPostgres(db)) await sql`select pg_advisory_xact_lock(7264108)`.execute(db);
}

/** Puts the words of a thing into the index. @param tokens each once */
export async function addWords(
  db: Transaction<Schema>,
  position: number,
  shelf: string,
  tokens: Iterable<string>,
): Promise<void> {
  const kept = [...tokens].map((token) => `${shelf}${token}`);
  await insertWords(db, { position, words: isPostgres(db) ? kept : kept.join(' ') });
}

const insertWords = prepareQuery((db, { position, words }: { position: number; words: string | string[] }) => {
  const insert = isPostgres(db)
    ? sql`insert into search_index (position, words) values (${position}, array_to_tsvector(${words}::text[]))`
    : sql`insert into search_index (rowid, words) values (cast(${position} as integer), ${words})`;
  return { compile: () => insert.compile(db) };
});

/** Takes a thing out of the index. */
export async function removeWords(db: Transaction<Schema>, position: number): Promise<void> {
  if (isPostgres(db)) await sql`delete from search_index where position = ${position}`.execute(db);
  else await sql`delete from search_index where rowid = cast(${position} as integer)`.execute(db);
}

/** Pages that one step of forgetting writes at most. */
const pagesPerStep = 500;

/**
 * Of what was taken out of FTS5 the bare words stay in the file until its parts are put together (https://sqlite.org/fts5.html §6.8). One step of that.
 * @param begin the first step
 * @returns whether there is more to do
 */
export async function forgetWords(db: Transaction<Schema>, begin: boolean): Promise<boolean> {
  if (isPostgres(db)) return false;
  const changes = async () => (await sql<{ n: number }>`select total_changes() as n`.execute(db)).rows[0]?.n ?? 0;
  const before = await changes();
  const pages = begin ? -pagesPerStep : pagesPerStep;
  await sql`insert into search_index (search_index, rank) values ('merge', ${pages})`.execute(db);
  return (await changes()) - before >= 2;
}

/** Empties the index, without its entries. */
export async function emptyIndex(db: Transaction<Schema>): Promise<void> {
  if (isPostgres(db)) await sql`delete from search_index`.execute(db);
  else await sql`insert into search_index (search_index) values ('delete-all')`.execute(db);
}

/** `from … where …` over `search_entry as entry`: those whose words the index holds, before any other condition. */
export function fromMatching(db: Reader, query: Query, shelves: readonly string[]): RawBuilder<unknown> {
  if (isPostgres(db)) {
    // Each shelf by itself: of all of them together the planner thinks that most rows hold such words, and reads them one by one. `offset 0` keeps it
    // from going through all entries in their order.
    const queries = shelves.map((shelf) => onShelf(query, shelf, postgres));
    return sql`from (select position from unnest(${queries}::text[]) as shelf (query)
        cross join lateral (select position from search_index where words @@ shelf.query::tsquery) as held
        order by position desc offset 0) as search_index
      inner join search_entry as entry on entry.position = search_index.position where true`;
  }
  // Rows come from the index in its own order, the newest first, and only as many as are asked for.
  return sql`from search_index cross join search_entry as entry on entry.position = search_index.rowid
    where search_index match ${shelves.map((shelf) => `(${onShelf(query, shelf, sqlite)})`).join(sqlite.or)}`;
}

/** The order of the index, the newest first. */
export function newestFirst(db: Reader): RawBuilder<unknown> {
  return sql.ref(isPostgres(db) ? 'search_index.position' : 'search_index.rowid');
}

/** Whether a text holds another, byte for byte. */
export function holds(db: Reader, text: RawBuilder<string>, part: string): RawBuilder<boolean> {
  return isPostgres(db) ? sql`strpos(${text}, ${part}) > 0` : sql`instr(${text}, ${part}) > 0`;
}

type Signs = { and: string; or: string; not: string; word: (token: string, open: boolean) => string };

/** FTS5 https://sqlite.org/fts5.html §3: every token is a quoted string, so nothing typed is read as syntax. */
const sqlite: Signs = {
  and: ' AND ',
  or: ' OR ',
  not: ' NOT ',
  word: (token, open) => `"${token.replaceAll('"', '')}"${open ? '*' : ''}`,
};

/** https://www.postgresql.org/docs/18/datatype-textsearch.html#DATATYPE-TSQUERY */
const postgres: Signs = {
  and: ' & ',
  or: ' | ',
  not: ' & !',
  word: (token, open) => `'${token.replace(/['\\]/g, '')}'${open ? ':*' : ''}`,
};

function onShelf(query: Query, shelf: string, signs: Signs): string {
  const word = (token: string, open: boolean) => signs.word(`${shelf}${token}`, open);
  const all = (term: Term) =>
    term.parts.map((part, index) => word(part, term.open && index === term.parts.length - 1)).join(signs.and);
  const either = (term: Term) =>
    term.joined === null ? `(${all(term)})` : `((${all(term)})${signs.or}${word(term.joined, term.open)})`;
  const wanted = query.terms.map(either).join(signs.and);
  // Several words in a row are not the same as each of them: those are left out by their text.
  const unwanted = query.excluded.filter((term) => term.parts.length === 1 && term.joined === null);
  if (unwanted.length === 0) return wanted;
  return `(${wanted})${signs.not}(${unwanted.map(either).join(signs.or)})`;
}
