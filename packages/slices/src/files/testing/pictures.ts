import { crc32, deflateSync } from 'node:zlib';

export const chunk = (type: string, content: Buffer): Buffer => {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const whole = Buffer.alloc(typed.length + 8);
  whole.writeUInt32BE(content.length, 0);
  typed.copy(whole, 4);
  whole.writeUInt32BE(crc32(typed), typed.length + 4);
  return whole;
};

/** Exif that says where, by whom and with what a picture was taken, and that it lies on its side. */
function exifBlock(orientation = 6): Buffer {
  const text = Buffer.from('GPS 52.0907 N 5.1214 E, Anna de Vries, Camera 7\0');
  const head = Buffer.alloc(8 + 2 + 24 + 4);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(2, 8);
  head.writeUInt16LE(0x0112, 10);
  head.writeUInt16LE(3, 12);
  head.writeUInt32LE(1, 14);
  head.writeUInt16LE(orientation, 18);
  head.writeUInt16LE(0x010e, 22);
  head.writeUInt16LE(2, 24);
  head.writeUInt32LE(text.length, 26);
  head.writeUInt32LE(head.length, 30);
  return Buffer.concat([head, text]);
}

/** A picture of `side` by `side` pixels; with what it says of its maker unless `clean`. */
export function png(side = 16, { clean = false } = {}): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, 0x55)]);
  const rows = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    ...(clean ? [] : [chunk('tEXt', Buffer.from('Author\0Anna de Vries')), chunk('eXIf', exifBlock())]),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
    ...(clean ? [] : [Buffer.from('Anna de Vries behind the picture')]),
  ]);
}

export const segment = (marker: number, content: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
};

/** The structure of a JPEG; no decoder is needed to see what is taken out of it. */
export function jpeg({ clean = false } = {}): Buffer {
  const said = [
    segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifBlock()])),
    segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Anna de Vries</x:xmpmeta>')),
    segment(0xed, Buffer.from('Photoshop 3.0\x008BIM Anna de Vries')),
    segment(0xfe, Buffer.from('Anna de Vries')),
  ];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    ...(clean ? [] : said),
    segment(0xdb, Buffer.alloc(65, 1)),
    segment(0xc0, Buffer.from([8, 0, 16, 0, 16, 1, 1, 0x11, 0])),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56, 0xff, 0xd0, 0x78]),
    Buffer.from([0xff, 0xd9]),
    ...(clean ? [] : [Buffer.from('Anna de Vries behind the picture')]),
  ]);
}

export const riff = (type: string, content: Buffer): Buffer => {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
};

/** The structure of an extended WebP. */
export function webp({ clean = false } = {}): Buffer {
  const extended = Buffer.alloc(10);
  extended[0] = clean ? 0 : 0x0c;
  extended.writeUIntLE(15, 4, 3);
  extended.writeUIntLE(15, 7, 3);
  const picture = riff('VP8L', Buffer.from([0x2f, 0x0f, 0xc0, 0x03, 0x00, 0x07]));
  const said = [riff('EXIF', exifBlock()), riff('XMP ', Buffer.from('<x:xmpmeta>Anna de Vries</x:xmpmeta>'))];
  const content = Buffer.concat([riff('VP8X', extended), picture, ...(clean ? [] : said)]);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(content.length + 4, 4);
  return Buffer.concat([head, content]);
}

const extension = (label: number, ...blocks: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x21, label]),
    ...blocks.flatMap((block) => [Buffer.from([block.length]), block]),
    Buffer.from([0]),
  ]);

/** A GIF of one pixel that plays again and again. */
export function gif({ clean = false } = {}): Buffer {
  const words = (text: string) => Buffer.from(text, 'latin1');
  const said = [
    extension(0xfe, words('Anna de Vries')),
    extension(0xff, words('XMP DataXMP'), words('<x:xmpmeta>Anna de Vries</x:xmpmeta>')),
    extension(0x01, Buffer.alloc(12), words('Anna de Vries')),
  ];
  return Buffer.concat([
    words('GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff'),
    extension(0xff, words('NETSCAPE2.0'), Buffer.from([1, 0, 0])),
    ...(clean ? [] : said),
    extension(0xf9, Buffer.from([0, 10, 0, 0])),
    words(',\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00'),
    words(';'),
    ...(clean ? [] : [words('Anna de Vries behind the picture')]),
  ]);
}

/** The beginning of a HEIC, as phones write it. */
export function heic(): Buffer {
  const box = (type: string, content: Buffer) => {
    const head = Buffer.from(`\0\0\0\0${type}`, 'latin1');
    head.writeUInt32BE(content.length + 8);
    return Buffer.concat([head, content]);
  };
  return Buffer.concat([
    box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1')),
    box('meta', Buffer.from('\0\0\0\0Exif GPS 52.0907 N, Anna de Vries', 'latin1')),
    box('mdat', Buffer.alloc(64)),
  ]);
}
