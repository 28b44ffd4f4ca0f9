import { decodeCursor, encodeCursor, type FieldFault, isId, refuse } from '@joinery/core';
import { longestQuery, parseQuery, type Query } from './query.ts';

/** What is asked: words, and what the results are narrowed down to. */
export type Search = {
  typed: string;
  query: Query;
  /** Null for all kinds. */
  kind: string | null;
  group: string | null;
  /** Part of the name of the author's agency. */
  agency: string;
  /** BCP 47 main language. */
  language: string | null;
  /** UTC instants: from, and before. */
  since: string | null;
  until: string | null;
  /** `best`: what has the words in its title, then the newest; `newest`: the newest only. */
  order: 'best' | 'newest';
};

export type Asked = Record<'q' | 'kind' | 'group' | 'agency' | 'language' | 'since' | 'until' | 'order', string>;

const names = ['q', 'kind', 'group', 'agency', 'language', 'since', 'until', 'order'] as const;

/** What an address asks for, as it was typed. */
export function readAsked(get: (name: string) => string | undefined): Asked {
  return Object.fromEntries(names.map((name) => [name, clean(get(name))])) as Asked;
}

// Neither database takes NUL in a text.
const clean = (text: string | undefined) => (text ?? '').replaceAll('\0', ' ').slice(0, longestQuery).trim();

/**
 * Any words have a meaning; a filter may make none.
 * @param timeZone in which days begin and end
 */
export function readSearch(
  asked: Asked,
  kinds: readonly string[],
  timeZone: string,
): { search: Search; faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const checked = (field: keyof Asked, fits: boolean, code: FieldFault['code'] = 'bad_choice') => {
    if (asked[field] === '') return null;
    if (fits) return asked[field];
    faults.push({ field, code });
    return null;
  };
  const since = instantOf(asked.since, timeZone, 0);
  const until = instantOf(asked.until, timeZone, 1);
  checked('since', since !== null, 'bad_format');
  checked('until', until !== null, 'bad_format');
  const search: Search = {
    typed: asked.q,
    query: parseQuery(asked.q),
    kind: checked('kind', kinds.includes(asked.kind)),
    group: asked.group === '' ? null : isId(asked.group) ? asked.group : refuse('not_found', 'There is no such group'),
    agency: asked.agency,
    language: checked('language', /^[a-z]{2,3}$/i.test(asked.language))?.toLowerCase() ?? null,
    since,
    until,
    order: checked('order', asked.order === 'best' || asked.order === 'newest') === 'newest' ? 'newest' : 'best',
  };
  return { search, faults };
}

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const instantPattern = /^\d{4}-\d{2}-\d{2}T[0-9:.]{5,12}(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The instant at which a day begins where the reader is, so many days later; or an instant as it is.
 * @returns null for anything else
 */
function instantOf(text: string, timeZone: string, daysLater: number): string | null {
  if (instantPattern.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? null : new Date(at).toISOString();
  }
  const [, year, month, day] = dayPattern.exec(text) ?? [];
  if (year === undefined) return null;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(midnight).toISOString().slice(0, 10) !== text) return null;
  const wanted = midnight + daysLater * 86_400_000;
  // Twice, because the offset is that of the instant which is looked for.
  let at = wanted - offsetAt(wanted, timeZone);
  at = wanted - offsetAt(at, timeZone);
  return new Date(at).toISOString();
}

/** Milliseconds by which clocks there are ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const there = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return there - Math.floor(at / 1_000) * 1_000;
}

/** Where a page of results begins: after this score and position. */
export type Place = { score: number; position: number };

/** @throws {Refusal} bad_request for anything that `placeCursor` did not make */
export function placeOf(cursor: string | undefined): Place | null {
  const [score, position] = decodeCursor(cursor, ['number', 'number']) ?? [];
  if (score === undefined) return null;
  if (!Number.isSafeInteger(score) || !Number.isSafeInteger(position))
    refuse('bad_request', 'Begin with the first page');
  return { score: Number(score), position: Number(position) };
}

export const placeCursor = ({ score, position }: Place): string => encodeCursor([score, position]);
