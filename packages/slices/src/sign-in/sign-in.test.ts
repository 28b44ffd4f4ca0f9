import { accountOfPerson, hashPassword, setEnd, setPassword, transact, writeRestored } from '@joinery/core';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { people, startIdentityProvider } from '../../../../test/harness/identity-provider.ts';
import { createNetworkBrowser, type NetworkBrowser } from '../../../../test/harness/network-browser.ts';
import { startTestNode, type TestNode } from '../../../../test/harness/node.ts';
import { disableLeaver, linkFor } from '../people/index.ts';
import { migrations } from './migrations.ts';
import { providerById } from './store.ts';

const by = { kind: 'command', by: 'test' } as const;
let node: TestNode;
let administrator: NetworkBrowser;
let time = 0;
const clock = { now: () => new Date(Date.now() + time) };

beforeAll(async () => {
  node = await startTestNode('council', { clock });
  administrator = await signedIn((await node.person('Ada Admin', { administrator: true })).id);
});
afterAll(() => node[Symbol.asyncDispose]());

async function signedIn(person: string): Promise<NetworkBrowser> {
  const browser = createNetworkBrowser(node.origin);
  const link = await linkFor(node.context, by, person);
  await browser.post(new URL(link.address).pathname);
  return browser;
}

type Provider = Awaited<ReturnType<typeof startIdentityProvider>>;

/** Sets a provider up on the pages, as an administrator does. */
async function setUp(
  provider: Provider,
  kind: string,
  settings: Record<string, string> = {},
  live = true,
): Promise<string> {
  const list = '/administration/sign-in';
  const made = await administrator.post(`${list}/new`, { kind, name: `Agency ${kind}`, issuer: provider.issuer });
  const id = made.url.pathname.split('/').at(-1) ?? '';
  expect([made.status, made.html.includes(`/sign-in/with/${id}/answer`)]).toEqual([200, true]);
  const base = `${node.origin}/sign-in/with/${id}`;
  provider.register({ redirect: `${base}/answer`, logout: `${base}/logout` });
  const row = await providerById(node.context.db.reader, id);
  const saved = await administrator.post(`${list}/${id}`, {
    name: `Agency ${kind}`,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    scope: row?.scope ?? '',
    admits: 'everybody',
    claimName: row?.claim_name ?? '',
    claimEmail: row?.claim_email ?? '',
    claimRole: row?.claim_role ?? '',
    claimLanguage: row?.claim_language ?? '',
    claimGroups: row?.claim_groups ?? '',
    ...settings,
  });
  expect([saved.status, saved.url.search]).toEqual([200, '?done=saved']);
  if (!live) return id;
  const early = await administrator.post(`${list}/${id}/live`);
  expect(early.status).toBe(422);
  const tried = await administrator.get(`/sign-in/with/${id}?for=try`);
  expect([tried.status, tried.html.includes(provider.next.sub)]).toEqual([200, true]);
  await administrator.post(`${list}/${id}/live`);
  return id;
}

const accountOf = (email: string) =>
  node.context.db.reader.selectFrom('account').selectAll().where('email', '=', email).executeTakeFirst();

const sessionsOf = (email: string) =>
  node.context.db.reader
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select('session.id')
    .where('email', '=', email)
    .execute();

it('Somebody whom Keycloak vouches for gets a person with profile and roles, and roles follow their groups', async () => {
  const anna = people.keycloak('k-anna', 'Anna de Vries', 'anna@council.example', ['node-admins']);
  await using provider = await startIdentityProvider({ first: anna });
  expect(provider.process).not.toBe(process.pid);
  anna.claims.title = 'Adviser on water';
  const id = await setUp(provider, 'keycloak', { administrators: 'node-admins', officers: 'officers' });
  // What would come of a sign-in is read before anybody comes in: profile and roles, in the words of who looks.
  const told = async (language: string) => {
    await transact(node.context, by, (work) =>
      work.db.updateTable('person').set({ language }).where('name', '=', 'Ada Admin').execute(),
    );
    const { html } = await administrator.get(`/sign-in/with/${id}?for=try`);
    const found = /<section[^>]*aria-labelledby="found".*?<\/section>/s.exec(html)?.[0] ?? '';
    return [...found.matchAll(/<dt[^>]*>(.*?)<\/dt>\s*<dd[^>]*>(.*?)<\/dd>/gs)].map(
      ([, term, value]) => `${term}: ${value}`,
    );
  };
  const groups = 'offline_access, default-roles-agency, node-admins';
  const dutch = await told('nl');
  expect(await told('en')).toEqual([
    'Name: Anna de Vries',
    'Email address: anna@council.example',
    'Job title: Adviser on water',
    'Language: Nederlands',
    `Groups: ${groups}`,
    'Administrator: yes',
    'Federation officer: no',
  ]);
  expect(dutch).toEqual([
    'Naam: Anna de Vries',
    'E-mailadres: anna@council.example',
    'Functie: Adviser on water',
    'Taal: Nederlands',
    `Groepen: ${groups}`,
    'Beheerder: ja',
    'Federatiebeheerder: nee',
  ]);
  const browser = createNetworkBrowser(node.origin);
  expect((await browser.get('/sign-in')).html).toContain('Sign in with Agency keycloak');
  const home = await browser.get(`/sign-in/with/${id}?next=/people`);
  expect([home.status, home.url.pathname]).toEqual([200, '/people']);
  expect(await accountOf('anna@council.example')).toMatchObject({ administrator: 1, federation_officer: 0 });
  expect((await accountOf('anna@council.example'))?.email_verified_at).not.toBeNull();
  const profile = () =>
    node.context.db.reader.selectFrom('person').selectAll().where('name', '=', 'Anna de Vries').executeTakeFirst();
  expect(await profile()).toMatchObject({ role: 'Adviser on water', language: 'nl' });

  // Whom an account was made for before silence was told from a word: unchecked until the provider says so again.
  await transact(node.context, { kind: 'system', what: 'test' }, async (work) =>
    migrations['2026-12-06-sign-in-unverified']?.(work.db as unknown as Kysely<unknown>, node.context.db.dialect),
  );
  expect((await accountOf('anna@council.example'))?.email_verified_at).toBeNull();
  anna.claims.realm_access = { roles: ['officers'] };
  anna.claims.title = 'Head of water';
  await createNetworkBrowser(node.origin).get(`/sign-in/with/${id}`);
  expect(await accountOf('anna@council.example')).toMatchObject({ administrator: 0, federation_officer: 1 });
  expect((await accountOf('anna@council.example'))?.email_verified_at).not.toBeNull();
  expect(await profile()).toMatchObject({ role: 'Head of water' });
});

it('A guest whose groups would give them a role comes in without it, and is told why', async () => {
  const gita = people.keycloak('k-gita', 'Gita Guest', 'gita@council.example');
  await using provider = await startIdentityProvider({ first: gita });
  const id = await setUp(provider, 'keycloak', { administrators: 'node-admins', officers: 'officers' });
  await createNetworkBrowser(node.origin).get(`/sign-in/with/${id}`);
  const account = await accountOf('gita@council.example');
  const end = new Date(Date.now() + 86_400_000).toISOString();
  await transact(node.context, { kind: 'command', by: 'test' }, (work) => setEnd(work, account?.id ?? '', end));
  gita.claims.realm_access = { roles: ['node-admins'] };
  const browser = createNetworkBrowser(node.origin);
  const told = await browser.get(`/sign-in/with/${id}`);
  expect([
    told.url.pathname,
    told.url.search,
    /guests have no roles|gasten hebben hier geen rollen/.test(told.html),
  ]).toEqual(['/profile/sign-in', '?guest', true]);
  expect((await browser.get(`/sign-in/with/${id}?next=/groups`)).url.pathname).toBe('/groups');
  expect(await accountOf('gita@council.example')).toMatchObject({ administrator: 0, federation_officer: 0 });
});

it('Entra ID: the subject is the key, and groups that it withholds change no role', async () => {
  const ben = people.entra('e-ben', 'Ben Bos', 'ben@council.example', { groups: ['11111111-aaaa'] });
  await using provider = await startIdentityProvider({ first: ben });
  const id = await setUp(provider, 'entra', { administrators: '11111111-aaaa' });
  await createNetworkBrowser(node.origin).get(`/sign-in/with/${id}`);
  const before = await accountOf('ben@council.example');
  // Nothing is said of the address: it opens no group by its domain.
  expect(before).toMatchObject({ administrator: 1, email_verified_at: null });

  // Another address and more than 200 groups: still the same person, with the same role.
  provider.next = people.entraOverage('e-ben', 'Ben Bos-Smit', 'b.bos@elsewhere.example');
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${id}`);
  expect((await browser.get('/profile')).html).toContain('Ben Bos-Smit');
  expect(await accountOf('ben@council.example')).toEqual(before);
  const tried = await administrator.get(`/sign-in/with/${id}?for=try`);
  expect(tried.html).toContain('more groups than it sends');
});

it('A mail address of somebody here opens no account: it takes a signed-in person and a yes to link one', async () => {
  const owner = await node.person('Olga Owner');
  await using provider = await startIdentityProvider({
    first: people.keycloak('k-olga', 'Not Olga', 'olga.owner@example.test'),
  });
  const id = await setUp(provider, 'keycloak');
  const stranger = createNetworkBrowser(node.origin);
  const refused = await stranger.get(`/sign-in/with/${id}`);
  expect([refused.status, refused.html.includes('has this email address already')]).toEqual([403, true]);
  expect((await stranger.get('/profile', { follow: false })).status).toBe(303);

  const olga = await signedIn(owner.id);
  const question = await olga.get(`/sign-in/with/${id}?for=link`);
  expect([question.status, question.html.includes('Link with my account')]).toEqual([200, true]);
  const sealed = /name="sealed" value="([^"]+)"/.exec(question.html)?.[1] ?? '';
  const done = await olga.post('/profile/sign-in/link', { sealed });
  expect([done.status, done.html.includes('From now on you can sign in with')]).toEqual([200, true]);
  const again = createNetworkBrowser(node.origin);
  await again.get(`/sign-in/with/${id}`);
  expect((await again.get('/profile')).html).toContain('Not Olga');

  // Somebody else's confirmation is worth nothing, and the identity cannot go to a second account.
  const other = await signedIn((await node.person('Otto Other')).id);
  expect((await other.post('/profile/sign-in/link', { sealed })).status).toBe(403);
  const second = await other.get(`/sign-in/with/${id}?for=link`);
  const taken = await other.post('/profile/sign-in/link', {
    sealed: /name="sealed" value="([^"]+)"/.exec(second.html)?.[1] ?? '',
  });
  expect([taken.status, taken.html.includes('linked with somebody else')]).toEqual([422, true]);
  await transact(node.context, by, (work) =>
    work.db.deleteFrom('sign_in_grant').where('provider_id', '=', id).execute(),
  );
});

it('Whoever is refused sees the subject that an administrator can link, and then comes in', async () => {
  const { id: lou } = await node.person('Lou Linked');
  await using provider = await startIdentityProvider({
    first: people.entra('AAA-lou-7', 'Lou L.', 'lou@elsewhere.example'),
  });
  const id = await setUp(provider, 'entra', { admits: 'linked' });
  const browser = createNetworkBrowser(node.origin);
  const refused = await browser.get(`/sign-in/with/${id}`);
  expect([refused.status, refused.html.includes('AAA-lou-7')]).toEqual([403, true]);
  const page = `/administration/people/${lou}/sign-in`;
  const linked = await administrator.post(`${page}/link`, { provider: id, subject: 'AAA-lou-7', confirmed: '1' });
  expect(linked.url.search).toBe('?done=linked');
  await browser.get(`/sign-in/with/${id}`);
  expect((await browser.get('/profile')).html).toContain('Lou L.');
  const unlink = new RegExp(`${page}/links/[\\w-]{36}/unlink`).exec(linked.html)?.[0] ?? '';
  await administrator.post(unlink);
  expect((await browser.get('/profile', { follow: false })).status).toBe(303);
  expect((await browser.get(`/sign-in/with/${id}`)).status).toBe(403);
});

it('Whoever is disabled at the provider has nothing here a minute later: no session, and no token made in it (hostile case 151)', async () => {
  const cor = people.keycloak('k-cor', 'Cor Kok', 'cor@council.example');
  await using provider = await startIdentityProvider({ first: cor });
  const id = await setUp(provider, 'keycloak');
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${id}`);
  const made = await browser.post('/profile/sign-in/tokens', { tokenName: 'calendar' });
  const token = /joinery_[0-9a-f-]{36}_[\w-]{43}/.exec(made.html)?.[0] ?? '';
  const asProgram = () => fetch(`${node.origin}/api/v1/profile`, { headers: { authorization: `Bearer ${token}` } });
  expect((await asProgram()).status).toBe(200);

  // Still in force: the provider is asked again, with a refresh token that is used once.
  const asked = provider.grants.token ?? 0;
  time += 55_000;
  expect((await browser.get('/profile', { follow: false })).status).toBe(200);
  expect(provider.grants.token).toBe(asked + 1);
  expect((await browser.get('/profile', { follow: false })).status).toBe(200);
  expect(provider.grants.token).toBe(asked + 1);

  cor.disabled = true;
  time += 55_000;
  expect((await browser.get('/profile', { follow: false })).status).toBe(303);
  expect((await asProgram()).status).toBe(401);
});

it('Whoever is disabled at the provider is out within a minute, on a page that only listens too, and a program that asks all the time', async () => {
  const lot = people.keycloak('k-lot', 'Lot Leeg', 'lot@council.example');
  await using provider = await startIdentityProvider({ first: lot, tells: false });
  const id = await setUp(provider, 'keycloak');
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${id}`);
  const made = await browser.post('/profile/sign-in/tokens', { tokenName: 'monitor' });
  const token = /joinery_[0-9a-f-]{36}_[\w-]{43}/.exec(made.html)?.[0] ?? '';
  const group = await (await node.person('Gre Group')).api('POST', '/groups', { name: 'Group', handle: 'listened' });
  const topic = /data-topic="([^"]+)"/.exec((await browser.get(`/groups/${group.body.id}`)).html)?.[1] ?? '';
  const cookie = [...browser.cookies(node.origin)].map(([name, value]) => `${name}=${value}`).join('; ');
  // What it does every so often is done here when the clock says so.
  const beats: { every: number; run: () => void }[] = [];
  const real = globalThis.setInterval;
  const intervals = vi.spyOn(globalThis, 'setInterval').mockImplementation(((run: () => void, every: number) => {
    // What watches over each request has a time of its own.
    if (every !== 15_000) return real(run, every);
    beats.push({ every, run });
    return real(() => {}, 3_600_000);
  }) as typeof setInterval);
  onTestFinished(() => intervals.mockRestore());
  const listening = await fetch(`${node.origin}/events?${new URLSearchParams({ topic })}`, { headers: { cookie } });
  intervals.mockRestore();
  expect([listening.status, beats.map(({ every }) => every)]).toEqual([200, [15_000]]);
  const asked = provider.grants.token ?? 0;
  lot.disabled = true;
  // The stream gives a sign of life every quarter of a minute, and asks each time whether the session still holds.
  const since = time;
  const ended = listening.text();
  let hears = true;
  void ended.then(() => {
    hears = false;
  });
  for (let seconds = 15; seconds <= 60; seconds += 15) {
    time = since + seconds * 1_000;
    for (const { run } of beats) run();
    // From half a minute on the provider is asked beside it: once, and it says no.
    const withdrawn = seconds < 30 ? 0 : 1;
    await expect.poll(() => (provider.grants.token ?? 0) - asked, { timeout: 15_000 }).toBe(withdrawn);
    if (withdrawn)
      await expect.poll(async () => (await sessionsOf('lot@council.example')).length, { timeout: 15_000 }).toBe(0);
  }
  await ended;
  expect(hears).toBe(false);
  const asProgram = await fetch(`${node.origin}/api/v1/profile`, { headers: { authorization: `Bearer ${token}` } });
  const page = await browser.get('/profile', { follow: false });
  const again = await fetch(`${node.origin}/events?${new URLSearchParams({ topic })}`, {
    headers: { cookie },
    redirect: 'manual',
  });
  expect([asProgram.status, page.status, again.status]).toEqual([401, 303, 303]);
  // Nor does the provider let them in again.
  expect((await browser.get(`/sign-in/with/${id}`)).status).not.toBe(200);
});

it('A provider that is away for a while signs nobody out; away for a quarter of an hour it does', async () => {
  const dina = people.keycloak('k-dina', 'Dina Dam', 'dina@council.example');
  const provider = await startIdentityProvider({ first: dina });
  const id = await setUp(provider, 'keycloak');
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${id}`);
  await provider[Symbol.asyncDispose]();
  time += 60_000;
  expect((await browser.get('/profile', { follow: false })).status).toBe(200);
  time += 15 * 60_000;
  expect((await browser.get('/profile', { follow: false })).status).toBe(303);
});

it('Signing out at the provider ends the session here at once, and its tokens', async () => {
  const eva = people.keycloak('k-eva', 'Eva Ek', 'eva@council.example');
  await using provider = await startIdentityProvider({ first: eva });
  const id = await setUp(provider, 'keycloak');
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${id}`);
  const made = await browser.post('/profile/sign-in/tokens', { tokenName: 'calendar' });
  const token = /joinery_[0-9a-f-]{36}_[\w-]{43}/.exec(made.html)?.[0] ?? '';
  const question = await browser.get(provider.endSession);
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(question.html)?.[1] ?? '';
  const cookie = [...browser.cookies(provider.issuer)].map(([name, value]) => `${name}=${value}`).join('; ');
  await fetch(`${provider.issuer}/session/end/confirm`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ xsrf, logout: 'yes' }),
  });
  await expect
    .poll(async () => (await browser.get('/profile', { follow: false })).status, { timeout: 10_000 })
    .toBe(303);
  const asProgram = await fetch(`${node.origin}/api/v1/profile`, { headers: { authorization: `Bearer ${token}` } });
  expect(asProgram.status).toBe(401);
});

it('Without refresh tokens and without word of sign-outs a session lasts an hour', async () => {
  const finn = people.keycloak('k-finn', 'Finn Fuik', 'finn@council.example');
  await using provider = await startIdentityProvider({ first: finn, refreshes: false, tells: false });
  const id = await setUp(provider, 'keycloak');
  const tried = await administrator.get(`/sign-in/with/${id}?for=try`);
  expect(tried.html).toContain('end after an hour');
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${id}`);
  time += 59 * 60_000;
  expect((await browser.get('/profile', { follow: false })).status).toBe(200);
  time += 2 * 60_000;
  expect((await browser.get('/profile', { follow: false })).status).toBe(303);
});

it('Where a provider only tells of sign-outs, a session and its tokens last half a day at most', async () => {
  const fay = people.keycloak('k-fay', 'Fay Faas', 'fay@council.example');
  await using provider = await startIdentityProvider({ first: fay, refreshes: false });
  const id = await setUp(provider, 'keycloak');
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${id}`);
  const made = await browser.post('/profile/sign-in/tokens', { tokenName: 'calendar' });
  const token = /joinery_[0-9a-f-]{36}_[\w-]{43}/.exec(made.html)?.[0] ?? '';
  const both = async () => [
    (await browser.get('/profile', { follow: false })).status,
    (await fetch(`${node.origin}/api/v1/profile`, { headers: { authorization: `Bearer ${token}` } })).status,
  ];
  for (let hours = 0; hours < 12; hours += 6) {
    expect(await both()).toEqual([200, 200]);
    time += 6 * 60 * 60_000;
  }
  expect(await both()).toEqual([303, 401]);
  // The administrator of the other tests has not been away so long.
  time -= 12 * 60 * 60_000;
});

it('Somebody disabled here stays out, whatever the provider says; taking it off the page signs everybody out', async () => {
  const gea = people.keycloak('k-gea', 'Gea Gans', 'gea@council.example');
  await using provider = await startIdentityProvider({ first: gea });
  const id = await setUp(provider, 'keycloak');
  const browser = createNetworkBrowser(node.origin);
  await browser.get(`/sign-in/with/${id}`);
  const account = await accountOf('gea@council.example');
  await administrator.post(`/administration/sign-in/${id}/draft`);
  expect((await browser.get('/profile', { follow: false })).status).toBe(303);
  expect((await browser.get(`/sign-in/with/${id}`)).status).toBe(404);
  await administrator.post(`/administration/sign-in/${id}/live`);
  await disableLeaver(node.context, by, account?.person_id ?? '');
  const refused = await browser.get(`/sign-in/with/${id}`);
  expect([refused.status, refused.html.includes('has been disabled')]).toEqual([403, true]);
});

it('After a restore a provider lets nobody in before it is confirmed; then administrators see who came, and accept exactly that sign-in', async () => {
  const hanna = people.keycloak('k-hanna', 'Hanna Held', 'hanna@council.example');
  await using provider = await startIdentityProvider({ first: hanna });
  const id = await setUp(provider, 'keycloak');
  const come = () => createNetworkBrowser(node.origin).get(`/sign-in/with/${id}`);
  expect((await come()).status).toBe(200);
  const account = await accountOf('hanna@council.example');
  const restored = (confirmedAt: string | null, at: string) =>
    transact(node.context, by, async (work) => {
      const decision = { take: 'anew', person: null, by: 'test', reason: '' } as const;
      await writeRestored(work.db, { at, asOf: at, confirmedAt, waiting: [], ...(confirmedAt && { decision }) });
    });
  const later = new Date(clock.now().getTime() + 1_000).toISOString();
  await restored(null, later);
  const closed = await come();
  expect([closed.status, closed.html.includes('is not open yet')]).toEqual([403, true]);
  await restored(later, later);
  const held = { held_at: later, disabled_at: later };
  await transact(node.context, by, async (work) => {
    await work.db
      .updateTable('account')
      .set(held)
      .where('id', '=', account?.id ?? '')
      .execute();
  });
  const waits = await come();
  expect([waits.status, waits.html.includes('An administrator has to let you in')]).toEqual([403, true]);
  const page = await administrator.get('/administration/restored/people');
  for (const words of ['At the door', 'Hanna Held', 'hanna@council.example', 'k-hanna'])
    expect(page.html).toContain(words);
  const [, action = '', identity = ''] =
    /action="([^"]*\/accept)"[\s\S]*?name="identity" value="([^"]+)"/.exec(page.html) ?? [];
  const person = createNetworkBrowser(node.origin);
  expect((await person.post(action, { identity }, { follow: false })).status).not.toBe(200);
  expect((await administrator.post(action, { identity: 'another' })).status).toBe(404);
  expect((await come()).status).toBe(403);
  expect((await administrator.post(action, { identity })).html).toContain('1 person was let in');
  const again = await come();
  expect([again.status, again.url.pathname]).toEqual([200, '/']);
  await transact(node.context, by, (work) => work.db.deleteFrom('meta').where('name', '=', 'restored').execute());
});

it('People see their sessions and tokens, end them, and unlink a provider unless it is their only way in', async () => {
  const hans = people.keycloak('k-hans', 'Hans Hek', 'hans@council.example');
  await using provider = await startIdentityProvider({ first: hans });
  const id = await setUp(provider, 'keycloak');
  const desk = createNetworkBrowser(node.origin);
  const phone = createNetworkBrowser(node.origin);
  await desk.get(`/sign-in/with/${id}`);
  await phone.get(`/sign-in/with/${id}`);
  const page = await desk.get('/profile/sign-in');
  const unlink = /action="(\/profile\/sign-in\/identities\/[^"]+)"/.exec(page.html)?.[1] ?? '';
  expect((await desk.post(unlink)).html).toContain('uw enige manier om in te loggen');

  const end = /action="(\/profile\/sign-in\/sessions\/[\w-]{43}\/end)"/.exec(page.html)?.[1] ?? '';
  await desk.post(end);
  expect((await phone.get('/profile', { follow: false })).status).toBe(303);
  const made = await desk.post('/profile/sign-in/tokens', { tokenName: 'calendar' });
  const token = /joinery_[0-9a-f-]{36}_[\w-]{43}/.exec(made.html)?.[0] ?? '';
  expect((await desk.get('/profile/sign-in')).html).not.toContain(token);
  const asProgram = () => fetch(`${node.origin}/api/v1/profile`, { headers: { authorization: `Bearer ${token}` } });
  expect((await asProgram()).status).toBe(200);

  // A new password ends every session and every token.
  const account = await accountOf('hans@council.example');
  const hash = await hashPassword('a long enough password');
  await transact(node.context, by, (work) => setPassword(work, account?.id ?? '', hash));
  expect([(await asProgram()).status, (await desk.get('/profile', { follow: false })).status]).toEqual([401, 303]);
  await desk.get(`/sign-in/with/${id}`);
  const unlinked = await desk.post(unlink);
  expect(unlinked.url.pathname).toBe('/sign-in');
  expect(await accountOfPerson(node.context.db.reader, account?.person_id ?? '')).toMatchObject({ disabled_at: null });
});

it('Secrets of the provider lie encrypted in the database and on no page', async () => {
  const ida = people.keycloak('k-ida', 'Ida IJs', 'ida@council.example');
  await using provider = await startIdentityProvider({ first: ida });
  const id = await setUp(provider, 'keycloak', {}, false);
  const page = await administrator.get(`/administration/sign-in/${id}`);
  expect(page.html).not.toContain(provider.clientSecret);
  const row = await providerById(node.context.db.reader, id);
  expect(row?.client_secret).not.toContain('secret of the provider');
  expect(node.context.secret.decrypt(row?.client_secret ?? '')).toBe(provider.clientSecret);
  expect(node.logged.join('\n')).not.toContain('secret of the provider');
});
