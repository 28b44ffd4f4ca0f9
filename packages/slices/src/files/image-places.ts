import type { ImageSource, Part } from './image-source.ts';

/** Bytes from one place of a file up to another. */
export type Range = { from: number; to: number };

/** What is found out about an image whose parts name each other by their places: all stays where it is. */
export type Places = {
  /** What is needed to draw it. All else becomes zeros. */
  stays: Range[];
  /** What becomes zeros wherever it lies, also within what stays. */
  goes: Range[];
  /** What stands in the place of what was there. */
  written: { at: number; bytes: Buffer }[];
  width: number;
  height: number;
};

/** More pieces than any picture has: whoever follows them would be busy for minutes. */
export const mostPieces = 100_000;
/** Of which so many may lie apart from each other. */
const mostApart = 40_000;

export const noPlaces = (): Places => ({ stays: [], goes: [], written: [], width: 0, height: 0 });

/** The structure says what cannot be: taken for a broken image by `cleanFile`. */
export function broken(why: string): never {
  throw new RangeError(`This image cannot be followed: ${why}`);
}

/** The file anew: as long as it was, with nothing in it but what stays. @throws {RangeError} */
export function partsOf({ size }: ImageSource, { stays, goes, written }: Places): Part[] {
  const own = written.map(({ at, bytes }) => ({ from: at, to: at + bytes.length, bytes }));
  own.sort((one, other) => one.from - other.from);
  if (own.some((piece, index) => piece.from < (own[index - 1]?.to ?? 0))) broken('parts lie over each other');
  const kept: (Range & { bytes?: Buffer })[] = without(without(merged(stays), merged(goes)), own);
  if (kept.length + own.length > mostApart) broken('too many pieces');
  const parts: Part[] = [];
  let at = 0;
  for (const piece of [...kept, ...own].sort((one, other) => one.from - other.from)) {
    if (piece.from < at || piece.to > size) broken('a part lies outside');
    if (piece.from > at) parts.push({ zeros: piece.from - at });
    parts.push(piece.bytes ?? { from: piece.from, to: piece.to });
    at = piece.to;
  }
  if (at < size) parts.push({ zeros: size - at });
  return parts;
}

/** In order, none touching the next. */
function merged(ranges: readonly Range[]): Range[] {
  if (ranges.length > mostPieces) broken('too many pieces');
  const all: Range[] = [];
  for (const { from, to } of ranges.toSorted((one, other) => one.from - other.from)) {
    const last = all.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else if (to > from) all.push({ from, to });
  }
  return all;
}

/** What is left of ranges in order when others, in order as well, are taken out of them. */
function without(ranges: readonly Range[], holes: readonly Range[]): Range[] {
  const left: Range[] = [];
  let first = 0;
  for (const { from, to } of ranges) {
    let at = from;
    while ((holes[first]?.to ?? to) <= from && first < holes.length) first += 1;
    for (let index = first; at < to; index += 1) {
      const hole = holes[index];
      if (!hole || hole.from >= to) break;
      if (hole.from > at) left.push({ from: at, to: hole.from });
      at = Math.max(at, hole.to);
    }
    if (at < to) left.push({ from: at, to });
  }
  return left;
}
