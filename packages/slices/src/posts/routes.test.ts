import { createActorKeys, newId, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { ban, createGroup, groups, invite, joinGroup, type NewGroup } from '@joinery/slices/groups';
import { people } from '@joinery/slices/people';
import { beforeAll, describe, expect, test } from 'vitest';
import { openWeb } from '../people/testing/web.ts';
import { posts } from './index.ts';
import { createTopic, reply } from './posts.ts';
import { postById } from './store.ts';
import { markdownText } from './written.ts';

const by = { kind: 'system', what: 'test' } as const;
let keys: Awaited<ReturnType<typeof createActorKeys>>;
beforeAll(async () => {
  keys = await createActorKeys();
});

async function setUp(input: Partial<NewGroup> = {}) {
  const web = await openWeb([people, files, groups, posts]);
  const { context } = web;
  const [owner, member, outsider] = [
    await web.add('Olga Owner'),
    await web.add('Mark Member'),
    await web.add('Ola Outsider'),
  ];
  const made = { name: 'Maps', handle: `g-${newId().slice(-12)}`, owner: owner.id, keys, ...input };
  const group = await transact(context, by, (work) => createGroup(work, made));
  await transact(context, by, (work) => joinGroup(work, { group: group.id, person: member.id }));
  const topic = await transact(context, by, (work) =>
    createTopic(work, {
      group: group.id,
      author: member.id,
      title: 'Tiles or vectors?',
      ...markdownText('We **wonder**.'),
      language: 'en',
    }),
  );
  const answer = await transact(context, by, (work) =>
    reply(work, { replyTo: topic.id, author: owner.id, ...markdownText('Vectors.') }),
  );
  const now = async (id = topic.id) => (await postById(context.db.reader, id)) ?? expect.fail('gone');
  return {
    web,
    context,
    owner,
    member,
    outsider,
    group,
    topic,
    answer,
    now,
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}
type World = Awaited<ReturnType<typeof setUp>>;

test('the thread shows the topic, its replies and only the buttons that work', async () => {
  await using world = await setUp();
  const { web, member, owner, outsider, topic, answer } = world;
  const path = `/posts/${topic.id}`;
  const asMember = await (await web.signedIn(member)).get(path);
  expect(asMember.status).toBe(200);
  expect(asMember.html).toContain('Tiles or vectors?');
  expect(asMember.html).toContain('We <strong>wonder</strong>.');
  expect(asMember.html).toContain('lang="en"');
  expect(asMember.html).toContain(`action="/posts/${answer.id}/answered"`);
  expect(asMember.html).toContain(`/posts/${topic.id}/edit`);
  expect(asMember.html).not.toContain(`/posts/${topic.id}/pin`);
  expect(asMember.html).toContain('Goes to 2 people in 1 organisation, on 0 other nodes.');
  const asOwner = await (await web.signedIn(owner)).get(path);
  expect(asOwner.html).toContain(`/posts/${topic.id}/pin`);
  expect(asOwner.html).not.toContain(`/posts/${topic.id}/edit`);
  const asOutsider = await (await web.signedIn(outsider)).get(path);
  expect(asOutsider.html).toContain('Join the group to write here.');
  expect(asOutsider.html).not.toContain('name="content"');
  expect(await (await web.signedIn(member)).get(`/posts/${answer.id}`)).toMatchObject({
    status: 303,
    location: `/posts/${topic.id}#post-${answer.id}`,
  });
});

test('a topic is written, previewed, corrected and posted without script; nothing typed is lost', async () => {
  await using world = await setUp();
  const { web, member, group } = world;
  const browser = await web.signedIn(member);
  const path = `/groups/${group.id}/new`;
  expect((await browser.get(path)).status).toBe(200);
  const faulty = await browser.post(path, { title: '', content: 'Text <b>that</b> stays', language: 'nl' });
  expect(faulty.status).toBe(422);
  expect(faulty.html).toContain('Error: New topic');
  expect(faulty.html).toContain('href="#field-title"');
  expect(faulty.html).toContain('Text &lt;b&gt;that&lt;/b&gt; stays');
  const preview = await browser.post(path, { title: 'T', content: '*so*', language: 'nl', preview: '1' });
  expect(preview.html).toContain('<em>so</em>');
  const posted = await browser.post(path, { title: 'Een vraag', content: '*zo*', language: 'nl' });
  expect(posted.status).toBe(303);
  expect((await browser.get(posted.location ?? '')).html).toContain('lang="nl"');
});

test('whoever mentions somebody who may not read it is told so, before and after, and nobody else is', async () => {
  await using world = await setUp({ reading: 'members' });
  const { web, context, member, owner, outsider, group } = world;
  const change = (does: Parameters<typeof transact<unknown>>[2]) => transact(context, by, does);
  await change((work) => invite(work, { group: group.id, person: outsider.id, by: owner.id }));
  const browser = await web.signedIn(member);
  const content = `@${outsider.handle} and @${owner.handle}, and @nobody`;
  const warning = 'You mention Ola Outsider. They may not be able to read this';
  const fields = { title: 'T', content, language: 'en' };
  const before = await browser.post(`/groups/${group.id}/new`, { ...fields, preview: '1' });
  expect(before.html).toContain(warning);
  const posted = await browser.post(`/groups/${group.id}/new`, fields);
  const address = posted.location ?? '';
  expect((await browser.get(address)).html).toContain(warning);
  expect((await browser.post(`${address}/edit`, { ...fields, revision: '1', preview: '1' })).html).toContain(warning);
  const reply = await browser.post(`${address}/replies`, { content, preview: '1' });
  expect(reply.html).toContain(warning);
  expect((await (await web.signedIn(owner)).get(address)).html).not.toContain('You mention');
  await change((work) => joinGroup(work, { group: group.id, person: outsider.id }));
  expect((await browser.get(address)).html).not.toContain('You mention');
});

test('somebody of an agency that the group does not go to is named, and a ban is not told of', async () => {
  await using world = await setUp();
  const { web, context, member, owner, outsider, group } = world;
  const change = (does: Parameters<typeof transact<unknown>>[2]) => transact(context, by, does);
  const far = { home: 'https://far.example', handle: 'fay', uri: 'https://far.example/people/1', inbox: null };
  await change(async (work) => {
    await ban(work, { group: group.id, person: outsider.id, by: owner.id, reason: 'Spam', until: null });
    const row = await work.db.selectFrom('person').selectAll().where('id', '=', outsider.id).executeTakeFirstOrThrow();
    const remote = { ...row, ...far, id: newId(), name: 'Fay Far', local: 0 as const };
    await work.db.insertInto('person').values(remote).execute();
  });
  const browser = await web.signedIn(member);
  const content = `@fay@far.example and @${outsider.handle}`;
  const preview = async () =>
    (await browser.post(`/groups/${group.id}/new`, { title: 'T', content, language: 'nl', preview: '1' })).html;
  expect(await preview()).not.toContain('You mention');
  context.ports.trust = { mayFederate: () => ({ allowed: false, reason: 'not_listed' }) };
  expect(await preview()).toContain('You mention Fay Far. They');
});

test('whoever edits a text that changed meanwhile sees both and loses neither', async () => {
  await using world = await setUp();
  const { web, member, topic, now } = world;
  const browser = await web.signedIn(member);
  const path = `/posts/${topic.id}/edit`;
  expect((await browser.get(path)).html).toContain('name="revision" value="1"');
  const fields = { title: 'Tiles or vectors?', language: 'en', revision: '1' };
  expect(await browser.post(path, { ...fields, content: 'First.' })).toMatchObject({ status: 303 });
  const stale = await browser.post(path, { ...fields, content: 'Second.' });
  expect(stale.status).toBe(422);
  expect(stale.html).toContain('This post was changed while you were writing');
  expect(stale.html).toContain('Second.');
  expect(stale.html).toContain('First');
  expect(stale.html).toContain('name="revision" value="2"');
  expect(await browser.post(path, { ...fields, revision: '2', content: 'Second.' })).toMatchObject({ status: 303 });
  expect(await now()).toMatchObject({ revision: 3, excerpt: 'Second.' });
  const history = await browser.get(`/posts/${topic.id}/history`);
  expect(history.html).toContain('<ins>');
  expect(history.html).toContain('<del>');
});

/** Every changing page: its address, what is sent, who may, and who may not. */
const changing: [
  name: string,
  path: (world: World) => string,
  fields: Record<string, string>,
  may: 'owner' | 'member',
  not: number,
][] = [
  ['new topic', ({ group }) => `/groups/${group.id}/new`, { title: 'T', content: 'x' }, 'member', 403],
  ['reply', ({ topic }) => `/posts/${topic.id}/replies`, { content: 'x' }, 'member', 403],
  ['edit', ({ topic }) => `/posts/${topic.id}/edit`, { title: 'T', content: 'x' }, 'member', 403],
  ['delete', ({ topic }) => `/posts/${topic.id}/delete`, {}, 'member', 403],
  ['answered', ({ answer }) => `/posts/${answer.id}/answered`, {}, 'member', 403],
  ['not answered', ({ answer }) => `/posts/${answer.id}/not-answered`, {}, 'member', 403],
  ['pin', ({ topic }) => `/posts/${topic.id}/pin`, {}, 'owner', 403],
  ['unpin', ({ topic }) => `/posts/${topic.id}/unpin`, {}, 'owner', 403],
  ['lock', ({ topic }) => `/posts/${topic.id}/lock`, {}, 'owner', 403],
  ['unlock', ({ topic }) => `/posts/${topic.id}/unlock`, {}, 'owner', 403],
  ['remove', ({ topic }) => `/posts/${topic.id}/remove`, { reason: 'x' }, 'owner', 403],
  ['put back', ({ topic }) => `/posts/${topic.id}/put-back`, {}, 'owner', 403],
];

describe('every changing page knows signed out, not allowed and allowed', () => {
  test.each(changing)('%s', async (_name, pathOf, fields, may, not) => {
    await using world = await setUp();
    const { web } = world;
    const path = pathOf(world);
    const stranger = await web.browser().post(path, fields);
    expect(stranger.status).toBe(303);
    expect(stranger.location).toContain('/sign-in');
    expect((await (await web.signedIn(world.outsider)).post(path, fields)).status).toBe(not);
    expect((await (await web.signedIn(world[may])).post(path, fields)).status).toBe(303);
  });

  test('like, unlike and report are for every signed-in reader', async () => {
    await using world = await setUp();
    const { web, outsider, topic, now } = world;
    const browser = await web.signedIn(outsider);
    expect((await web.browser().post(`/posts/${topic.id}/like`)).location).toContain('/sign-in');
    expect((await browser.post(`/posts/${topic.id}/like`)).status).toBe(303);
    expect(await now()).toMatchObject({ likes: 1 });
    expect((await browser.post(`/posts/${topic.id}/unlike`)).status).toBe(303);
    expect(await now()).toMatchObject({ likes: 0 });
    expect((await browser.post(`/posts/${topic.id}/report`, { reason: '' })).status).toBe(422);
    expect((await browser.post(`/posts/${topic.id}/report`, { reason: 'Rude' })).status).toBe(200);
  });

  test('reports are seen and handled by who runs the group only', async () => {
    await using world = await setUp();
    const { web, outsider, member, owner, topic, group, context } = world;
    await (await web.signedIn(outsider)).post(`/posts/${topic.id}/report`, { reason: 'Rude words' });
    const { id } = await context.db.reader.selectFrom('post_report').select('id').executeTakeFirstOrThrow();
    const path = `/groups/${group.id}/reports`;
    expect((await (await web.signedIn(member)).get(path)).status).toBe(403);
    expect((await (await web.signedIn(member)).post(`${path}/${id}/handled`)).status).toBe(403);
    const browser = await web.signedIn(owner);
    expect((await browser.get(path)).html).toContain('Rude words');
    expect((await browser.post(`${path}/${id}/handled`)).status).toBe(303);
    expect((await browser.get(path)).html).not.toContain('Rude words');
  });
});

test('a closed group’s posts and missing ones look the same to others', async () => {
  await using world = await setUp({ reading: 'members' });
  const { web, topic, outsider, member } = world;
  const browser = await web.signedIn(outsider);
  const [closed, missing] = [await browser.get(`/posts/${topic.id}`), await browser.get(`/posts/${newId()}`)];
  expect([closed.status, closed.html]).toEqual([missing.status, missing.html]);
  expect(closed.status).toBe(404);
  expect((await web.browser().get(`/posts/${topic.id}`)).location).toContain('/sign-in');
  expect((await (await web.signedIn(member)).get(`/posts/${topic.id}`)).status).toBe(200);
});

test('strangers read a web group’s threads and its Atom feed, and no other’s', async () => {
  await using open = await setUp({ reading: 'web' });
  expect((await open.web.browser().get(`/posts/${open.topic.id}`)).status).toBe(200);
  const atom = await open.web.browser().get(`/groups/${open.group.id}/feed.atom`);
  expect(atom.headers.get('content-type')).toContain('application/atom+xml');
  expect(atom.html).toContain('Tiles or vectors?');
  await using partners = await setUp();
  expect((await partners.web.browser().get(`/groups/${partners.group.id}/feed.atom`)).status).toBe(404);
});

test('the API makes, changes, decides and deletes posts as the contract says', async () => {
  await using world = await setUp();
  const { web, member, owner, outsider, group, topic, answer } = world;
  expect((await web.api(null, 'POST', `/groups/${group.id}/posts`, { title: 'T', content: 'x' })).status).toBe(401);
  expect((await web.api(outsider, 'POST', `/groups/${group.id}/posts`, { title: 'T', content: 'x' })).status).toBe(403);
  const made = await web.api(member, 'POST', `/groups/${group.id}/posts`, { title: 'By API', content: '**x**' });
  expect(made).toMatchObject({
    status: 201,
    json: { title: 'By API', source: '**x**', status: 'accepted', group: group.id, liked: false },
  });
  expect((await web.api(member, 'POST', `/groups/${group.id}/posts`, { title: '', content: 'x' })).json).toMatchObject({
    code: 'invalid',
    errors: [{ field: 'title', code: 'required' }],
  });
  const list = await web.api(outsider, 'GET', `/groups/${group.id}/posts?limit=1`);
  expect(list.json).toMatchObject({ items: [{ title: 'By API' }], next: expect.any(String) });
  const more = (list.json as { next: string }).next;
  expect((await web.api(outsider, 'GET', `/groups/${group.id}/posts?limit=1&cursor=${more}`)).json).toMatchObject({
    items: [{ id: topic.id }],
    next: null,
  });
  expect((await web.api(owner, 'GET', `/posts/${topic.id}`)).json).toMatchObject({
    replyCount: 1,
    replies: [{ id: answer.id }],
  });
  expect((await web.api(member, 'PATCH', `/posts/${topic.id}`, { content: 'New', revision: 1 })).json).toMatchObject({
    revision: 2,
  });
  expect(await web.api(member, 'PATCH', `/posts/${topic.id}`, { content: 'Newer', revision: 1 })).toMatchObject({
    status: 409,
    json: { code: 'stale_revision' },
  });
  expect((await web.api(owner, 'PATCH', `/posts/${topic.id}`, { content: 'Mine' })).status).toBe(403);
  expect((await web.api(member, 'GET', `/posts/${topic.id}/revisions`)).json).toMatchObject({
    items: [{ number: 2 }, { number: 1 }],
  });
  expect((await web.api(outsider, 'PUT', `/posts/${topic.id}/like`)).json).toMatchObject({ likes: 1, liked: true });
  expect((await web.api(outsider, 'DELETE', `/posts/${topic.id}/like`)).json).toMatchObject({ likes: 0, liked: false });
  expect((await web.api(member, 'POST', `/posts/${answer.id}/answered`)).status).toBe(200);
  expect((await web.api(member, 'GET', `/posts/${topic.id}`)).json).toMatchObject({ answered: answer.id });
  for (const verb of ['pin', 'lock', 'remove']) {
    expect((await web.api(member, 'POST', `/posts/${topic.id}/${verb}`, { reason: 'x' })).status, verb).toBe(403);
    expect((await web.api(owner, 'POST', `/posts/${topic.id}/${verb}`, { reason: 'x' })).status, verb).toBe(200);
    expect((await web.api(owner, 'DELETE', `/posts/${topic.id}/${verb}`)).status, verb).toBe(200);
  }
  expect((await web.api(outsider, 'POST', `/posts/${topic.id}/report`, { reason: 'x' })).status).toBe(201);
  expect((await web.api(member, 'GET', `/posts/${topic.id}/delivery`)).json).toMatchObject({ nodes: 0, detail: [] });
  expect((await web.api(owner, 'DELETE', `/posts/${topic.id}`)).status).toBe(403);
  expect((await web.api(member, 'DELETE', `/posts/${topic.id}`)).json).toMatchObject({ deleted: true, content: '' });
});
