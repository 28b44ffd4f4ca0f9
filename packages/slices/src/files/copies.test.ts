import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { arrivingPath, pieceBytes, runNextJob, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { eicar, startClamd } from '../../../../test/harness/clamd.ts';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb, type TestWeb } from '../../../../test/harness/web.ts';
import { checks } from './checks.ts';
import { copyOf } from './copies.ts';
import { files, rememberFiles } from './index.ts';
import { sweep } from './jobs.ts';
import { thingsFor } from './testing/web.ts';

const start = Date.UTC(2026, 10, 22, 9);
const home = 'https://b.example';
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes);

/** Says that a thing of another node has these files. @returns their local ids */
async function say(web: TestWeb, thing: string, named: Record<string, { bytes: Buffer; type?: string }>) {
  const said = Object.entries(named).map(([name, { bytes, type }]) => ({
    ...{ uri: `${home}/files/${name}`, name, media_type: type ?? 'text/plain', bytes: bytes.length, alt: null },
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
});
