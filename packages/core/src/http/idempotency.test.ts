import { createRoute, z } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb, type TestWeb } from '../../../../test/harness/web.ts';
import { startSession } from '../accounts/sessions.ts';
import { refuse } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Slice } from '../slice.ts';
import { transact } from '../work.ts';
import { writeCookie } from './cookies.ts';
import { requireVisitor } from './visitor.ts';

const by = { kind: 'system', what: 'test' } as const;
const body = z.object({ text: z.string().min(1), fail: z.enum(['conflict', 'crash']).optional() });

/** Makes one row per request in `meta`, in two units of work, so that it can be counted. */
function makeSlice(): Slice & { crashAfter: Set<string> } {
  const crashAfter = new Set<string>();
  return {
    name: 'oncetest',
    crashAfter,
    api: (api) => {
      const route = createRoute({
        method: 'post',
        path: '/things',
        request: { body: { content: { 'application/json': { schema: body } } } },
        responses: { 201: { description: 'Made' } },
      });
      api.openapi(route, async (c) => {
        const { text, fail } = c.req.valid('json');
        if (fail === 'conflict') refuse('forbidden');
        // Looked up at another node, and known at the second attempt.
        if (crashAfter.delete('look-up')) {
          const peer = { kind: 'peer', origin: 'https://other.example' } as const;
          await transact(c.var.context, peer, async (work) => {
            await work.db.insertInto('meta').values({ name: newId(), value: 'brought' }).execute();
          });
          throw new Error('killed');
        }
        const id = await transact(c.var.context, by, async (work) => {
          const name = newId();
          await work.db.insertInto('meta').values({ name, value: text }).execute();
          return name;
        });
        // As if the process were killed here: the effect is committed, the answer is not written.
        if (crashAfter.delete('first')) throw new Error('killed');
        const second = await transact(c.var.context, by, async (work) => {
          await work.db
            .insertInto('meta')
            .values({ name: newId(), value: `${text} again` })
            .execute();
          return undefined;
        });
        if (crashAfter.delete('second')) throw new Error('killed');
        return c.json({ id, second: second ?? null, at: newId() }, 201);
      });
    },
    routes: (app) => {
      app.post('/enter', async (c) => {
        const { account } = requireVisitor(c);
        // Beside the session that there is: who repeats the request must still be known.
        writeCookie(c, 'session', await transact(c.var.context, by, (work) => startSession(work, account)));
        return c.redirect('/things', 303);
      });
      app.post('/file', (c) => c.body('a,b', 200, { 'content-disposition': 'attachment; filename="things.csv"' }));
      app.post('/things', async (c) => {
        await transact(c.var.context, by, async (work) => {
          await work.db.insertInto('meta').values({ name: newId(), value: 'form' }).execute();
        });
        return c.redirect('/things', 303);
      });
    },
  };
}

const rows = async (web: TestWeb) =>
  (await web.context.db.reader.selectFrom('meta').select('value').orderBy('name').execute()).map((row) => row.value);

describeStores('A request with an Idempotency-Key', (open) => {
  const send = (web: TestWeb, token: string, key: string, content: unknown) =>
    web.api(token, 'POST', '/things', content, { 'idempotency-key': key });

  it('has one effect and one answer, byte for byte (hostile case 79)', async () => {
    await using web = await openWeb(open, { slices: [makeSlice()] });
    const { token } = await web.account();
    const first = await send(web, token, 'k', { text: 'a' });
    const second = await send(web, token, 'k', { text: 'a' });
    expect([second.status, await second.text(), second.headers.get('content-type')]).toEqual([
      201,
      await first.text(),
      first.headers.get('content-type'),
    ]);
    expect(await rows(web)).toEqual(['a', 'a again']);
  });

  it('has one effect and one answer when many arrive at once', async () => {
    await using web = await openWeb(open, { slices: [makeSlice()] });
    const { token } = await web.account();
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(web, token, 'k', { text: 'a' })));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(texts).size).toBe(1);
    expect(await rows(web)).toEqual(['a', 'a again']);
  });

  it('has one effect when two processes get it at once', async () => {
    const slice = makeSlice();
    await using web = await openWeb(open, { slices: [slice] });
    const { token } = await web.account();
    const { createWebApp } = await import('./web-app.ts');
    const other = createWebApp({ slices: [slice], errorPage: () => '' });
    other.addNode(web.context);
    const request = () =>
      new Request(`${web.origin}/api/v1/things`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'k' },
        body: '{"text":"a"}',
      });
    const answers = await Promise.all([web.webApp.fetch(request()), other.fetch(request())]);
    expect(answers.map((answer) => answer.status).filter((status) => status !== 201 && status !== 409)).toEqual([]);
    const last = await web.webApp.fetch(request());
    expect(last.status).toBe(201);
    expect(await rows(web)).toEqual(['a', 'a again']);
  });

  it.each(['look-up', 'first', 'second'])(
    'has one effect when it is interrupted after the %s commit',
    async (where) => {
      const slice = makeSlice();
      await using web = await openWeb(open, { slices: [slice] });
      const { token } = await web.account();
      slice.crashAfter.add(where);
      expect((await send(web, token, 'k', { text: 'a' })).status).toBe(500);
      const again = await send(web, token, 'k', { text: 'a' });
      expect(again.status).toBe(201);
      const { id } = await again.json();
      expect((await rows(web)).filter((row) => row !== 'brought')).toEqual(['a', 'a again']);
      const row = await web.context.db.reader
        .selectFrom('meta')
        .selectAll()
        .where('value', '=', 'a')
        .executeTakeFirst();
      expect(row?.name).toBe(id);
    },
  );

  it('is refused for another request, and free for another account', async () => {
    await using web = await openWeb(open, { slices: [makeSlice()] });
    const [anna, bram] = [await web.account(), await web.account()];
    await send(web, anna.token, 'k', { text: 'a' });
    const other = await send(web, anna.token, 'k', { text: 'b' });
    expect([other.status, (await other.json()).code]).toEqual([422, 'idempotency_mismatch']);
    expect((await send(web, bram.token, 'k', { text: 'b' })).status).toBe(201);
  });

  it('repeats a refusal too, and forgets after a day', async () => {
    let now = Date.parse('2026-11-21T10:00:00Z');
    await using web = await openWeb(open, { slices: [makeSlice()], now: () => new Date(now) });
    const { token } = await web.account();
    const refused = await send(web, token, 'k', { text: 'a', fail: 'conflict' });
    const again = await send(web, token, 'k', { text: 'a', fail: 'conflict' });
    expect([again.status, await again.text()]).toEqual([403, await refused.text()]);
    now += 25 * 3_600_000;
    expect((await send(web, token, 'k', { text: 'new' })).status).toBe(201);
  });

  it.each(['', 'ü', 'x'.repeat(256)])('must have a usable key, unlike %j', async (key) => {
    await using web = await openWeb(open, { slices: [makeSlice()] });
    const { token } = await web.account();
    expect((await send(web, token, key, { text: 'a' })).status).toBe(400);
  });

  it('is what a form sent twice counts as, when the page asks for it', async () => {
    await using web = await openWeb(open, { slices: [makeSlice()] });
    const { browser } = await web.account();
    const once = newId();
    const answers = await Promise.all([1, 2, 3].map(() => browser.post('/things', { once })));
    expect(answers.map((answer) => [answer.status, answer.headers.get('location')])).toEqual(
      [1, 2, 3].map(() => [303, '/things']),
    );
    expect(await rows(web)).toEqual(['form']);
  });

  it('lets a form answer with a file', async () => {
    await using web = await openWeb(open, { slices: [makeSlice()] });
    const { browser } = await web.account();
    const fields = { once: newId(), csrf: await browser.csrf() };
    for (const answer of [await browser.post('/file', fields), await browser.post('/file', fields)]) {
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename="things.csv"');
      expect(await answer.text()).toBe('a,b');
    }
  });

  it('repeats cookies too, and keeps them in the database only sealed', async () => {
    await using web = await openWeb(open, { slices: [makeSlice()] });
    const { browser } = await web.account();
    const fields = { once: newId(), csrf: await browser.csrf() };
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const [first, second] = await Promise.all([1, 2].map(() => browser.post('/enter', fields, { cookie })));
    const value = /^joinery-\d+=([\w-]{43});/.exec(first?.headers.get('set-cookie') ?? '')?.[1] ?? 'none';
    expect(second?.headers.get('set-cookie')).toContain(value);
    expect((await browser.fetch('/things', { method: 'HEAD' })).status).toBe(405);
    const stored = await web.context.db.reader.selectFrom('idempotency').selectAll().execute();
    expect(stored.length).toBeGreaterThan(1);
    expect(JSON.stringify(stored)).not.toContain(value);
  });
});
