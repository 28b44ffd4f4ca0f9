import type { Slice } from '@joinery/core';
import { expect, test } from 'vitest';
import { people } from '../people/index.ts';
import { openWeb } from '../people/testing/web.ts';
import { operate } from './index.ts';

/** A page of federation officers, with something that waits, and one of administrators alone. */
const agreements: Slice = {
  name: 'agreements',
  administration: [
    {
      href: '/administration/agreements',
      part: 'partners',
      order: 50,
      label: () => 'Agreements',
      says: () => 'With whom, and why',
      show: () => true,
      also: () => [{ href: '/administration/agreements/register', text: 'Every decision' }],
      state: async () => ({ tone: 'warning', text: '3 requests wait' }),
    },
  ],
};

const main = (html: string) => /aria-label="Main">(.*?)<\/nav>/s.exec(html)?.[1] ?? '';
const area = (html: string) => /aria-label="Administration">(.*?)<\/nav>/s.exec(html)?.[1] ?? '';

test('the administration is one entry, and its page lists what each may open, with what waits there', async () => {
  await using web = await openWeb([people, agreements, operate]);
  const administrator = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const officer = await web.signedIn(await web.add('Olga Officer', { federationOfficer: true }));
  const member = await web.signedIn(await web.add('Jan Jansen'));

  const all = (await administrator.get('/administration')).html;
  expect(main(all)).toContain('href="/administration" aria-current="page"');
  expect(main(all)).not.toContain('/administration/');
  for (const href of ['people', 'people/new', 'health', 'start', 'agreements', 'agreements/register'])
    expect(all).toContain(`href="/administration/${href}"`);
  expect(all).toContain('3 requests wait');

  const hers = await officer.get('/administration');
  expect(hers.status).toBe(200);
  expect(main(hers.html)).toContain('href="/administration"');
  expect([...hers.html.matchAll(/href="(\/administration\/[^"]+)"/g)].map(([, href]) => href)).toEqual([
    '/administration/agreements',
    '/administration/agreements/register',
  ]);

  expect((await member.get('/administration')).status).toBe(403);
  expect(main((await member.get('/people')).html)).not.toContain('/administration');
  expect((await web.browser().get('/administration')).location).toMatch(/^\/sign-in/);
});

test('a page of the administration leads to those beside it, and is marked among them', async () => {
  await using web = await openWeb([people, agreements, operate]);
  const administrator = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const { html } = await administrator.get('/administration/people/new');
  expect(area(html)).toContain('href="/administration/people" aria-current="page"');
  for (const href of ['', '/health', '/start', '/agreements'])
    expect(area(html)).toContain(`href="/administration${href}"`);
  expect(main(html)).toContain('href="/administration" aria-current="page"');
  expect(area((await administrator.get('/people')).html)).toBe('');
});
