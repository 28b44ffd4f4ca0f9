import { createActorKeys, newId, runAfterEffects, secretFrom, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, groups, joinGroup, removeMember } from '@joinery/slices/groups';
import { people } from '@joinery/slices/people';
import { createTopic, markdownText, posts, reply } from '@joinery/slices/posts';
import { beforeAll, expect, test } from 'vitest';
import { openWeb } from '../people/testing/web.ts';
import { notifications } from './index.ts';
import { type MuteLink, muteToken, readMuteToken } from './mute-token.ts';
import { mutesOf } from './mutes.ts';

const by = { kind: 'system', what: 'test' } as const;
let keys: Awaited<ReturnType<typeof createActorKeys>>;
beforeAll(async () => {
  keys = await createActorKeys();
});

async function setUp() {
  const web = await openWeb([people, files, groups, posts, notifications]);
  const { context } = web;
  const [owner, anna] = [await web.add('Olga Owner'), await web.add('Anna Asks')];
  const act = <T>(change: Parameters<typeof transact<T>>[2]) => transact(context, by, change);
  const group = await act((work) =>
    createGroup(work, { name: 'Maps', handle: `g-${newId().slice(-12)}`, owner: owner.id, keys, reading: 'members' }),
  );
  await act((work) => joinGroup(work, { group: group.id, person: anna.id }));
  const topic = await act((work) =>
    createTopic(work, { group: group.id, author: anna.id, title: 'Tiles?', ...markdownText('Who knows?') }),
  );
  const answer = async (text = 'I do') => {
    const made = await act((work) => reply(work, { replyTo: topic.id, author: owner.id, ...markdownText(text) }));
    while ((await runAfterEffects(context)) > 0);
    return made;
  };
  const link = (more: Partial<MuteLink> = {}, now = new Date()) =>
    `/notifications/mute/${muteToken(context.secret, { person: anna.id, scope: 'topic', subject: topic.id, page: true, mail: true, ...more }, now)}`;
  return {
    ...{ web, context, owner, anna, act, group, topic, answer, link },
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}

test('the bell counts, the page lists with reasons, and opening one marks it as read', async () => {
  await using world = await setUp();
  const { web, anna, answer, topic } = world;
  const browser = await web.signedIn(anna);
  expect((await browser.get('/notifications')).html).toContain('Nothing yet');
  const made = await answer();
  await answer('And again');
  const page = await browser.get('/groups');
  expect(page.html).toContain('aria-label="Notifications: 2 unread"');
  const list = await browser.get('/notifications');
  for (const text of [
    'Olga Owner replied to you',
    'Tiles?',
    'I do',
    'because it answers',
    'Mute this topic',
    'no mail',
  ])
    expect(list.html).toContain(text);
  const [, first] = [...list.html.matchAll(/href="(\/notifications\/[0-9a-f-]{36})"/g)].map(([, href]) => href);
  const opened = await browser.get(first ?? '');
  expect([opened.status, opened.location]).toEqual([303, `/posts/${made.id}`]);
  expect((await browser.get('/groups')).html).toContain('aria-label="Notifications: 1 unread"');
  expect((await browser.post('/notifications/mute', { scope: 'topic', subject: topic.id })).location).toBe(
    '/notifications?done=topic',
  );
  expect((await browser.get('/notifications?done=topic')).html).toContain('You hear nothing more of this topic.');
  await answer('Unheard');
  expect((await browser.get('/notifications')).html).not.toContain('Unheard');
  expect((await browser.get('/notifications/settings')).html).toContain('Tiles? in Maps');
  await browser.post('/notifications/unmute', { scope: 'topic', subject: topic.id });
  await answer('Heard');
  expect((await browser.get('/notifications')).html).toContain('Heard');
  await browser.post('/notifications/read');
  expect((await browser.get('/notifications')).html).not.toContain('unread');
});

test('nobody opens or sees the notification of somebody else, or of a group that they left', async () => {
  await using world = await setUp();
  const { web, act, owner, anna, group, answer } = world;
  await answer();
  const browser = await web.signedIn(anna);
  const href = /href="(\/notifications\/[0-9a-f-]{36})"/.exec((await browser.get('/notifications')).html)?.[1] ?? '';
  const other = await web.signedIn(owner);
  const [theirs, missing] = [await other.get(href), await other.get(`/notifications/${newId()}`)];
  expect([theirs.status, theirs.html]).toEqual([404, missing.html]);
  await act((work) => removeMember(work, { group: group.id, person: anna.id, by: owner.id }));
  expect((await browser.get(href)).status).toBe(404);
  expect((await browser.get('/notifications')).html).not.toMatch(/Maps|Tiles|I do/);
  expect((await web.browser().get('/notifications')).location).toContain('/sign-in');
});

test('settings say per kind, group and altogether what is heard, and keep it', async () => {
  await using world = await setUp();
  const { web, context, anna, group, answer } = world;
  const browser = await web.signedIn(anna);
  await browser.post('/notifications/settings', { page: 'reply', mail: 'mention', [`group-${group.id}`]: 'page' });
  const mutes = await mutesOf(context.db.reader, anna.id);
  expect(mutes).toContainEqual({ scope: 'kind', subject: 'reply', page: false, mail: true });
  expect(mutes).toContainEqual({ scope: 'kind', subject: 'mention', page: true, mail: false });
  expect(mutes).toContainEqual({ scope: 'group', subject: group.id, page: false, mail: true });
  const page = (await browser.get('/notifications/settings?saved')).html;
  expect(page).toContain('Your choices are saved.');
  expect(page).toMatch(/<option value="page" selected/);
  await browser.post('/notifications/settings', { allOff: '1' });
  await answer();
  expect((await browser.get('/notifications')).html).toContain('Nothing yet');
});

test('the link of a mail silences one thing without signing in, and says nothing about anybody', async () => {
  await using world = await setUp();
  const { web, context, anna, topic, link } = world;
  const path = link();
  const asked = await web.browser().get(path);
  expect(asked.status).toBe(200);
  expect(asked.html).not.toMatch(/Anna|Tiles|Maps|council\.example/);
  expect(await mutesOf(context.db.reader, anna.id)).toEqual([]);
  // As a mail provider posts it (RFC 8058): no cookie, no token, no origin.
  const answer = await web.call(path, {
    method: 'POST',
    body: 'List-Unsubscribe=One-Click',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(answer.status).toBe(200);
  const muted = { scope: 'topic', subject: topic.id, page: true, mail: true };
  expect(await mutesOf(context.db.reader, anna.id)).toEqual([muted]);
  // A weaker link weakens nothing.
  await web.call(link({ page: false }), { method: 'POST' });
  expect(await mutesOf(context.db.reader, anna.id)).toEqual([muted]);
  // What is not such a link is guarded as ever.
  expect((await web.call('/notifications/mute', { method: 'POST' })).status).toBe(403);
});

// Hostile case 178.
test('a link that this node did not make, or that is too old, is nothing', async () => {
  await using world = await setUp();
  const { web, context, anna, owner, link } = world;
  const good = link();
  const [, text = '', mac = ''] = /mute\/([^.]+)\.(.+)$/.exec(good) ?? [];
  const forged = Buffer.from(Buffer.from(text, 'base64url').toString().replace(anna.id, owner.id)).toString(
    'base64url',
  );
  const years = 3 * 365 * 24 * 3_600_000;
  const other = secretFrom(Buffer.alloc(32, 7));
  const foreign = muteToken(
    other,
    { person: anna.id, scope: 'everything', subject: '', page: false, mail: true },
    new Date(),
  );
  for (const path of [
    `/notifications/mute/${forged}.${mac}`,
    `/notifications/mute/${text}.${mac.slice(0, -1)}${mac.endsWith('A') ? 'E' : 'A'}`,
    `/notifications/mute/${text}`,
    `/notifications/mute/${text}.${mac}.x`,
    `/notifications/mute/${foreign}`,
    link({}, new Date(Date.now() - years)),
  ]) {
    expect((await web.call(path)).status).toBe(404);
    expect((await web.call(path, { method: 'POST' })).status).toBe(404);
  }
  expect(await mutesOf(context.db.reader, anna.id)).toEqual([]);
  expect(readMuteToken(context.secret, good.slice('/notifications/mute/'.length), new Date())).toMatchObject({
    person: anna.id,
  });
});

test('the API lists, says what is unread, and marks as read', async () => {
  await using world = await setUp();
  const { web, anna, topic, answer } = world;
  const made = await answer();
  const listed = await web.api(anna, 'GET', '/notifications?unread=true');
  expect(listed).toMatchObject({
    status: 200,
    json: {
      items: [
        {
          ...{ kind: 'reply', read: false, text: 'Olga Owner replied to you', why: expect.stringContaining('answers') },
          ...{ topic: { id: topic.id, title: 'Tiles?' }, post: { id: made.id }, href: `/posts/${made.id}` },
        },
      ],
      next: null,
    },
  });
  expect((await web.api(anna, 'POST', '/notifications/read', {})).json).toEqual({ read: 1 });
  expect((await web.api(anna, 'GET', '/notifications?unread=true')).json).toEqual({ items: [], next: null });
  expect((await web.api(null, 'GET', '/notifications')).status).toBe(401);
});
