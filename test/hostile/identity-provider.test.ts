import { createHmac, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSignInLink, transact } from '@joinery/core';
import { linkFor } from '@joinery/slices/people';
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endByProvider } from '../../packages/slices/src/sign-in/logout.ts';
import { providerById } from '../../packages/slices/src/sign-in/store.ts';
import { createNetworkBrowser, type NetworkBrowser, type Visit } from '../harness/network-browser.ts';
import { startTestNode, type TestNode } from '../harness/node.ts';

// Group L as far as identity providers go: a provider that lies in one way at a time.
let node: TestNode;
let administrator: NetworkBrowser;
const by = { kind: 'command', by: 'test' } as const;
beforeAll(async () => {
  node = await startTestNode('council');
  const { id } = await node.person('Ada Admin', { administrator: true });
  administrator = createNetworkBrowser(node.origin);
  await administrator.post(new URL((await linkFor(node.context, by, id)).address).pathname);
});
afterAll(() => node[Symbol.asyncDispose]());

const clientId = 'joinery';
const clientSecret = 'a secret of the provider';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
const otherJwk = { ...other.publicKey.export({ format: 'jwk' }), kid: 'one' };

type Asked = { nonce: string; state: string; redirect: string; challenge: string; method: string };
type Lies = {
  /** Replaces the ID token. */
  token?: (claims: JWTPayload, asked: Asked) => string | Promise<string>;
  claims?: (claims: JWTPayload) => JWTPayload;
  header?: Partial<JWTHeaderParameters>;
  key?: KeyObject;
  /** Parameters that the browser brings back. */
  answer?: (parameters: Record<string, string>, asked: Asked) => Record<string, string | null>;
  userinfo?: Record<string, unknown>;
  token_error?: string;
  metadata?: Record<string, unknown>;
};

type Liar = AsyncDisposable & {
  issuer: string;
  lies: Lies;
  id: string;
  asked: Asked[];
  /** What reached the token endpoint. */
  exchanges: URLSearchParams[];
  keyRequests: () => number;
};

async function startLiar(metadata: Record<string, unknown> = {}): Promise<Liar> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked: Asked[] = [];
  const exchanges: URLSearchParams[] = [];
  let keyRequests = 0;
  const liar = { issuer, lies: {} as Lies, id: '', asked, exchanges, keyRequests: () => keyRequests };
  const now = () => Math.floor(Date.now() / 1_000);
  const json = (response: http.ServerResponse, body: unknown, status = 200) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  async function idToken(): Promise<string> {
    const { lies } = liar;
    const last = asked.at(-1) as Asked;
    const honest = { iss: issuer, aud: clientId, sub: 'mallory', nonce: last.nonce, iat: now(), exp: now() + 300 };
    const claims = { ...honest, name: 'Mallory Marks', email: `mallory@evil-${new URL(issuer).port}.example` };
    const said = lies.claims?.(claims) ?? claims;
    if (lies.token) return lies.token(said, last);
    return new SignJWT(said)
      .setProtectedHeader({ alg: 'RS256', kid: 'one', ...lies.header })
      .sign(lies.key ?? privateKey);
  }

  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', async () => {
      if (url.pathname === '/.well-known/openid-configuration')
        return json(response, {
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          userinfo_endpoint: `${issuer}/userinfo`,
          response_types_supported: ['code'],
          id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'],
          authorization_response_iss_parameter_supported: true,
          backchannel_logout_supported: true,
          ...metadata,
        });
      if (url.pathname === '/keys') {
        keyRequests += 1;
        return json(response, { keys: [jwk] });
      }
      if (url.pathname === '/userinfo') return json(response, liar.lies.userinfo ?? { sub: 'mallory' });
      if (url.pathname === '/token') {
        exchanges.push(new URLSearchParams(body));
        if (liar.lies.token_error) return json(response, { error: liar.lies.token_error }, 400);
        return json(response, { access_token: 'x', token_type: 'Bearer', expires_in: 300, id_token: await idToken() });
      }
      const get = (name: string) => url.searchParams.get(name) ?? '';
      const last = {
        nonce: get('nonce'),
        state: get('state'),
        redirect: get('redirect_uri'),
        challenge: get('code_challenge'),
        method: get('code_challenge_method'),
      };
      asked.push(last);
      const honest = { code: `code-${asked.length}`, state: last.state, iss: issuer };
      const back = new URL(last.redirect);
      for (const [name, value] of Object.entries({ ...honest, ...liar.lies.answer?.(honest, last) }))
        if (value !== null) back.searchParams.set(name, value);
      response.writeHead(303, { location: back.href }).end();
    });
  });

  const made = await administrator.post('/administration/sign-in/new', { kind: 'other', name: 'Liar', issuer });
  liar.id = made.url.pathname.split('/').at(-1) ?? '';
  const settings = { name: 'Liar', clientId, clientSecret, scope: 'openid email', admits: 'everybody' };
  const claims = { claimName: 'name', claimEmail: 'email' };
  await administrator.post(`/administration/sign-in/${liar.id}`, { ...settings, ...claims });
  const tried = await administrator.get(`/sign-in/with/${liar.id}?for=try`);
  expect(tried.status).toBe(200);
  await administrator.post(`/administration/sign-in/${liar.id}/live`);
  return Object.assign(liar, {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

const sessions = async () => (await node.context.db.reader.selectFrom('session').select('id').execute()).length;
const newest = () => JSON.parse(node.logged.filter((line) => line.includes('sign_in.')).at(-1) ?? '{}');

/** The attempt is refused with this code in the log, nobody is signed in, and the next honest one works. */
async function expectRefused(liar: Liar, lies: Lies, why: string, status = 403): Promise<Visit> {
  const before = await sessions();
  liar.lies = lies;
  const answer = await createNetworkBrowser(node.origin).get(`/sign-in/with/${liar.id}`);
  expect([answer.status, newest().why]).toEqual([status, why]);
  expect(await sessions()).toBe(before);
  liar.lies = {};
  const honest = await createNetworkBrowser(node.origin).get(`/sign-in/with/${liar.id}?next=/people`);
  expect([honest.status, honest.url.pathname]).toEqual([200, '/people']);
  return answer;
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (claims: JWTPayload) => `${part({ alg: 'none' })}.${part(claims)}.`;
const shared = (claims: JWTPayload, secret: string) => {
  const text = `${part({ alg: 'HS256', kid: 'one' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const second = () => Math.floor(Date.now() / 1_000);

it('147: an ID token that is forged, old, early, for somebody else or of another kind signs nobody in', async () => {
  await using liar = await startLiar();
  const cases: [string, Lies, string][] = [
    ['alg none', { token: unsigned }, 'id_token_algorithm'],
    ['HS256 with the client secret', { token: (claims) => shared(claims, clientSecret) }, 'id_token_algorithm'],
    ['HS256 with the public key', { token: (claims) => shared(claims, pem) }, 'id_token_algorithm'],
    ['another key of the same id', { key: other.privateKey }, 'id_token_signature'],
    ['embedded key', { header: { jwk: otherJwk } as never, key: other.privateKey }, 'id_token_signature'],
    [
      'key address',
      { header: { jku: `${liar.issuer}/other`, x5u: `${liar.issuer}/x` } as never, key: other.privateKey },
      'id_token_signature',
    ],
    ['expired', { claims: (claims) => ({ ...claims, iat: second() - 400, exp: second() - 100 }) }, 'id_token_time'],
    ['not yet', { claims: (claims) => ({ ...claims, nbf: second() + 3_600 }) }, 'id_token_time'],
    ['a day old', { claims: (claims) => ({ ...claims, iat: second() - 86_400 }) }, 'id_token_age'],
    ['from the future', { claims: (claims) => ({ ...claims, iat: second() + 600 }) }, 'id_token_age'],
    ['other audience', { claims: (claims) => ({ ...claims, aud: 'other' }) }, 'id_token_audience'],
    ['two audiences, no azp', { claims: (claims) => ({ ...claims, aud: [clientId, 'other'] }) }, 'id_token_audience'],
    ['other issuer', { claims: (claims) => ({ ...claims, iss: 'https://login.example' }) }, 'id_token_issuer'],
    ['no nonce', { claims: ({ nonce: _, ...claims }) => claims }, 'id_token_nonce'],
    ['other nonce', { claims: (claims) => ({ ...claims, nonce: 'other' }) }, 'id_token_nonce'],
    ['no subject', { claims: ({ sub: _, ...claims }) => claims }, 'id_token_subject'],
    ['empty subject', { claims: (claims) => ({ ...claims, sub: '' }), userinfo: { sub: '' } }, 'id_token_subject'],
    ['access token', { header: { typ: 'at+jwt' } }, 'id_token_kind'],
    ['logout token', { header: { typ: 'logout+jwt' } }, 'id_token_kind'],
    ['userinfo of another', { userinfo: { sub: 'anna', email: 'anna@council.example' } }, 'userinfo_subject'],
  ];
  for (const [, lies, why] of cases) await expectRefused(liar, lies, why);
  // Keys under ever new names, in ID tokens and in logout tokens: asked for once more, then not again within the minute.
  const before = liar.keyRequests();
  for (let round = 0; round < 20; round += 1) {
    liar.lies = { header: { kid: randomUUID() } };
    await createNetworkBrowser(node.origin).get(`/sign-in/with/${liar.id}`);
    expect(newest().why).toMatch(/^OAUTH_KEY_SELECTION_FAILED$/);
  }
  const provider = await providerById(node.context.db.reader, liar.id);
  for (let round = 0; provider && round < 1_000; round += 1) {
    const token = `${part({ alg: 'RS256', typ: 'logout+jwt', kid: randomUUID() })}.${part({})}.${'A'.repeat(342)}`;
    expect(await endByProvider(node.context, provider, token)).toBe('signature');
  }
  expect(liar.keyRequests() - before).toBeLessThanOrEqual(1);
});

it('146, 152: only the browser that began a sign-in ends it, once, and it leads nowhere but here', async () => {
  await using liar = await startLiar();
  await expectRefused(liar, { answer: () => ({ state: null }) }, 'state');
  await expectRefused(liar, { answer: () => ({ state: 'other' }) }, 'state');

  // Begun in one browser, ended in another.
  const own = createNetworkBrowser(node.origin);
  const begun = await own.get(`/sign-in/with/${liar.id}`, { follow: false });
  const atProvider = await own.get(begun.headers.get('location') ?? '', { follow: false });
  const answer = atProvider.headers.get('location') ?? '';
  const stranger = createNetworkBrowser(node.origin);
  expect((await stranger.get(answer)).status).toBe(403);
  await stranger.get(`/sign-in/with/${liar.id}`, { follow: false });
  expect((await stranger.get(answer)).status).toBe(403);

  // Twice in the same browser, also by one that kept its cookies.
  const kept = new Map(own.cookies(node.origin));
  expect((await own.get(answer)).status).toBe(200);
  const signedIn = await sessions();
  for (const [name, value] of kept) own.cookies(node.origin).set(name, value);
  const again = await own.get(answer);
  expect([again.status, await sessions()]).toEqual([403, signedIn]);

  for (const next of [
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    '/%2F%2Fevil.example',
    'javascript:x',
  ]) {
    const browser = createNetworkBrowser(node.origin);
    const end = await browser.get(`/sign-in/with/${liar.id}?next=${encodeURIComponent(next)}`);
    expect(end.url.origin).toBe(node.origin);
  }
});

it('148: the answer of one provider counts at no other, and its name must be its own', async () => {
  await using one = await startLiar();
  await using two = await startLiar();
  await expectRefused(one, { answer: () => ({ iss: two.issuer }) }, 'answer_issuer');
  await expectRefused(one, { answer: () => ({ iss: null }) }, 'answer_issuer');
  const browser = createNetworkBrowser(node.origin);
  const begun = await browser.get(`/sign-in/with/${one.id}`, { follow: false });
  const atProvider = await browser.get(begun.headers.get('location') ?? '', { follow: false });
  const answer = new URL(atProvider.headers.get('location') ?? '');
  const before = two.exchanges.length;
  expect((await browser.get(answer.href.replace(one.id, two.id))).status).toBe(403);
  expect(two.exchanges.length).toBe(before);
  expect(new Set([one.asked.at(-1)?.redirect, two.asked.at(-1)?.redirect]).size).toBe(2);
});

it('149: PKCE is always sent with S256, and a provider that refuses the verifier signs nobody in', async () => {
  await using liar = await startLiar({ code_challenge_methods_supported: ['plain'] });
  expect(liar.asked.at(-1)).toMatchObject({ method: 'S256', challenge: expect.stringMatching(/^[\w-]{43}$/) });
  expect(liar.exchanges.at(-1)?.get('code_verifier')).toMatch(/^[\w-]{43,128}$/);
  await expectRefused(liar, { token_error: 'invalid_grant' }, 'OAUTH_RESPONSE_BODY_ERROR');
});

it('A provider that asserts the mail address of an administrator gets no account, verified or not', async () => {
  await using liar = await startLiar();
  const account = await node.context.db.reader
    .selectFrom('account')
    .select('email')
    .where('administrator', '=', 1)
    .executeTakeFirst();
  const email = account?.email ?? '';
  for (const spelled of [email, email.toUpperCase(), ` ${email} `]) {
    const sub = randomUUID();
    const claims = (said: JWTPayload) => ({ ...said, sub, email: spelled, email_verified: true });
    await expectRefused(liar, { claims, userinfo: { sub } }, 'email_taken');
  }
});

it('151: a logout token that is forged, replayed or of another kind ends nothing; a true one ends it at once', async () => {
  await using liar = await startLiar();
  liar.lies = { claims: (claims) => ({ ...claims, sid: 'session-1' }) };
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${liar.id}`);
  const isIn = async () => (await browser.get('/profile', { follow: false })).status === 200;
  expect(await isIn()).toBe(true);
  const event = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const honest = () => ({
    iss: liar.issuer,
    aud: clientId,
    iat: second(),
    exp: second() + 120,
    jti: randomUUID(),
    events: event,
    sid: 'session-1',
  });
  const sign = (claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}, key = privateKey) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'logout+jwt', ...header }).sign(key);
  const send = (token: string, id = liar.id) =>
    fetch(`${node.origin}/sign-in/with/${id}/logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    });
  const { sid: _, ...nobody } = honest();
  const { jti: __, ...unnamed } = honest();
  const forged: [string, string][] = [
    [unsigned(honest()), 'malformed'],
    [shared(honest(), clientSecret), 'malformed'],
    [shared(honest(), pem), 'malformed'],
    [await sign(honest(), {}, other.privateKey), 'signature'],
    [await sign(honest(), { jwk: otherJwk } as never, other.privateKey), 'signature'],
    [await sign({ ...honest(), aud: 'other' }), 'claims'],
    [await sign({ ...honest(), iss: 'https://login.example' }), 'claims'],
    [await sign({ ...honest(), nonce: 'x' }), 'claims'],
    [await sign({ ...honest(), events: {} }), 'claims'],
    [await sign({ ...honest(), iat: second() - 3_600 }), 'claims'],
    [await sign({ ...honest(), exp: second() - 100 }), 'claims'],
    [await sign(honest(), { typ: 'at+jwt' }), 'claims'],
    [await sign(nobody), 'claims'],
    [await sign(unnamed), 'claims'],
    ['nothing', 'malformed'],
    ['', 'malformed'],
  ];
  for (const [token, why] of forged)
    expect([(await send(token)).status, newest().code, newest().why]).toEqual([400, 'sign_in.logout_refused', why]);
  expect(
    (await fetch(`${node.origin}/sign-in/with/${liar.id}/logout`, { method: 'POST', body: 'x'.repeat(1_000_000) }))
      .status,
  ).toBe(400);
  expect((await send(await sign(honest()), randomUUID())).status).toBe(400);
  expect(await isIn()).toBe(true);

  const token = await sign(honest());
  const done = await send(token);
  expect([done.status, done.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(await isIn()).toBe(false);
  await browser.get(`/sign-in/with/${liar.id}`);
  expect([(await send(token)).status, newest().why, await isIn()]).toEqual([400, 'replayed', true]);
  // By person, whatever the session.
  await send(await sign({ ...nobody, jti: randomUUID(), sub: 'mallory' }));
  expect(await isIn()).toBe(false);
});

it('A provider is asked at its own addresses and nowhere else', async () => {
  await using liar = await startLiar();
  const { services } = node.context.doors;
  const ask = (url: string) => services.request(url, { purpose: 'delivery', method: 'GET' });
  expect(await ask(`${liar.issuer}/keys`)).toMatchObject({ ok: true });
  for (const url of [`${liar.issuer}/keys?x=1`, `${liar.issuer}/other`, liar.issuer, 'http://127.0.0.1:9/'])
    expect(await ask(url)).toMatchObject({ ok: false, code: 'no_agreement' });
  const seen = node.federation.door.recent().filter(({ purpose }) => purpose.startsWith('identity provider'));
  expect(seen.length).toBeGreaterThan(0);
});

it('178: links to sign in are stored as hashes, work once, and cannot be guessed', async () => {
  const { account } = await node.person('Lena Link');
  const made = await transact(node.context, by, (work) => createSignInLink(work, { account, minutes: 15 }));
  expect(made.token).toMatch(/^[\w-]{43}$/);
  const stored = await node.context.db.reader.selectFrom('sign_in_link').selectAll().execute();
  expect(JSON.stringify(stored)).not.toContain(made.token);
  const path = new URL(made.address).pathname;
  expect((await createNetworkBrowser(node.origin).post(path)).status).toBe(200);
  expect((await createNetworkBrowser(node.origin).post(path)).status).toBe(410);
});
