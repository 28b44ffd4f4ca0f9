import type { FileHandle } from 'node:fs/promises';

/** A part of the file as it is, bytes in its place, or so many zeros. */
export type Part = { from: number; to: number } | { zeros: number } | Buffer;

export function lengthOf(part: Part): number {
  if (Buffer.isBuffer(part)) return part.length;
  return 'zeros' in part ? part.zeros : part.to - part.from;
}

/** An image without what it says of people and places; null for one whose structure is broken. */
export type CleanImage = Picture | null;

/** What is kept of an image, and how large it says that it is. */
export type Picture = {
  parts: Part[];
  /** The most that any part of it says: programs differ in which of several they believe. */
  width: number;
  height: number;
  /** Pictures that it plays. */
  frames: number;
};

/** No picture that people make has more parts of which some stay and some go; a made-up one has millions, to fill the memory of whoever reads it. */
const mostParts = 20_000;
/** A colour profile is some kilobytes; the largest ones, for printing, have two million bytes. */
export const largestProfile = 4 * 1024 * 1024;

export const emptyPicture = (): Picture => ({ parts: [], width: 0, height: 0, frames: 0 });

const isRange = (part: Part): part is { from: number; to: number } => !Buffer.isBuffer(part) && 'to' in part;

/** Keeps a part, put together with the one before it where they touch. @throws {RangeError} there are too many */
export function keepPart(picture: Picture, part: Part): void {
  const last = picture.parts.at(-1);
  const touches = last && isRange(last) && isRange(part) && last.to === part.from;
  if (touches) last.to = part.to;
  else if (picture.parts.push(part) > mostParts) throw new RangeError('A picture of too many parts');
}

/** Notes a size that an image says of itself. */
export function noteSize(picture: Pick<Picture, 'width' | 'height'>, width: number, height: number): void {
  picture.width = Math.max(picture.width, width);
  picture.height = Math.max(picture.height, height);
}

/** Bytes of a file by position, read in large pieces. Answers fewer than asked at the end of the file. Throws a RangeError once it was asked too often. */
export type ImageSource = { size: number; at: (from: number, length: number) => Promise<Buffer> };

const windowBytes = 256 * 1024;

export function imageSource(file: FileHandle, size: number): ImageSource {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  // A picture is written in pieces of some hundred bytes; one of single bytes would take minutes to look through.
  let looks = 50_000 + Math.floor(size / 64);
  return {
    size,
    async at(from, length) {
      looks -= 1;
      if (looks < 0) throw new RangeError('A picture of too many pieces');
      if (from < start || from + length > start + window.length) {
        const wanted = Math.min(Math.max(length, windowBytes), Math.max(0, size - from));
        const piece = Buffer.allocUnsafe(wanted);
        const { bytesRead } = await file.read(piece, 0, wanted, from);
        window = piece.subarray(0, bytesRead);
        start = from;
      }
      return window.subarray(from - start, from - start + length);
    },
  };
}

/** The orientation in a TIFF block (Exif 3.0, 4.6.4): 1 when there is none, or nothing that can be read. */
export function orientationIn(tiff: Buffer): number {
  const little = tiff.toString('latin1', 0, 2) === 'II';
  if (tiff.length < 14 || (!little && tiff.toString('latin1', 0, 2) !== 'MM')) return 1;
  const short = (at: number) => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const entries = Math.min(short(directory), 500);
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + 12 * index;
    if (short(entry) !== 0x0112) continue;
    const value = short(entry + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** A TIFF block that says nothing but how the image is turned. */
export function orientationOnly(orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write('MM\0*', 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(0x0112, 10);
  tiff.writeUInt16BE(3, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  return tiff;
}
