import { createMailDoor, runAfterEffects, runNextJob } from '@joinery/core';
import { expect, it, onTestFinished } from 'vitest';
import { startMailServer } from '../../../../test/harness/mail-server.ts';
import { people } from '../people/index.ts';
import { openWeb } from '../people/testing/web.ts';
import { registration } from './index.ts';

const password = 'a passphrase of plain words';
const settings = '/administration/registration';

async function begin(mode = 'both') {
  const web = await openWeb([people, registration]);
  onTestFinished(() => web[Symbol.asyncDispose]());
  const server = await startMailServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const admin = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  web.context.doors.mail = createMailDoor({ ...web.context.config, smtpUrl: server.url });
  expect((await admin.post(settings, { mode, domains: '@Good.GOV\nbücher.example' })).status).toBe(303);
  const background = async () => {
    while ((await runAfterEffects(web.context)) > 0);
    while (await runNextJob(web.context));
  };
  const link = async () => {
    await background();
    return new URL(/http\S+\/register\/\S+/.exec(server.mails.at(-1)?.text ?? '')?.[0] ?? 'http://none').pathname;
  };
  return { ...web, server, admin, background, link };
}

it('A node lets nobody register until an administrator says so, and then only with mail', async () => {
  await using web = await openWeb([people, registration]);
  const admin = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const stranger = web.browser();
  expect((await stranger.get('/sign-in')).html).not.toContain('/register');
  for (const path of ['/register', '/register/sent', '/register/waiting', `/register/${'x'.repeat(43)}`])
    expect([path, (await stranger.get(path)).status]).toEqual([path, 404]);
  expect((await stranger.post('/register', { name: 'Eve', email: 'eve@good.gov' })).status).toBe(404);
  expect((await admin.get(settings)).html).toContain('JOINERY_SMTP_URL');
  const refused = await admin.post(settings, { mode: 'approval', domains: 'good.gov' });
  expect([refused.status, refused.html.includes('good.gov')]).toEqual([422, true]);
  expect((await web.signedIn(await web.add('Bo'))).get).toBeDefined();
  expect((await (await web.signedIn(await web.add('Cas'))).get(settings)).status).toBe(403);
});

it('Domains are checked before they count', async () => {
  const { admin } = await begin();
  expect((await admin.get(settings)).html).toMatch(/good\.gov\s+xn--bcher-kva\.example/);
  const wrong = await admin.post(settings, { mode: 'domain', domains: 'good.gov\n*.good.gov' });
  expect([wrong.status, wrong.html.includes('“*.good.gov” is not a mail domain')]).toEqual([422, true]);
  expect((await admin.post(settings, { mode: 'domain', domains: ' ' })).status).toBe(422);
});

it('Somebody registers with an address of the domain, and is in', async () => {
  const { browser, link, server } = await begin();
  const anna = browser();
  expect((await anna.get('/sign-in')).html).toContain('href="/register"');
  const empty = await anna.post('/register', {});
  expect([empty.status, empty.html.match(/href="#field-/g)?.length]).toEqual([422, 2]);
  const asked = await anna.post('/register', { name: 'Anna Vries', email: 'Anna@GOOD.gov', language: 'nl' });
  expect(asked.location).toBe('/register/sent');
  expect((await anna.get('/register/sent')).html).toContain('Look in your mail');
  const path = await link();
  // A scanner that follows links uses nothing up.
  const page = await anna.get(path);
  expect([page.status, page.html.includes('value="Anna Vries"')]).toEqual([200, true]);
  const short = await anna.post(path, { name: 'Anna de Vries', handle: 'x!', password: 'short' });
  expect([short.status, short.html.includes('value="Anna de Vries"'), short.html.includes('>short<')]).toEqual([
    422,
    true,
    false,
  ]);
  expect((await anna.post(path, { name: 'Anna de Vries', handle: 'anna', password })).location).toBe('/');
  expect((await anna.get('/profile')).html).toContain('Anna de Vries');
  expect((await browser().get(path)).status).toBe(410);
  expect((await browser().post(path, { name: 'Eve', handle: '', password })).status).toBe(410);
  expect((await browser().post('/sign-in', { email: 'anna@good.gov', password })).location).toBe('/');
  expect(server.mails).toHaveLength(1);
});

it('The answer does not tell whether an address is known', async () => {
  const { add, browser, context } = await begin();
  await add('Bo Known');
  const answers = [];
  for (const email of ['bo.known@council.example', 'bo.unknown@council.example']) {
    const before = await context.db.reader.selectFrom('job').select('name').execute();
    const { status, location, html } = await browser().post('/register', { name: 'Eve', email, language: 'en' });
    const after = await context.db.reader.selectFrom('job').select('name').execute();
    const rows = await context.db.reader.selectFrom('registration').select(['state', 'name', 'note']).execute();
    answers.push({ status, location, html, jobs: after.length - before.length, row: rows.at(-1) });
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toMatchObject({ status: 303, location: '/register/sent', jobs: 2 });
});

it('Administrators see who waits, and answer several at once', async () => {
  const { admin, browser, link, background, context, server } = await begin('approval');
  for (const name of ['eve', 'finn', 'gus']) {
    const one = browser();
    await one.post('/register', { name, email: `${name}@else.example`, language: 'nl', note: `I am ${name} <b>` });
    expect((await one.post(await link(), { name, handle: '', password })).location).toBe('/register/waiting');
  }
  await background();
  const queue = await admin.get(settings);
  expect(queue.html).toContain('I am eve &lt;b&gt;');
  const [eve = '', finn = '', gus = ''] = [...queue.html.matchAll(/name="registration" value="([^"]+)"/g)].map(
    ([, id]) => id ?? '',
  );
  const nobody = await admin.post(`${settings}/answer`, { decision: 'approve' });
  expect([nobody.status, nobody.html.includes('Choose at least one request')]).toEqual([422, true]);
  const silent = await admin.post(`${settings}/answer`, { decision: 'refuse', registration: gus });
  expect([silent.status, silent.html.includes('Say why')]).toEqual([422, true]);
  expect(silent.html).toMatch(new RegExp(`value="${gus}"[^>]*checked`));
  await admin.post(`${settings}/answer`, { decision: 'refuse', registration: gus, reason: 'Geen ambtenaar' });
  expect((await admin.post(`${settings}/answer`, { decision: 'approve', registration: eve })).location).toContain(
    'count=1',
  );
  expect((await admin.post(`${settings}/answer`, { decision: 'approve', registration: eve })).location).toContain(
    'count=0',
  );
  expect((await admin.post(`${settings}/answer`, { decision: 'approve', registration: finn })).status).toBe(303);
  await background();
  const last = server.mails
    .slice(-3)
    .map(({ to, text }) => [to[0], text.includes('/sign-in'), text.includes('Geen ambt')]);
  expect(last.sort()).toEqual([
    ['eve@else.example', true, false],
    ['finn@else.example', true, false],
    ['gus@else.example', false, true],
  ]);
  expect((await browser().post('/sign-in', { email: 'eve@else.example', password })).location).toBe('/');
  const refused = await browser().post('/sign-in', { email: 'gus@else.example', password });
  expect(refused.status).toBe(422);
  expect((await admin.get(settings)).html).toContain('Nobody waits');
  expect((await context.db.reader.selectFrom('account').selectAll().execute()).length).toBe(3);
});
