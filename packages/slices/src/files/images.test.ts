import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanHeif } from './image-heif.ts';
import { type ImageSource, lengthOf } from './image-source.ts';
import { cleanTiff } from './image-tiff.ts';
import { cleanFile, mediaTypeOf } from './inspect.ts';
import { box, heif, overlappingTiff, tiff } from './testing/places.ts';
import { avifFilm, avifPicture, bigTiff, heicPicture, tiffPages, tiffPhoto } from './testing/real-pictures.ts';

/** @returns what was found out, and the bytes that are kept */
async function cleaned(bytes: Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'joinery-image-'));
  try {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    await writeFile(from, bytes);
    const found = await cleanFile(from, await mediaTypeOf(from), to);
    return { ...found, bytes: found.isNew ? await readFile(to) : bytes };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const telling = ['Anna', 'Vries', 'Kamera7', 'xmp', 'Photoshop', 'Exif\0\0', 'rdf'];
const said = (bytes: Buffer) => telling.filter((word) => bytes.includes(word));
const removed = (mediaType: string) => ({ mediaType, metadata: 'removed' });
const kept = { mediaType: 'application/octet-stream', metadata: 'kept', isNew: false };

test.each([
  ['HEIC', heicPicture, 'image/heic'],
  ['AVIF', avifPicture, 'image/avif'],
  ['AVIF that plays', avifFilm, 'image/avif'],
  ['TIFF of several pages', tiffPages, 'image/tiff'],
  ['TIFF with IPTC', tiffPhoto, 'image/tiff'],
  ['BigTIFF', bigTiff, 'image/tiff'],
])(
  'a real %s says nothing of who took it and where, and its picture stays byte by byte (hostile case 113)',
  async (_name, picture, type) => {
    expect(said(picture)).toContain('Anna');
    const clean = await cleaned(picture);
    expect(clean).toMatchObject(removed(type));
    expect(clean.bytes.length).toBe(picture.length);
    expect(said(clean.bytes)).toEqual([]);
    // Whatever is not as it was is a zero, but for how often there is something, and what readers are to pass over.
    const other = [...clean.bytes].filter((byte, at) => byte !== picture[at] && byte !== 0);
    expect(other.length).toBeLessThan(type === 'image/tiff' ? 200 : 40);
    // Nothing is left to take out of it.
    expect((await cleaned(clean.bytes)).bytes.equals(clean.bytes)).toBe(true);
  },
);

test('how a TIFF is turned stays, and the colours it is drawn with', async () => {
  const { bytes } = await cleaned(tiffPhoto);
  expect(bytes.includes(Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0]))).toBe(true);
});

test('what a HEIF says in its small boxes, properties and behind the picture goes as well', async () => {
  const words = Buffer.from('Anna de Vries');
  const picture = heif({
    items: [
      { id: 1, type: 'hvc1', method: 0, bytes: Buffer.from('picture one') },
      { id: 2, type: 'Exif', method: 0, bytes: Buffer.from('Exif\0\0 Anna de Vries') },
      { id: 3, type: 'grid', method: 1, bytes: Buffer.from('grid of them') },
      { id: 4, type: 'mime', method: 1, bytes: Buffer.from('<rdf:RDF>Anna de Vries') },
      { id: 5, type: 'uri ', method: 0, bytes: words },
      { id: 6, type: 'jpeg', method: 0, bytes: Buffer.from('a thumbnail with Exif\0\0 of its own') },
    ],
    properties: [box('udes', Buffer.alloc(4), words), box('crtt', Buffer.alloc(4), words), box('uuid', words)],
    beside: [box('uuid', words), box('xml ', words)],
    meta: [box('uuid', words), box('xml ', words)],
    behind: [box('uuid', words), box('udta', words), box('mpvd', words), box('free', words)],
  });
  expect(said(picture)).not.toEqual([]);
  const clean = await cleaned(picture);
  expect(clean).toMatchObject(removed('image/heic'));
  expect(said(clean.bytes)).toEqual([]);
  expect(['picture one', 'grid of them', 'ispe'].every((text) => clean.bytes.includes(text))).toBe(true);
});

test.each([
  ['made of other items', heif({ items: [{ id: 1, type: 'hvc1', method: 2, bytes: Buffer.from('x') }] })],
  ['without a known picture', heif({ items: [{ id: 1, type: 'jpeg', method: 0, bytes: Buffer.from('x') }] })],
  [
    'with an item beyond the end',
    heif({ items: [{ id: 1, type: 'hvc1', method: 0, bytes: Buffer.from('x'), by: 999 }] }),
  ],
  ['in pieces', heif({ behind: [box('moof')] })],
  ['with boxes beyond the end', Buffer.concat([heif({}), Buffer.from([0x7f, 0xff, 0xff, 0xff]), Buffer.from('free')])],
  ['with boxes without end', Buffer.concat([heif({}), ...Array.from({ length: 1_100 }, () => box('free'))])],
  ['of more pixels than anybody can look at', heif({ side: 60_000 })],
  ['of directories that lead to each other', tiff({ next: 8 })],
  ['of directories beyond the end', tiff({ next: 9_999 })],
  ['of thousands of directories below one', tiff({ below: 3_000 })],
  ['with two lists of what is in it', Buffer.concat([heif({}), box('meta', Buffer.alloc(4))])],
  ['of pieces beyond the end', tiff({ strip: 9_999 })],
  ['with more values than bytes', tiff({ many: 0xffffffff })],
  ['of 60,000 by 60,000 pixels', tiff({ side: 60_000 })],
  ['with a picture of the old kind', tiff({ compression: 6 })],
  ['with what a sensor saw', tiff({ colours: 32803 })],
  ['with what a sensor saw, all colours at each point', tiff({ colours: 34892 })],
  ['with what a sensor saw, as Sony compresses it', tiff({ compression: 32767 })],
  ['with what a sensor saw, as Nikon compresses it', tiff({ compression: 34713 })],
  ['with what a sensor saw, as Pentax compresses it', tiff({ compression: 65535 })],
  ['with what a sensor saw, as Phase One marks it', tiff({ maker: 'IIII' })],
])('an image %s is kept as a download, and whoever adds it is told (hostile case 113)', async (_name, bytes) => {
  expect(await cleaned(bytes)).toMatchObject(kept);
});

test('an image of the same make that can be followed is cleaned', async () => {
  expect(await cleaned(heif({}))).toMatchObject(removed('image/heic'));
  expect(await cleaned(tiff({}))).toMatchObject(removed('image/tiff'));
  expect(await cleaned(tiff({ maker: 'None' }))).toMatchObject(removed('image/tiff'));
});

test('directories that lie over each other take no more than a picture may (hostile case 113)', async () => {
  const bytes = overlappingTiff(1_999, 4_096);
  expect(bytes.length).toBeLessThan(150_000);
  let described = 0;
  const source: ImageSource = {
    size: bytes.length,
    at: async (from, length) => {
      described += length;
      return bytes.subarray(from, from + length);
    },
  };
  await expect(cleanTiff(source)).rejects.toThrow(/directories without end/);
  expect(described).toBeLessThan(5 * 1024 * 1024);
});

test('a kind of image that nobody here reads is kept as it is, which is told, too', async () => {
  const bitmap = Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]);
  expect(await cleaned(bitmap)).toMatchObject({ mediaType: 'image/bmp', metadata: 'kept', isNew: false });
  expect(await cleaned(Buffer.from('words'))).toMatchObject({ mediaType: 'text/plain', metadata: null });
});

test('2,000 torn images end at once, in an image of the same length or in none (hostile case 113)', async () => {
  // The same numbers each time: what fails once fails again.
  let state = 20_261_122;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pictures = [heicPicture, avifPicture, avifFilm, tiffPages, tiffPhoto, bigTiff];
  let whole = 0;
  let longest = 0;
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 2_000; round += 1) {
    const picture = pictures[round % pictures.length] ?? heicPicture;
    const clean = picture === heicPicture || picture === avifPicture || picture === avifFilm ? cleanHeif : cleanTiff;
    const bytes = Buffer.from(random(5) === 0 ? picture.subarray(0, random(picture.length)) : picture);
    for (let torn = 0; torn <= random(6) && bytes.length > 0; torn += 1)
      bytes[random(bytes.length)] = [0, 0xff, 0x7f, random(256)][random(4)] ?? 0;
    const source: ImageSource = {
      size: bytes.length,
      at: async (from, length) => bytes.subarray(from, from + length),
    };
    const start = performance.now();
    const image = await clean(source).catch((error: unknown) => {
      if (error instanceof RangeError) return null;
      throw error;
    });
    longest = Math.max(longest, performance.now() - start);
    if (!image) continue;
    whole += 1;
    const length = image.parts.reduce((sum, part) => sum + lengthOf(part), 0);
    expect(length).toBe(bytes.length);
  }
  expect(whole).toBeGreaterThan(200);
  expect(longest).toBeLessThan(2_000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
});
