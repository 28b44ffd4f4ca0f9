import { deflateSync } from 'node:zlib';
import { chunk, gif, jpeg, png, riff, segment } from './pictures.ts';

const side = 60_000;
const frames = 10_000;
/** Bytes of those that are made to be looked through for ever. */
const long = 32 * 1024 * 1024;

/** Whole parts again and again, up to a length. */
const repeated = (part: Buffer, bytes: number) => Buffer.alloc(Math.floor(bytes / part.length) * part.length, part);
const latin = (text: string) => Buffer.from(text, 'latin1');

const uint24 = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 3);
  for (const [index, number] of numbers.entries()) bytes.writeUIntLE(number, index * 3, 3);
  return bytes;
};
const uint16 = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 2);
  for (const [index, number] of numbers.entries()) bytes.writeUInt16LE(number, index * 2);
  return bytes;
};
/** A start of frame (ITU-T T.81, B.2.2). */
const frameOf = (height: number, width: number) =>
  segment(0xc0, Buffer.from([8, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1, 0x11, 0]));

/** What stands before the picture, what is put in, and the rest. */
const between = (whole: Buffer, at: number, ...inside: Buffer[]): Buffer =>
  Buffer.concat([whole.subarray(0, at), ...inside, whole.subarray(at)]);
const afterHead = { png: 33, jpeg: 2, gif: 19 };

const webpOf = (...content: Buffer[]): Buffer => {
  const bytes = Buffer.concat(content);
  const head = latin('RIFF\0\0\0\0WEBP');
  head.writeUInt32LE(bytes.length + 4, 4);
  return Buffer.concat([head, bytes]);
};
const canvas = (width: number, height: number, flags = 0) =>
  riff('VP8X', Buffer.concat([Buffer.from([flags, 0, 0, 0]), uint24(width - 1, height - 1)]));
const still = riff('VP8L', Buffer.from([0x2f, 0x0f, 0xc0, 0x03, 0x00, 0x07]));
const playing = riff('ANMF', Buffer.concat([uint24(0, 0, 15, 15, 10), Buffer.from([0]), still]));
const oneFrame = (width = 1, height = 1) =>
  Buffer.concat([latin(','), uint16(0, 0, width, height), latin('\0\x02\x02D\x01\0')]);

/** Pictures that would harm whoever looks at them, or looks through them: none may be shown. */
export function harmfulPictures(): [name: string, content: Buffer][] {
  const wide = Buffer.from(png(16, { clean: true }));
  wide.writeUInt32BE(side, 16);
  wide.writeUInt32BE(side, 20);
  const screen = gif({ clean: true });
  screen.writeUInt16LE(side, 6);
  screen.writeUInt16LE(side, 8);
  const [a, b, c] = [png(16, { clean: true }), jpeg({ clean: true }), gif({ clean: true })];
  return [
    ['wide.png', wide],
    ['wide.gif', screen],
    // Browsers make the screen as large as its first picture.
    ['small-screen.gif', between(c, afterHead.gif, oneFrame(side, side))],
    ['wide.jpg', between(b, afterHead.jpeg, frameOf(side, side))],
    ['wide.webp', webpOf(canvas(side, side), still)],
    ['wide-frame.webp', webpOf(canvas(16, 16, 2), riff('ANMF', Buffer.concat([uint24(0, 0, side, side, 10), still])))],
    ['frames.gif', between(c, afterHead.gif, repeated(oneFrame(), oneFrame().length * frames))],
    ['frames.png', between(a, afterHead.png, repeated(chunk('fcTL', Buffer.alloc(26)), 38 * frames))],
    ['frames.webp', webpOf(canvas(16, 16, 2), repeated(playing, playing.length * frames))],
    ['scans.jpg', between(b, b.length - 2, repeated(segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])), 10 * 1_000))],
    // Millions of parts of some bytes, some of which stay and some go.
    ['parts.gif', between(c, afterHead.gif, repeated(latin('!\xf9\0!\xfe\0'), long))],
    ['parts.jpg', between(b, afterHead.jpeg, repeated(latin('\xff\xdb\0\x02\xff\xfe\0\x02'), long))],
    [
      'parts.png',
      between(a, afterHead.png, repeated(Buffer.concat(['tRNS', 'tEXt'].map((type) => chunk(type, latin('')))), long)),
    ],
    [
      'parts.webp',
      webpOf(canvas(16, 16), still, repeated(Buffer.concat([riff('ALPH', latin('')), riff('XMP ', latin(''))]), long)),
    ],
    // One picture whose codes come one by one.
    ['codes.gif', between(c, c.length - 2, repeated(latin('\x01x'), long))],
  ];
}

/** A profile of colours that becomes 64 MB when it is unpacked. */
const bomb = Buffer.concat([latin('x\0\0'), deflateSync(Buffer.alloc(64 * 1024 * 1024))]);
const profile = Buffer.concat([latin('x\0\0'), deflateSync(Buffer.alloc(3_000, 'p'))]);
const inJpeg = (part: number) =>
  segment(0xe2, Buffer.concat([latin('ICC_PROFILE\0'), Buffer.from([part, 255]), Buffer.alloc(60_000)]));

/** Pictures with a colour profile that would harm: each as it comes, and as it is kept. */
export function harmfulProfiles(): [name: string, content: Buffer, kept: Buffer][] {
  const [a, b] = [png(16, { clean: true }), jpeg({ clean: true })];
  const parts = Array.from({ length: 255 }, (_, index) => inJpeg(index + 1));
  return [
    ['bomb.png', between(a, afterHead.png, chunk('iCCP', bomb)), a],
    ['broken.png', between(a, afterHead.png, chunk('iCCP', latin('x\0\0not packed'))), a],
    [
      'two.png',
      between(a, afterHead.png, chunk('iCCP', profile), chunk('iCCP', bomb)),
      between(a, afterHead.png, chunk('iCCP', profile)),
    ],
    ['long.jpg', between(b, afterHead.jpeg, ...parts), between(b, afterHead.jpeg, ...parts.slice(0, 69))],
    [
      'long.webp',
      webpOf(canvas(16, 16, 0x20), riff('ICCP', Buffer.alloc(5_000_000)), still),
      webpOf(canvas(16, 16), still),
    ],
  ];
}
