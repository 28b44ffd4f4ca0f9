import { accountByEmail, createSignInLink, linkMinutes, transact } from '@joinery/core';
import { expect, test } from 'vitest';
import { people } from './index.ts';
import { linkFor } from './onboarding.ts';
import { openWeb } from './testing/web.ts';

const by = { kind: 'system', what: 'test' } as const;
const password = 'correct horse battery';

test('the first administrator sets the node up with the printed link, once', async () => {
  await using web = await openWeb([people]);
  const { context } = web;
  const link = await transact(context, by, (work) =>
    createSignInLink(work, {
      account: null,
      purpose: 'first-administrator',
      minutes: linkMinutes['first-administrator'],
    }),
  );
  const path = new URL(link.address).pathname;
  const browser = web.browser();
  expect((await browser.get(path)).html).toContain('name="email"');

  const faulty = await browser.post(path, { name: '<b>Ann', email: 'nonsense', handle: 'admin', password: 'short' });
  expect(faulty.status).toBe(422);
  expect(faulty.html).toContain('Error: ');
  expect(faulty.html).toContain('value="&lt;b&gt;Ann"');
  expect(faulty.html).toContain('value="nonsense"');
  expect(faulty.html).not.toContain('short"');

  const reserved = await browser.post(path, { name: 'Ann', email: 'ann@council.example', handle: 'admin', password });
  expect(reserved.status).toBe(422);
  expect(reserved.html).toContain('href="#field-handle"');

  const made = await browser.post(path, { name: 'Ann Smith', email: 'Ann@Council.example', handle: '', password });
  expect(made).toMatchObject({ status: 303, location: '/' });
  expect((await browser.get('/administration/people')).status).toBe(200);
  expect(await accountByEmail(context.db.reader, 'ann@council.example')).toMatchObject({
    administrator: 1,
    federation_officer: 1,
  });

  const second = await web.browser().post(path, { name: 'Eve', email: 'eve@council.example', handle: '', password });
  expect(second.status).toBe(410);
  expect(await accountByEmail(context.db.reader, 'eve@council.example')).toBeUndefined();
});

test('the link for the first administrator ends when the node gets one in another way', async () => {
  await using web = await openWeb([people]);
  const link = await transact(web.context, by, (work) =>
    createSignInLink(work, { account: null, purpose: 'first-administrator', minutes: 60 }),
  );
  const path = new URL(link.address).pathname;
  await web.add('Ada', { administrator: true });
  expect((await web.browser().get(path)).status).toBe(410);
  const eve = { name: 'Eve', email: 'eve@council.example', handle: '', password };
  expect((await web.browser().post(path, eve)).status).toBe(410);
  expect(await accountByEmail(web.context.db.reader, eve.email)).toBeUndefined();
});

test('looking at a link uses nothing up; its button signs in once and takes a password on the way', async () => {
  await using web = await openWeb([people]);
  const jan = await web.add('Jan');
  const path = new URL((await linkFor(web.context, by, jan.id)).address).pathname;
  const browser = web.browser();
  for (let time = 0; time < 3; time += 1) expect((await browser.get(path)).html).toContain('Welcome, Jan');
  const short = await browser.post(path, { password: 'short' });
  expect(short.status).toBe(422);
  expect(short.html).toContain('at least 12 characters');
  expect(await browser.post(path, { password })).toMatchObject({ status: 303, location: '/' });
  expect((await browser.get('/profile')).html).toContain('value="Jan"');
  expect((await web.browser().get(path)).status).toBe(410);
  expect((await web.browser().post(path)).status).toBe(410);

  const later = web.browser();
  const signedIn = await later.post('/sign-in', { email: 'JAN@council.example', password, next: '/people?q=j' });
  expect(signedIn).toMatchObject({ status: 303, location: '/people?q=j' });
});

test('wrong sign-ins all look the same, keep the address typed, and are slowed down in words', async () => {
  await using web = await openWeb([people]);
  await web.add('Jan');
  const browser = web.browser();
  const wrong = await browser.post('/sign-in', { email: 'jan@council.example', password: 'wrong password!' });
  const unknown = await browser.post('/sign-in', { email: 'who@council.example', password: 'wrong password!' });
  const comparable = (html: string) =>
    html.replaceAll(/(jan|who)@council/g, 'x@council').replaceAll(/name="(csrf|once)" value="[^"]*"/g, '');
  expect(wrong.status).toBe(422);
  expect(wrong.html).toContain('value="jan@council.example"');
  expect(wrong.html).not.toContain('wrong password!');
  expect(comparable(wrong.html)).toBe(comparable(unknown.html));
  expect((await browser.post('/sign-in', { email: '', password: '' })).html).toContain('href="#field-email"');
  for (let time = 0; time < 4; time += 1)
    await browser.post('/sign-in', { email: 'jan@council.example', password: 'no' });
  const slowed = await browser.post('/sign-in', { email: 'JAN@council.example', password: 'no' });
  expect(slowed.status).toBe(429);
  expect(slowed.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(slowed.html).toMatch(/Wait (a minute|\d+ minutes)/);
});

test.each(['//evil.example', '/\\evil.example', 'https:evil.example', '/%2Fevil.example', 'javascript:alert(1)'])(
  'signing in leads to no other site (%s)',
  async (next) => {
    await using web = await openWeb([people]);
    const jan = await web.add('Jan');
    const browser = web.browser();
    await browser.post(new URL((await linkFor(web.context, by, jan.id)).address).pathname, { password });
    const answer = await web.browser().post('/sign-in', { email: 'jan@council.example', password, next });
    expect(answer).toMatchObject({ status: 303, location: '/' });
  },
);

test('signing out ends the session and cannot be done by a link', async () => {
  await using web = await openWeb([people]);
  const browser = await web.signedIn(await web.add('Jan'));
  expect((await browser.get('/sign-out')).status).toBe(405);
  expect((await browser.get('/profile')).status).toBe(200);
  expect((await browser.post('/sign-out')).status).toBe(303);
  expect(await browser.get('/profile')).toMatchObject({ status: 303, location: '/sign-in?next=%2Fprofile' });
});

test('the old password cannot be guessed from a browser left open', async () => {
  await using web = await openWeb([people]);
  const browser = await web.signedIn(await web.add('Jan'));
  await browser.post('/profile/password', { password });
  const guess = () =>
    browser.post('/profile/password', { currentPassword: 'a wrong guess', password: 'another password' });
  for (let time = 0; time < 5; time += 1) expect((await guess()).status).toBe(422);
  expect((await guess()).status).toBe(429);
  const right = await browser.post('/profile/password', { currentPassword: password, password: 'another password' });
  expect(right.status).toBe(429);
});

test('a new password needs the old one, ends other sessions and keeps this one', async () => {
  await using web = await openWeb([people]);
  const jan = await web.add('Jan');
  const browser = await web.signedIn(jan);
  expect(await browser.post('/profile/password', { password })).toMatchObject({ status: 303 });
  const other = web.browser();
  await other.post('/sign-in', { email: 'jan@council.example', password });
  const refused = await browser.post('/profile/password', {
    currentPassword: 'not it at all',
    password: 'another password',
  });
  expect(refused.status).toBe(422);
  expect(refused.html).toContain('not your current password');
  const changed = await browser.post('/profile/password', { currentPassword: password, password: 'another password' });
  expect(changed).toMatchObject({ status: 303, location: '/profile?done=password' });
  expect((await browser.get('/profile')).status).toBe(200);
  expect((await other.get('/profile')).status).toBe(303);
});
