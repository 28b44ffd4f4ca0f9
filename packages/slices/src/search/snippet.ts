import { placesOf, type Query } from './query.ts';
import { wordsOf } from './words.ts';

/** A piece of a text; `marked` where words of the query stand. */
export type Piece = { text: string; marked: boolean };

const length = 240;
const before = 60;
/** Of a text in which the words stand everywhere, the first places are enough to choose among. */
const mostPlaces = 200;

/** A whole text with the words of the query marked: for titles. */
export function markedText(text: string, query: Query): Piece[] {
  return pieces(text, placesOf(query, wordsOf(text).words), 0, text.length);
}

/** The part of a text in which most places of the query stand, with these marked; its beginning where there is none. */
export function snippetOf(text: string, query: Query): Piece[] {
  const places = placesOf(query, wordsOf(text).words).slice(0, mostPlaces);
  const [start, end] = bounds(text, bestStart(places));
  const within = places.filter((place) => place.start >= start && place.end <= end);
  return [
    ...(start > 0 ? [{ text: '… ', marked: false }] : []),
    ...pieces(text, within, start, end),
    ...(end < text.length ? [{ text: ' …', marked: false }] : []),
  ];
}

function bestStart(places: { start: number; end: number }[]): number {
  let [best, most] = [0, 0];
  for (const [index, place] of places.entries()) {
    let count = 0;
    while ((places[index + count]?.end ?? Number.POSITIVE_INFINITY) <= place.start + length - before) count += 1;
    if (count > most || index === 0) [best, most] = [place.start, Math.max(count, most)];
  }
  return best;
}

/** Cut between words, around a place. */
function bounds(text: string, place: number): [start: number, end: number] {
  if (text.length <= length) return [0, text.length];
  let start = place <= before ? 0 : place - before;
  if (start > 0) {
    const space = text.indexOf(' ', start);
    start = space === -1 || space >= place ? place : space + 1;
  }
  if (start + length >= text.length) return [start, text.length];
  const space = text.lastIndexOf(' ', start + length);
  if (space > start + length / 2) return [start, space];
  const end = start + length;
  return [start, isLowSurrogate(text, end) ? end - 1 : end];
}

/** The second half of a character outside the basic plane: no place to cut. */
function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function pieces(text: string, places: { start: number; end: number }[], from: number, to: number): Piece[] {
  const all: Piece[] = [];
  let at = from;
  for (const place of places) {
    if (place.start > at) all.push({ text: text.slice(at, place.start), marked: false });
    all.push({ text: text.slice(place.start, place.end), marked: true });
    at = place.end;
  }
  if (at < to) all.push({ text: text.slice(at, to), marked: false });
  return all;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** The same as safe HTML in which `<mark>` is the only tag: what the API answers. */
export function markedHtml(all: readonly Piece[]): string {
  return all
    .map(({ text, marked }) => {
      const safe = text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
      return marked ? `<mark>${safe}</mark>` : safe;
    })
    .join('');
}
