import { createActorKeys, newId, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, groups, joinGroup, type NewGroup } from '@joinery/slices/groups';
import { people } from '@joinery/slices/people';
import { createTopic, markdownText, posts, removeFromGroup, reply } from '@joinery/slices/posts';
import { expect, test } from 'vitest';
import { openWeb } from '../people/testing/web.ts';
import { feed } from './index.ts';

const by = { kind: 'system', what: 'test' } as const;

async function setUp() {
  const web = await openWeb([people, files, groups, posts, feed]);
  const { context } = web;
  const keys = await createActorKeys();
  const [owner, member] = [await web.add('Olga Owner'), await web.add('Mark Member')];
  const addGroup = (name: string, more: Partial<NewGroup> = {}) =>
    transact(context, by, (work) =>
      createGroup(work, { name, handle: `g-${newId().slice(-12)}`, owner: owner.id, keys, ...more }),
    );
  const write = (group: string, title: string) =>
    transact(context, by, (work) => createTopic(work, { group, author: owner.id, title, ...markdownText('Text') }));
  return { web, context, owner, member, addGroup, write, [Symbol.asyncDispose]: () => web[Symbol.asyncDispose]() };
}

test('the start page says how to begin, then shows what is new in one’s groups and nothing of others', async () => {
  await using world = await setUp();
  const { web, context, member, owner, addGroup, write } = world;
  const browser = await web.signedIn(member);
  expect((await browser.get('/')).html).toContain('Find groups');
  const [mine, other] = [await addGroup('Maps'), await addGroup('Budgets')];
  await transact(context, by, (work) => joinGroup(work, { group: mine.id, person: member.id }));
  const topic = await write(mine.id, 'New tiles');
  await write(other.id, 'Secret sums');
  await transact(context, by, (work) =>
    reply(work, { replyTo: topic.id, author: owner.id, ...markdownText('And more') }),
  );
  const page = await browser.get('/');
  expect(page.html).toContain('New tiles');
  expect(page.html).toContain('Reply to: New tiles');
  expect(page.html).not.toContain('Secret sums');
  const listed = await web.api(member, 'GET', '/feed?limit=1');
  expect(listed.json).toMatchObject({ items: [{ replyTo: topic.id }], next: expect.any(String) });
  const { next } = listed.json as { next: string };
  expect((await web.api(member, 'GET', `/feed?limit=1&cursor=${next}`)).json).toMatchObject({
    items: [{ id: topic.id }],
    next: null,
  });
  expect((await web.api(null, 'GET', '/feed')).status).toBe(401);
});

test('requests to approve, invitations and refused posts come first', async () => {
  await using world = await setUp();
  const { web, context, owner, member, addGroup, write } = world;
  const group = await addGroup('Maps', { joining: 'request' });
  await transact(context, by, (work) => joinGroup(work, { group: group.id, person: member.id }));
  const post = await write(group.id, 'Not wanted');
  await transact(context, by, (work) =>
    work.db.updateTable('post').set({ status: 'refused', refusal: 'banned' }).where('id', '=', post.id).execute(),
  );
  const page = await (await web.signedIn(owner)).get('/');
  expect(page.html).toContain('1 person asks to join Maps');
  expect(page.html).toContain('“Not wanted” was refused by its group');
  expect((await (await web.signedIn(member)).get('/')).html).not.toContain('Not wanted');
});

test('a stranger sees what this node is and the groups that anyone may read, only', async () => {
  await using world = await setUp();
  await world.addGroup('Open maps', { reading: 'web' });
  await world.addGroup('Partners only');
  await world.addGroup('By link', { reading: 'web', listed: false });
  const page = await world.web.browser().get('/');
  expect(page.status).toBe(200);
  expect(page.html).toContain('Open maps');
  expect(page.html).not.toContain('Partners only');
  expect(page.html).not.toContain('By link');
  expect(page.html).toContain('/sign-in');
});

test('what is new is marked until it is opened, and counted per group on the start page and the list of groups', async () => {
  await using world = await setUp();
  const { web, context, member, owner, addGroup, write } = world;
  const group = await addGroup('Maps');
  await transact(context, by, (work) => joinGroup(work, { group: group.id, person: member.id }));
  const browser = await web.signedIn(member);
  expect((await browser.get('/')).html).not.toContain('New since you were here');
  const topic = await write(group.id, 'New tiles');
  await transact(context, by, (work) =>
    reply(work, { replyTo: topic.id, author: owner.id, ...markdownText('And more') }),
  );
  const home = (await browser.get('/')).html;
  expect(home).toContain('New since you were here');
  expect(home).toContain('2 posts');
  expect((await browser.get('/groups')).html).toContain('2 new');
  expect((await browser.get(`/groups/${group.id}`)).html).toContain('2 new');
  const thread = (await browser.get(`/posts/${topic.id}`)).html;
  expect(thread.match(/>New</g)).toHaveLength(1);
  expect((await browser.get(`/posts/${topic.id}`)).html).not.toContain('>New<');
  expect((await browser.get('/')).html).not.toContain('New since you were here');
  for (const path of ['/read', `/groups/${group.id}/read`]) {
    await write(group.id, 'More');
    expect((await browser.get('/')).html).toContain('1 post');
    expect((await browser.post(path)).status).toBe(303);
    expect((await browser.get('/groups')).html).not.toContain('1 new');
  }
});

test('what was answered to a topic goes with it when the group removes it', async () => {
  await using world = await setUp();
  const { web, context, member, owner, addGroup, write } = world;
  const group = await addGroup('Maps');
  await transact(context, by, (work) => joinGroup(work, { group: group.id, person: member.id }));
  const topic = await write(group.id, 'Private matters');
  await transact(context, by, (work) =>
    reply(work, { replyTo: topic.id, author: owner.id, ...markdownText('And more') }),
  );
  await transact(context, by, (work) => removeFromGroup(work, { post: topic.id, by: owner.id, reason: null }));
  expect((await (await web.signedIn(member)).get('/')).html).not.toContain('Private matters');
  expect((await web.api(member, 'GET', '/feed')).json).toMatchObject({ items: [] });
});
