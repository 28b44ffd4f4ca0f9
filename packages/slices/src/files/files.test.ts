import { readdirSync } from 'node:fs';
import {
  disableAccount,
  enableAccount,
  type FileHolder,
  removeUnusedBlobs,
  type Slice,
  sizes,
  transact,
} from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb, type TestAccount, type TestWeb } from '../../../../test/harness/web.ts';
import { checks } from './checks.ts';
import { attachFile, files, removeFilesOf } from './index.ts';
import { sweep } from './jobs.ts';
import { gif, jpeg, png, webp } from './testing/pictures.ts';
import { heicPicture } from './testing/real-pictures.ts';

const by = { kind: 'system', what: 'test' } as const;

/** Things that one person may read. */
function holderFor(reader: () => string): Slice {
  const holder: FileHolder = {
    kind: 'things',
    mayRead: async (_db, requester, id) =>
      id === 'thing' && requester.kind === 'person' && requester.person === reader(),
  };
  return { name: 'things', fileHolders: [holder] };
}

async function begin(web: TestWeb, account: TestAccount, name: string, length: number) {
  return web.webApp.fetch(
    new Request(`${web.origin}/api/v1/uploads`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${account.token}`,
        'tus-resumable': '1.0.0',
        'upload-length': String(length),
        'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
      },
    }),
  );
}

async function send(web: TestWeb, account: TestAccount, path: string, offset: number, bytes: Uint8Array) {
  return web.webApp.fetch(
    new Request(`${web.origin}${path}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${account.token}`,
        'tus-resumable': '1.0.0',
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(offset),
      },
      body: new Uint8Array(bytes),
    }),
  );
}

/** @returns id of the file */
async function upload(web: TestWeb, account: TestAccount, name: string, bytes: Uint8Array): Promise<string> {
  const begun = await begin(web, account, name, bytes.length);
  expect(begun.status).toBe(201);
  const path = begun.headers.get('location') ?? '';
  if (bytes.length > 0) expect((await send(web, account, path, 0, bytes)).status).toBe(204);
  return path.split('/').at(-1) ?? '';
}

const svg = (inside: string, outside = '') =>
  `${outside}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">${inside}</svg>`;
const markup = [
  svg('<script>alert(1)</script>'),
  svg('<g onload="alert(1)"/>'),
  svg('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></body></foreignObject>'),
  svg('<image xlink:href="http://evil.example/x.png"/><use href="http://evil.example/x.svg#a"/>'),
  svg('&c;', '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'),
  svg('<script>alert(1)</script>', '<!DOCTYPE svg [<!ENTITY a "]>"><!ENTITY b "c">]>'),
  svg('<script>alert(1)</script>', '<?xml version="1.0"?><!DOCTYPE svg SYSTEM "a>b">'),
  '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
];

const incoming = (web: TestWeb) => readdirSync(web.context.files.incoming);

describeStores('A file', (open) => {
  it('is uploaded in parts, read in parts by whom what it hangs on lets read, and ends with it (hostile case 116)', async () => {
    let reader = '';
    await using web = await openWeb(open, { slices: [files, holderFor(() => reader)] });
    const { context } = web;
    const anna = await web.account();
    const bert = await web.account();
    const bytes = Buffer.from('one two three four');
    const begun = await begin(web, anna, '../Rapport “Été”.txt', bytes.length);
    const path = begun.headers.get('location') ?? '';
    expect((await send(web, anna, path, 0, bytes.subarray(0, 7))).headers.get('upload-offset')).toBe('7');
    expect((await send(web, anna, path, 3, bytes.subarray(3))).status).toBe(409);
    expect((await send(web, bert, path, 7, bytes.subarray(7))).status).toBe(404);
    expect((await web.api(anna.token, 'GET', path.replace('/api/v1', ''))).headers.get('upload-offset')).toBe('7');
    expect((await send(web, anna, path, 7, bytes.subarray(7))).headers.get('upload-offset')).toBe('18');
    expect(incoming(web)).toEqual([]);
    const id = path.split('/').at(-1) ?? '';

    const read = (account: TestAccount | null, headers: HeadersInit = {}, method = 'GET') =>
      (account?.browser ?? web.browser()).fetch(`/files/${id}`, { headers, method });
    expect(await (await read(anna)).text()).toBe('one two three four');
    const missing = await bert.browser.fetch('/files/01900000-0000-7000-8000-000000000000');
    const theirs = await read(bert);
    expect(theirs.status).toBe(404);
    const plain = async (answer: Response) => (await answer.text()).replace(/[0-9a-f-]{36}|value="[^"]*"/g, '');
    expect(await plain(theirs)).toBe(await plain(missing));
    await transact(context, by, (work) =>
      attachFile(work, { file: id, holder: { kind: 'things', id: 'thing' }, by: anna.person.id, alt: 'A  report' }),
    );
    expect((await read(anna)).status).toBe(404);
    reader = bert.person.id;
    const whole = await read(bert);
    expect(whole.status).toBe(200);
    const said = (name: string) => whole.headers.get(name);
    expect(said('content-type')).toBe('text/plain; charset=utf-8');
    expect(said('cache-control')).toBe('private, no-store');
    expect(said('content-security-policy')).toContain("sandbox; default-src 'none'");
    expect(said('content-disposition')).toBe(
      `inline; filename="Rapport _Ete_.txt"; filename*=UTF-8''Rapport%20%E2%80%9C%C3%89t%C3%A9%E2%80%9D.txt`,
    );
    const part = await read(bert, { range: 'bytes=4-6' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 4-6/18', 'two']);
    expect(await (await read(bert, { range: 'bytes=-4' })).text()).toBe('four');
    expect(await (await read(bert, { range: 'bytes=14-' })).text()).toBe('four');
    expect((await read(bert, { range: 'bytes=18-' })).status).toBe(416);
    expect((await read(bert, { range: 'bytes=0-1,3-4' })).status).toBe(200);
    const head = await read(bert, {}, 'HEAD');
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['18', '']);
    const tag = said('etag') ?? '';
    expect((await read(bert, { 'if-none-match': tag })).status).toBe(304);
    for (const headers of [new Headers({ range: 'bytes=0-1' }), new Headers({ 'if-none-match': tag }), new Headers()])
      for (const method of ['GET', 'HEAD']) expect((await read(anna, headers, method)).status).toBe(404);
    expect((await read(null)).status).toBe(404);

    await transact(context, by, (work) => removeFilesOf(work, { kind: 'things', id: 'thing' }));
    expect((await read(bert)).status).toBe(404);
  });

  it('is not begun beyond what one person may send in a day, nor where what others have begun would fill the disk', async () => {
    await using web = await openWeb(open, { slices: [files] });
    const [anna, bert] = [await web.account(), await web.account()];
    const announce = (account: TestAccount, bytes: number, id: string) =>
      transact(web.context, by, async (work) => {
        const row = { id, person_id: account.person.id, name: 'x', bytes, received: 0, created_at: work.now };
        await work.db.insertInto('files_upload').values(row).execute();
      });
    await announce(anna, sizes.filesPerDay.most * 1_000_000 - 10, 'a');
    expect((await begin(web, anna, 'small', 10)).status).toBe(201);
    expect((await begin(web, anna, 'more', 1)).status).toBe(429);
    expect((await begin(web, bert, 'other', 1)).status).toBe(201);
    // What came within the day counts too, and what came before it does not.
    const cato = await web.account();
    const id = await upload(web, cato, 'sent.txt', Buffer.from('words'));
    const sent = (row: { bytes: number } | { created_at: string }) =>
      transact(web.context, by, async (work) => {
        await work.db.updateTable('files_file').set(row).where('id', '=', id).execute();
      });
    await sent({ bytes: sizes.filesPerDay.most * 1_000_000 - 10 });
    expect((await begin(web, cato, 'more', 11)).status).toBe(429);
    await sent({ created_at: new Date(Date.now() - 25 * 3_600_000).toISOString() });
    expect((await begin(web, cato, 'more', 11)).status).toBe(201);
    // Nor does anybody have more than fifty under way.
    const dirk = await web.account();
    for (let number = 0; number < 49; number += 1) await announce(dirk, 1, `of dirk ${number}`);
    expect([(await begin(web, dirk, 'last', 1)).status, (await begin(web, dirk, 'more', 1)).status]).toEqual([
      201, 429,
    ]);
    await announce(anna, 4_000_000_000_000_000, 'b');
    expect((await begin(web, bert, 'other', 1)).status).toBe(507);
  });

  it('is called what is safe everywhere: no sign of a page, no path, no turned direction, and no more than can be read', async () => {
    await using web = await openWeb(open, { slices: [files] });
    const anna = await web.account();
    const cases: [name: string, shown: string][] = [
      ['<script>alert(1)</script>', 'script'],
      ['<img src=x onerror="alert(1)">.png', 'img src=x onerror= alert(1) .png'],
      ['invoice\u202efdp.exe', 'invoicefdp.exe'],
      [`${'n'.repeat(300)}.pdf`, `${'n'.repeat(196)}.pdf`],
      ['..\\..\\con', 'con'],
      ['\r\nset-cookie: a=b', 'set-cookie a=b'],
      ['\u0000', 'file'],
    ];
    for (const [name, shown] of cases) {
      const id = await upload(web, anna, name, Buffer.from('words'));
      expect([name, (await (await web.api(anna.token, 'GET', `/files/${id}`)).json()).name]).toEqual([name, shown]);
      const answer = await anna.browser.fetch(`/files/${id}?download`);
      const disposition = answer.headers.get('content-disposition') ?? '';
      expect(disposition).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.~!()*'%-]+$/);
      expect(disposition.split("''")[1]).toBe(
        encodeURIComponent(shown).replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
      );
      await answer.body?.cancel();
    }
  });

  it('is known by its content, whatever it is called, and shown only when no browser can run it (hostile cases 109, 110, 113)', async () => {
    await using web = await openWeb(open, { slices: [files] });
    const anna = await web.account();
    const cases: [name: string, content: Buffer | string, type: string, inline: boolean][] = [
      ['picture.png', '<!-- x --><html><script>alert(1)</script>', 'application/octet-stream', false],
      ['notes.txt', '<?xml version="1.0"?><svg onload="alert(1)"/>', 'application/octet-stream', false],
      ['page.pdf', '  <!doctype html><p>', 'application/octet-stream', false],
      ['a.html', 'just words', 'text/plain; charset=utf-8', true],
      ['paper.txt', '%PDF-1.7\n<html>', 'application/pdf', true],
      ['x.js', Buffer.from('GIF89a\x01\0\x01\0\0\0\0/*alert(1)*/'), 'application/octet-stream', false],
      ['x.gif', gif(), 'image/gif', true],
      ['broken.png', png().subarray(0, 40), 'application/octet-stream', false],
      ['huge.png', Buffer.from(png()).fill(0x7f, 16, 24), 'application/octet-stream', false],
      ['random', Buffer.from([0, 1, 2, 3, 250]), 'application/octet-stream', false],
      ['nothing', '', 'text/plain; charset=utf-8', true],
      // Whatever could run or be fetched by a reader of markup is kept as it came, and never shown.
      ...markup.flatMap((content) =>
        ['png', 'pdf', 'txt', 'svg'].map((end): (typeof cases)[number] => [
          ...([`drawing.${end}`, content, 'application/octet-stream', false] as const),
        ]),
      ),
    ];
    for (const [name, content, type, inline] of cases) {
      const id = await upload(web, anna, name, Buffer.from(content));
      const answer = await anna.browser.fetch(`/files/${id}`);
      const disposition = answer.headers.get('content-disposition') ?? '';
      expect([name, answer.headers.get('content-type'), disposition.startsWith('inline')]).toEqual([
        name,
        type,
        inline,
      ]);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("sandbox; default-src 'none'");
      await answer.body?.cancel();
    }
  });

  it('says nothing of whoever took a picture, and looks the same', async () => {
    await using web = await openWeb(open, { slices: [files] });
    const anna = await web.account();
    for (const [name, said, clean] of [
      ['a.png', png(), png(16, { clean: true })],
      ['a.jpg', jpeg(), jpeg({ clean: true })],
      ['a.webp', webp(), webp({ clean: true })],
    ] as const) {
      expect(said.includes('Anna de Vries')).toBe(true);
      const kept = Buffer.from(
        await (await anna.browser.fetch(`/files/${await upload(web, anna, name, said)}`)).arrayBuffer(),
      );
      expect(kept.includes('Anna'), name).toBe(false);
      expect(kept.includes('GPS'), name).toBe(false);
      // How it is turned is kept, in a block that says nothing else.
      expect(kept.includes(Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6])), name).toBe(true);
      const same = Buffer.from(
        await (await anna.browser.fetch(`/files/${await upload(web, anna, name, clean)}`)).arrayBuffer(),
      );
      expect(same.equals(clean), name).toBe(true);
    }
  });

  it('says nothing further of a GIF that plays, and tells of each image whether it was taken out (hostile case 113)', async () => {
    await using web = await openWeb(open, { slices: [files] });
    const anna = await web.account();
    const bytesOf = async (name: string, content: Buffer) =>
      Buffer.from(await (await anna.browser.fetch(`/files/${await upload(web, anna, name, content)}`)).arrayBuffer());
    expect(gif().includes('Anna de Vries')).toBe(true);
    expect((await bytesOf('a.gif', gif())).equals(gif({ clean: true }))).toBe(true);
    expect((await bytesOf('b.gif', gif({ clean: true }))).equals(gif({ clean: true }))).toBe(true);
    const half = gif({ clean: true }).subarray(0, -4);
    expect((await bytesOf('c.gif', half)).equals(half)).toBe(true);
    expect((await bytesOf('a.heic', heicPicture)).includes('Anna')).toBe(false);
    const told = async (name: string, content: Buffer) => {
      const file = await (await web.api(anna.token, 'GET', `/files/${await upload(web, anna, name, content)}`)).json();
      return [file.type, file.metadata];
    };
    expect(await told('a.heic', heicPicture)).toEqual(['image/heic', 'removed']);
    expect(await told('a.gif', gif())).toEqual(['image/gif', 'removed']);
    expect(await told('b.heic', heicPicture.subarray(0, -200))).toEqual(['application/octet-stream', 'kept']);
    expect(await told('a.bmp', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]))).toEqual(['image/bmp', 'kept']);
    expect(await told('a.txt', Buffer.from('words'))).toEqual(['text/plain', null]);
  });

  it('that a browser could run comes from the second address, for one person and a minute', async () => {
    let now = Date.now();
    await using web = await openWeb(open, { slices: [files], now: () => new Date(now) });
    const { context } = web;
    const health = async (language: 'en' | 'nl') =>
      (await checks(context, language)).find(({ name }) => name === 'media_origin');
    expect(await health('en')).toMatchObject({ state: 'attention', says: expect.stringContaining('There is none') });
    expect(await health('nl')).toMatchObject({ says: expect.stringContaining('Dat is er niet') });
    context.config.files.mediaOrigin = 'http://media.localhost:20000';
    expect(await health('en')).toMatchObject({ state: 'good' });
    web.webApp.removeNode(context);
    web.webApp.addNode(context);
    await web.account({ administrator: true });
    const anna = await web.account();
    const id = await upload(web, anna, 'page.html', Buffer.from('<!doctype html><script>alert(1)</script>'));
    const led = await anna.browser.fetch(`/files/${id}`);
    const address = led.headers.get('location') ?? '';
    expect([led.status, address.startsWith(`http://media.localhost:20000/files/${id}/`)]).toEqual([302, true]);
    const media = (path: string) =>
      web.webApp.fetch(
        new Request(`http://media.localhost:20000${path}`, { headers: { host: 'media.localhost:20000' } }),
      );
    const { pathname } = new URL(address);
    const answer = await media(pathname);
    expect([answer.status, answer.headers.get('content-disposition')?.split(';')[0]]).toEqual([200, 'attachment']);
    await answer.body?.cancel();
    expect((await media(`${pathname.slice(0, -1)}!`)).status).toBe(404);
    for (const path of ['/', `/files/${id}`, '/sign-in', '/api/v1/openapi.json'])
      expect((await media(path)).status).toBe(404);
    // Nor by the node's own address.
    expect((await anna.browser.fetch(pathname)).status).toBe(404);
    // Nor after the account was closed, though the pass holds: no session is looked at there.
    await transact(context, by, (work) => disableAccount(work, anna.id));
    expect((await media(pathname)).status).toBe(404);
    await transact(context, by, (work) => enableAccount(work, anna.id));
    const again = await media(pathname);
    expect(again.status).toBe(200);
    await again.body?.cancel();
    now += 61_000;
    expect((await media(pathname)).status).toBe(404);
  });

  it('that is too large, or longer than announced, leaves nothing', async () => {
    await using web = await openWeb(open, { slices: [files] });
    const { context } = web;
    context.config.files.largest = 1_000;
    const anna = await web.account();
    expect((await begin(web, anna, 'large', 1_001)).status).toBe(413);
    const begun = await begin(web, anna, 'longer', 10);
    const path = begun.headers.get('location') ?? '';
    expect((await send(web, anna, path, 0, Buffer.alloc(11))).status).toBe(413);
    expect((await send(web, anna, path, 0, Buffer.alloc(10))).status).toBe(404);
    expect((await web.api(null, 'POST', '/uploads')).status).toBe(401);
    expect(incoming(web)).toEqual([]);
    expect(await context.db.reader.selectFrom('blob').select('sha256').execute()).toEqual([]);
  });

  it('goes a day after nobody wanted it, and its bytes a day later, unless they are wanted again', async () => {
    let now = Date.now();
    await using web = await openWeb(open, { slices: [files], now: () => new Date(now) });
    const { context } = web;
    const hours = (count: number) => {
      now += count * 3_600_000;
    };
    const anna = await web.account();
    const id = await upload(web, anna, 'a.txt', Buffer.from('same bytes'));
    const { sha256 } = await context.db.reader
      .selectFrom('files_file')
      .select('sha256')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const half = await begin(web, anna, 'half', 100);
    await send(web, anna, half.headers.get('location') ?? '', 0, Buffer.alloc(99));
    hours(23);
    await sweep(context);
    expect(incoming(web)).toHaveLength(1);
    expect((await web.api(anna.token, 'GET', `/files/${id}/content`)).status).toBe(200);
    hours(2);
    await sweep(context);
    expect(incoming(web)).toEqual([]);
    expect((await web.api(anna.token, 'GET', `/files/${id}/content`)).status).toBe(404);
    expect(await context.files.size(sha256)).toBe(10);
    hours(23);
    const again = await upload(web, anna, 'b.txt', Buffer.from('same bytes'));
    await transact(context, by, (work) =>
      attachFile(work, { file: again, holder: { kind: 'things', id: 'thing' }, by: anna.person.id }),
    );
    hours(48);
    await sweep(context);
    expect(await context.files.size(sha256)).toBe(10);
    await transact(context, by, (work) => removeFilesOf(work, { kind: 'things', id: 'thing' }));
    hours(25);
    await transact(context, by, async (work) => void (await work.db.updateTable('blob').set({ going: 1 }).execute()));
    // While they are being removed, the same bytes are not taken: they would go with the others.
    const late = await begin(web, anna, 'c.txt', 10);
    expect((await send(web, anna, late.headers.get('location') ?? '', 0, Buffer.from('same bytes'))).status).toBe(503);
    expect(await removeUnusedBlobs(context)).toBe(1);
    expect(await context.files.size(sha256)).toBe(null);
    expect(await context.db.reader.selectFrom('blob').select('sha256').execute()).toEqual([]);
  });
});
