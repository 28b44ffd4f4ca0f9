import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAfterEffects } from '@joinery/core';
import { runCommandLine } from '@joinery/node';
import { expect, it } from 'vitest';
import { describeStores } from '../harness/store.ts';
import { openWeb } from '../harness/web.ts';
import { sample } from './notices.tsx';

const slices = [sample];

describeStores('A slice', (open) => {
  it('shows a page with its entry in the navigation, and takes a form', async () => {
    await using web = await openWeb(open, { slices });
    const { browser } = await web.account({ language: 'nl' });
    const done = await browser.post('/notices', { text: '<b>Brug</b> dicht' });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/notices']);
    const page = await (await browser.fetch('/notices')).text();
    expect(page).toContain('&lt;b&gt;Brug&lt;/b&gt; dicht');
    expect(page).toMatch(/<a href="\/notices" aria-current="page">\s*Prikbord/);
  });

  it('takes a form once, however often it is sent', async () => {
    await using web = await openWeb(open, { slices });
    const { browser, token } = await web.account();
    const page = await (await browser.fetch('/notices')).text();
    const once = /name="once" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const fields = { once, csrf: await browser.csrf(), text: 'twice' };
    const answers = await Promise.all([1, 2, 3].map(() => browser.post('/notices', fields)));
    expect(answers.map((answer) => answer.status)).toEqual([303, 303, 303]);
    expect((await (await web.api(token, 'GET', '/notices')).json()).items).toHaveLength(1);
  });

  it('answers a form with faults by the same page and what was typed', async () => {
    await using web = await openWeb(open, { slices });
    const { browser } = await web.account();
    const answer = await browser.post('/notices', { text: 'x'.repeat(201) });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('x'.repeat(201));
  });

  it('leads people who are signed out to the sign-in page and back', async () => {
    await using web = await openWeb(open, { slices });
    const answer = await web.browser().fetch('/notices?page=2');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fnotices%3Fpage%3D2']);
  });

  it('has a REST API with pages, faults per field and a description', async () => {
    await using web = await openWeb(open, { slices });
    const { token } = await web.account();
    for (const text of ['one', 'two', 'three']) {
      expect((await web.api(token, 'POST', '/notices', { text })).status).toBe(201);
    }
    const first = await (await web.api(token, 'GET', '/notices?limit=2')).json();
    expect(first.items.map((item: { text: string }) => item.text)).toEqual(['three', 'two']);
    const second = await (await web.api(token, 'GET', `/notices?limit=2&cursor=${first.next}`)).json();
    expect(second).toMatchObject({ items: [{ text: 'one' }], next: null });
    const wrong = await web.api(token, 'POST', '/notices', {});
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({ code: 'invalid', errors: [{ field: 'text', code: 'required' }] });
    const document = await (await web.api(null, 'GET', '/openapi.json')).json();
    expect(Object.keys(document.paths['/notices'])).toEqual(['get', 'post']);
  });

  it('does what it wants after its events, once', async () => {
    await using web = await openWeb(open, { slices });
    const { token } = await web.account();
    await web.api(token, 'POST', '/notices', { text: 'seen' });
    while ((await runAfterEffects(web.context)) > 0);
    expect(await (await web.api(token, 'GET', '/notices')).json()).toMatchObject({
      items: [{ text: 'seen', seen: 1 }],
    });
  });
});

it('adds commands to the command line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-sample-'));
  const said: string[] = [];
  const output = { out: (text: string) => said.push(text), error: (text: string) => said.push(text) };
  try {
    const run = (words: string[]) => runCommandLine(words, { JOINERY_DATA: folder }, { slices, output });
    expect(await run(['notice', 'post', 'hello', '--json'])).toBe(0);
    expect(JSON.parse(said.join(''))).toMatchObject({ text: 'hello', seen: 0 });
    expect(await run(['notice', 'post', 'full'])).toBe(1);
    expect(said.at(-1)).toBe('The board is full\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
