import { fold } from '@joinery/core';

/** Longest name that is kept, in characters as a reader counts them. */
export const longestName = 120;

// Control and format characters (bidirectional overrides, zero-width marks, tags), fillers and others that are drawn as nothing,
// line separators, lone surrogates, private use, Braille blank.
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u2800]/gu;
// Any mark beyond the third on one letter only serves to paint over the neighbours.
const piledMarks = /(\p{M}{3})\p{M}+/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * A name as it may be shown: one line, composed (NFC), without characters that are not seen, so that nobody can look like
 * somebody else by them, and at most `limit` characters. Not HTML: it is escaped like any text.
 * @returns may be empty
 */
export function cleanName(text: string, limit = longestName): string {
  // Cut roughly first: segmenting is slow on a text of megabytes.
  const line = text
    .slice(0, limit * 40)
    .normalize('NFC')
    .replace(/[\t\r\n]/g, ' ')
    .replace(invisible, '')
    .replace(piledMarks, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
  if (line.length <= limit) return line;
  const shown = Array.from(graphemes.segment(line), ({ segment }) => segment).slice(0, limit);
  return shown.join('').trim();
}

/** Number of characters as a reader counts them. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of graphemes.segment(text)) count += 1;
  return count;
}

/** What lists of names sort and search by. */
export function sortName(name: string): string {
  return fold(name);
}
