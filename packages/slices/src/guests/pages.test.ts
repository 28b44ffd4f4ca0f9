import { countAttempt, createActorKeys, limits, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { expect, it } from 'vitest';
import { createGroup, groups, joinGroup } from '../groups/index.ts';
import { people, personById } from '../people/index.ts';
import { openWeb } from '../people/testing/web.ts';
import { createTopic, like, markdownText, posts, reply } from '../posts/index.ts';
import { choice } from './choice.ts';
import { guests } from './index.ts';

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

it('A colleague invites a guest once an administrator allows it; the guest is in by the link, marked, and out when ended', async () => {
  await using web = await openWeb([people, files, groups, posts, guests]);
  const admin = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const sam = await web.signedIn(await web.add('Sam Sponsor'));
  const input = {
    name: 'Gita Guest',
    email: 'gita@firm.example',
    organisation: 'Fernhill',
    until: day(30),
    language: 'nl',
  };
  expect((await sam.get('/people')).html).not.toContain('href="/guests"');
  for (const path of ['/guests', '/guests/new']) expect((await sam.get(path)).status).toBe(403);
  expect((await sam.post('/guests/new', input)).status).toBe(403);
  expect((await admin.post('/administration/guests', { who: 'staff' })).status).toBe(303);
  expect((await sam.get('/people')).html).toContain('href="/guests"');

  // What is wrong is said in words, and what was typed stays.
  const wrong = await sam.post('/guests/new', { ...input, organisation: '<b>', until: day(-1) });
  expect([wrong.status, wrong.html.includes('value="Gita Guest"')]).toEqual([422, true]);
  expect(wrong.html).toContain('Choose a day that is to come');
  expect((await sam.post('/guests/new', { ...input, until: day(366) })).html).toContain('At most 365 days');
  expect((await sam.post('/guests/new', { ...input, group: '01a1f000-0000-7000-8000-000000000000' })).status).toBe(422);
  const made = await sam.post('/guests/new', input);
  const link = new URL(/http[^<]+\/sign-in\/link\/[\w-]{43}/.exec(made.html)?.[0] ?? 'http://none').pathname;
  expect(made.status).toBe(200);
  const id = /\/guests\/([0-9a-f-]{36})\//.exec(made.html)?.[1] ?? '';
  expect((await sam.get(`/guests/${id}`)).html).not.toContain('/sign-in/link/');
  expect((await sam.get(`/people/${id}`)).html).toContain('Guest of Sam Sponsor until');
  expect((await sam.get('/guests')).html).toContain('Gita Guest');
  expect((await (await web.signedIn(await web.add('Otto Other'))).get(`/guests/${id}`)).status).toBe(404);

  const guest = web.browser();
  expect((await guest.post(link)).location).toBe('/');
  expect((await guest.get('/profile')).status).toBe(200);
  for (const path of ['/people', '/guests', '/guests/new', '/groups/new', '/groups/join'])
    expect([path, (await guest.get(path)).status]).toEqual([path, 403]);
  expect((await guest.get('/groups')).html).not.toMatch(/href="\/(?:people|groups\/new|groups\/join)"/);
  expect((await admin.get('/administration/guests')).html).toContain('Sam Sponsor');
  expect((await sam.post(`/guests/${id}/end`)).location).toBe(`/guests/${id}?done=ended`);
  expect((await guest.get('/profile')).location).toContain('/sign-in');
  expect((await sam.post(`/guests/${id}/link`)).status).toBe(403);
  expect((await sam.post(`/guests/${id}/extend`, { until: 'soon' })).status).toBe(422);
  // Put out before the last day: an administrator decides, whoever it was that did so.
  expect((await sam.get(`/guests/${id}`)).html).toContain('Ask an administrator');
  expect((await sam.post(`/guests/${id}/extend`, { until: day(60) })).status).toBe(403);
  expect((await admin.post(`/guests/${id}/extend`, { until: day(60) })).status).toBe(303);
  expect((await sam.post(`/guests/${id}/link`)).html).toContain('/sign-in/link/');

  // Staying longer is the same decision as coming.
  expect((await sam.post(`/guests/${id}/extend`, { until: day(365) })).status).toBe(303);
  expect((await admin.post('/administration/guests', { who: 'administrators' })).status).toBe(303);
  expect((await sam.post(`/guests/${id}/extend`, { until: day(300) })).status).toBe(403);
  expect((await sam.get(`/guests/${id}`)).html).not.toContain('/extend"');
  expect((await sam.post(`/guests/${id}/end`)).status).toBe(303);
});

it('A guest reads a group on the web as anybody on the web does: what is written there, and not who else is in it', async () => {
  await using web = await openWeb([people, files, groups, posts, guests]);
  const [olga, mia, otto] = [await web.add('Olga Owner'), await web.add('Mia Member'), await web.add('Otto Author')];
  const admin = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const keys = await createActorKeys();
  const { group, topic } = await transact(web.context, { kind: 'system', what: 'test' }, async (work) => {
    const { id } = await createGroup(work, { name: 'Roads', handle: 'roads', owner: olga.id, keys, reading: 'web' });
    for (const { id: person } of [mia, otto]) await joinGroup(work, { group: id, person });
    const made = await createTopic(work, { group: id, author: otto.id, title: 'Salt', ...markdownText('On #decks') });
    await reply(work, { replyTo: made.id, author: otto.id, ...markdownText('More') });
    await like(work, { post: made.id, by: { uri: mia.uri, person: mia.id } });
    return { group: id, topic: made.id };
  });
  const input = { name: 'Gita', email: 'gita@firm.example', organisation: 'Fernhill', until: day(30) };
  const made = await admin.post('/guests/new', input);
  const guest = web.browser();
  await guest.post(new URL(/http[^<]+\/sign-in\/link\/[\w-]{43}/.exec(made.html)?.[0] ?? 'http://none').pathname);
  const row = await personById(web.context.db.reader, /\/guests\/([0-9a-f-]{36})\//.exec(made.html)?.[1] ?? '');
  if (!row) throw new Error('There is no guest');

  expect((await guest.get(`/posts/${topic}`)).html).toContain('Otto Author');
  const shown: string[] = [];
  const pages = [`/groups/${group}`, `/groups/${group}/members`, `/groups/${group}/members?q=Mia`, `/posts/${topic}`];
  const more = [`/groups/${group}/suggestions?q=${encodeURIComponent('@mi')}`, `/people/${mia.id}`, '/tags/decks'];
  for (const path of [...pages, ...more]) {
    const { html, status } = await guest.get(path);
    if (/Mia Member|mia-member/.test(html)) shown.push(`${path} ${status}`);
  }
  for (const path of [`/groups/${group}`, `/groups/${group}/members`, `/posts/${topic}`, `/people/${mia.id}`]) {
    const { json, status } = await web.api(row, 'GET', path);
    if (/Mia Member|mia-member/.test(JSON.stringify(json))) shown.push(`API ${path} ${status}`);
  }
  expect(shown).toEqual([]);
  expect((await web.api(row, 'PUT', `/posts/${topic}/like`, {})).status).toBe(403);
});

it('Thirty guests an hour are let in, and the next one is refused in words with what was typed', async () => {
  await using web = await openWeb([people, files, groups, posts, guests]);
  const ada = await web.add('Ada Admin', { administrator: true });
  const admin = await web.signedIn(ada);
  const input = { name: 'Gita', email: 'gita@firm.example', organisation: 'Fernhill', until: day(30) };
  // Counted before anything is made: one that is refused counts too, which spares the test thirty pairs of keys.
  for (let count = 0; count < limits.guests.times; count += 1)
    countAttempt(web.context, `guests of ${ada.id}`, limits.guests);
  const refused = await admin.post('/guests/new', input);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  expect(refused.html).toMatch(/You have invited many guests\. Try again in \d+ minutes/);
  expect(refused.html).toContain('value="gita@firm.example"');
  const other = await web.signedIn(await web.add('Ann Admin', { administrator: true }));
  expect((await other.post('/guests/new', input)).status).toBe(200);
});

it('who may invite guests is one of the choices of the node', async () => {
  await using web = await openWeb([people, groups, posts, guests]);
  const { context } = web;
  const member = await web.signedIn(await web.add('Jan Jansen'));
  expect(await choice.value(context.db.reader)).toBe(choice.standard);
  expect((await member.get('/guests/new')).status).toBe(403);
  await transact(context, { kind: 'system', what: 'test' }, (work) => choice.change(work, 'staff', 'somebody'));
  expect(await choice.value(context.db.reader)).toBe('staff');
  expect((await member.get('/guests/new')).status).toBe(200);
});
