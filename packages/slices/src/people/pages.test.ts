import { accountByEmail, accountOfPerson, createToken, runNextJob, transact } from '@joinery/core';
import { expect, test } from 'vitest';
import { rememberRemotePerson } from './activities-remote.ts';
import { people } from './index.ts';
import { localPeople, personById } from './store.ts';
import { openWeb } from './testing/web.ts';

const by = { kind: 'system', what: 'test' } as const;

async function open() {
  const web = await openWeb([people]);
  const admin = await web.add('Ada Admin', { administrator: true });
  const jan = await web.add('Jan Jansen');
  return { web, admin, jan };
}

test('every changing page refuses strangers and those without the right, and changes nothing', async () => {
  const { web, admin: ada, jan } = await open();
  await using _ = web;
  const target = await web.add('Target');
  const base = `/administration/people/${target.id}`;
  const administration: [string, Record<string, string>][] = [
    ['/administration/people/new', { name: 'New', email: 'new@council.example' }],
    ['/administration/people/links', {}],
    [`${base}/link`, {}],
    [`${base}/roles`, { administrator: '1' }],
    [`${base}/disable`, {}],
    [`${base}/enable`, {}],
    ['/administration/people/import', { text: 'name,email\nNew,new@council.example' }],
    ['/administration/people/import/confirm', { text: 'name,email\nNew,new@council.example' }],
  ];
  const stranger = web.browser();
  const admin = await web.signedIn(ada);
  const member = await web.signedIn(jan);
  const { reader } = web.context.db;
  const links = () => reader.selectFrom('sign_in_link').select('id').execute();
  const [before, accounts] = [await personById(reader, target.id), await accountOfPerson(reader, target.id)];
  const linksBefore = await links();
  for (const [path, fields] of administration) {
    const signedOut = await stranger.post(path, fields);
    expect([path, signedOut.status, signedOut.location?.startsWith('/sign-in')]).toEqual([path, 303, true]);
    expect([path, (await member.post(path, fields)).status]).toEqual([path, 403]);
  }
  for (const path of ['/profile', '/profile/password']) {
    const answer = await stranger.post(path, { name: 'x', password: 'a long enough password' });
    expect([path, answer.status, answer.location?.startsWith('/sign-in')]).toEqual([path, 303, true]);
  }
  for (const path of [
    '/administration/people',
    '/administration/people/new',
    '/administration/people/import',
    base,
    `${base}/disable`,
  ]) {
    expect([path, (await stranger.get(path)).status]).toEqual([path, 303]);
    expect([path, (await member.get(path)).status]).toEqual([path, 403]);
    expect([path, (await admin.get(path)).status]).toEqual([path, 200]);
  }
  expect(await personById(reader, target.id)).toEqual(before);
  expect(await accountOfPerson(reader, target.id)).toEqual(accounts);
  expect(await links()).toEqual(linksBefore);
  expect(await accountByEmail(reader, 'new@council.example')).toBeUndefined();
  expect(await runNextJob(web.context)).toBe(false);
});

test('an administrator adds a person; what was typed stays until it is right', async () => {
  const { web, admin } = await open();
  await using _ = web;
  const browser = await web.signedIn(admin);
  const typed = {
    name: 'Zoë <script>',
    email: 'ＪＡＮ.JANSEN@council.example',
    handle: 'zo',
    role: 'Planner',
    language: 'nl',
  };
  const faulty = await browser.post('/administration/people/new', typed);
  expect(faulty.status).toBe(422);
  expect(faulty.html).toContain('value="Zoë &lt;script&gt;"');
  expect(faulty.html).toContain('value="Planner"');
  expect(faulty.html).toMatch(/<title>Error: /);
  const duplicate = await browser.post('/administration/people/new', { ...typed, name: 'Zoë' });
  expect(duplicate.status).toBe(422);
  expect(duplicate.html).toContain('Somebody here has this email address already');
  const long = await browser.post('/administration/people/new', {
    ...typed,
    name: 'x'.repeat(10_240),
    email: 'zoe@council.example',
  });
  expect(long.status).toBe(422);
  expect(long.html).toContain('at most 120 characters');
  const taken = await browser.post('/administration/people/new', {
    ...typed,
    name: 'Zoë',
    email: 'zoe@council.example',
    handle: 'jan-jansen',
  });
  expect(taken.status).toBe(422);
  expect(taken.html).toContain('href="#field-handle"');
  const made = await browser.post('/administration/people/new', {
    ...typed,
    name: 'Zoë',
    email: 'zoe@council.example',
  });
  expect(made.status).toBe(303);
  const page = await browser.get(made.location ?? '');
  expect(page.html).toContain('Zoë has been added.');
  expect((await accountByEmail(web.context.db.reader, 'zoe@council.example'))?.administrator).toBe(0);
});

test('a sign-in link is shown once and works', async () => {
  const { web, admin, jan } = await open();
  await using _ = web;
  const browser = await web.signedIn(admin);
  const page = await browser.post(`/administration/people/${jan.id}/link`);
  const [, path = ''] = /(\/sign-in\/link\/[\w-]{43})/.exec(page.html) ?? [];
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect((await browser.get(`/administration/people/${jan.id}`)).html).not.toContain('/sign-in/link/');
  expect(await web.browser().post(path)).toMatchObject({ status: 303, location: '/' });
});

test('everybody who has not signed in gets a link in one file, others keep what they have', async () => {
  const { web, admin, jan } = await open();
  await using _ = web;
  const browser = await web.signedIn(admin);
  const other = await web.add('Zoë');
  await browser.post(`/administration/people/${other.id}/disable`);
  // What a spreadsheet would run as a formula is only text.
  await browser.post('/administration/people/new', {
    name: 'Zia',
    email: '=zia@council.example',
    handle: '',
    role: '',
  });
  const answer = await browser.post('/administration/people/links', { once: crypto.randomUUID() });
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const lines = answer.html
    .replace(/^\uFEFF/, '')
    .trim()
    .split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain(`${jan.name},jan.jansen@council.example,http`);
  expect(lines[2]).toContain("Zia,'=zia@council.example,http");
  const [, path = ''] = /(\/sign-in\/link\/[\w-]{43})/.exec(answer.html) ?? [];
  expect((await web.browser().post(path)).status).toBe(303);
});

test('disabling says what it does, ends session and tokens at once, and can be taken back', async () => {
  const { web, admin, jan } = await open();
  await using _ = web;
  const browser = await web.signedIn(admin);
  const leaver = await web.signedIn(jan);
  const account = await accountOfPerson(web.context.db.reader, jan.id);
  const { token } = await transact(web.context, by, (work) =>
    createToken(work, { account: account?.id ?? '', name: 't' }),
  );
  const ask = () => web.call('/api/v1/profile', { headers: { authorization: `Bearer ${token}` } });
  expect((await ask()).status).toBe(200);
  const path = `/administration/people/${jan.id}/disable`;
  expect((await browser.get(path)).html).toContain('signed out everywhere at once');
  expect((await leaver.get('/profile')).status).toBe(200);
  expect((await browser.post(path)).status).toBe(303);
  expect((await leaver.get('/profile')).status).toBe(303);
  expect((await ask()).status).toBe(401);
  expect((await browser.get('/people')).html).not.toContain('Jan Jansen');
  expect((await browser.get(`/people/${jan.id}`)).html).toContain('Has left');
  expect((await browser.post(`/administration/people/${jan.id}/link`)).status).toBe(403);
  expect((await browser.post(`/administration/people/${jan.id}/enable`)).status).toBe(303);
  expect((await browser.get('/people')).html).toContain('Jan Jansen');
  expect((await ask()).status).toBe(401);
  expect((await web.signedIn(jan)).get).toBeTypeOf('function');
});

test('the last administrator stays one', async () => {
  const { web, admin, jan } = await open();
  await using _ = web;
  const browser = await web.signedIn(admin);
  const base = (id: string) => `/administration/people/${id}`;
  for (const path of [`${base(admin.id)}/disable`, `${base(admin.id)}/roles`]) {
    const refused = await browser.post(path);
    expect(refused.status).toBe(422);
    expect(refused.html).toContain('This is the last administrator');
  }
  expect((await personById(web.context.db.reader, admin.id))?.disabled_at).toBeNull();
  expect((await browser.post(`${base(jan.id)}/roles`, { administrator: '1' })).status).toBe(303);
  expect((await browser.post(`${base(admin.id)}/disable`)).status).toBe(303);
  expect((await (await web.signedIn(jan)).get('/administration/people')).status).toBe(200);
});

test('420 people come from a file after a preview, and once more adds nobody', async () => {
  const { web, admin } = await open();
  await using _ = web;
  const browser = await web.signedIn(admin);
  const rows = Array.from({ length: 420 }, (_unused, index) => `Persoon ${index};p${index}@council.example;Adviseur`);
  const text = ['\uFEFFNaam;E-mail;Functie', ...rows, 'Jan;jan.jansen@council.example;x'].join('\r\n');
  const upload = () => ({ file: new File([text], 'mensen.csv', { type: 'text/csv' }) });
  const preview = await browser.post('/administration/people/import', upload());
  expect(preview.status).toBe(200);
  expect(preview.html).toContain('420 people will be added');
  expect(preview.html).toContain('1 person of the list is here already');
  expect(await localPeople(web.context.db.reader, { limit: 1_000 })).toHaveLength(2);
  const confirmed = await browser.post('/administration/people/import/confirm', { text });
  expect(confirmed.status).toBe(303);
  expect((await browser.get(confirmed.location ?? '')).html).toContain('420 people are being added');
  expect((await browser.get('/administration/people')).html).toContain('An import is running');
  // Two of the 42 parts show that it works; making 840 keys would only take time.
  for (let part = 0; part < 2; part += 1) expect(await runNextJob(web.context)).toBe(true);
  const made = await localPeople(web.context.db.reader, { search: 'persoon', limit: 1_000 });
  expect(made).toHaveLength(20);
  expect(made[0]).toMatchObject({ role: 'Adviseur', local: 1 });
  const again = await browser.post('/administration/people/import', upload());
  expect(again.html).toContain('400 people will be added');
});

test('a list with faults comes back whole, with each fault by line, and adds nobody', async () => {
  const { web, admin } = await open();
  await using _ = web;
  const browser = await web.signedIn(admin);
  const text =
    'name,email,handle\nGood,good@council.example,\n=cmd(),evil@council.example,\nTaken,t@council.example,jan-jansen';
  for (const path of ['/administration/people/import', '/administration/people/import/confirm']) {
    const page = await browser.post(path, { text });
    expect(page.status).toBe(422);
    expect(page.html).toContain('2 lines cannot be used');
    expect(page.html).toContain('do not begin with =');
    expect(page.html).toContain('This handle is taken');
    expect(page.html).toContain('Good,good@council.example,');
  }
  const latin = {
    file: new File([Buffer.from('naam;e-mail\nZoë;z@council.example', 'latin1')], 'x.csv'),
    text: 'kept',
  };
  const unreadable = await browser.post('/administration/people/import', latin);
  expect(unreadable.status).toBe(422);
  expect(unreadable.html).toContain('CSV UTF-8');
  expect(unreadable.html).toContain('kept');
  expect(await runNextJob(web.context)).toBe(false);
});

test('a profile is changed by its owner, in their language from then on', async () => {
  const { web, jan } = await open();
  await using _ = web;
  const browser = await web.signedIn(jan);
  const wrong = await browser.post('/profile', {
    name: '',
    role: 'Planner',
    summary: 'Hi',
    language: 'xx',
    timeZone: 'Mars/Base',
  });
  expect(wrong.status).toBe(422);
  expect(wrong.html).toContain('value="Planner"');
  expect(wrong.html.match(/href="#field-(name|language|timeZone)"/g)).toHaveLength(3);
  const values = {
    name: 'Jan de Boer',
    role: 'Planner',
    summary: '<img src=x onerror=alert(1)> **hi**',
    language: 'nl',
    timeZone: 'Europe/Amsterdam',
  };
  expect((await browser.post('/profile', values)).status).toBe(303);
  const profile = await browser.get('/profile?done=saved');
  expect(profile.html).toContain('Uw profiel is opgeslagen.');
  expect(profile.html).toContain('lang="nl"');
  const shown = await browser.get(`/people/${jan.id}`);
  expect(shown.html).toContain('<strong>hi</strong>');
  expect(shown.html).not.toContain('<img');
});

test('the language switch holds for whoever signed in, everywhere, and for a stranger in their browser', async () => {
  const { web, jan } = await open();
  await using _ = web;
  const browser = await web.signedIn(jan);
  const switched = await browser.post('/language', { language: 'nl', next: '/people' });
  expect(switched).toMatchObject({ status: 303, location: '/people' });
  expect((await browser.get('/people')).html).toContain('<html lang="nl"');
  expect((await (await web.signedIn(jan)).get('/people')).html).toContain('<html lang="nl"');
  const stranger = web.browser();
  await stranger.post('/language', { language: 'nl', next: '/sign-in' });
  expect((await stranger.get('/sign-in')).html).toContain('<html lang="nl"');
  expect((await browser.post('/language', { language: 'xx' })).status).toBe(400);
});

test('a person of another node is shown with agency, node and freshness; strangers see nobody', async () => {
  const { web, jan } = await open();
  await using _ = web;
  const id = await transact(web.context, by, (work) =>
    rememberRemotePerson(
      work,
      { id: 'https://ministry.example/people/anna', type: 'Person', preferredUsername: 'anna', name: '<b>Anna</b>' },
      { fetchedAt: work.now, verified: 'origin' },
    ),
  );
  const page = await (await web.signedIn(jan)).get(`/people/${id}`);
  expect(page.html).toContain('&lt;b&gt;Anna&lt;/b&gt;');
  expect(page.html).toContain('ministry.example');
  expect(page.html).toContain('fetched ');
  expect(page.html).not.toContain('/administration/');
  for (const path of ['/people', `/people/${id}`, `/people/${jan.id}`, '/people/none']) {
    expect((await web.browser().get(path)).status).toBe(303);
  }
  expect((await (await web.signedIn(jan)).get('/people/none')).status).toBe(404);
});

test('the list of people is searched and goes on page by page', async () => {
  const { web, jan } = await open();
  await using _ = web;
  await transact(web.context, by, async (work) => {
    const { id: _id, uri: _uri, handle: _handle, ...row } = (await personById(work.db, jan.id)) ?? jan;
    for (let index = 0; index < 60; index += 1) {
      const key = `p${String(index).padStart(3, '0')}`;
      await work.db
        .insertInto('person')
        .values({ ...row, id: key, uri: `${work.home}/people/${key}`, handle: key, name: key, sort_name: key })
        .execute();
    }
  });
  const browser = await web.signedIn(jan);
  const first = await browser.get('/people?q=p0');
  const [, next = ''] = /rel="next" href="([^"]+)"/.exec(first.html) ?? [];
  const second = await browser.get(next.replaceAll('&amp;', '&'));
  const seen = [...`${first.html}${second.html}`.matchAll(/href="\/people\/(p\d+)"/g)].map(([, id]) => id);
  expect(seen).toHaveLength(60);
  expect(new Set(seen).size).toBe(60);
  expect(second.html).not.toContain('rel="next"');
  expect((await browser.get('/people?q=nobody%22%3E%3Cscript%3E')).html).toContain('nobody&quot;&gt;&lt;script&gt;');
  expect((await browser.get('/people?cursor=forged')).status).toBe(400);
});
