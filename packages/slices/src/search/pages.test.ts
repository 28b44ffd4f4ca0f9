import { createActorKeys, newId, runAfterEffects, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, groups, type NewGroup } from '@joinery/slices/groups';
import { people } from '@joinery/slices/people';
import { createTopic, markdownText, posts } from '@joinery/slices/posts';
import { expect, test } from 'vitest';
import { openWeb } from '../people/testing/web.ts';
import { mostRanked } from './find.ts';
import { searchIn } from './index.ts';
import { placeCursor } from './input.ts';

const by = { kind: 'system', what: 'test' } as const;

async function setUp() {
  let at = Date.parse('2026-11-22T12:00:00Z');
  const web = await openWeb([people, files, groups, posts, searchIn([])], { now: () => new Date(at) });
  const { context } = web;
  const [owner, reader] = [await web.add('Olga Owner'), await web.add('Rita Reader')];
  const keys = await createActorKeys();
  const addGroup = (name: string, more: Partial<NewGroup> = {}) =>
    transact(context, by, (work) =>
      createGroup(work, { name, handle: `g-${newId().slice(-12)}`, owner: owner.id, keys, ...more }),
    );
  const write = (group: { id: string }, title: string, text: string) =>
    transact(context, by, (work) =>
      createTopic(work, { group: group.id, author: owner.id, title, ...markdownText(text) }),
    );
  const settle = async () => {
    while ((await runAfterEffects(context)) > 0);
  };
  const later = (milliseconds: number) => {
    at += milliseconds;
  };
  return {
    web,
    owner,
    reader,
    addGroup,
    write,
    settle,
    later,
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}

test('the page shows what was found with the words marked, where it is from, and nothing of what is typed as markup', async () => {
  await using world = await setUp();
  const group = await world.addGroup('Maps');
  await world.write(group, 'New <i>tiles</i>', 'Tiles & "more" tiles\n\n<script>tiles</script>');
  await world.settle();
  const browser = await world.web.signedIn(world.reader);
  const page = await browser.get('/search?q=tiles');
  expect(page.status).toBe(200);
  expect(page.html).toContain('New &lt;i&gt;<mark>tiles</mark>&lt;/i&gt;');
  expect(page.html).toContain('<mark>Tiles</mark> &amp; &quot;more&quot; <mark>tiles</mark>');
  expect(page.html).toContain('in Maps');
  expect(page.html).toContain('Olga Owner');
  const typed = await browser.get(`/search?q=${encodeURIComponent('"><script>x</script>')}`);
  expect(typed.html).not.toContain('<script>x');
  expect(typed.html).toContain('Nothing found for');
  expect((await browser.get('/people')).html).toMatch(/role="search"[^>]*action="\/search"/);
  expect((await browser.get(`/groups/${group.id}`)).html).toContain('Search in this group');
});

test('a filter that makes no sense is named, and what was typed stays', async () => {
  await using world = await setUp();
  const browser = await world.web.signedIn(world.reader);
  const page = await browser.get('/search?q=tiles&since=soon');
  expect(page.status).toBe(422);
  expect(page.html).toContain('<title>Error: ');
  expect(page.html).toContain('value="soon"');
  expect((await browser.get('/search?q=tiles&cursor=nonsense')).status).toBe(400);
  expect((await browser.get('/search?q=a&kind=nothing')).status).toBe(422);
});

test('strangers are sent to sign in; a closed group is exactly as missing as none', async () => {
  await using world = await setUp();
  const hidden = await world.addGroup('Hidden', { reading: 'members', listed: false });
  const stranger = await world.web.browser().get('/search?q=hidden');
  expect(stranger.status).toBe(303);
  expect(stranger.location).toMatch(/^\/sign-in\?next=/);
  expect((await world.web.api(null, 'GET', '/search?q=hidden')).status).toBe(401);
  const browser = await world.web.signedIn(world.reader);
  const answers = [];
  for (const id of [hidden.id, newId()]) answers.push(await browser.get(`/search?q=x&group=${id}`));
  expect(answers.map((answer) => answer.status)).toEqual([404, 404]);
  expect(answers[0]?.html).toBe(answers[1]?.html);
  for (const id of [hidden.id, newId(), 'x']) {
    expect((await world.web.api(world.reader, 'GET', `/search?q=x&group=${id}`)).json).toMatchObject({
      code: 'not_found',
    });
  }
});

test('the API answers pages of posts, groups and people in their own shapes', async () => {
  await using world = await setUp();
  const group = await world.addGroup('Tiles');
  for (let number = 0; number < 3; number += 1) await world.write(group, `Tiles ${number}`, 'Text');
  await world.settle();
  const first = await world.web.api(world.reader, 'GET', '/search?q=tiles&kind=post&limit=2');
  expect(first.json).toMatchObject({
    items: [
      { kind: 'post', title: '<mark>Tiles</mark> 2', snippet: 'Text', item: { title: 'Tiles 2', group: group.id } },
      {},
    ],
    next: expect.any(String),
  });
  const { next } = first.json as { next: string };
  const second = await world.web.api(world.reader, 'GET', `/search?q=tiles&kind=post&limit=2&cursor=${next}`);
  expect(second.json).toMatchObject({ items: [{ item: { title: 'Tiles 0' } }], next: null });
  const found = await world.web.api(world.reader, 'GET', '/search?q=tiles&kind=group');
  expect(found.json).toMatchObject({ items: [{ kind: 'group', item: { id: group.id, name: 'Tiles' } }], next: null });
  const owner = await world.web.api(world.reader, 'GET', '/search?q=olga&kind=person');
  expect(owner.json).toMatchObject({ items: [{ kind: 'person', item: { id: world.owner.id } }] });
  expect((await world.web.api(world.reader, 'GET', '/search')).json).toEqual({ items: [], next: null });
  expect((await world.web.api(world.reader, 'GET', '/search?q=x&until=never')).json).toMatchObject({
    code: 'invalid',
    errors: [{ field: 'until', code: 'bad_format' }],
  });
});

test('whoever searches far more often than a person can is asked to wait, and nobody else (175)', async () => {
  await using world = await setUp();
  const browser = await world.web.signedIn(world.reader);
  const statuses = [];
  for (let count = 0; count < 125; count += 1) statuses.push((await browser.get('/search?q=zz')).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(120);
  const refused = await browser.get('/search?q=zz');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  expect((await (await world.web.signedIn(world.owner)).get('/search?q=zz')).status).toBe(200);
  world.later(60_000);
  expect((await browser.get('/search?q=zz')).status).toBe(200);
});

test('what stands in more posts than are put in order ends with the way to the rest, and only then', async () => {
  await using world = await setUp();
  const group = await world.addGroup('Maps');
  await transact(world.web.context, by, async (work) => {
    const post = { group: group.id, author: world.owner.id, title: 'Tiles', ...markdownText('Text') };
    for (let count = 0; count <= mostRanked; count += 1) await createTopic(work, post);
  });
  await world.write(group, 'Bricks', 'Text');
  await world.settle();
  const browser = await world.web.signedIn(world.reader);
  const atEnd = async (words: string) =>
    (await browser.get(`/search?q=${words}&cursor=${placeCursor({ score: 2, position: 2 })}`)).html;
  expect(await atEnd('tiles')).toContain('These were the newest 1,000 results.');
  expect(await atEnd('bricks')).not.toContain('These were the newest');
  expect((await browser.get('/search?q=tiles')).html).not.toContain('These were the newest');
}, 30_000);
