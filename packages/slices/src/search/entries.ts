import { prepareInsert, prepareQuery, type Searchable, type SearchEntry, type Work } from '@joinery/core';
import { addWords, removeWords, shelfOf } from './fulltext.ts';
import { indexedWords } from './query.ts';
import { wordsOf } from './words.ts';

/** So many things can carry the same millisecond before the next one is used: positions stay exact numbers until the year 2248. */
const perMillisecond = 1_024;

type Db = Pick<Work, 'db'>;

/** Brings the index in line with what one thing is now. Doing it twice changes nothing more. The caller holds the index (`holdIndex`). */
export async function indexThing(work: Db, searchable: Searchable, id: string): Promise<void> {
  const { kind } = searchable;
  const [known] = await entryOf(work.db, { kind, id });
  const entry = await searchable.entry(work.db, id);
  if (known) await removeEntry(work, known.position);
  if (!entry) return;
  const position = known?.at === entry.at ? known.position : await freePosition(work, entry.at);
  await insertEntry(work.db, {
    position,
    kind,
    item_id: id,
    group_id: entry.group,
    circle: entry.circle,
    author_id: entry.author,
    language: entry.language,
    at: entry.at,
    ...indexedWords(entry.title, entry.text),
  });
  await addWords(work.db, position, shelfOf(kind, entry.circle), tokensOf(entry));
}

// Each post passes here: what it takes is built once.
const entryOf = prepareQuery((db, { kind, id }: { kind: string; id: string }) =>
  db.selectFrom('search_entry').select(['position', 'at']).where('kind', '=', kind).where('item_id', '=', id),
);
const insertEntry = prepareInsert('search_entry');
const lastBetween = prepareQuery((db, { first, end }: { first: number; end: number }) =>
  db
    .selectFrom('search_entry')
    .select((eb) => eb.fn.max('position').as('last'))
    .where('position', '>=', first)
    .where('position', '<', end),
);

/** Takes a row out of table and index. */
export async function removeEntry(work: Db, position: number): Promise<void> {
  await removeWords(work.db, position);
  await work.db.deleteFrom('search_entry').where('position', '=', position).execute();
}

function tokensOf(entry: SearchEntry): Set<string> {
  const parts = [wordsOf(entry.title), wordsOf(entry.text)];
  return new Set(parts.flatMap(({ words, joined }) => [...words.map((word) => word.token), ...joined]));
}

/** A number that nobody has yet, at the instant or just after what is there. */
async function freePosition(work: Db, at: string): Promise<number> {
  const first = Math.max(0, Date.parse(at)) * perMillisecond;
  for (const span of [1, 1_000, 3_600_000, Number.POSITIVE_INFINITY]) {
    const end = Math.min(first + span * perMillisecond, Number.MAX_SAFE_INTEGER);
    const [found] = await lastBetween(work.db, { first, end });
    const next = found?.last == null ? first : Number(found.last) + 1;
    if (next < end) return next;
  }
  throw new Error('No position is free in the index of words');
}
