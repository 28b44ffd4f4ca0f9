import { expect, it } from 'vitest';
import { groups } from '../groups/index.ts';
import { people } from '../people/index.ts';
import { openWeb } from '../people/testing/web.ts';
import { posts } from '../posts/index.ts';
import { guests } from './index.ts';

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

it('A colleague invites a guest once an administrator allows it; the guest is in by the link, marked, and out when ended', async () => {
  await using web = await openWeb([people, groups, posts, guests]);
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
  expect((await sam.post(`/guests/${id}/extend`, { until: day(60) })).status).toBe(303);
  expect((await sam.post(`/guests/${id}/link`)).html).toContain('/sign-in/link/');
});
