import { broken, mostPieces, noPlaces, type Places, partsOf, type Range } from './image-places.ts';
import { type CleanImage, type ImageSource, noteSize } from './image-source.ts';

/** A box (ISO/IEC 14496-12, 4.2): where it begins, where what is in it begins, and where it ends. */
type Box = Range & { type: string; body: number };

/** Boxes that draw the picture. What else there may be (`udta`, `uuid`, `free`, whatever a maker thought of) becomes an empty `free`. */
const kept = {
  meta: new Set('hdlr pitm iloc iinf iprp iref idat dinf grpl'.split(' ')),
  moov: new Set('mvhd trak mvex'.split(' ')),
  trak: new Set('tkhd tref trgr edts mdia meta'.split(' ')),
  mdia: new Set('mdhd hdlr minf elng'.split(' ')),
};
/** Items that are pictures, or say how pictures make one (ISO/IEC 23008-12). All others (Exif, XMP, thumbnails with words of their own) go. */
const pictures = new Set('hvc1 av01 avc1 vvc1 evc1 hvt1 lhv1 j2k1 unci mski grid iovl iden tmap'.split(' '));
const tracks = new Set(['pict', 'vide', 'auxv']);
/** Properties that tell of a picture: user's words, when it was made and changed, a text in its place. */
const telling = new Set(['udes', 'crtt', 'mdft', 'altt', 'uuid']);

const largestBox = 16 * 1024 * 1024;
const mostBoxes = 20_000;

/**
 * HEIC, HEIF and AVIF, also those that move: nothing is moved, what is no picture becomes zeros. How it is turned is a property of the picture and stays.
 * @throws {RangeError} for what cannot be followed
 */
export async function cleanHeif(source: ImageSource): Promise<CleanImage> {
  const places = noPlaces();
  const boxes: Box[] = [];
  for (let at = 0; at < source.size; at = boxes.at(-1)?.to ?? source.size) {
    boxes.push(boxIn(await source.at(at, 16), 0, at, source.size));
    if (boxes.length > 1_000) broken('boxes without end');
  }
  const [metas, movies] = ['meta', 'moov'].map((wanted) => boxes.filter(({ type }) => type === wanted).length);
  if (metas !== 1 || (movies ?? 0) > 1) broken('no picture, or several in one file');
  const moves = movies === 1;
  for (const box of boxes) {
    if (box.type === 'ftyp') places.stays.push(box);
    // Of what moves it is not looked up which bytes are pictures: all but what is named otherwise.
    else if (box.type === 'mdat') places.stays.push({ from: box.from, to: moves ? box.to : box.body });
    else if (box.type === 'meta' || box.type === 'moov') {
      if (box.to - box.from > largestBox) broken('too large a box');
      const bytes = Buffer.from(await source.at(box.from, box.to - box.from));
      const file: Inside = { bytes, base: box.from, size: source.size, places, count: { boxes: 0 } };
      if (box.type === 'meta') readMeta(file, box, true);
      else readMovie(file, box);
    } else if (box.type === 'moof') broken('a film in pieces');
    else empty(places, box);
  }
  return { parts: partsOf(source, places), width: places.width, height: places.height, frames: 1 };
}

/** A box that was read whole; `base` is where it begins in the file. */
type Inside = { bytes: Buffer; base: number; size: number; places: Places; count: { boxes: number } };

function boxIn(head: Buffer, at: number, from: number, end: number): Box {
  const type = head.toString('latin1', at + 4, at + 8);
  const short = head.readUInt32BE(at);
  const size = short === 0 ? end - from : short === 1 ? Number(head.readBigUInt64BE(at + 8)) : short;
  const body = from + (short === 1 ? 16 : 8);
  const to = from + size;
  return to < body || to > end ? broken('a box beyond the end') : { type, from, body, to };
}

/** The boxes within another, from `at` on. */
function boxesIn({ bytes, base, count }: Inside, at: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let from = at; from < end; from = boxes.at(-1)?.to ?? end) {
    boxes.push(boxIn(bytes, from - base, from, end));
    count.boxes += 1;
    if (count.boxes > mostBoxes) broken('boxes without end');
  }
  return boxes;
}

/** What is in it becomes zeros, and readers pass it over. */
function empty(places: Places, { from, body }: Box): void {
  places.stays.push({ from, to: body });
  places.written.push({ at: from + 4, bytes: Buffer.from('free') });
}

/** A handler says what kind of thing it handles, and then has a name. */
function keepHandler(places: Places, { from, body, to }: Box): void {
  places.stays.push({ from, to });
  places.goes.push({ from: Math.min(body + 24, to), to });
}

/** Items of a file or a track, and where their bytes are. */
function readMeta(file: Inside, meta: Box, isFile: boolean): void {
  const { bytes, base, places } = file;
  places.stays.push({ from: meta.from, to: meta.body + 4 });
  const boxes = boxesIn(file, meta.body + 4, meta.to);
  const one = (type: string): Box | undefined => {
    const found = boxes.filter((box) => box.type === type);
    return found.length > 1 ? broken('the same twice') : found[0];
  };
  for (const box of boxes) {
    if (!kept.meta.has(box.type)) empty(places, box);
    else if (box.type === 'hdlr') keepHandler(places, box);
    else places.stays.push({ from: box.from, to: box.type === 'idat' ? box.body : box.to });
  }
  const [iinf, iloc, iprp, pitm, idat] = [one('iinf'), one('iloc'), one('iprp'), one('pitm'), one('idat')];
  const types = iinf ? readItems(file, iinf) : new Map<number, string>();
  if (isFile) {
    if (!iloc) broken('no picture');
    const { body, to } = pitm ?? broken('no picture');
    const primary = cursor(bytes.subarray(body - base, to - base));
    const version = primary(1);
    primary(3);
    const id = primary(version === 0 ? 2 : 4);
    if (!pictures.has(types.get(id) ?? '')) broken('a picture of another kind');
  }
  if (iloc) readPlaces(file, iloc, idat, (id) => pictures.has(types.get(id) ?? ''));
  if (iprp) readProperties(file, iprp);
}

/** What kind of thing each item is. Those that are no pictures are called so that readers pass them over, and no item has a name. */
function readItems(file: Inside, iinf: Box): Map<number, string> {
  const { bytes, base, places } = file;
  const types = new Map<number, string>();
  const head = bytes[iinf.body - base] === 0 ? 6 : 8;
  for (const box of boxesIn(file, iinf.body + head, iinf.to)) {
    const read = cursor(bytes.subarray(box.body - base, box.to - base));
    const version = read(1);
    if (box.type !== 'infe' || version < 2) broken('items of the old kind');
    read(3);
    const id = version === 2 ? read(2) : read(4);
    read(2);
    const at = box.body + (version === 2 ? 8 : 10);
    const type = bytes.toString('latin1', at - base, at - base + 4);
    if (at + 4 > box.to) broken('an item without a kind');
    if (types.has(id)) broken('the same twice');
    types.set(id, type);
    places.goes.push({ from: at + 4, to: box.to });
    if (!pictures.has(type)) places.written.push({ at, bytes: Buffer.from('free') });
  }
  return types;
}

/** Where the bytes of each item are (ISO/IEC 14496-12, 8.11.3): in the file, or in the box for small things. */
function readPlaces(file: Inside, iloc: Box, idat: Box | undefined, isPicture: (item: number) => boolean): void {
  const { bytes, base, size, places } = file;
  const read = cursor(bytes.subarray(iloc.body - base, iloc.to - base));
  const version = read(1);
  read(3);
  const [sizes, more] = [read(1), read(1)];
  const [wideOffset, wideLength, wideBase] = [sizes >> 4, sizes & 15, more >> 4];
  const wideIndex = version === 0 ? 0 : more & 15;
  if (version > 2 || [wideOffset, wideLength, wideBase, wideIndex].some((wide) => ![0, 4, 8].includes(wide)))
    broken('places of another kind');
  for (let items = version === 2 ? read(4) : read(2); items > 0; items -= 1) {
    const id = version === 2 ? read(4) : read(2);
    const method = version === 0 ? 0 : read(2) & 15;
    const elsewhere = read(2);
    const start = read(wideBase);
    const whole = method === 1 ? (idat ?? broken('a place that is not there')) : null;
    for (let extents = read(2); extents > 0; extents -= 1) {
      read(wideIndex);
      const from = (whole?.body ?? 0) + start + read(wideOffset);
      const to = from + read(wideLength);
      // Made of other items, in another file, or without a length: nobody can say here where it ends.
      if (method > 1 || elsewhere !== 0 || to === from || to > (whole?.to ?? size)) broken('a place beyond the end');
      (isPicture(id) ? places.stays : places.goes).push({ from, to });
      if (places.stays.length + places.goes.length > mostPieces) broken('too many pieces');
    }
  }
}

function readProperties(file: Inside, iprp: Box): void {
  const { bytes, base, places } = file;
  for (const box of boxesIn(file, iprp.body, iprp.to)) {
    if (box.type !== 'ipco' && box.type !== 'ipma') {
      empty(places, box);
      places.goes.push({ from: box.body, to: box.to });
    }
    for (const property of box.type === 'ipco' ? boxesIn(file, box.body, box.to) : []) {
      const { type, body, to } = property;
      // The box stays, since properties are counted; empty words and no time.
      if (telling.has(type)) places.goes.push({ from: Math.min(body + (type === 'uuid' ? 0 : 4), to), to });
      if (type === 'free' || type === 'skip') places.goes.push({ from: body, to });
      if (type === 'ispe') noteSize(places, bytes.readUInt32BE(body - base + 4), bytes.readUInt32BE(body - base + 8));
    }
  }
}

/** What moves: tracks of pictures, without when they were made and what is said about them. */
function readMovie(file: Inside, box: Box): void {
  const { bytes, base, places } = file;
  places.stays.push({ from: box.from, to: box.body });
  const wanted = kept[box.type as 'moov' | 'trak' | 'mdia'];
  for (const child of boxesIn(file, box.body, box.to)) {
    const { type, from, body, to } = child;
    if (!wanted.has(type)) empty(places, child);
    else if (type === 'trak' || type === 'mdia') readMovie(file, child);
    else if (type === 'meta') readMeta(file, child, false);
    else if (type === 'hdlr') {
      if (!tracks.has(bytes.toString('latin1', body - base + 8, body - base + 12))) broken('a track of another kind');
      keepHandler(places, child);
    } else places.stays.push({ from, to });
    if (type === 'mvhd' || type === 'tkhd' || type === 'mdhd')
      places.goes.push({ from: body + 4, to: Math.min(to, body + (bytes[body - base] === 1 ? 20 : 12)) });
  }
}

/** Reads one number after the other, of so many bytes each. @throws {RangeError} at the end */
function cursor(bytes: Buffer): (length: number) => number {
  let at = 0;
  return (length) => {
    if (length === 0) return 0;
    const value = length === 8 ? Number(bytes.readBigUInt64BE(at)) : bytes.readUIntBE(at, length);
    at += length;
    return Number.isSafeInteger(value) ? value : broken('a number without end');
  };
}
