/** A word that stands in very few posts. */
export const rareWord = 'fietsenstalling';

const starts = ['ver', 'be', 'ge', 'aan', 'op', 'in', 'uit', 'over', 'be', 'con', 're', 'pro', 'sub', 'trans', 'inter'];
const middles = ['gun', 'wacht', 'leid', 'schrijf', 'toets', 'meld', 'plan', 'port', 'form', 'spect', 'scrib', 'duct'];
const ends = ['ning', 'heid', 'ing', 'en', 'baar', 'lijk', 'tion', 'ment', 'er', 'able', 's', 'sel'];
const known = [
  'de',
  'van',
  'het',
  'een',
  'parkeren',
  'and',
  'the',
  'vergunning',
  'aanvraag',
  'bewoners',
  'permit',
  'council',
];

/** Words from the most to the least frequent, over two thousand. */
const vocabulary = [
  ...known,
  ...starts.flatMap((start) => middles.flatMap((middle) => ends.map((end) => `${start}${middle}${end}`))),
];

/** Writes texts with words as often as language has them; the same texts in each run. */
export function createWriter() {
  let state = 20_261_122;
  let counted = 0;
  // mulberry32
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (end: number): number => Math.floor(random() * end);
  // Zipf: the share of a word falls with its place.
  const word = (): string => vocabulary[Math.floor(vocabulary.length ** random()) - 1] ?? 'de';
  const sentence = (length: number): string => {
    const text = Array.from({ length }, word).join(' ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  };
  return {
    below,
    chance: (share: number): boolean => random() < share,
    one: <T>(items: readonly T[]): T => items[below(items.length)] as T,
    /** Another one each time. */
    number: (): number => {
      counted += 1;
      return counted;
    },
    title: (): string => sentence(4 + below(5)),
    text: (): string => {
      const paragraphs = Array.from({ length: 1 + below(3) }, () => `${sentence(8 + below(30))}.`);
      if (below(700) === 0) paragraphs.push(`De ${rareWord} bij het station.`);
      if (below(60) === 0) paragraphs.push('@renske.reader wat vind jij? #parkeren');
      return paragraphs.join('\n\n');
    },
  };
}
