import { crc32, deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkPng } from './png.ts';

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

/** A picture of one colour: eight bits, red, green and blue. */
function picture({
  width = 3,
  height = 2,
  rows = Buffer.alloc(height * (1 + width * 3)),
  extra = [] as Buffer[],
  interlaced = 0,
} = {}) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, interlaced], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    ...extra,
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('keeps the picture and nothing else', () => {
  const plain = picture();
  expect(checkPng(plain)).toEqual({ ok: true, bytes: plain });
  const chatty = picture({ extra: [chunk('tEXt', Buffer.from('Author\0Jan')), chunk('eXIf', Buffer.from('GPS'))] });
  expect(checkPng(Buffer.concat([chatty, Buffer.from('<script>alert(1)</script>')]))).toEqual({
    ok: true,
    bytes: plain,
  });
  // Seven passes of 8 by 8 pixels hold 64 pixels and 15 filters.
  const interlaced = picture({ width: 8, height: 8, rows: Buffer.alloc(64 * 3 + 15), interlaced: 1 });
  expect(checkPng(interlaced)).toEqual({ ok: true, bytes: interlaced });
});

test('takes nothing that is damaged, or larger than it says', () => {
  const damaged = picture();
  damaged[damaged.length - 20] = 1 + (damaged[damaged.length - 20] ?? 0);
  for (const file of [
    Buffer.from('GIF89a'),
    damaged,
    picture().subarray(0, -4),
    picture({ rows: Buffer.alloc(5) }),
    picture({ rows: Buffer.alloc(50_000_000) }),
    picture({ width: 0 }),
    picture({ extra: [chunk('EVIL', Buffer.from('x'))] }),
  ])
    expect(checkPng(file)).toEqual({ ok: false, fault: 'not_png' });
  expect(checkPng(picture({ width: 60_000, height: 60_000, rows: Buffer.alloc(1) }))).toEqual({
    ok: false,
    fault: 'too_many_pixels',
  });
});
