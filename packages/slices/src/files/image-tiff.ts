import { broken, mostPieces, noPlaces, type Places, partsOf, type Range } from './image-places.ts';
import { type CleanImage, type ImageSource, noteSize } from './image-source.ts';

/** Bytes of one value, by its type (TIFF 6.0, section 2; BigTIFF: 16 to 18). */
const bytesOfType = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

const tag = {
  ...{ width: 256, height: 257, compression: 259, colours: 262 },
  ...{ strips: 273, stripBytes: 279, tiles: 324, tileBytes: 325 },
};
const subDirectories = 330;
/** Pictures whose bytes are found in another way than by strips and tiles. */
const oldJpeg = 6;
/** What a camera's sensor saw, as makers of cameras keep it in a TIFF of their own: it cannot be developed without their notes and Exif. Colours, and compressions (Sony, Nikon, Pentax). */
const rawColours = new Set([32803, 34892]);
const rawCompressions = new Set([32767, 34713, 65535]);
/** What stands behind the head of every file of Phase One. */
const phaseOne = 'IIII';

/** What says how it is drawn, how large it is in print, which page it is, its colours, and of a map which piece of land it shows (GeoTIFF). */
const needed = new Set([
  ...[254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 286],
  ...[287, 290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 330, 332, 334, 336, 338],
  ...[339, 340, 341, 347, 529, 530, 531, 532, 32995, 32997, 32998, 33550, 33922, 34264, 34675, 34735, 34736, 34737],
  ...[42113, 50674],
]);

const mostDirectories = 2_000;
const mostEntries = 4_096;
/** Numbers of all directories together that are read: a made-up one names the same long list again and again. */
const mostNumbers = 400_000;
/** Bytes of all directories together, which are held until the end: made-up ones lie over each other, so that a short file has any number of them. */
const mostDescribed = 4 * 1024 * 1024;

/** TIFF, also BigTIFF, both ways round: every directory with nothing but what draws its picture; all that no directory leads to any more becomes zeros. */
export async function cleanTiff(source: ImageSource): Promise<CleanImage> {
  const head = Buffer.from(await source.at(0, 16));
  const little = head[0] === 0x49;
  if (head.toString('latin1', 8, 12) === phaseOne) broken('a raw picture');
  const isBig = numberIn(head, 2, 2, little) === 43;
  // Bytes of a place, of how many entries there are, and of an entry.
  const [wide, counted, entry] = isBig ? [8, 8, 20] : [4, 2, 12];
  const places = noPlaces();
  places.stays.push({ from: 0, to: 2 * wide });
  const seen = new Set<number>();
  let numbers = 0;
  let described = 0;
  const ahead = [numberIn(head, wide, wide, little)];
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    if (at === 0) continue;
    if (seen.has(at) || seen.size >= mostDirectories) broken('directories without end');
    seen.add(at);
    const count = numberIn(await source.at(at, counted), 0, counted, little);
    if (count > mostEntries) broken('a directory without end');
    const length = counted + count * entry + wide;
    described += length;
    if (described > mostDescribed) broken('directories without end');
    const directory = Buffer.from(await source.at(at, length));
    if (directory.length < length) broken('a directory beyond the end');
    const next = numberIn(directory, length - wide, wide, little);
    const kept: Buffer[] = [];
    const values = new Map<number, number[]>();
    for (let index = 0; index < count; index += 1) {
      const line = directory.subarray(counted + index * entry, counted + (index + 1) * entry);
      const name = numberIn(line, 0, 2, little);
      if (name === 513) broken('a picture of the old kind');
      const each = bytesOfType[numberIn(line, 2, 2, little)] ?? 0;
      if (!needed.has(name) || each === 0) continue;
      const many = numberIn(line, 4, wide, little);
      const inside = many * each <= wide;
      const from = inside ? 0 : numberIn(line, 4 + wide, wide, little);
      if (!inside && from + many * each > source.size) broken('a value beyond the end');
      kept.push(line);
      if (!inside) places.stays.push({ from, to: from + many * each });
      if (!isRead(name)) continue;
      numbers += many;
      if (many > mostPieces || numbers > mostNumbers) broken('too many pieces');
      const bytes = inside ? line.subarray(4 + wide) : await source.at(from, many * each);
      values.set(
        name,
        Array.from({ length: many }, (_, value) => numberIn(bytes, value * each, each, little)),
      );
    }
    const compression = values.get(tag.compression)?.[0] ?? 1;
    if (compression === oldJpeg) broken('a picture of the old kind');
    if (rawCompressions.has(compression) || rawColours.has(values.get(tag.colours)?.[0] ?? 0)) broken('a raw picture');
    noteSize(places, values.get(tag.width)?.[0] ?? 0, values.get(tag.height)?.[0] ?? 0);
    keepPieces(places, source, values.get(tag.strips), values.get(tag.stripBytes));
    keepPieces(places, source, values.get(tag.tiles), values.get(tag.tileBytes));
    ahead.push(next, ...(values.get(subDirectories) ?? []));
    if (ahead.length > mostDirectories) broken('directories without end');
    const anew = Buffer.alloc(length);
    writeNumber(anew, 0, counted, little, kept.length);
    Buffer.concat(kept).copy(anew, counted);
    writeNumber(anew, counted + kept.length * entry, wide, little, next);
    places.written.push({ at, bytes: anew });
  }
  return { parts: partsOf(source, places), width: places.width, height: places.height, frames: seen.size };
}

const readTags = new Set([...Object.values(tag), subDirectories]);
const isRead = (name: number) => readTags.has(name);

function keepPieces(places: Places, { size }: ImageSource, from: number[] = [], bytes: number[] = []): void {
  if (from.length !== bytes.length) broken('pieces of unknown length');
  const pieces = from.map((at, index): Range => ({ from: at, to: at + (bytes[index] ?? 0) }));
  if (pieces.some(({ to }) => to > size)) broken('a piece beyond the end');
  if (places.stays.length + pieces.length > mostPieces) broken('too many pieces');
  for (const piece of pieces) places.stays.push(piece);
}

/** @throws {RangeError} beyond the end, and for what no file is as long as */
function numberIn(bytes: Buffer, at: number, length: number, little: boolean): number {
  if (length < 8) return little ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  const value = Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return Number.isSafeInteger(value) ? value : broken('a number without end');
}

function writeNumber(bytes: Buffer, at: number, length: number, little: boolean, value: number): void {
  if (length < 8) {
    if (little) bytes.writeUIntLE(value, at, length);
    else bytes.writeUIntBE(value, at, length);
  } else if (little) bytes.writeBigUInt64LE(BigInt(value), at);
  else bytes.writeBigUInt64BE(BigInt(value), at);
}
