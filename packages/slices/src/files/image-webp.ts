import { type CleanImage, type ImageSource, orientationIn, orientationOnly, type Part } from './image-source.ts';

const kept = new Set(['VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const hasExif = 0x08;
const hasXmp = 0x04;
const largestExif = 1024 * 1024;

/** WebP (RFC 9649) without Exif, XMP, unknown chunks and whatever lies behind the picture; how it is turned stays. */
export async function cleanWebp(source: ImageSource): Promise<CleanImage> {
  const end = Math.min(source.size, 8 + (await source.at(4, 4)).readUInt32LE(0));
  const chunks: Part[] = [];
  let extended: Buffer | null = null;
  let size: { width: number; height: number } | null = null;
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
      size = { width: 1 + extended.readUIntLE(12, 3), height: 1 + extended.readUIntLE(15, 3) };
    }
    if (type === 'VP8 ' || type === 'VP8L') size ??= sizeOf(type, await source.at(at + 8, Math.min(length, 16)));
    if (kept.has(type)) chunks.push({ from: at, to: Math.min(next, source.size) });
    if (type === 'EXIF' && length <= largestExif) {
      const content = await source.at(at + 8, length);
      orientation = orientationIn(content.toString('latin1', 0, 4) === 'Exif' ? content.subarray(6) : content);
    }
    at = next;
  }
  if (size === null) return null;
  if (extended) {
    extended[8] = ((extended[8] ?? 0) & ~(hasExif | hasXmp)) | (orientation > 1 ? hasExif : 0);
    chunks.unshift(extended);
    if (orientation > 1) {
      const content = orientationOnly(orientation);
      const head = Buffer.from('EXIF\0\0\0\0', 'latin1');
      head.writeUInt32LE(content.length, 4);
      chunks.push(Buffer.concat([head, content]));
    }
  }
  const bytes = chunks.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : part.to - part.from), 0);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(bytes + 4, 4);
  return { parts: [head, ...chunks], ...size };
}

function sizeOf(type: string, content: Buffer): { width: number; height: number } | null {
  if (type === 'VP8 ' && content.length >= 10)
    return { width: content.readUInt16LE(6) & 0x3fff, height: content.readUInt16LE(8) & 0x3fff };
  if (type !== 'VP8L' || content.length < 5) return null;
  const bits = content.readUInt32LE(1);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
}
