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

const profile = 'ICC_PROFILE\0';
/** Browsers draw the whole picture anew for each of them. */
const mostScans = 500;
const exif = 'Exif\0\0';
const frames = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);

/** Segments of applications that decide how the picture looks: the rest of them says who, where and with what. */
function isNeeded(marker: number, head: Buffer): boolean {
  const starts = (text: string) => head.toString('latin1', 0, text.length) === text;
  if (marker === 0xe0) return starts('JFIF\0');
  if (marker === 0xe2) return starts(profile);
  if (marker === 0xee) return starts('Adobe');
  const isApplication = marker >= 0xe0 && marker <= 0xef;
  const isComment = marker === 0xfe;
  return !isApplication && !isComment;
}

/** JPEG (ITU-T T.81, annex B) without Exif, XMP, IPTC, comments and whatever lies behind the picture; how it is turned stays. */
export async function cleanJpeg(source: ImageSource): Promise<CleanImage> {
  const picture = emptyPicture();
  keepPart(picture, { from: 0, to: 2 });
  let isSized = false;
  let profileBytes = 0;
  let scans = 0;
  let at = 2;
  while (at < source.size) {
    const head = await source.at(at, 4);
    if (head[0] !== 0xff || head.length < 2) return null;
    const marker = head[1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xd9) {
      keepPart(picture, { from: at, to: at + 2 });
      return isSized ? picture : null;
    }
    if (head.length < 4) return null;
    const end = at + 2 + head.readUInt16BE(2);
    if (end < at + 4 || end > source.size) return null;
    const content = await source.at(at + 4, end - at - 4);
    if (frames.has(marker) && content.length >= 5) {
      noteSize(picture, content.readUInt16BE(3), content.readUInt16BE(1));
      isSized = true;
    }
    const isProfile = marker === 0xe2;
    if (isProfile) profileBytes += content.length;
    if (isNeeded(marker, content) && !(isProfile && profileBytes > largestProfile))
      keepPart(picture, { from: at, to: end });
    else if (marker === 0xe1 && content.toString('latin1', 0, 6) === exif) {
      const orientation = orientationIn(content.subarray(6));
      if (orientation > 1) keepPart(picture, exifSegment(orientation));
    }
    at = end;
    if (marker !== 0xda) continue;
    scans += 1;
    if (scans > mostScans) return null;
    const after = await endOfScan(source, at);
    keepPart(picture, { from: at, to: after });
    at = after;
  }
  // Cut off in the middle: browsers show what there is.
  return isSized ? picture : null;
}

/** Where the coded data end: at the next marker that is neither a stuffed byte nor a restart. */
async function endOfScan(source: ImageSource, from: number): Promise<number> {
  const step = 64 * 1024;
  for (let at = from; at < source.size; ) {
    const bytes = await source.at(at, Math.min(step, source.size - at));
    let found = bytes.indexOf(0xff);
    while (found !== -1 && found + 1 < bytes.length) {
      const next = bytes[found + 1] ?? 0;
      if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at + found;
      found = bytes.indexOf(0xff, found + (next === 0xff ? 1 : 2));
    }
    // A marker may lie across the border of two pieces.
    at += found === bytes.length - 1 && at + bytes.length < source.size ? bytes.length - 1 : bytes.length;
  }
  return source.size;
}

function exifSegment(orientation: number): Buffer {
  const content = Buffer.concat([Buffer.from(exif, 'latin1'), orientationOnly(orientation)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}
