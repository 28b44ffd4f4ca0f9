import { crc32, inflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Chunks that a picture is made of (PNG, third edition, 5.6 to 11); texts, times, places and animations are left out. */
const kept = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'IDAT', 'IEND']);
const channels: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const largestSide = 2_000;

export type CheckedPng = { ok: true; bytes: Buffer } | { ok: false; fault: 'not_png' | 'too_many_pixels' };
type Chunk = { type: string; data: Buffer; whole: Buffer };

/**
 * A picture written anew from the chunks it is made of: whatever else the file carried, in it or behind it, is gone. Every checksum and the
 * number of pixels are checked, so that no browser has to guess.
 */
export function checkPng(file: Buffer): CheckedPng {
  const chunks = readChunks(file);
  const [head] = chunks ?? [];
  if (!chunks || head?.type !== 'IHDR' || head.data.length !== 13) return { ok: false, fault: 'not_png' };
  const [width, height] = [head.data.readUInt32BE(0), head.data.readUInt32BE(4)];
  if (width > largestSide || height > largestSide) return { ok: false, fault: 'too_many_pixels' };
  const bits = (channels[head.data[9] ?? -1] ?? 0) * (head.data[8] ?? 0);
  const rows = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  if (bits === 0 || width * height === 0 || !holds(rows, rowBytes(width, height, bits, head.data[12])))
    return { ok: false, fault: 'not_png' };
  return { ok: true, bytes: Buffer.concat([signature, ...chunks.map(({ whole }) => whole)]) };
}

function readChunks(file: Buffer): Chunk[] | null {
  if (!file.subarray(0, 8).equals(signature)) return null;
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > file.length) return null;
    const typed = file.subarray(at + 4, end - 4);
    if (crc32(typed) !== file.readUInt32BE(end - 4)) return null;
    const type = typed.toString('latin1', 0, 4);
    // A critical chunk that is not known here would change what is seen.
    if (!kept.has(type) && /^[A-Z]/.test(type)) return null;
    if (kept.has(type)) chunks.push({ type, data: typed.subarray(4), whole: file.subarray(at, end) });
    if (type === 'IEND') return chunks;
    at = end;
  }
  return null;
}

/** Bytes of all rows before compression: each begins with the number of its filter; interlaced pictures have seven smaller ones. */
function rowBytes(width: number, height: number, bits: number, interlaced: number | undefined): number {
  const size = (w: number, h: number) => (w === 0 || h === 0 ? 0 : h * (1 + Math.ceil((w * bits) / 8)));
  if (interlaced !== 1) return size(width, height);
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ];
  return passes.reduce(
    (sum, [x = 0, y = 0, dx = 1, dy = 1]) => sum + size(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)),
    0,
  );
}

function holds(compressed: Buffer, bytes: number): boolean {
  try {
    return inflateSync(compressed, { maxOutputLength: bytes }).length === bytes;
  } catch {
    return false;
  }
}
