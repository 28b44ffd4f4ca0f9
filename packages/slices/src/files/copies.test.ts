import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  arrivingPath,
  newId,
  pieceBytes,
  runAfterEffects,
  runNextJob,
  type Slice,
  takeJob,
  transact,
} from '@joinery/core';
import { people } from '@joinery/slices/people';
import { expect, it, test } from 'vitest';
import { eicar, startClamd } from '../../../../test/harness/clamd.ts';
import { describeStores } from '../../../../test/harness/store.ts';
import { until } from '../../../../test/harness/until.ts';
import { openWeb, type TestWeb } from '../../../../test/harness/web.ts';
import { checks } from './checks.ts';
import { copyJob, copyOf, dropCopy, planJob } from './copies.ts';
import { inTime } from './copying.ts';
import { files, readingsOfCopies, rememberFiles, ways } from './index.ts';
import { sweep } from './jobs.ts';
import { fileByUri } from './store.ts';
import { thingsFor } from './testing/web.ts';
import { zipOf } from './zip.ts';

const start = Date.UTC(2026, 10, 22, 9);
const home = 'https://b.example';
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes);

/** Says that a thing of another node has these files. @returns their local ids */
async function say(web: TestWeb, thing: string, named: Record<string, { bytes: Buffer; type?: string; at?: string }>) {
  const said = Object.entries(named).map(([name, { bytes, type, at }]) => ({
    ...{ uri: `${at ?? home}/files/${name}`, name, media_type: type ?? 'text/plain', bytes: bytes.length, alt: null },
    sha256: sha(bytes).digest('hex'),
    pieces: Array.from({ length: Math.max(1, Math.ceil(bytes.length / pieceBytes)) }, (_, index) =>
      sha(bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes)).digest('base64url'),
    ).join(' '),
  }));
  await transact(web.context, { kind: 'system', what: 'test' }, (work) =>
    rememberFiles(work, { kind: 'things', id: thing }, said),
  );
  const rows = await web.context.db.reader.selectFrom('files_file').select(['id', 'name']).execute();
  return (name: string) => rows.find((row) => row.name === name)?.id ?? '';
}

describeStores('The record copy of files of other nodes', (open) => {
  it('is fetched where it is promised, goes on after a break, holds nothing that is not what was said, and goes with the promise', async () => {
    let promised = true;
    const asked: string[] = [];
    const source = new Map<string, Buffer>();
    let breaks = 1;
    const things = thingsFor(() => [], { keepsCopies: async (_db, id) => promised && id !== 'open' });
    const ports = {
      files: {
        read: async (uri: string, range: { start: number; end: number }) => {
          const { pathname, search } = new URL(uri);
          const name = pathname.split('/').at(-1) ?? '';
          asked.push(`${name}${search} ${range.start}`);
          const bytes = source.get(name);
          if (!bytes) return { ok: false, away: true, asked: true, detail: 'away' } as const;
          const cut = name === 'long.bin' && breaks-- > 0 ? pieceBytes + 100 : range.end + 1;
          async function* body() {
            yield bytes?.subarray(range.start, cut) ?? Buffer.alloc(0);
            if (cut <= range.end) throw new Error('cut off');
          }
          return { ok: true, body: body() } as const;
        },
        awaySince: async () => null,
      },
    };
    let now = start;
    await using web = await openWeb(open, { slices: [files, things], ports, now: () => new Date(now) });
    const { context } = web;
    await using clamd = await startClamd();
    context.config.files.scanner = { host: '127.0.0.1', port: clamd.port };
    context.config.files.largest = 4 * pieceBytes;
    const work = async () => {
      while (await runNextJob(context));
    };
    const state = async (id: string) => (await copyOf(context.db.reader, id))?.state;

    const long = randomBytes(2 * pieceBytes + 5);
    const page = Buffer.from('<!doctype html><html><body>x</body></html>');
    const named = {
      'fine.txt': { bytes: Buffer.from('All fine') },
      'late.txt': { bytes: Buffer.from('Its node is away') },
      'long.bin': { bytes: long, type: 'application/octet-stream' },
      'page.txt': { bytes: page },
      'sick.txt': { bytes: Buffer.from(`before ${eicar}`) },
      'vast.bin': { bytes: Buffer.alloc(4 * pieceBytes + 1), type: 'application/octet-stream' },
      'void.txt': { bytes: Buffer.alloc(0) },
    };
    for (const [name, { bytes }] of Object.entries(named)) if (name !== 'late.txt') source.set(name, bytes);
    const idOf = await say(web, 'one', named);
    await say(web, 'open', { 'open.txt': { bytes: Buffer.from('of an open group') } });
    await work();
    expect([await state(idOf('fine.txt')), await state(idOf('void.txt'))]).toEqual(['kept', 'kept']);
    expect(await copyOf(context.db.reader, idOf('page.txt'))).toMatchObject({ state: 'refused', reason: 'other_type' });
    expect(await copyOf(context.db.reader, idOf('sick.txt'))).toMatchObject({ state: 'refused', reason: 'infected' });
    expect(await copyOf(context.db.reader, idOf('vast.bin'))).toMatchObject({ state: 'refused', reason: 'too_large' });
    expect([await state(idOf('long.bin')), await state(idOf('late.txt'))]).toEqual(['wanted', 'wanted']);
    // Nothing of what was refused or of what nobody promised.
    expect(asked.filter((one) => /^(vast|open)/.test(one))).toEqual([]);
    for (const name of ['page.txt', 'sick.txt'] as const)
      expect(await context.files.size(sha(named[name].bytes).digest('hex'))).toBeNull();
    expect((await checks(context, 'en')).at(-1)).toMatchObject({ state: 'attention', figure: 3 });
    expect((await checks(context, 'nl')).at(-1)?.says).toContain('geweigerd door de virusscanner');

    now += 2 * 60_000;
    await work();
    expect(asked.filter((one) => one.startsWith('long'))).toEqual([
      'long.bin?record 0',
      `long.bin?record ${pieceBytes}`,
    ]);
    expect(await state(idOf('long.bin'))).toBe('kept');
    const bytes = await new Response(await context.files.read(sha(long).digest('hex'))).arrayBuffer();
    expect(Buffer.from(bytes).equals(long)).toBe(true);

    // For as long as it is promised, an hour apart at most: ten tries would be over by now.
    source.set('late.txt', named['late.txt'].bytes);
    now += 20 * 3_600_000;
    await work();
    expect(await state(idOf('late.txt'))).toBe('kept');

    // What is left out of its post goes, and the rest stays.
    const left = { 'fine.txt': named['fine.txt'], 'long.bin': named['long.bin'] };
    await say(web, 'one', left);
    await sweep(context);
    expect(await state(idOf('late.txt'))).toBeUndefined();
    expect(await context.files.size(sha(named['late.txt'].bytes).digest('hex'))).toBeNull();
    expect(await context.files.size(sha(long).digest('hex'))).toBe(long.length);

    promised = false;
    await say(web, 'one', { 'fine.txt': { bytes: named['fine.txt'].bytes } });
    await work();
    await sweep(context);
    expect(await context.db.reader.selectFrom('files_copy').selectAll().execute()).toEqual([]);
    expect(await context.files.size(sha(named['fine.txt'].bytes).digest('hex'))).toBeNull();
    expect(existsSync(arrivingPath(context.files, idOf('long.bin')))).toBe(false);
  });

  it('goes on with other nodes while one is slow, and leaves nothing of what is deleted meanwhile', async () => {
    const { promise: slow, resolve: goOn } = Promise.withResolvers<void>();
    const asked: string[] = [];
    const named = {
      'slow.txt': { bytes: Buffer.from('Byte by byte') },
      'next.txt': { bytes: Buffer.from('Of the same node') },
      'other.txt': { bytes: Buffer.from('Of another node'), at: 'https://c.example' },
      'part.bin': { bytes: randomBytes(pieceBytes + 5), type: 'application/octet-stream', at: 'https://d.example' },
    };
    const things = thingsFor(() => [], { keepsCopies: async () => true });
    const ports = {
      files: {
        read: async (uri: string) => {
          const name = new URL(uri).pathname.split('/').at(-1) as keyof typeof named;
          asked.push(name);
          async function* body() {
            if (name === 'slow.txt') await slow;
            yield named[name].bytes.subarray(0, pieceBytes);
            if (name === 'part.bin') throw new Error('cut off');
          }
          return { ok: true, body: body() } as const;
        },
        awaySince: async () => null,
      },
    };
    let now = start;
    await using web = await openWeb(open, { slices: [files, things], ports, now: () => new Date(now) });
    const { context } = web;
    const work = async () => {
      while (await runNextJob(context));
    };
    const idOf = await say(web, 'one', named);
    const jobs = () => context.db.reader.selectFrom('job').select('id').where('name', '=', planJob).execute();
    // A look that has been through the files, and has not ended: another is planned all the same.
    const look = await takeJob(context);
    now += 1;
    await say(web, 'one', { 'slow.txt': named['slow.txt'] });
    expect([look?.name, (await jobs()).length]).toEqual([planJob, 2]);
    await look?.run();
    const running = work();
    await until(async () => asked.length === 1, 15_000);
    now += 1;
    const ids = await say(web, 'one', named);
    await work();
    expect(asked).toEqual(['slow.txt', 'other.txt', 'part.bin']);
    const states = ['slow.txt', 'next.txt', 'other.txt'].map(
      async (name) => (await copyOf(context.db.reader, ids(name)))?.state,
    );
    expect(await Promise.all(states)).toEqual(['wanted', 'wanted', 'kept']);
    expect(ids('slow.txt')).toBe(idOf('slow.txt'));
    const [arriving, size] = [
      arrivingPath(context.files, ids('part.bin')),
      () => context.files.size(sha(named['slow.txt'].bytes).digest('hex')),
    ];
    expect(existsSync(arriving)).toBe(true);

    await say(web, 'one', {});
    goOn();
    await running;
    expect(await size()).not.toBeNull();
    now += 2 * 60_000;
    await work();
    expect(existsSync(arriving)).toBe(false);
    now += 26 * 3_600_000;
    await work();
    expect(await size()).toBeNull();
  });
});

describeStores('Record copies altogether', (open) => {
  it('take no more than was set, which the health page says in words, are packed into zips while their home is away, and go on when there is room', async () => {
    let now = start;
    const away = new Set<string>();
    const named = {
      'one.txt': { bytes: Buffer.from('1234567890') },
      'two.txt': { bytes: Buffer.from('abcdefghij') },
    };
    const events: unknown[] = [];
    const things: Slice = {
      ...thingsFor(() => [], {
        mayRead: async () => true,
        keepsCopies: async () => true,
        keepsReaders: async () => true,
      }),
      on: {
        'file.copy_settled': async (_work, { data }) => void events.push(data),
        'file.copy_read': async (_work, { data }) => void events.push({ ...data, read: true }),
      },
    };
    const ports = {
      files: {
        read: async (uri: string) => {
          const name = new URL(uri).pathname.split('/').at(-1) as keyof typeof named;
          if (away.has(name)) return { ok: false, away: true, asked: true, detail: 'away' } as const;
          async function* body() {
            yield named[name].bytes;
          }
          return { ok: true, body: body() } as const;
        },
        awaySince: async () => '2026-11-22T09:10:00.000Z',
      },
    };
    await using web = await openWeb(open, { slices: [people, files, things], ports, now: () => new Date(now) });
    const { context } = web;
    const work = async () => {
      while (await runNextJob(context));
      while ((await runAfterEffects(context)) > 0);
    };
    context.config.files.copies = 15;
    const idOf = await say(web, 'one', { 'one.txt': named['one.txt'] });
    await work();
    await say(web, 'two', { 'two.txt': named['two.txt'] });
    const two = (await fileByUri(context.db.reader, `${home}/files/two.txt`))?.id ?? '';
    now += 1_000;
    await work();
    expect(await copyOf(context.db.reader, idOf('one.txt'))).toMatchObject({ state: 'kept', reason: null });
    expect(await copyOf(context.db.reader, two)).toMatchObject({ state: 'wanted', reason: 'no_room' });
    for (const [language, words] of [
      ['en', 'There is no room for 1 file of other nodes'],
      ['nl', 'Er is geen ruimte voor 1 bestand van andere knooppunten'],
    ] as const)
      expect((await checks(context, language)).at(-1)).toMatchObject({
        ...{ state: 'attention', figure: 1, says: expect.stringContaining(words) },
        mend: expect.stringContaining('JOINERY_RECORD_COPIES_MEGABYTES'),
      });
    // Looked at again and again, it is said once.
    now += 40 * 60_000;
    await work();
    expect(events).toEqual([{ kind: 'things', id: 'two' }]);
    // However many wait: one question for all, ever less often.
    const planned = async (name: string) => {
      const jobs = context.db.reader.selectFrom('job').select('run_at').where('name', '=', name);
      return (await jobs.execute()).map(({ run_at }) => (Date.parse(run_at) - now) / 60_000);
    };
    expect([await planned('files.copy'), await planned('files.copy_room')]).toEqual([[], [30]]);
    for (const minutes of [30, 60, 120]) {
      now += minutes * 60_000;
      await work();
    }
    expect([await planned('files.copy'), await planned('files.copy_room')]).toEqual([[], [120]]);

    // While its home is away the copy is in a zip, the other is named, and it is written down who took it.
    away.add('one.txt').add('two.txt');
    const anna = await web.account();
    const requester = { kind: 'person', person: anna.person.id, administrator: false, guest: false } as const;
    const entries = [idOf('one.txt'), two].map((file) => ({ folders: [], file }));
    const zip = await new Response(
      zipOf(context, requester, entries, { language: 'en', timeZone: 'UTC' }),
    ).arrayBuffer();
    const packed = Buffer.from(zip).toString('latin1');
    expect([packed.includes('one.txt'), packed.includes('missing.txt')]).toEqual([true, true]);
    await work();
    expect(events.slice(1)).toEqual([{ kind: 'things', id: 'one', read: true }]);
    expect(await readingsOfCopies(context.db.reader, ['things'], 'one', context.config.origin)).toMatchObject([
      { uri: `${home}/files/one.txt`, node: context.config.origin, how: ways.saved },
    ]);

    away.clear();
    context.config.files.copies = 20;
    now += 120 * 60_000;
    await work();
    expect(await copyOf(context.db.reader, two)).toMatchObject({ state: 'kept', reason: null });
    expect(events.at(-1)).toEqual({ kind: 'things', id: 'two' });
    expect((await checks(context, 'en')).at(-1)).toMatchObject({ state: 'good' });
  });

  it('is read only while its home says nothing: a home that says no is believed, and so is a promise that ended', async () => {
    let [says, promised, now] = ['gives' as 'gives' | 'nothing' | 'no', true, start];
    const named = { 'one.txt': { bytes: Buffer.from('1234567890') } };
    const things = thingsFor(() => [], { mayRead: async () => true, keepsCopies: async () => promised });
    const ports = {
      files: {
        read: async () => {
          if (says !== 'gives') return { ok: false, away: says === 'nothing', asked: true, detail: says } as const;
          async function* body() {
            yield named['one.txt'].bytes;
          }
          return { ok: true, body: body() } as const;
        },
        awaySince: async () => null,
      },
    };
    await using web = await openWeb(open, { slices: [people, files, things], ports, now: () => new Date(now) });
    const anna = await web.account();
    const idOf = await say(web, 'one', named);
    while (await runNextJob(web.context));
    const read = async () => {
      // Longer than a home that said nothing is left alone for.
      now += 60_000;
      const answer = await web.api(anna.token, 'GET', `/files/${idOf('one.txt')}/content`);
      return [answer.status, (await answer.text()).includes('1234567890')];
    };
    says = 'nothing';
    expect(await read()).toEqual([200, true]);
    says = 'no';
    expect(await read()).toEqual([404, false]);
    // Before anything has been cleared away.
    says = 'nothing';
    promised = false;
    const [status, given] = await read();
    expect([status === 200, given]).toEqual([false, false]);
    expect(await copyOf(web.context.db.reader, idOf('one.txt'))).toMatchObject({ state: 'kept' });
  });
});

describeStores('Files that wait for room', (open) => {
  it('are fetched one of each node at a time, when a copy went, until nothing more fits', async () => {
    let now = start;
    const asked: string[] = [];
    const homes = { one: home, two: 'https://c.example' };
    const things = thingsFor(() => [], { keepsCopies: async () => true });
    const body = Buffer.from('1234567890');
    const ports = {
      files: {
        read: async (uri: string) => {
          asked.push(new URL(uri).host);
          async function* bytes() {
            yield body;
          }
          return { ok: true, body: bytes() } as const;
        },
        awaySince: async () => null,
      },
    };
    await using web = await openWeb(open, { slices: [files, things], ports, now: () => new Date(now) });
    const { context } = web;
    const work = async () => {
      for (; await runNextJob(context); now += 3_000);
    };
    context.config.files.copies = 10;
    const idOf = await say(web, 'first', { 'first.txt': { bytes: body } });
    await work();
    const names = (at: string, of: number) =>
      Object.fromEntries(Array.from({ length: of }, (_, index) => [`${index}.txt`, { bytes: body, at }]));
    await say(web, 'many', names(homes.one, 20));
    now += 1_000;
    await say(web, 'few', names(homes.two, 2));
    await work();
    const waits = () => context.db.reader.selectFrom('files_copy').select('file_id').where('reason', '=', 'no_room');
    expect([(await waits().execute()).length, asked]).toEqual([22, ['b.example']]);
    // Whoever has twenty does not stand before whoever has two.
    context.config.files.copies = 60;
    await transact(context, { kind: 'system', what: 'test' }, async (unit) => {
      const [file] = await unit.db.selectFrom('files_file').selectAll().where('id', '=', idOf('first.txt')).execute();
      if (file) await dropCopy(unit, file);
    });
    while ((await runAfterEffects(context)) > 0);
    await work();
    expect(asked.filter((host) => host === 'c.example')).toHaveLength(2);
    expect([asked.length, (await waits().execute()).length]).toEqual([7, 16]);
  });
});

describeStores('Files that wait for room while others of their node have none', (open) => {
  it('have one job each, however often it is looked, take no room from others while their node is away, and stand before nobody', async () => {
    let now = start;
    const away = new Set(['b.example']);
    const things = thingsFor(() => [], { keepsCopies: async () => true });
    const body = Buffer.from('1234567890');
    const ports = {
      files: {
        read: async (uri: string) => {
          if (away.has(new URL(uri).host)) return { ok: false, away: true, asked: true, detail: 'away' } as const;
          async function* bytes() {
            yield body;
          }
          return { ok: true, body: bytes() } as const;
        },
        awaySince: async () => null,
      },
    };
    await using web = await openWeb(open, { slices: [files, things], ports, now: () => new Date(now) });
    const { context } = web;
    const work = async () => {
      while (await runNextJob(context));
    };
    const jobs = async () =>
      (await context.db.reader.selectFrom('job').select('id').where('name', '=', copyJob).execute()).length;
    context.config.files.copies = 0;
    const one = await say(web, 'one', { 'one.txt': { bytes: body } });
    // Of one node more than are read at once, and more than may ever be kept; behind them one that fits, of another.
    await transact(context, { kind: 'system', what: 'test' }, async (unit) => {
      const file = await unit.db.selectFrom('files_file').selectAll().executeTakeFirstOrThrow();
      for (let at = 0; at < 2_800; at += 700) {
        const rows = Array.from({ length: 700 }, () => {
          const id = newId();
          const bytes = at === 0 ? 1_000 : 10;
          return { ...file, id, uri: `https://many.example/files/${id}`, bytes };
        });
        await unit.db.insertInto('files_file').values(rows).execute();
        const copies = rows.map(({ id, sha256 }) => ({
          ...{ file_id: id, sha256, state: 'wanted' as const, reason: 'no_room' as const, tries: 0 },
          at: new Date(start - 1_000).toISOString(),
        }));
        await unit.db.insertInto('files_copy').values(copies).execute();
      }
    });
    now += 1_000;
    const two = await say(web, 'two', { 'two.txt': { bytes: body, at: 'https://c.example' } });
    away.add('many.example');
    await work();
    const noRoom = async (id: string) => (await copyOf(context.db.reader, id))?.reason;
    expect([await noRoom(one('one.txt')), await noRoom(two('two.txt')), await jobs()]).toEqual([
      'no_room',
      'no_room',
      0,
    ]);
    // Room for one of each node, and all of them are away for a day.
    away.add('c.example');
    context.config.files.copies = 30;
    for (let looks = 0; looks < 30; looks += 1) {
      now += 47 * 60_000;
      await work();
    }
    expect(await jobs()).toBe(3);
    context.config.files.copies = 0;
    const three = await say(web, 'three', { 'three.txt': { bytes: body, at: 'https://d.example' } });
    await work();
    expect(await noRoom(three('three.txt'))).toBe('no_room');
    context.config.files.copies = 10;
    now += 3 * 3_600_000;
    await work();
    expect(await copyOf(context.db.reader, three('three.txt'))).toMatchObject({ state: 'kept' });
  });
});

test('A stream that goes on for too long is given up, and what came of it stays', async () => {
  const came: string[] = [];
  let [noted, ended] = [0, false];
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from('some')),
    cancel: () => {
      ended = true;
    },
  });
  for await (const part of inTime(stream, 10, (bytes) => {
    noted += bytes;
  }))
    came.push(Buffer.from(part).toString());
  expect([came, noted, ended]).toEqual([['some'], 4, true]);
});
