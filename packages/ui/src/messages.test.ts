import { expect, test } from 'vitest';
import {
  defineMessages,
  formatDate,
  formatDateTime,
  formatNumber,
  formatRelative,
  formatSince,
  negotiateLanguage,
} from './messages.ts';

const words = defineMessages({
  en: { plain: 'It’s <b>here</b>', members: '{count, plural, one {# member} other {# members}}', by: 'by {name}' },
  nl: { plain: 'Hier', members: '{count, plural, one {# lid} other {# leden}}', by: 'van {name}' },
});

test('messages are given in the language asked for, with plurals and values', () => {
  expect(words('en')('members', { count: 1 })).toBe('1 member');
  expect(words('nl')('members', { count: 1200 })).toBe('1.200 leden');
  expect(words('nl')('by', { name: '<i>' })).toBe('van <i>');
  expect(words('en')('plain')).toBe('It’s <b>here</b>');
});

test('a value that was not given is an error, not a gap', () => {
  expect(() => words('en')('by')).toThrow();
});

test('a key that English lacks, or Dutch lacks, does not compile', () => {
  // @ts-expect-error Dutch lacks a key
  defineMessages({ en: { a: 'a', b: 'b' }, nl: { a: 'a' } });
  // @ts-expect-error Dutch has a key too many
  defineMessages({ en: { a: 'a' }, nl: { a: 'a', b: 'b' } });
  // @ts-expect-error no such key
  expect(() => words('en')('absent')).toThrow();
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['nl', 'nl'],
  ['nl-BE,nl;q=0.9,en;q=0.8', 'nl'],
  ['fr, en;q=0.2, nl;q=0.9', 'nl'],
  ['en-US,nl;q=0.9', 'en'],
  ['nl;q=0, en;q=0.1', 'en'],
  ['nl;q=x', 'en'],
  [`${','.repeat(100_000)}nl`, 'en'],
] as const)('Accept-Language %j is answered in %s', (header, language) => {
  expect(negotiateLanguage(header)).toBe(language);
});

const at = '2026-11-21T13:05:00.000Z';

test('dates and numbers follow the language and the time zone', () => {
  expect(formatDate('en', 'Europe/Amsterdam', '2026-11-21T23:30:00.000Z')).toBe('22 November 2026');
  expect(formatDateTime('nl', 'Europe/Amsterdam', at)).toBe('21 november 2026 om 14:05');
  // After "since": the time of day, of another day in the reader's time zone with the date.
  const since = (from: string) => formatSince('nl', 'Europe/Amsterdam', from, '2026-11-21T22:30:00.000Z');
  expect([since('2026-11-20T23:10:00.000Z'), since('2026-11-20T22:10:00.000Z')]).toEqual([
    '00:10',
    '20 november 2026 om 23:10',
  ]);
  expect(formatNumber('en', 12345.6)).toBe('12,345.6');
  expect(formatNumber('nl', 12345.6)).toBe('12.345,6');
});

test.each([
  ['2026-11-21T13:05:30.000Z', 'just now'],
  ['2026-11-21T13:04:30.000Z', 'now'],
  ['2026-11-21T13:08:59.000Z', '3 minutes ago'],
  ['2026-11-21T15:05:00.000Z', '2 hours ago'],
  ['2026-11-22T14:05:00.000Z', 'yesterday'],
  ['2026-11-21T12:05:00.000Z', 'in 1 hour'],
  ['2026-11-28T13:05:00.000Z', '21 November 2026'],
])('seen from %s it was "%s"', (now, words) => {
  expect(formatRelative('en', 'Europe/Amsterdam', at, now)).toBe(words);
});
