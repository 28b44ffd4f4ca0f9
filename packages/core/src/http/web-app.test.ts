import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { createBrowser, openWeb } from '../../../../test/harness/web.ts';
import { refuse } from '../errors.ts';
import type { Slice } from '../slice.ts';
import { cookieName } from './cookies.ts';
import { signIn, signOut } from './visitor.ts';

const slice: Slice = {
  name: 'webtest',
  routes: (app) => {
    app.get('/fine', (c) => c.html(`<p>${c.var.language} ${c.var.clientAddress} ${c.var.clientNetwork}</p>`));
    app.get('/broken', () => {
      throw new Error('select secret from /etc/passwd');
    });
    app.get('/busy', () => {
      throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    });
    app.get('/full', () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    });
    app.get('/locked', () => refuse('locked'));
    app.get('/fetched', () => Response.redirect('https://partner.example/x', 302));
    app.post('/enter/:account', async (c) => {
      await signIn(c, c.req.param('account'));
      return c.redirect('/fine', 303);
    });
    app.post('/leave', async (c) => {
      await signOut(c);
      return c.redirect('/fine', 303);
    });
  },
};
const slices = [slice];
const https = { slices, origin: 'https://node.example' };

const targets: [string, number][] = [
  ['/fine/%2e%2e/fine', 404],
  ['/%2e%2e/fine', 404],
  ['/fine%2f', 404],
  ['/fine%252f', 404],
  ['//fine', 404],
  ['/fine//', 404],
  ['/FINE', 404],
  ['/fine;x', 404],
  ['/fine%00', 404],
  ['/fine%5c..%5cbroken', 404],
  ['/f%ff', 400],
  ['/fine?q=%ff', 400],
  ['/fine?q=%', 400],
  ['/fine?q=%00', 400],
  ['/fine?q=%C3%A9&q=2&__proto__[x]=1', 200],
];

const failures: [string, number, string][] = [
  ['/broken', 500, 'internal'],
  ['/busy', 503, 'unavailable'],
  ['/full', 507, 'storage_full'],
  ['/locked', 403, 'locked'],
  ['/nothing', 404, 'not_found'],
];

describeStores('The web side of a node', (open) => {
  it('puts every protection on every answer', async () => {
    await using web = await openWeb(open, https);
    for (const path of ['/fine', '/nothing', '/broken', '/fetched', '/livez', '/api/v1/groups']) {
      const { headers } = await web.browser().fetch(path);
      const policy = headers.get('content-security-policy');
      expect.soft(policy, path).toMatch(/default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/);
      expect.soft(policy, path).not.toContain('unsafe');
      expect.soft(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect.soft(headers.get('referrer-policy'), path).toBe('same-origin');
      expect.soft(headers.get('cross-origin-opener-policy'), path).toBe('same-origin');
      expect.soft(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
      expect.soft(headers.get('permissions-policy'), path).toContain('camera=()');
      expect.soft(headers.get('x-request-id'), path).toMatch(/^[0-9a-f-]{36}$/);
      expect.soft(headers.get('vary'), path).toBe('Accept, Cookie, Signature, Accept-Language');
      const secure = path === '/livez' ? null : 'max-age=63072000';
      expect.soft(headers.get('strict-transport-security'), path).toBe(secure);
    }
  });

  it('keeps what was made for one person out of every cache (hostile case 158)', async () => {
    await using web = await openWeb(open, https);
    const { browser } = await web.account();
    expect((await browser.fetch('/fine')).headers.get('cache-control')).toBe('no-store');
    const stranger = web.browser();
    expect((await stranger.fetch('/fine')).headers.get('cache-control')).toBe('no-store');
    expect((await stranger.fetch('/fine')).headers.get('cache-control')).toBe('private, no-cache');
  });

  it('sets cookies that only this host gets, over https, out of reach of scripts (hostile case 145)', async () => {
    await using web = await openWeb(open, https);
    const { id } = await web.account();
    const answer = await web.browser().post(`/enter/${id}`);
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('__Host-joinery='));
    expect(cookie).toMatch(/^__Host-joinery=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    for (const line of answer.headers.getSetCookie()) expect(line).toMatch(/^__Host-.*HttpOnly; Secure; SameSite=Lax/);
    expect(cookieName('http://localhost:3000', 'session')).toBe('joinery-3000');
  });

  it('gives a new session at sign-in and ends the old one', async () => {
    await using web = await openWeb(open, https);
    const { id, browser } = await web.account({ language: 'nl' });
    const before = browser.cookies.get('__Host-joinery') ?? '';
    await browser.post(`/enter/${id}`);
    expect(browser.cookies.get('__Host-joinery')).not.toBe(before);
    expect(await (await browser.fetch('/fine')).text()).toContain('<p>nl');
    const old = createBrowser(web.webApp, web.origin);
    old.cookies.set('__Host-joinery', before);
    expect(await (await old.fetch('/fine')).text()).toContain('<p>en');
    await browser.post('/leave');
    expect(browser.cookies.has('__Host-joinery')).toBe(false);
  });

  it.each([
    ['twice', (name: string, value: string) => `${name}=${value}; ${name}=${value}`],
    ['damaged', (name: string) => `${name}=%ff"<script>`],
  ])('refuses a session cookie that comes %s, and tells the browser to drop it', async (_how, cookie) => {
    await using web = await openWeb(open, https);
    const { browser } = await web.account();
    const value = browser.cookies.get('__Host-joinery') ?? '';
    const answer = await browser.fetch('/fine', { headers: { cookie: cookie('__Host-joinery', value) } });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-joinery=; Max-Age=0/);
  });

  it('answers only for its own host, without a hint for others', async () => {
    await using web = await openWeb(open, { slices, origin: 'http://localhost:4001' });
    await using other = await openWeb(open, { slices, origin: 'http://localhost:4002' });
    web.webApp.addNode(other.context);
    const at = (host: string, path = '/fine') =>
      web.webApp.fetch(new Request(`http://localhost:4001${path}`, { headers: { host } }));
    expect((await at('LOCALHOST:4001')).status).toBe(200);
    expect((await at('localhost:4002')).status).toBe(200);
    for (const host of ['evil.example', 'localhost', 'localhost:4001.evil.example', '127.0.0.1:4001']) {
      const answer = await at(host);
      expect([answer.status, await answer.text()]).toEqual([421, 'Not here']);
    }
    expect((await at('evil.example', '/readyz')).status).toBe(421);
    web.webApp.removeNode(other.context);
    expect((await at('localhost:4002')).status).toBe(421);
  });

  it('reads a path in one way only (hostile case 160)', async () => {
    await using web = await openWeb(open, { slices });
    for (const [path, status] of targets) {
      // The line of the request as it came, which building a URL would tidy.
      const line = { incoming: { url: path, socket: {} } } as Parameters<typeof web.webApp.fetch>[1];
      const answer = await web.webApp.fetch(new Request(`${web.origin}${path}`), line);
      expect.soft(answer.status, path).toBe(status);
      expect(({} as Record<string, unknown>).x).toBeUndefined();
    }
  });

  it('says what happened in the language of the reader, and nothing about its inside (hostile case 167)', async () => {
    await using web = await openWeb(open, { slices });
    for (const [path, status, code] of failures) {
      const page = await web.browser().fetch(path, { headers: { 'accept-language': 'nl-BE,en;q=0.5' } });
      const text = await page.text();
      const id = page.headers.get('x-request-id') ?? 'none';
      expect
        .soft([page.status, page.headers.get('content-language'), text.includes(id)], path)
        .toEqual([status, 'nl', true]);
      expect.soft(text, path).not.toMatch(/select|passwd|locked|\.ts|node_modules/);
      const json = await web.browser().fetch(path, { headers: { accept: 'application/json' } });
      expect.soft(json.headers.get('content-type'), path).toBe('application/problem+json');
      expect.soft(await json.json(), path).toMatchObject({ status, code, type: `urn:joinery:problem:${code}` });
      const lines = web.logged.map((one) => JSON.parse(one)).filter((one) => one.request === id);
      expect.soft(lines, path).toMatchObject([{ code: status < 500 ? 'http.refused' : 'http.failed', refusal: code }]);
    }
  });

  it('answers HEAD like GET without a body, and other methods with those that work', async () => {
    await using web = await openWeb(open, { slices });
    const head = await web.browser().fetch('/fine', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const wrong = await web.browser().post('/fine');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('takes the language of the account, then of the switch, then of the browser', async () => {
    await using web = await openWeb(open, { slices });
    const browser = web.browser();
    const read = async (one: typeof browser, wanted: string) =>
      (await (await one.fetch('/fine', { headers: { 'accept-language': wanted } })).text()).slice(3, 5);
    expect(await read(browser, 'fr, nl;q=0.3')).toBe('nl');
    expect(await read(browser, 'fr')).toBe('en');
    const changed = await browser.post('/language', { language: 'nl', next: '//evil.example' });
    expect([changed.status, changed.headers.get('location')]).toEqual([303, '/']);
    expect(await read(browser, 'en')).toBe('nl');
    expect(await read((await web.account({ language: 'en' })).browser, 'nl')).toBe('en');
  });

  it('says that it is alive and ready, and where to report a weakness', async () => {
    await using web = await openWeb(open, { slices });
    expect(await (await web.browser().fetch('/livez')).json()).toEqual({ alive: true });
    const ready = await web.browser().fetch('/readyz');
    expect([ready.status, await ready.json()]).toMatchObject([200, { ready: true, checks: [{}, {}, {}] }]);
    const security = await (await web.browser().fetch('/.well-known/security.txt')).text();
    expect(security).toMatch(/^Contact: http.*\nExpires: \d{4}-/);
  });

  it('says what keeps it from working', async () => {
    await using web = await openWeb(open, { slices });
    await web.context.db.writer.schema.dropTable('meta').execute();
    const answer = await web.browser().fetch('/readyz');
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { ready: false, checks: [{ name: 'database', ok: false }, { ok: true }, { ok: true }] },
    ]);
  });
});
