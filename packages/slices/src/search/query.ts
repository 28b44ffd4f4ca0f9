import { spaced, type Word, wordsOf } from './words.ts';

/** Something that must be there, or must not: one word, or several that follow each other. */
export type Term = {
  parts: string[];
  /** The same written as one word, for what a hyphen joins. */
  joined: string | null;
  /** The (last) word may go on: "parkeer" finds "parkeervergunning". */
  open: boolean;
};

export type Query = { terms: Term[]; excluded: Term[] };

/** Longer queries are cut, and terms after these are left out: what is asked may be anything, what it costs may not. */
export const longestQuery = 300;
const mostTerms = 12;
/** Shorter words are found only as they are. */
const shortestOpen = 3;

const quotes = /[“”„‟«»＂]/gu;
const piece = /(-?)"([^"]*)(?:"|$)|([^\s"]+)/gu;

/**
 * Reads what somebody typed: words, "words in quotes" that follow each other, and -words that must not be there. Every text has a meaning; nothing
 * in it is ever read as a command of a database.
 */
export function parseQuery(typed: string): Query {
  const query: Query = { terms: [], excluded: [] };
  for (const [, minus = '', phrase, bare = ''] of typed.slice(0, longestQuery).replace(quotes, '"').matchAll(piece)) {
    const excluded = minus === '-' || /^-+./u.test(bare);
    const term = phrase === undefined ? bareTerm(bare, excluded) : phraseTerm(phrase);
    if (!term || query.terms.length + query.excluded.length >= mostTerms) continue;
    (excluded ? query.excluded : query.terms).push(term);
  }
  return query;
}

function phraseTerm(text: string): Term | null {
  const parts = wordsOf(text).words.map((word) => word.token);
  return parts.length === 0 ? null : { parts: parts.slice(0, mostTerms), joined: null, open: false };
}

/** What is excluded is meant as it is written: "-park" must not lose everything about parking. */
function bareTerm(text: string, excluded: boolean): Term | null {
  const { words, joined } = wordsOf(text);
  const parts = words.map((word) => word.token).slice(0, mostTerms);
  const last = parts.at(-1);
  if (last === undefined) return null;
  const whole = joined.length === 1 && parts.length > 1 ? (joined[0] ?? null) : null;
  return { parts, joined: whole, open: !excluded && (last.length >= shortestOpen || whole !== null) };
}

/** Parts of a row's `words` (see tables.ts) of which one must be in it for the term to be. */
export function partsOfText(term: Term): string[] {
  const end = term.open ? '' : ' ';
  const sequence = ` ${term.parts.join(' ')}${end}`;
  return term.joined === null ? [sequence] : [sequence, ` ${term.joined}${end}`];
}

/** What the index keeps of a text, on one line. */
export function indexedWords(title: string, text: string): { title: string; words: string } {
  const [inTitle, inText] = [wordsOf(title), wordsOf(text)];
  const joined = [...new Set([...inTitle.joined, ...inText.joined])];
  // A phrase does not run on from the title into the text, nor into what was joined.
  const words = `${spaced(inTitle.words)}|${spaced(inText.words)}|${joined.length === 0 ? '' : ` ${joined.join(' ')} `}`;
  return { title: spaced(inTitle.words), words };
}

/** Whether a thing with these words is meant: what the databases must answer, too. */
export function matches(query: Query, words: string): boolean {
  const has = (term: Term) => partsOfText(term).some((part) => words.includes(part));
  return query.terms.length > 0 && query.terms.every(has) && !query.excluded.some(has);
}

/** Places in a text where a term of the query stands, in order and apart. */
export function placesOf(query: Query, words: readonly Word[]): { start: number; end: number }[] {
  const places: { start: number; end: number }[] = [];
  for (let at = 0; at < words.length; at += 1) {
    let length = 0;
    for (const term of query.terms) length = Math.max(length, lengthAt(term, words, at));
    const [first, last] = [words[at], words[at + length - 1]];
    if (length === 0 || !first || !last) continue;
    places.push({ start: first.start, end: last.end });
    at += length - 1;
  }
  return places;
}

/** How many words from here on are this term; 0 when it does not stand here. */
function lengthAt(term: Term, words: readonly Word[], at: number): number {
  const fits = (token: string | undefined, part: string, open: boolean) =>
    token !== undefined && (open ? token.startsWith(part) : token === part);
  const last = term.parts.length - 1;
  if (term.parts.every((part, index) => fits(words[at + index]?.token, part, term.open && index === last))) {
    return term.parts.length;
  }
  return term.joined !== null && fits(words[at]?.token, term.joined, term.open) ? 1 : 0;
}
