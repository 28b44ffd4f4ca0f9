import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { cleanGif } from './image-gif.ts';
import { cleanJpeg } from './image-jpeg.ts';
import { cleanPng } from './image-png.ts';
import { type CleanImage, type ImageSource, imageSource, type Part } from './image-source.ts';
import { cleanWebp } from './image-webp.ts';

const cleaners: Record<string, (source: ImageSource) => Promise<CleanImage>> = {
  'image/gif': cleanGif,
  'image/jpeg': cleanJpeg,
  'image/png': cleanPng,
  'image/webp': cleanWebp,
};
/** Whether a picture may say where and by whom it was taken: what cannot be read safely (HEIC, AVIF, TIFF) is kept as it is, and whoever adds it is told. */
export function saysMore(mediaType: string): boolean {
  return mediaType.startsWith('image/') && mediaType !== 'image/svg+xml' && !(mediaType in cleaners);
}

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

/**
 * Writes an image anew without what it says of people, places and devices (Exif, GPS, XMP, IPTC, texts), without coding it anew. GIF, JPEG, PNG and WebP; other files stay as they are (`saysMore`).
 * @param to where the clean one is written
 * @returns its type: an image that is broken or has too many pixels, frames or parts is kept as plain bytes, which nobody is shown; `isNew` when there is a file at `to`
 */
export async function cleanFile(
  path: string,
  mediaType: string,
  to: string,
): Promise<{ mediaType: string; isNew: boolean }> {
  const cleaner = cleaners[mediaType];
  if (!cleaner) return { mediaType, isNew: false };
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
      return { mediaType: anything, isNew: false };
    await copyParts(file, image.parts, to);
    return { mediaType, isNew: true };
  } finally {
    await file.close();
  }
}

async function copyParts(file: Awaited<ReturnType<typeof open>>, parts: Part[], to: string): Promise<void> {
  const target = await open(to, 'w', 0o600);
  try {
    for (const part of parts) {
      if (Buffer.isBuffer(part)) {
        await target.writeFile(part);
        continue;
      }
      for (let at = part.from; at < part.to; ) {
        const piece = Buffer.allocUnsafe(Math.min(copyBytes, part.to - at));
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new Error('A file is shorter than it was');
        await target.writeFile(piece.subarray(0, bytesRead));
        at += bytesRead;
      }
    }
  } finally {
    await target.close();
  }
}
