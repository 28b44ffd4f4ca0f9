import { createRoute, z } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb } from '../../../../test/harness/web.ts';
import type { Slice } from '../slice.ts';

const slice: Slice = {
  name: 'apitest',
  api: (api) => {
    const body = z.object({ name: z.string().min(2).max(5), kind: z.enum(['a', 'b']).optional() });
    const content = { 'application/json': { schema: body } };
    api.openapi(
      createRoute({
        method: 'post',
        path: '/echo',
        request: { body: { content } },
        responses: { 201: { description: '' } },
      }),
      (c) => c.json(c.req.valid('json'), 201),
    );
  },
};
const slices = [slice];

const bodies: [string, string | Uint8Array<ArrayBuffer>, number, string | undefined][] = [
  ['a good one with members nobody knows', '{"name":"abc","x":1}', 201, undefined],
  ['broken JSON', '{"name":', 400, 'bad_request'],
  ['bad UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 400, 'bad_request'],
  ['__proto__', '{"name":"abc","__proto__":{"x":1}}', 400, 'bad_request'],
  ['constructor, escaped', '{"name":"abc","a":[{"c\\u006fnstructor":1}]}', 400, 'bad_request'],
  ['NUL', '{"name":"ab\\u0000"}', 400, 'bad_request'],
  ['deep nesting', `{"name":"abc","x":${'['.repeat(50)}${']'.repeat(50)}}`, 400, 'bad_request'],
  ['too much', `{"name":"${'a'.repeat(1_100_000)}"}`, 413, 'too_large'],
  ['nothing', '', 422, 'invalid'],
];

describeStores('The API', (open) => {
  it('asks for a token before it reads anything (hostile cases 84, 91)', async () => {
    await using web = await openWeb(open, { slices });
    const unknown = 'joinery_01a20044-1446-7784-aa96-b73c43cd8416_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    for (const token of [null, unknown, 'x']) {
      const answer = await web.api(token, 'POST', '/echo', '{"name":'.padEnd(5_000_000, ' '));
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await answer.json()).toMatchObject({ code: 'signed_out', title: 'Sign in first' });
    }
  });

  it('takes a good body and refuses every other one (hostile cases 163, 164)', async () => {
    await using web = await openWeb(open, { slices });
    const { token } = await web.account();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    for (const [name, body, status, code] of bodies) {
      const request = new Request(`${web.origin}/api/v1/echo`, { method: 'POST', headers, body });
      const answer = await web.webApp.fetch(request);
      expect.soft([answer.status, (await answer.json()).code], name).toEqual([status, code]);
      expect(({} as Record<string, unknown>).x).toBeUndefined();
    }
  });

  it('takes nothing but JSON', async () => {
    await using web = await openWeb(open, { slices });
    const { token } = await web.account();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const answer = await web.api(token, 'POST', '/echo', '{"name":"abc"}', { 'content-type': type });
      expect(answer.status).toBe(415);
    }
  });

  it('says per field what is wrong', async () => {
    await using web = await openWeb(open, { slices });
    const { token } = await web.account({ language: 'nl' });
    const errors = async (body: unknown) => (await (await web.api(token, 'POST', '/echo', body)).json()).errors;
    expect(await errors({})).toEqual([{ field: 'name', code: 'required' }]);
    expect(await errors({ name: 7 })).toEqual([{ field: 'name', code: 'bad_format' }]);
    expect(await errors({ name: 'a', kind: 'c' })).toEqual([
      { field: 'name', code: 'too_short', values: { minimum: 2 } },
      { field: 'kind', code: 'bad_choice' },
    ]);
    expect(await errors({ name: 'abcdef' })).toEqual([{ field: 'name', code: 'too_long', values: { maximum: 5 } }]);
  });

  it('describes itself to anybody, and knows no other address', async () => {
    await using web = await openWeb(open, { slices });
    const { token } = await web.account();
    const document = await (await web.api(null, 'GET', '/openapi.json')).json();
    expect(document).toMatchObject({ openapi: '3.1.0', security: [{ bearer: [] }] });
    expect(document.paths['/echo'].post.parameters).toMatchObject([{ name: 'Idempotency-Key' }]);
    expect((await web.api(token, 'GET', '/nothing')).status).toBe(404);
    expect((await web.api(token, 'POST', '/nothing', {})).status).toBe(404);
    const wrong = await web.api(token, 'GET', '/echo');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('shows nothing to a token whose account was disabled or that was revoked', async () => {
    await using web = await openWeb(open, { slices });
    const [anna, bram] = [await web.account(), await web.account()];
    expect((await web.api(anna.token, 'POST', '/echo', { name: 'abc' })).status).toBe(201);
    await web.context.db.writer.updateTable('account').set({ disabled_at: 'x' }).where('id', '=', anna.id).execute();
    await web.context.db.writer
      .updateTable('api_token')
      .set({ revoked_at: 'x' })
      .where('account_id', '=', bram.id)
      .execute();
    for (const { token } of [anna, bram])
      expect((await web.api(token, 'POST', '/echo', { name: 'abc' })).status).toBe(401);
  });
});
