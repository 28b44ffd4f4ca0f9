import { join } from 'node:path';
import { refuse, runNextJob, type Slice, scanBytes, transact } from '@joinery/core';
import { expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../../../test/faults/child.ts';
import { eicar, startClamd } from '../../../../test/harness/clamd.ts';
import { describeStores, openStore } from '../../../../test/harness/store.ts';
import { openWeb, type TestAccount, type TestWeb } from '../../../../test/harness/web.ts';
import { checks } from './checks.ts';
import { attachFile, fileById, files } from './index.ts';
import { jobs } from './jobs.ts';

const by = { kind: 'system', what: 'test' } as const;
const changed: string[] = [];
const things: Slice = {
  name: 'things',
  fileHolders: [
    {
      kind: 'things',
      mayRead: async () => true,
      onChanged: async (_work, id) => {
        changed.push(id);
        // As a post does whose author was banned since.
        if (id === 'shut') refuse('banned', 'Not any more');
      },
    },
  ],
};

async function send(web: TestWeb, account: TestAccount, text: string): Promise<Response & { id?: string }> {
  const headers = { authorization: `Bearer ${account.token}`, 'tus-resumable': '1.0.0' };
  const begun = await web.webApp.fetch(
    new Request(`${web.origin}/api/v1/uploads`, {
      method: 'POST',
      headers: { ...headers, 'upload-length': String(text.length) },
    }),
  );
  const path = begun.headers.get('location') ?? '';
  const sent = await web.webApp.fetch(
    new Request(`${web.origin}${path}`, {
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
      body: text,
    }),
  );
  return Object.assign(sent, { id: path.split('/').at(-1) ?? '' });
}

it('Files are looked at by the virus scanner: what it finds is refused, and while it is away they wait, seen by nobody else', async () => {
  await using web = await openWeb((options) => openStore('sqlite', options), { slices: [files, things] });
  const { context } = web;
  const [anna, bert] = [await web.account(), await web.account()];
  expect((await checks(context, 'en'))[0]).toMatchObject({ state: 'attention', says: expect.stringContaining('none') });

  let clamd = await startClamd();
  const { port } = clamd;
  context.config.files.scanner = { host: '127.0.0.1', port };
  const fine = await send(web, anna, 'words');
  expect([fine.status, clamd.scanned]).toEqual([204, 1]);
  const bad = await send(web, anna, `before ${eicar} after`);
  expect(bad.status).toBe(422);
  expect(await bad.json()).toMatchObject({
    detail: 'The virus scanner refused this file: Eicar-Test-Signature',
    errors: [{ code: 'infected' }],
  });
  expect(await fileById(context.db.reader, bad.id ?? '')).toBeUndefined();
  expect((await checks(context, 'en'))[0]).toMatchObject({ state: 'good' });

  await clamd[Symbol.asyncDispose]();
  const holder = { kind: 'things', id: 'thing' };
  const waiting = [(await send(web, anna, 'later')).id ?? '', (await send(web, anna, eicar)).id ?? ''];
  const shut = (await send(web, anna, 'also later')).id ?? '';
  const nowhere = { kind: 'things', id: 'shut' };
  await transact(context, by, (work) => attachFile(work, { file: shut, holder: nowhere, by: anna.person.id }));
  for (const file of waiting) {
    await transact(context, by, (work) => attachFile(work, { file, holder, by: anna.person.id }));
    for (const account of [anna, bert])
      expect((await web.api(account.token, 'GET', `/files/${file}/content`)).status).toBe(404);
    expect((await web.api(bert.token, 'GET', `/files/${file}`)).status).toBe(404);
    expect(await (await web.api(anna.token, 'GET', `/files/${file}`)).json()).toMatchObject({ state: 'checking' });
    // Asked again while it is still away: goes on waiting.
    await jobs['files.check']?.(context, { file });
    expect(await fileById(context.db.reader, file)).toMatchObject({ state: 'checking' });
  }
  expect((await checks(context, 'en'))[0]).toMatchObject({ state: 'attention', figure: 3 });

  clamd = await startClamd(port);
  for (const file of [...waiting, shut]) await jobs['files.check']?.(context, { file });
  await clamd[Symbol.asyncDispose]();
  for (const file of [waiting[0] ?? '', shut])
    expect(await fileById(context.db.reader, file)).toMatchObject({ state: 'ready' });
  expect(await (await web.api(bert.token, 'GET', `/files/${waiting[0]}/content`)).text()).toBe('later');
  expect(await fileById(context.db.reader, waiting[1] ?? '')).toMatchObject({
    ...{ state: 'infected', threat: 'Eicar-Test-Signature' },
  });
  expect((await web.api(anna.token, 'GET', `/files/${waiting[1]}/content`)).status).toBe(404);
  expect(changed).toEqual(['thing', 'thing', 'shut']);
});

describeStores('A file that came while the scanner was away', (open) => {
  it('is asked about minute by minute for as long as that takes', async () => {
    let now = Date.UTC(2026, 10, 22, 9, 0, 20);
    await using web = await openWeb(open, { slices: [files, things], now: () => new Date(now) });
    const { context } = web;
    const anna = await web.account();
    let clamd = await startClamd();
    const { port } = clamd;
    await clamd[Symbol.asyncDispose]();
    context.config.files.scanner = { host: '127.0.0.1', port };
    const id = (await send(web, anna, 'words')).id ?? '';
    const later = async () => {
      now += 60_000;
      while (await runNextJob(context));
      return (await fileById(context.db.reader, id))?.state;
    };
    for (let minute = 0; minute < 3; minute += 1) expect(await later()).toBe('checking');
    clamd = await startClamd(port);
    expect(await later()).toBe('ready');
    await clamd[Symbol.asyncDispose]();
    expect(clamd.scanned).toBe(1);
  });
});

it('A scanner that is slow is waited for, and one that says nothing or dies in the middle has said nothing: the file waits for it', async () => {
  const harness = join(import.meta.dirname, '../../../../test/harness/clamd-process.ts');
  const start = async (port = 0) => {
    const child = startChild([harness, String(port)]);
    await child.printed('PORT ');
    return { ...child, port: Number(/PORT (\d+)/.exec(child.output())?.[1]) };
  };
  let clamd = await start();
  onTestFinished(async () => {
    clamd.process.kill('SIGKILL');
    await clamd.ended;
  });
  await using web = await openWeb((options) => openStore('sqlite', options), { slices: [files, things] });
  const { context } = web;
  const anna = await web.account();
  const place = { host: '127.0.0.1', port: clamd.port };
  context.config.files.scanner = place;

  // As one that reads its signatures anew: the answer comes when it goes on.
  clamd.process.kill('SIGSTOP');
  const slow = send(web, anna, `before ${eicar}`);
  const late = setTimeout(() => clamd.process.kill('SIGCONT'), 500);
  onTestFinished(() => clearTimeout(late));
  expect((await slow).status).toBe(422);

  const piece = Buffer.alloc(1_000_000, 'x');
  clamd.process.kill('SIGSTOP');
  async function* words() {
    yield Buffer.from('words');
  }
  expect(await scanBytes(place, words(), 2_000)).toEqual({ kind: 'away', detail: 'ERROR it says nothing' });
  clamd.process.kill('SIGCONT');

  async function* untilItDies() {
    yield piece;
    await clamd.printed('READS');
    clamd.process.kill('SIGKILL');
    await clamd.ended;
    // Nobody reads any more: no write hangs, and none ends the node.
    for (let left = 8; left > 0; left -= 1) yield piece;
  }
  expect(await scanBytes(place, untilItDies())).toMatchObject({ kind: 'away' });
  const waits = (await send(web, anna, `after ${eicar}`)).id ?? '';
  expect(await fileById(context.db.reader, waits)).toMatchObject({ state: 'checking' });
  clamd = await start(clamd.port);
  await jobs['files.check']?.(context, { file: waits });
  expect(await fileById(context.db.reader, waits)).toMatchObject({ state: 'infected' });
}, 60_000);
