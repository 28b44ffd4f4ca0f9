import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';
import {
  type CleanImage,
  emptyPicture,
  type ImageSource,
  keepPart,
  largestProfile,
  noteSize,
  orientationIn,
  orientationOnly,
} from './image-source.ts';

/** Chunks that a picture, also a moving one, is made of (PNG, third edition, 5.6 and 11). Texts, times, places and all that is unknown are left out. */
const kept = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST sPLT acTL fcTL fdAT cICP mDCV cLLI'.split(' '),
);
const largestExif = 1024 * 1024;

/** PNG without texts, Exif, times and whatever lies behind the picture; how it is turned stays. */
export async function cleanPng(source: ImageSource): Promise<CleanImage> {
  const picture = emptyPicture();
  keepPart(picture, { from: 0, to: 8 });
  let isSized = false;
  let profiles = 0;
  for (let at = 8; at + 12 <= source.size; ) {
    const head = await source.at(at, 16);
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    const end = at + 12 + length;
    if (end > source.size) return null;
    if (type === 'IHDR') {
      const content = await source.at(at + 8, 8);
      noteSize(picture, content.readUInt32BE(0), content.readUInt32BE(4));
      isSized = true;
    }
    if (!isSized || (!kept.has(type) && /^[A-Z]/.test(type))) return null;
    if (type === 'fcTL') picture.frames += 1;
    if (type === 'iCCP') profiles += 1;
    const isProfile = type === 'iCCP' && profiles === 1 && length <= largestProfile;
    if (type === 'iCCP' ? isProfile && (await isSound(await source.at(at + 8, length))) : kept.has(type))
      keepPart(picture, { from: at, to: end });
    if (type === 'eXIf' && length <= largestExif) {
      const orientation = orientationIn(await source.at(at + 8, length));
      if (orientation > 1) keepPart(picture, chunk('eXIf', orientationOnly(orientation)));
    }
    if (type === 'IEND') return picture;
    at = end;
  }
  return null;
}

const unpack = promisify(inflate);

/** Whether a colour profile is no larger unpacked than any is: a few kilobytes can become gigabytes. What is left out is drawn in the colours of screens. */
async function isSound(content: Buffer): Promise<boolean> {
  const name = content.indexOf(0);
  try {
    await unpack(content.subarray(name + 2), { maxOutputLength: largestProfile });
    return name !== -1;
  } catch {
    return false;
  }
}

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const whole = Buffer.alloc(typed.length + 8);
  whole.writeUInt32BE(content.length, 0);
  typed.copy(whole, 4);
  whole.writeUInt32BE(crc32(typed), typed.length + 4);
  return whole;
}
