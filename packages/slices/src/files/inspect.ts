import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { cleanGif } from './image-gif.ts';
import { cleanHeif } from './image-heif.ts';
import { cleanJpeg } from './image-jpeg.ts';
import { cleanPng } from './image-png.ts';
import { type CleanImage, type ImageSource, imageSource, lengthOf, type Part } from './image-source.ts';
import { cleanTiff } from './image-tiff.ts';
import { cleanWebp } from './image-webp.ts';
import type { FileRow } from './tables.ts';

const cleaners: Record<string, (source: ImageSource) => Promise<CleanImage>> = {
  'image/avif': cleanHeif,
  'image/gif': cleanGif,
  'image/heic': cleanHeif,
  'image/heic-sequence': cleanHeif,
  'image/heif': cleanHeif,
  'image/heif-sequence': cleanHeif,
  'image/jpeg': cleanJpeg,
  'image/png': cleanPng,
  'image/tiff': cleanTiff,
  'image/webp': cleanWebp,
};

const anything = 'application/octet-stream';
/** More would take gigabytes of whoever looks at it. */
const mostPixels = 100_000_000;
/** Ten minutes of what a screen showed; more keeps a browser busy and shows nobody anything. */
const mostFrames = 5_000;
const lookedAt = 64 * 1024;
/** Control characters that no text has: all but tab, line ends, form feed and escape. */
const notText = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter(
  (sign) => !'\t\n\v\f\r\u001b'.includes(sign),
);
const copyBytes = 1024 * 1024;

/**
 * What a file is, by its content: what its sender or its name say is not asked. Text that a browser could run is told apart from text that it shows; an image that cannot be
 * read as what it begins like is no image.
 * @param path local file
 */
export async function mediaTypeOf(path: string): Promise<string> {
  const found = await fileTypeFromFile(path).catch(() => undefined);
  if (found && found.mime !== 'application/xml') return found.mime;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(lookedAt), 0, lookedAt, 0);
    return textTypeOf(buffer.subarray(0, bytesRead), bytesRead === lookedAt);
  } finally {
    await file.close();
  }
}

function textTypeOf(bytes: Buffer, isCut: boolean): string {
  let text: string;
  try {
    // The last character may be cut in two.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return anything;
  }
  if (notText.some((sign) => text.includes(sign))) return anything;
  const start = text
    .replace(/^(?:\s|<!--[\s\S]*?-->|<\?xml[^>]*\?>|<!doctype (?!html)[^>[]*(?:\[[^\]]*\]\s*)?>)+/i, '')
    .slice(0, 200);
  // What a document type declares may hold any sign: what begins as XML and has the element anywhere counts as it.
  const isXml = /^\s*(?:<!--[\s\S]*?-->\s*)*<(?:\?xml|!doctype svg)/i.test(text);
  if (/^<svg[\s>:]/i.test(start) || (isXml && /<svg[\s>:]/i.test(text))) return 'image/svg+xml';
  if (
    /^<(?:!doctype html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|img|meta|link)[\s>/]/i.test(
      start,
    )
  )
    return 'text/html';
  return /^\s*<\?xml/i.test(text) ? 'application/xml' : 'text/plain';
}

/** What was found out about a file: its type, and of an image what became of that which it says of people, places and devices. */
export type Cleaned = { mediaType: string; metadata: FileRow['metadata']; isNew: boolean };

/**
 * Writes an image anew without what it says of people, places and devices (Exif, GPS, XMP, IPTC, texts), without coding it anew. AVIF, GIF, HEIC, HEIF, JPEG, PNG, TIFF and WebP; what is no image
 * stays as it is.
 * @param to where the clean one is written
 * @returns an image that is broken, cannot be followed or has too many pixels, frames or parts is kept whole as plain bytes, which nobody is shown, and one of another kind as it is: of both `metadata` is `kept`,
 *   and whoever adds them is told; `isNew` when there is a file at `to`
 */
export async function cleanFile(path: string, mediaType: string, to: string): Promise<Cleaned> {
  const cleaner = cleaners[mediaType];
  const isOther = mediaType.startsWith('image/') && mediaType !== 'image/svg+xml';
  if (!cleaner) return { mediaType, metadata: isOther ? 'kept' : null, isNew: false };
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const image = await cleaner(imageSource(file, size)).catch((error: unknown) => {
      // Whatever is read beyond the end of a buffer, or has more pieces than any picture, is a broken image.
      if (error instanceof RangeError) return null;
      throw error;
    });
    const pixels = image === null ? 0 : image.width * image.height;
    if (image === null || pixels === 0 || pixels > mostPixels || image.frames > mostFrames)
      return { mediaType: anything, metadata: 'kept', isNew: false };
    await copyParts(imageSource(file, size), image.parts, to);
    return { mediaType, metadata: 'removed', isNew: true };
  } finally {
    await file.close();
  }
}

/** Pieces may be many and small: they are gathered before they are written. */
async function copyParts(source: ImageSource, parts: Part[], to: string): Promise<void> {
  const target = await open(to, 'w', 0o600);
  const gathered = Buffer.allocUnsafe(copyBytes);
  let filled = 0;
  const flush = async () => {
    await target.writeFile(gathered.subarray(0, filled));
    filled = 0;
  };
  try {
    for (const part of parts) {
      const length = lengthOf(part);
      for (let at = 0; at < length; ) {
        if (filled === copyBytes) await flush();
        const take = Math.min(copyBytes - filled, length - at);
        if (Buffer.isBuffer(part)) part.copy(gathered, filled, at, at + take);
        else if ('zeros' in part) gathered.fill(0, filled, filled + take);
        else {
          const piece = await source.at(part.from + at, take);
          if (piece.length < take) throw new Error('A file is shorter than it was');
          piece.copy(gathered, filled);
        }
        filled += take;
        at += take;
      }
    }
    await flush();
  } finally {
    await target.close();
  }
}
