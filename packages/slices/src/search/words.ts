import { fold } from '@joinery/core';

/** A word of a text: what it is looked up by, and where it stands. */
export type Word = { token: string; start: number; end: number };

/** Longer words are cut: in the index and in what is asked alike. */
const longestToken = 64;
/** What follows is not found: PostgreSQL takes at most 1 MB of words for one thing. */
const mostWords = 20_000;
/** More parts than these are a list, not one word. */
const mostJoined = 4;

// Soft hyphens and joiners stand inside words; an apostrophe between letters belongs to its word ("auto's" is one).
const wordPattern = /[\p{L}\p{N}\p{M}\u00ad\u200b-\u200d\u2060]+(?:['’ʼ][\p{L}\p{N}\p{M}\u00ad]+)*/gu;
const hyphen = /^[-\u2010\u2011]$/u;
const plain = /^[a-z0-9]{1,64}$/;

/** Letters that stay themselves under Unicode's decomposition, as people without them on their keyboard write them. */
const spelledOut: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};

/**
 * The form by which a word is found: without case, accents and apostrophes. The same on both databases, since neither does it.
 * @returns empty when nothing is left
 */
function tokenOf(word: string): string {
  if (plain.test(word)) return word;
  const folded = fold(word)
    .replace(/[ßæœøłđðþıς]/gu, (letter) => spelledOut[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]/gu, '');
  return folded.length <= longestToken ? folded : [...folded].slice(0, longestToken).join('');
}

/** The words of a text in their order, and the words that hyphens join ("e-mail" is also "email"). */
export function wordsOf(text: string): { words: Word[]; joined: string[] } {
  const words: Word[] = [];
  const joined: string[] = [];
  let run: string[] = [];
  const endRun = () => {
    if (run.length > 1 && run.length <= mostJoined) joined.push(tokenOf(run.join('')));
    run = [];
  };
  let last = -1;
  for (const match of text.matchAll(wordPattern)) {
    const token = tokenOf(match[0]);
    if (token === '') continue;
    const start = match.index;
    if (last === -1 || !hyphen.test(text.slice(last, start))) endRun();
    run.push(token);
    last = start + match[0].length;
    words.push({ token, start, end: last });
    if (words.length >= mostWords) break;
  }
  endRun();
  return { words, joined };
}

/** Words as the index keeps them in a column of text: each between spaces, so that a phrase is a part of it. */
export function spaced(words: readonly Word[]): string {
  return words.length === 0 ? '' : ` ${words.map((word) => word.token).join(' ')} `;
}
