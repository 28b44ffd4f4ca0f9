import { connect } from 'node:net';
import { hashPassword, limits, readConfig, setPassword, transact } from '@joinery/core';
import { linkFor } from '@joinery/slices/people';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNetworkBrowser, type NetworkBrowser } from '../harness/network-browser.ts';
import { raw } from '../harness/rogue.ts';
import { by, expectHonestWorks, openGroup, startWorld, type World } from './world.ts';

// Group M and what of group L is not about identity providers: requests that browsers, proxies and nobody else would send.
let world: World;
let browser: NetworkBrowser;
let administrator: NetworkBrowser;
beforeAll(async () => {
  world = await startWorld();
  browser = await signedIn(world.owner.id);
  const chief = await world.node.person('Chief', { administrator: true });
  administrator = await signedIn(chief.id);
});
afterAll(() => world[Symbol.asyncDispose]());

async function signedIn(person: string): Promise<NetworkBrowser> {
  const one = createNetworkBrowser(world.node.origin);
  await one.post(new URL((await linkFor(world.node.context, by, person)).address).pathname);
  return one;
}

const cookies = (one: NetworkBrowser) =>
  [...one.cookies(world.node.origin)].map(([name, value]) => `${name}=${value}`).join('; ');

/** Bytes as they are, and the first line of the answer. */
function line(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(world.node.port ?? 0, '127.0.0.1', () => socket.write(text, 'latin1'));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
      if (answer.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.setTimeout(20_000, () => socket.destroy());
  });
}

it('142: a form that no page of this node sent changes nothing, and signs nobody out', async () => {
  const { node } = world;
  const cookie = cookies(browser);
  const page = await browser.get('/profile');
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
  const form = new URLSearchParams({ csrf }).toString();
  const host = new URL(node.origin).host;
  const send = (headers: Record<string, string>, body = form) =>
    raw(node, {
      method: 'POST',
      path: '/sign-out',
      headers: { accept: 'text/html', cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
  for (const headers of [
    {},
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: `http://sub.${host}` },
    { origin: `${node.origin}.evil.example` },
    { origin: node.origin, 'sec-fetch-site': 'cross-site' },
    { origin: node.origin, 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example', 'content-type': 'text/plain' },
  ])
    expect([headers, (await send(headers as Record<string, string>)).status]).toEqual([headers, 403]);
  expect((await send({ origin: node.origin }, 'csrf=')).status).toBe(403);
  const json = JSON.stringify({ csrf });
  expect((await send({ origin: 'https://evil.example', 'content-type': 'text/plain' }, json)).status).toBe(403);
  expect((await send({ origin: node.origin, 'content-type': 'text/plain' }, '{"a":"')).status).toBe(415);
  expect((await browser.get('/profile', { follow: false })).status).toBe(200);
});

it('145: cookies that were planted beside ours are refused, and the next request works', async () => {
  const { node } = world;
  const [name, value] = [...browser.cookies(node.origin)].find(([key]) => /^joinery-\d+$/.test(key)) ?? [];
  const twice = await raw(node, {
    method: 'GET',
    path: '/profile',
    headers: { accept: 'text/html', cookie: `${name}=${'A'.repeat(43)}; ${name}=${value}` },
  });
  expect([twice.status, String(twice.headers['set-cookie'])]).toEqual([400, expect.stringContaining('Max-Age=0')]);
  expect((await browser.get('/profile', { follow: false })).status).toBe(200);
});

it('152: after signing in nobody is led elsewhere', async () => {
  const { node } = world;
  const person = await node.person('Nel Next');
  const hash = await hashPassword('a password of six plain words');
  await transact(node.context, by, (work) => setPassword(work, person.account, hash));
  const form = { email: 'nel.next@example.test', password: 'a password of six plain words' };
  for (const next of [
    '//evil.example',
    '/\\\\evil.example',
    'https:evil.example',
    '%2F%2Fevil.example',
    'javascript:x',
  ]) {
    const one = createNetworkBrowser(node.origin);
    const page = await one.get(`/sign-in?next=${encodeURIComponent(next)}`);
    expect(page.html).not.toMatch(/name="next" value="(?!\/sign-in)[^"]*evil/);
    const language = await one.post('/language', { language: 'en', next }, { follow: false });
    const inside = await one.post('/sign-in', { ...form, next }, { follow: false });
    const again = await one.get(`/sign-in?next=${encodeURIComponent(next)}`, { follow: false });
    const led = [language, inside, again].map(({ status, headers }) => [status, headers.get('location')]);
    expect([next, led]).toEqual([next, Array(3).fill([303, '/'])]);
  }
});

it('154: who signs out in one tab is out in the other, and nothing of it can be gone back to', async () => {
  const { node, forward } = world;
  const person = await node.person('Tab Two');
  const tab = await signedIn(person.id);
  const kept = cookies(tab);
  const page = await tab.get('/profile');
  expect(page.headers.get('cache-control')).toBe('no-store');
  const out = await tab.post('/sign-out', {}, { follow: false });
  expect([out.status, out.headers.get('clear-site-data')]).toEqual([303, expect.stringContaining('"cache"')]);
  const other = () => raw(node, { method: 'GET', path: '/profile', headers: { accept: 'text/html', cookie: kept } });
  const again = await other();
  expect([again.status, again.headers.location]).toEqual([303, '/sign-in?next=%2Fprofile']);

  // Set as the attack has it: idle for half an hour, and twelve hours whatever happens. It counts for who is in already.
  const minute = 60_000;
  const { config } = node.context;
  const standard = config.sessions;
  const [used, unused] = [await signedIn(person.id), await signedIn(person.id)];
  config.sessions = readConfig({ JOINERY_SESSION_IDLE_MINUTES: '30', JOINERY_SESSION_HOURS: '12' }).sessions;
  let minutes = 0;
  try {
    for (; minutes < 12 * 60; minutes += 24) {
      const { status, headers } = await used.get('/profile', { follow: false });
      expect([minutes, status, headers.get('cache-control')]).toEqual([minutes, 200, 'no-store']);
      if (minutes === 48) {
        const late = await unused.get('/profile', { follow: false });
        expect([late.status, late.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fprofile']);
        expect([late.headers.get('cache-control'), late.html.includes('Tab Two')]).toEqual(['no-store', false]);
      }
      forward(24 * minute);
    }
    const over = await used.get('/profile', { follow: false });
    expect([over.status, over.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fprofile']);
  } finally {
    config.sessions = standard;
    forward(-minutes * minute);
  }

  // As it comes: idle for half a day, and a week whatever happens.
  const idle = await signedIn(person.id);
  const busy = await signedIn(person.id);
  let gone = 0;
  for (let hours = 0; hours < 7 * 24 + 11; hours += 11) {
    const isIn = (await busy.get('/profile', { follow: false })).status === 200;
    expect([hours, isIn]).toEqual([hours, hours < 7 * 24]);
    if (hours === 22) expect((await idle.get('/profile', { follow: false })).status).toBe(303);
    forward(11 * 3_600_000);
    gone += 11 * 3_600_000;
  }
  expect((await busy.get('/profile', { follow: false })).status).toBe(303);
  forward(-gone);
});

it('155: a node begins without anybody in it, and refuses the settings of development on the web', async () => {
  await using fresh = await (await import('../harness/node.ts')).startTestNode('fresh');
  const rows = await fresh.context.db.reader.selectFrom('account').select('id').execute();
  expect(rows).toEqual([]);
  for (const [email, password] of [
    ['admin@example.test', 'admin'],
    ['admin', 'password'],
    ['demo@example.test', 'demo'],
  ])
    expect(
      (await createNetworkBrowser(fresh.origin).post('/sign-in', { email: email ?? '', password: password ?? '' }))
        .status,
    ).toBe(422);
  for (const path of [
    '/dev',
    '/dev/login',
    '/login/dev',
    '/demo',
    '/debug',
    '/test',
    '/sign-in/as/admin',
    '/setup',
    '/admin',
  ])
    expect([path, (await fetch(`${fresh.origin}${path}`, { headers: { accept: 'text/html' } })).status]).toEqual([
      path,
      404,
    ]);
  const trial = { JOINERY_LOOPBACK_PEERS: '1', JOINERY_DATA: '/tmp', JOINERY_ORIGIN: 'https://node.example' };
  expect(() => readConfig(trial)).toThrow(/JOINERY_LOOPBACK_PEERS/);
});

it('157: whoever is no trusted proxy counts under the address of the socket, whatever it says', async () => {
  const { node } = world;
  const statuses: number[] = [];
  for (let round = 0; round < 1_000; round += 1) {
    const forwarded = round % 2 === 0 ? '127.0.0.1' : `198.51.${round >> 8}.${round & 255}`;
    const answer = await raw(node, {
      method: 'GET',
      path: '/sign-in/with/nothing',
      headers: {
        accept: 'text/html',
        'x-forwarded-for': forwarded,
        'x-real-ip': forwarded,
        forwarded: `for=${forwarded}`,
      },
    });
    statuses.push(answer.status);
  }
  const { times } = limits.providerSignIn;
  expect([...new Set(statuses.slice(0, times))]).toEqual([404]);
  expect([...new Set(statuses.slice(times))]).toEqual([429]);
});

it('158: a cache between people can mix up neither readers nor forms of an address', async () => {
  const { node, good, alice, owner } = world;
  const group = await openGroup(node, owner, 'cached', { reading: 'web' });
  const path = new URL(group.uri).pathname;
  const vary = (text: unknown) => String(text).split(', ').sort();
  const page = await raw(node, { method: 'GET', path, headers: { accept: 'text/html' } });
  const own = await browser.get(path);
  const asNode = await good.get(node, alice, path);
  for (const answer of [page, asNode]) {
    expect(answer.status).toBe(200);
    expect(vary(answer.headers.vary)).toEqual(['Accept', 'Accept-Language', 'Cookie', 'Signature']);
  }
  expect(vary(own.headers.get('vary'))).toEqual(['Accept', 'Accept-Language', 'Cookie', 'Signature']);
  expect(own.headers.get('cache-control')).toBe('no-store');
  for (const { headers } of [page, asNode]) expect(String(headers['cache-control'])).toMatch(/^(?:private\b|no-store)/);
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(asNode.headers['content-type']).toMatch(/^application\/activity\+json/);
  const refused = await raw(node, { method: 'GET', path, headers: { accept: 'application/activity+json' } });
  expect([refused.status, refused.headers['cache-control']]).toEqual([401, 'no-store']);
});

it('160: every spelling of an address of the administration is refused as the address itself, or is none', async () => {
  const { node } = world;
  const cookie = cookies(browser);
  const get = (path: string, sent = cookie) =>
    raw(node, { method: 'GET', path, headers: { accept: 'text/html', cookie: sent } });
  expect((await get('/administration/people')).status).toBe(403);
  expect((await get('/administration/people', cookies(administrator))).status).toBe(200);
  for (const path of [
    ...['//administration/people', '/administration//people', '/administration%2fpeople', '/administration%2Fpeople'],
    ...['/ADMINISTRATION/people', '/administration;x/people', '/administration/people;x', '/administration/people/'],
    ...['/%61dministration%2e%2e/people', '/x/..%2fadministration/people', '/x/../administration/people'],
    ...['/assets/%2e%2e/secret', '/assets/..%2f..%2fsecret', '/assets/%252e%252e/secret', '/theme/%2e%2e%2fsecret'],
    ...[
      '/administration/people%00',
      '/administration/people%09',
      '/administration\\people',
      '/./administration/people',
    ],
    '/administration/people#x',
    ...['/media%2F..%2F', '/files/%2e%2e%2fsecret', '/static/%2e%2e/config', '/static/%252e%252e/config', '/admin;x'],
  ]) {
    for (const sent of [cookie, cookies(administrator)]) {
      const { status, body } = await get(path, sent);
      expect([path, [400, 403, 404].includes(status), body.includes('Add a person')]).toEqual([path, true, false]);
    }
  }
  // One letter in percent encoding is the same address (RFC 3986 §6.2.2.2): for the rule as for the page.
  expect((await get('/%61dministration/people')).status).toBe((await get('/administration/people')).status);
});

it('161: a request that two readers could end in different places is refused, and nothing behind it is read', async () => {
  const host = new URL(world.node.origin).host;
  const head = `POST /sign-in HTTP/1.1\r\nHost: ${host}\r\n`;
  const hidden = `GET /livez HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  for (const [name, text] of [
    ['CL.TE', `${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['TE.CL', `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n${hidden}\r\n0\r\n\r\n`],
    ['TE.TE', `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`],
    ['TE in other words', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['two lengths', `${head}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${hidden}`],
    ['a list of lengths', `${head}Content-Length: 0, 44\r\n\r\n${hidden}`],
    ['a signed length', `${head}Content-Length: +5\r\n\r\n${hidden}`],
    ['a folded header', `${head}X-One: a\r\n b\r\nContent-Length: 0\r\n\r\n${hidden}`],
    ['a space before the colon', `${head}Content-Length : 0\r\n\r\n${hidden}`],
    ['bare line feeds', `POST /sign-in HTTP/1.1\nHost: ${host}\nContent-Length: 0\n\n${hidden}`],
    ['a bare carriage return', `${head}X-One: a\rContent-Length: 44\r\n\r\n${hidden}`],
    ['a chunk with a strange length', `${head}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n`],
    ['two hosts', `GET /sign-in HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\n\r\n`],
    ['no host', 'GET /sign-in HTTP/1.1\r\n\r\n'],
  ])
    expect([name, await line(text ?? '')]).toEqual([name, expect.stringMatching(/^HTTP\/1\.1 400 /)]);
  expect(await line(`GET /livez HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toBe('HTTP/1.1 200 OK');
});

const untouched = () => Object.getOwnPropertyNames(Object.prototype).sort().join();

it('163, 164: parameters and members that reach for prototypes, come twice or as lists change nothing and break nothing', async () => {
  const { node, owner, group } = world;
  const before = untouched();
  const pollution = '__proto__[x]=1&__proto__.x=1&constructor.prototype.x=1&constructor[prototype][x]=1';
  const doubled = 'q=one&q=two&q[]=three&limit=5&limit[]=7&cursor=x&cursor=y&at=elsewhere&at=here&show[]=x&id=1&id=2';
  for (const path of ['/groups', '/people', '/search', '/sign-in', `/groups/${group.id}`, '/notifications', '/follow'])
    for (const query of [pollution, doubled, `${doubled}&${pollution}`]) {
      const { status } = await raw(node, {
        method: 'GET',
        path: `${path}?${query}`,
        headers: { accept: 'text/html', cookie: cookies(browser) },
      });
      expect([path, status < 500]).toEqual([path, true]);
      expect(untouched()).toBe(before);
    }
  for (const path of ['/groups', '/people', '/search', '/feed', `/groups/${group.id}/posts`])
    for (const query of [pollution, doubled]) {
      const { status } = await owner.api('GET', `${path}?${query}`);
      expect([path, [200, 400, 422].includes(status)]).toEqual([path, true]);
    }
  for (const key of ['__proto__', 'constructor', 'prototype'])
    for (const text of [
      `{"name":"A","handle":"a-b","${key}":{"x":1}}`,
      `{"name":"A","handle":"a-b","summary":{"${key}":1}}`,
    ]) {
      const answer = await raw(node, {
        method: 'POST',
        path: '/api/v1/groups',
        headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
        body: text,
      });
      expect([text, answer.status, answer.code]).toEqual([text, 400, 'bad_request']);
    }
  expect(untouched()).toBe(before);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
  await expectHonestWorks(world);
});

it('166: an address in an address leads nowhere by itself', async () => {
  for (const path of [
    '/follow?uri=',
    '/authorize_interaction?uri=',
    '/share?url=',
    '/sign-in?next=',
    '/language?next=',
  ])
    for (const target of [
      'https://evil.example/',
      '//evil.example/',
      'javascript:alert(1)',
      'data:text/html,x',
      '/web/%2F%2Fevil.example',
    ]) {
      const answer = await browser.get(`${path}${encodeURIComponent(target)}`, { follow: false });
      const location = answer.headers.get('location');
      expect([path, target, location === null || /^\/(?![/\\%])/.test(location)]).toEqual([path, target, true]);
      expect(answer.headers.get('refresh')).toBeNull();
      expect(answer.html).not.toMatch(/href="(?:javascript|data):/i);
    }
});

it('167: a broken request says so without a word about the inside', async () => {
  const { node } = world;
  const inside = /node_modules|packages\/|\.ts\b|sqlite|select |\bat [A-Z]\w+\.|\/tmp\/|Error:/i;
  for (const [path, status, headers] of [
    ['/groups/%ff', 400, {}],
    ['/groups?q=%', 400, {}],
    ['/groups/not-an-id', 404, {}],
    ['/posts/01a1f000-0000-7000-8000-00000000000g', 404, {}],
    ['/profile', 400, { cookie: `joinery-${new URL(node.origin).port}=%ff%00` }],
    ['/api/v1/groups?limit=abc', 422, { authorization: `Bearer ${world.owner.token}` }],
    ['/api/v1/groups?cursor=%22', 400, { authorization: `Bearer ${world.owner.token}` }],
  ] as const) {
    const answer = await raw(node, {
      method: 'GET',
      path,
      headers: { accept: 'text/html', cookie: cookies(browser), ...headers },
    });
    expect([path, answer.status]).toEqual([path, status]);
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body).not.toMatch(inside);
  }
});

it('182: figures of the node are for its administrators and for a monitor on its own machine', async () => {
  const { node } = world;
  for (const [path, status] of [
    ['/metrics', 404],
    ['/administration', 401],
    ['/administration/health', 401],
    ['/administration/metrics', 404],
    ['/stats', 404],
    ['/debug/vars', 404],
    ['/api/v1/peers', 401],
  ] as const) {
    const answer = await raw(node, { method: 'GET', path, headers: { accept: 'application/json' } });
    expect.soft([path, answer.status]).toEqual([path, status]);
  }
  expect((await browser.get('/administration/health')).status).toBe(403);
  const here = await raw(node, { method: 'GET', path: '/readyz' });
  expect(JSON.parse(here.body)).toHaveProperty('health');
  for (const header of ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']) {
    const outside = await raw(node, { method: 'GET', path: '/readyz', headers: { [header]: 'for=203.0.113.9' } });
    expect(JSON.parse(outside.body)).not.toHaveProperty('health');
  }
});
