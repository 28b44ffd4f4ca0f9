import { createActorKeys, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, groups, joinGroup } from '@joinery/slices/groups';
import { people, rememberRemotePerson } from '@joinery/slices/people';
import { createTopic, markdownText, newByGroup, posts, reply } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { openWeb } from '../people/testing/web.ts';
import { feed } from './index.ts';

const by = { kind: 'system', what: 'test' } as const;

it('an administrator hides a post of another node here, with a reason and without telling anybody, and shows it again', async () => {
  await using web = await openWeb([people, files, groups, posts, feed]);
  const { context } = web;
  const keys = await createActorKeys();
  const [ada, bob] = [await web.add('Ada Owner', { administrator: true }), await web.add('Bob Member')];
  const act = <T>(change: Parameters<typeof transact<T>>[2]) => transact(context, by, change);
  const group = await act((work) =>
    createGroup(work, { name: 'Maps', handle: 'maps', owner: ada.id, keys, reading: 'web' }),
  );
  await act((work) => joinGroup(work, { group: group.id, person: bob.id }));
  const remote = await act((work) =>
    rememberRemotePerson(
      work,
      { id: 'https://other.example/people/1', type: 'Person', name: 'Ria', inbox: 'https://other.example/inbox' },
      { fetchedAt: work.now, verified: 'origin' },
    ),
  );
  await act((work) => joinGroup(work, { group: group.id, person: remote }));
  const arrival = { uri: 'https://other.example/posts/1', verified: 'origin' as const };
  const topic = await act((work) =>
    createTopic(work, { group: group.id, author: remote, title: 'Cheap pills', ...markdownText('Buy them'), arrival }),
  );
  const ours = await act((work) => reply(work, { replyTo: topic.id, author: bob.id, ...markdownText('Please stop') }));
  const [asAda, asBob, stranger] = [await web.signedIn(ada), await web.signedIn(bob), web.browser()];

  expect((await asBob.get(`/posts/${topic.id}`)).html).not.toContain('/hide"');
  expect((await asBob.post(`/posts/${topic.id}/hide`, { reason: 'Spam' })).status).toBe(403);
  expect((await asAda.post(`/posts/${ours.id}/hide`, { reason: 'Spam' })).status).toBe(409);
  expect((await asAda.post(`/posts/${topic.id}/hide`, { reason: ' ' })).status).toBe(422);
  expect((await asAda.post(`/posts/${topic.id}/hide`, { reason: 'Advertising' })).status).toBe(303);

  for (const browser of [asAda, asBob, stranger]) {
    const thread = (await browser.get(`/posts/${topic.id}`)).html;
    expect(thread).toContain('Advertising');
    expect(thread).toContain('Please stop');
    for (const path of [
      `/posts/${topic.id}`,
      `/groups/${group.id}`,
      `/groups/${group.id}/topics`,
      `/groups/${group.id}/feed.atom`,
      '/',
    ])
      expect((await browser.get(path)).html).not.toMatch(/Cheap pills|Buy them/);
    expect((await browser.get(`/posts/${topic.id}/history`)).status).toBe(404);
  }
  const { json } = await web.api(bob, 'GET', `/posts/${topic.id}`);
  expect(JSON.stringify(json)).not.toMatch(/Cheap pills|Buy them/);
  expect(JSON.stringify((await web.api(bob, 'GET', '/feed')).json)).not.toMatch(/Cheap pills|Buy them/);
  expect(await newByGroup(context.db.reader, bob.id, context.clock.now())).toEqual([]);
  const told = await context.db.reader.selectFrom('log').select('stream').where('name', '=', 'post.hidden').execute();
  expect(told).toEqual([{ stream: 'local' }]);

  expect((await asBob.post(`/posts/${topic.id}/unhide`)).status).toBe(403);
  await asAda.post(`/posts/${topic.id}/unhide`);
  expect((await asBob.get(`/posts/${topic.id}`)).html).toContain('Buy them');
});
