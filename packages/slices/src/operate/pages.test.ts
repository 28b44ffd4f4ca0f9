import type { Slice } from '@joinery/core';
import { groups } from '@joinery/slices/groups';
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

let visits = 'few';

/** A choice of another slice. */
const visiting: Slice = {
  name: 'visiting',
  choices: [
    {
      ...{ name: 'visits', order: 50, label: () => 'Visits', standard: 'few' },
      options: async () => [
        { value: 'few', label: 'Few' },
        { value: 'many', label: 'Many' },
      ],
      value: async () => visits,
      change: async (_work, value) => {
        visits = value;
      },
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

const steps = (html: string) =>
  [...(/id="steps"(.*?)<\/section>/s.exec(html)?.[1] ?? '').matchAll(/<h3[^>]*>([^<]+)</g)].map(([, title]) => title);

test('the first steps lead from the name of the agency to the first backup, with what holds on one page among them', async () => {
  await using web = await openWeb([people, groups, visiting, operate]);
  const administrator = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const { html } = await administrator.get('/administration/start');
  expect(steps(html)).toEqual([
    ...['Name of your agency', 'Your administrator', 'Public address', 'Single sign-on', 'Mail server', 'House style'],
    ...['Safe defaults', 'Your people', 'First partner', 'First backup'],
  ]);
  expect(html).toContain('Ada Admin looks after this node');
});

test('what holds for the node is seen and changed on one page, and keeps to what is offered', async () => {
  await using web = await openWeb([people, groups, visiting, operate]);
  const administrator = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const member = await web.signedIn(await web.add('Jan Jansen'));
  const chosen = (html: string) =>
    [...html.matchAll(/<input(?=[^>]*type="radio")(?=[^>]* checked)[^>]*>/g)].map(
      ([input]) => /value="([^"]*)"/.exec(input)?.[1],
    );
  const page = '/administration/defaults';
  const before = (await administrator.get(page)).html;
  expect(chosen(before)).toEqual(['open', 'few']);
  expect(before).toContain('Few (as it comes)');
  expect(before).toContain('after 12 hours without use and after 7 days');
  web.context.config.sessions = { idle: 30 * 60_000, longest: 12 * 3_600_000 };
  expect((await administrator.get(page)).html).toContain('after 30 minutes without use and after 12 hours');
  expect((await member.get(page)).status).toBe(403);

  expect((await administrator.post(page, { new_groups: 'closed', visits: 'none' })).status).toBe(400);
  expect(chosen((await administrator.get(page)).html)).toEqual(['open', 'few']);

  const saved = await administrator.post(page, { new_groups: 'closed', visits: 'many' });
  expect(saved.location).toBe('/administration/start?done=defaults');
  expect(chosen((await administrator.get(page)).html)).toEqual(['closed', 'many']);
  expect(chosen((await member.get('/groups/new')).html)).toContain('closed');
});
