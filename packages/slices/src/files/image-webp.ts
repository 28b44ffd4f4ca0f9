import {
  type CleanImage,
  emptyPicture,
  type ImageSource,
  keepPart,
  largestProfile,
  lengthOf,
  noteSize,
  orientationIn,
  orientationOnly,
} from './image-source.ts';

const kept = new Set(['VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const hasExif = 0x08;
const hasXmp = 0x04;
const hasProfile = 0x20;
const largestExif = 1024 * 1024;

/** WebP (RFC 9649) without Exif, XMP, unknown chunks and whatever lies behind the picture; how it is turned stays. */
export async function cleanWebp(source: ImageSource): Promise<CleanImage> {
  const end = Math.min(source.size, 8 + (await source.at(4, 4)).readUInt32LE(0));
  const picture = emptyPicture();
  let extended: Buffer | null = null;
  let isSized = false;
  let profiles = 0;
  let orientation = 1;
  for (let at = 12; at + 8 <= end; ) {
    const head = await source.at(at, 8);
    const type = head.toString('latin1', 0, 4);
    const length = head.readUInt32LE(4);
    const next = at + 8 + length + (length % 2);
    if (at + 8 + length > end) return null;
    if (type === 'VP8X') {
      extended = Buffer.from(await source.at(at, 18));
      if (length !== 10 || extended.length < 18) return null;
      noteSize(picture, 1 + extended.readUIntLE(12, 3), 1 + extended.readUIntLE(15, 3));
      isSized = true;
    }
    if (type === 'VP8 ' || type === 'VP8L') {
      const size = sizeOf(type, await source.at(at + 8, Math.min(length, 16)));
      if (size) noteSize(picture, size.width, size.height);
      isSized ||= size !== null;
    }
    if (type === 'ANMF') {
      const frame = await source.at(at + 8, 12);
      if (frame.length < 12) return null;
      noteSize(picture, 1 + frame.readUIntLE(6, 3), 1 + frame.readUIntLE(9, 3));
      picture.frames += 1;
    }
    const isTooMuch = type === 'ICCP' && (length > largestProfile || profiles > 0);
    if (kept.has(type) && !isTooMuch) {
      if (type === 'ICCP') profiles += 1;
      keepPart(picture, { from: at, to: Math.min(next, source.size) });
    }
    if (type === 'EXIF' && length <= largestExif) {
      const content = await source.at(at + 8, length);
      orientation = orientationIn(content.toString('latin1', 0, 4) === 'Exif' ? content.subarray(6) : content);
    }
    at = next;
  }
  if (!isSized) return null;
  const { parts } = picture;
  if (extended) {
    const gone = hasExif | hasXmp | (profiles > 0 ? 0 : hasProfile);
    extended[8] = ((extended[8] ?? 0) & ~gone) | (orientation > 1 ? hasExif : 0);
    parts.unshift(extended);
    if (orientation > 1) {
      const content = orientationOnly(orientation);
      const head = Buffer.from('EXIF\0\0\0\0', 'latin1');
      head.writeUInt32LE(content.length, 4);
      parts.push(Buffer.concat([head, content]));
    }
  }
  const bytes = parts.reduce((sum, part) => sum + lengthOf(part), 0);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(bytes + 4, 4);
  return { ...picture, parts: [head, ...parts] };
}

function sizeOf(type: string, content: Buffer): { width: number; height: number } | null {
  if (type === 'VP8 ' && content.length >= 10)
    return { width: content.readUInt16LE(6) & 0x3fff, height: content.readUInt16LE(8) & 0x3fff };
  if (type !== 'VP8L' || content.length < 5) return null;
  const bits = content.readUInt32LE(1);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
}
