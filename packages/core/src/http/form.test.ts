import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb, type TestWeb } from '../../../../test/harness/web.ts';
import type { Slice } from '../slice.ts';
import { readForm, uploadedFile } from './form.ts';

const schema = z.object({
  name: z.string().min(1).max(10),
  kinds: z.array(z.enum(['a', 'b'])).default([]),
  text: z.string().optional(),
});

const slice: Slice = {
  name: 'formtest',
  routes: (app) => {
    app.post('/form', async (c) => {
      const form = await readForm(c, schema);
      const file = uploadedFile(c, 'file');
      return c.json({ ...form, file: file && `${file.name} ${await file.text()}` });
    });
  },
};

async function post(web: TestWeb, make: (csrf: string) => RequestInit): Promise<Response> {
  const browser = web.browser();
  const init = make(await browser.csrf());
  const headers = new Headers(init.headers);
  headers.set('origin', web.origin);
  return browser.fetch('/form', { method: 'POST', ...init, headers });
}

const encoded = (body: (csrf: string) => string | Uint8Array<ArrayBuffer>) => (csrf: string) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: body(csrf),
});

describeStores('A form', (open) => {
  it('gives the first value of a field, every value of a list, and plain line ends', async () => {
    await using web = await openWeb(open, { slices: [slice] });
    const sent = encoded((csrf) => `csrf=${csrf}&name=one&name=two&kinds=a&kinds=b&text=x%0D%0Ay`);
    expect(await (await post(web, sent)).json()).toMatchObject({
      ok: true,
      value: { name: 'one', kinds: ['a', 'b'], text: 'x\ny' },
    });
  });

  it('gives what is wrong per field and what was typed', async () => {
    await using web = await openWeb(open, { slices: [slice] });
    const sent = encoded((csrf) => `csrf=${csrf}&name=&kinds=c&text=kept`);
    expect(await (await post(web, sent)).json()).toMatchObject({
      ok: false,
      faults: [
        { field: 'name', code: 'required' },
        { field: 'kinds.0', code: 'bad_choice' },
      ],
      typed: { text: 'kept' },
    });
  });

  it('is refused when it is too large, not UTF-8, or reaches for prototypes', async () => {
    await using web = await openWeb(open, { slices: [slice] });
    const cases: [number, (csrf: string) => string | Uint8Array<ArrayBuffer>][] = [
      [413, (csrf) => `csrf=${csrf}&name=${'a'.repeat(300_000)}`],
      [400, (csrf) => `csrf=${csrf}&name=%ff`],
      [400, (csrf) => `csrf=${csrf}&name=%`],
      [400, (csrf) => `csrf=${csrf}&name=a%00`],
      [400, (csrf) => new Uint8Array(Buffer.concat([Buffer.from(`csrf=${csrf}&name=`), Buffer.of(0xff)]))],
      [400, (csrf) => `csrf=${csrf}&name=a&__proto__[x]=1`],
      [400, (csrf) => `csrf=${csrf}&name=a&constructor.prototype.x=1`],
      [413, (csrf) => `csrf=${csrf}&${'a=1&'.repeat(3_000)}`],
    ];
    for (const [status, body] of cases) {
      expect.soft((await post(web, encoded(body))).status, body('t').slice(0, 40).toString()).toBe(status);
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('can bring a file', async () => {
    await using web = await openWeb(open, { slices: [slice] });
    const answer = await post(web, (csrf) => {
      const body = new FormData();
      body.set('csrf', csrf);
      body.set('name', 'list');
      body.set('file', new File(['a,b'], 'people.csv', { type: 'text/csv' }));
      return { body };
    });
    expect(await answer.json()).toMatchObject({ ok: true, value: { name: 'list' }, file: 'people.csv a,b' });
  });
});
