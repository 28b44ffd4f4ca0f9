import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { disableAccount, transact } from '@joinery/core';
import { people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb, type TestWeb } from '../../../../test/harness/web.ts';
import { files, rememberFiles, removeFile, ways } from './index.ts';
import { readingsOf } from './readers.ts';
import { fileById } from './store.ts';
import { change, hangFile, sendFile, thingsFor } from './testing/web.ts';
import { type ZipEntry, zipOf } from './zip.ts';
import { createZipNames } from './zip-names.ts';

const reader = { language: 'en', timeZone: 'UTC' } as const;

it('Names in a zip can be unpacked everywhere, and no two are the same', () => {
  const nameOf = createZipNames();
  const cases: [folders: string[], name: string, path: string][] = [
    [[], '../../etc/passwd', 'passwd'],
    [['..', '/abs', 'C:\\x'], 'a.txt', 'file/abs/x/a.txt'],
    [['Plans'], 'Été.pdf', 'Plans/Été.pdf'],
    [['Plans'], 'E\u0301te\u0301.PDF', 'Plans/Été (2).PDF'],
    [['plans'], 'été.pdf', 'plans/été (3).pdf'],
    [['Plans'], 'Été (2).pdf', 'Plans/Été (2) (2).pdf'],
    [[], 'CON.txt', 'CON_.txt'],
    [['nul'], 'lpt1', 'nul_/lpt1_'],
    [[], 'ends with a stop...', 'ends with a stop'],
    [[], '..', 'file'],
    [['com1.pdf', 'AUX '], '<script>alert(1)</script>', 'com1_.pdf/AUX_/script'],
    [['\u202excod.exe'], 'a\u2066b\u0000c.txt', 'xcod.exe/abc.txt'],
    [['x'.repeat(300)], '..\\..\\PRN', `${'x'.repeat(120)}/PRN_`],
    [[], 'a\u202etxt.exe', 'atxt.exe'],
    [[], `${'x'.repeat(300)}.pdf`, `${'x'.repeat(116)}.pdf`],
  ];
  for (const [folders, name, path] of cases) expect(nameOf(folders, name)).toBe(path);
  const many = createZipNames();
  let last = '';
  for (let count = 0; count < 20_000; count += 1) last = many([], 'scan.pdf');
  expect(last).toBe('scan (20000).pdf');
});

/** The files in a zip, by path: by its directory at the end (APPNOTE 6.3, 4.3.12). */
function unzip(zip: Buffer): Record<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const found: Record<string, Buffer> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [flags, method, packed] = [zip.readUInt16LE(at + 8), zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const local = zip.readUInt32LE(at + 42);
    const path = zip.toString('utf8', at + 46, at + 46 + name);
    // Bit 11: the name is UTF-8.
    expect(flags & 0x800).toBe(0x800);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(from, from + packed);
    found[path] = method === 8 ? inflateRawSync(bytes) : bytes;
    at += 46 + name + extra + comment;
  }
  return found;
}

const read = async (stream: ReadableStream<Uint8Array>) => Buffer.from(await new Response(stream).arrayBuffer());
const text = (found: Record<string, Buffer>) =>
  Object.fromEntries(Object.entries(found).map(([path, bytes]) => [path, bytes.toString()]));
const incoming = (web: TestWeb) => readdirSync(web.context.files.incoming);

/** A file of another node on `thing`. */
async function remember(web: TestWeb, name: string, content: Buffer): Promise<string> {
  const uri = `https://b.example/files/${name}`;
  const hash = (of: Buffer) => createHash('sha256').update(of);
  await transact(web.context, { kind: 'system', what: 'test' }, (work) =>
    rememberFiles(work, { kind: 'things', id: name }, [
      {
        ...{ uri, name, media_type: 'text/plain', bytes: content.length, alt: null },
        ...{ sha256: hash(content).digest('hex'), pieces: hash(content).digest('base64url') },
      },
    ]),
  );
  const row = await web.context.db.reader
    .selectFrom('files_file')
    .select('id')
    .where('uri', '=', uri)
    .executeTakeFirst();
  return row?.id ?? '';
}

describeStores('A zip of files', (open) => {
  it('holds what its reader may read at the turn of each file, and names what cannot be reached: nothing is in it by halves', async () => {
    const may: string[] = [];
    const things = thingsFor(() => may, {
      mayRead: async (_db, requester) =>
        requester.kind === 'person' ? may.includes(requester.person) : thingsOpen.has(requester.kind),
      keepsReaders: async () => true,
    });
    const thingsOpen = new Set<string>();
    const away = 'https://b.example/files/away.txt';
    const ports = {
      files: {
        read: async (uri: string) =>
          uri === away
            ? ({ ok: false, away: true, asked: true, detail: 'away' } as const)
            : ({
                ok: true,
                body: (async function* () {
                  yield Buffer.from('only half');
                  if (uri.endsWith('half.txt')) throw new Error('cut off');
                })(),
              } as const),
        awaySince: async () => '2026-11-22T09:10:00.000Z',
      },
    };
    await using web = await openWeb(open, { slices: [people, files, things], ports });
    const { context } = web;
    const [anna, bert] = [await web.account(), await web.account()];
    may.push(bert.person.id);
    const hang = (name: string, content: string | Buffer) => hangFile(web, anna, name, content);
    const random = randomBytes(300_000);
    const [first, second, gone] = [
      await hang('Plan.txt', 'one'),
      await hang('plan.TXT', 'two'),
      await hang('gone', 'x'),
    ];
    const large = await hang('large.bin', random);
    const empty = await hang('empty.txt', '');
    const own = await sendFile(web, anna, 'only hers.txt', 'secret');
    const [there, half, whole] = [
      await remember(web, 'away.txt', Buffer.from('never')),
      await remember(web, 'half.txt', Buffer.from('only half, and the rest')),
      await remember(web, 'whole.txt', Buffer.from('only half')),
    ];
    async function* entries(): AsyncGenerator<ZipEntry> {
      yield { folders: ['Plans'], file: first };
      yield { folders: ['plans'], file: second };
      const row = await fileById(context.db.reader, gone);
      if (row) await change(web, (work) => removeFile(work, row));
      for (const file of [gone, own, large, empty, there, half, whole]) yield { folders: ['Plans', 'Old'], file };
    }
    const requester = { kind: 'person', person: bert.person.id, administrator: false, guest: false } as const;
    const found = unzip(await read(zipOf(context, requester, entries(), reader)));
    expect(found['Plans/Old/large.bin']?.equals(random)).toBe(true);
    const { 'Plans/Old/large.bin': _large, 'missing.txt': missing = '', ...others } = text(found);
    expect(others).toEqual({
      ...{ 'Plans/Plan.txt': 'one', 'plans/plan (2).TXT': 'two', 'Plans/Old/empty.txt': '' },
      'Plans/Old/whole.txt': 'only half',
    });
    expect(missing.split('\r\n').slice(2, -1)).toEqual([
      expect.stringMatching(/^Plans\/Old\/away\.txt: it lies at b\.example, .* since .*2026/),
      expect.stringMatching(/^Plans\/Old\/half\.txt: it lies at b\.example/),
    ]);
    expect(missing).not.toContain('hers');
    // Written down for the owners of what went in, and of nothing that did not.
    const { items } = await readingsOf(context.db.reader, [first, second, large, empty, own, gone], {
      cursor: null,
      limit: 10,
    });
    expect(items.map(({ file }) => file).sort()).toEqual([first, second, large, empty].sort());
    for (const { reader: who, how } of items) expect([who, how]).toEqual([bert.person.id, ways.saved]);
    expect(incoming(web)).toEqual([]);
    const nobody = unzip(await read(zipOf(context, { kind: 'nobody' }, [{ folders: [], file: first }], reader)));
    expect(nobody).toEqual({});
    // Who is not signed in makes this node fetch nothing.
    thingsOpen.add('nobody');
    const remote = [{ folders: [], file: whole }];
    const signedOut = text(unzip(await read(zipOf(context, { kind: 'nobody' }, remote, reader))));
    expect(Object.keys(signedOut)).toEqual(['missing.txt']);
    expect(signedOut['missing.txt']).toContain('whole.txt: it lies at b.example, from where it is fetched for people');
  });

  it('holds nothing from the moment on that its reader may read no more: not when their account ends, and not when a file comes late', async () => {
    let may: string[] = [];
    const ports = {
      files: {
        read: async () => ({
          ok: true as const,
          body: (async function* () {
            yield Buffer.from('came ');
            may = [];
            yield Buffer.from('late');
          })(),
        }),
        awaySince: async () => null,
      },
    };
    const things = thingsFor(() => may, {
      mayRead: async (_db, requester) => requester.kind === 'person' && may.includes(requester.person),
    });
    await using web = await openWeb(open, { slices: [people, files, things], ports });
    const [anna, bert] = [await web.account({ administrator: true }), await web.account()];
    const [first, second] = [await hangFile(web, anna, '1.txt', 'one'), await hangFile(web, anna, '2.txt', 'two')];
    const late = await remember(web, 'late.txt', Buffer.from('came late'));
    const requester = { kind: 'person', person: bert.person.id, administrator: false, guest: false } as const;
    may = [bert.person.id];
    const withLate = [first, late].map((file) => ({ folders: [], file }));
    expect(text(unzip(await read(zipOf(web.context, requester, withLate, reader))))).toEqual({ '1.txt': 'one' });
    expect(may).toEqual([]);
    may = [bert.person.id];
    async function* entries(): AsyncGenerator<ZipEntry> {
      yield { folders: [], file: first };
      await change(web, (work) => disableAccount(work, bert.id));
      yield { folders: [], file: second };
    }
    expect(text(unzip(await read(zipOf(web.context, requester, entries(), reader))))).toEqual({ '1.txt': 'one' });
    expect(incoming(web)).toEqual([]);
  });

  it('fetches no more from a node that sends nothing once its reader has gone', async () => {
    const may: string[] = [];
    let asked = () => {};
    const begun = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const body = async function* () {
      asked();
      yield await new Promise<Buffer>(() => {});
    };
    const ports = { files: { read: async () => ({ ok: true, body: body() }) as const, awaySince: async () => null } };
    const things = thingsFor(() => may, { mayRead: async () => true });
    await using web = await openWeb(open, { slices: [people, files, things], ports });
    const anna = await web.account();
    may.push(anna.person.id);
    const file = await remember(web, 'silent.txt', Buffer.from('never'));
    let ended = () => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    async function* entries(): AsyncGenerator<ZipEntry> {
      try {
        yield { folders: [], file };
        yield { folders: [], file };
      } finally {
        ended();
      }
    }
    const requester = { kind: 'person', person: anna.person.id, administrator: false, guest: false } as const;
    const stream = zipOf(web.context, requester, entries(), reader);
    await begun;
    await expect.poll(() => incoming(web).length, { timeout: 15_000 }).toBe(1);
    await stream.cancel();
    await end;
    await expect.poll(() => incoming(web), { timeout: 15_000 }).toEqual([]);
  });

  it('asks for no file before there is somebody to take it, and for none any more when they have gone', async () => {
    const may: string[] = [];
    await using web = await openWeb(open, { slices: [people, files, thingsFor(() => may)] });
    const anna = await web.account();
    may.push(anna.person.id);
    const file = await hangFile(web, anna, 'random.bin', randomBytes(1_000_000));
    let asked = 0;
    let ended = () => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    async function* entries(): AsyncGenerator<ZipEntry> {
      try {
        for (; asked < 50; asked += 1) yield { folders: [], file };
      } finally {
        ended();
      }
    }
    const requester = { kind: 'person', person: anna.person.id, administrator: false, guest: false } as const;
    const stream = zipOf(web.context, requester, entries(), reader).getReader();
    let taken = 0;
    while (taken < 100_000) taken += (await stream.read()).value?.length ?? 0;
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBeLessThan(3);
    await stream.cancel();
    await end;
    expect(asked).toBeLessThan(4);
    expect(incoming(web)).toEqual([]);
  });
});
