import { crc32 } from 'node:zlib';
import { type CleanImage, type ImageSource, orientationIn, orientationOnly, type Part } from './image-source.ts';

/** Chunks that a picture, also a moving one, is made of (PNG, third edition, 5.6 and 11). Texts, times, places and all that is unknown are left out. */
const kept = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST sPLT acTL fcTL fdAT cICP mDCV cLLI'.split(' '),
);
const largestExif = 1024 * 1024;

/** PNG without texts, Exif, times and whatever lies behind the picture; how it is turned stays. */
export async function cleanPng(source: ImageSource): Promise<CleanImage> {
  const parts: Part[] = [{ from: 0, to: 8 }];
  let size: { width: number; height: number } | null = null;
  for (let at = 8; at + 12 <= source.size; ) {
    const head = await source.at(at, 16);
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    const end = at + 12 + length;
    if (end > source.size) return null;
    if (type === 'IHDR') {
      const content = await source.at(at + 8, 8);
      size = { width: content.readUInt32BE(0), height: content.readUInt32BE(4) };
    }
    if (size === null || (!kept.has(type) && /^[A-Z]/.test(type))) return null;
    if (kept.has(type)) parts.push({ from: at, to: end });
    if (type === 'eXIf' && length <= largestExif) {
      const orientation = orientationIn(await source.at(at + 8, length));
      if (orientation > 1) parts.push(chunk('eXIf', orientationOnly(orientation)));
    }
    if (type === 'IEND') return { parts, ...size };
    at = end;
  }
  return null;
}

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const whole = Buffer.alloc(typed.length + 8);
  whole.writeUInt32BE(content.length, 0);
  typed.copy(whole, 4);
  whole.writeUInt32BE(crc32(typed), typed.length + 4);
  return whole;
}
