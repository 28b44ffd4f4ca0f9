/** A box as ISO base media files are made of. */
export function box(type: string, ...content: Buffer[]): Buffer {
  const inside = Buffer.concat(content);
  const head = Buffer.from(`\0\0\0\0${type}`, 'latin1');
  head.writeUInt32BE(inside.length + 8);
  return Buffer.concat([head, inside]);
}

const numbers = (...pairs: [value: number, bytes: 1 | 2 | 4][]): Buffer =>
  Buffer.concat(
    pairs.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUIntBE(value, 0, bytes);
      return buffer;
    }),
  );

type Item = { id: number; type: string; method: number; bytes: Buffer /** How far beside its place. */; by?: number };

/** The structure of a HEIC: items in the file (method 0), in the box (1), or made of others (2). The first is the picture. */
export function heif({
  items = [{ id: 1, type: 'hvc1', method: 0, bytes: Buffer.from('picture') }],
  properties = [],
  beside = [],
  meta = [],
  behind = [],
  side = 16,
}: {
  items?: Item[];
  properties?: Buffer[];
  /** Beside the list of properties. */
  beside?: Buffer[];
  meta?: Buffer[];
  behind?: Buffer[];
  side?: number;
}): Buffer {
  const start = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'));
  const bytesOf = (method: number) => items.filter((item) => item.method === method).map(({ bytes }) => bytes);
  const made = (data: number) => {
    const at = { 0: data, 1: 0, 2: 0 } as Record<number, number>;
    const places = items.map(({ id, method, bytes, by = 0 }) => {
      const from = at[method] ?? 0;
      at[method] = from + bytes.length;
      return numbers([id, 2], [method, 2], [0, 2], [1, 2], [from + by, 4], [bytes.length, 4]);
    });
    const entries = items.map(({ id, type }) =>
      box('infe', numbers([2, 1], [0, 1], [0, 2], [id, 2], [0, 2]), Buffer.from(`${type}Anna\0`, 'latin1')),
    );
    const size = box('ispe', numbers([0, 4], [side, 4], [side, 4]));
    return box(
      'meta',
      Buffer.alloc(4),
      box('hdlr', Buffer.alloc(8), Buffer.from('pict'), Buffer.alloc(12), Buffer.from('Anna de Vries\0')),
      box('pitm', numbers([0, 4], [items[0]?.id ?? 0, 2])),
      box('iloc', numbers([1, 1], [0, 1], [0, 2], [0x44, 1], [0, 1], [items.length, 2]), ...places),
      box('iinf', numbers([0, 4], [items.length, 2]), ...entries),
      box('iprp', box('ipco', size, ...properties), ...beside),
      box('idat', ...bytesOf(1)),
      ...meta,
    );
  };
  const data = start.length + made(0).length + 8;
  return Buffer.concat([start, made(data), box('mdat', ...bytesOf(0)), ...behind]);
}

/** The structure of a TIFF of one strip, the least significant byte first. */
export function tiff({
  next = 0,
  strip = 0,
  many = 3,
  side = 4,
  compression = 1,
  colours = 1,
  below = 0,
  maker = '',
}): Buffer {
  const lines: [tag: number, type: number, count: number, value: number][] = [
    [256, 4, 1, side],
    [257, 4, 1, side],
    [258, 3, many, 8],
    [259, 3, 1, compression],
    [262, 3, 1, colours],
    [273, 4, 1, 8],
    [279, 4, 1, strip || 4],
    ...(below > 0 ? [[330, 4, below, 8 + maker.length + 2 + 12 * 8 + 4] as [number, number, number, number]] : []),
  ];
  const directory = Buffer.alloc(2 + 12 * lines.length + 4);
  directory.writeUInt16LE(lines.length, 0);
  for (const [index, [tag, type, count, value]] of lines.entries()) {
    const at = 2 + 12 * index;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(count, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  directory.writeUInt32LE(next, directory.length - 4);
  const head = Buffer.from(`II*\0${String.fromCharCode(8 + maker.length)}\0\0\0${maker}`, 'latin1');
  return Buffer.concat([head, directory, Buffer.alloc(4 * below)]);
}

/** A BigTIFF whose first directory names so many others, eight bytes apart in numbers of which each can be read as how many lines a directory has. */
export function overlappingTiff(below: number, lines: number): Buffer {
  const first = 16;
  const list = first + 8 + 20 + 8;
  const run = list + 8 * below;
  const bytes = Buffer.alloc(run + 8 * below + 8 + 20 * lines + 8);
  bytes.write('II+\0\x08\0\0\0', 'latin1');
  bytes.writeBigUInt64LE(BigInt(first), 8);
  bytes.writeBigUInt64LE(1n, first);
  bytes.writeUInt16LE(330, first + 8);
  bytes.writeUInt16LE(16, first + 10);
  bytes.writeBigUInt64LE(BigInt(below), first + 12);
  bytes.writeBigUInt64LE(BigInt(list), first + 20);
  for (let index = 0; index < below; index += 1) {
    bytes.writeBigUInt64LE(BigInt(run + 8 * index), list + 8 * index);
    bytes.writeBigUInt64LE(BigInt(lines), run + 8 * index);
  }
  return bytes;
}
