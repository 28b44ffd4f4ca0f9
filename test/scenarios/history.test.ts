import { createActorKeys, transact } from '@joinery/core';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { createTopic, like, markdownText, pin, postByUri, reply } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { allowEachOther, settleAll, startTestNode } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;

it('who opens a group elsewhere finds its topics, first posts and figures there, and replies on opening', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  await using newcomer = await startTestNode('newcomer');
  // The newcomer and the council share only the department.
  await allowEachOther([department, council]);
  await allowEachOther([department, newcomer]);
  const ada = await department.person('Ada Owner');
  const bob = await council.person('Bob Council');
  const keys = await createActorKeys();
  const group = await transact(department.context, by, (work) =>
    createGroup(work, { name: 'Parking permits', handle: 'parking', owner: ada.id, keys }),
  );
  const found = await council.context.ports.actors.resolve(group.uri);
  await transact(council.context, by, (work) => joinGroup(work, { group: found.id, person: bob.id }));
  await settleAll([department, council]);
  const asked = await transact(council.context, by, (work) =>
    createTopic(work, { group: found.id, author: bob.id, title: 'Blue badges', ...markdownText('How?') }),
  );
  const told = await transact(department.context, by, (work) =>
    createTopic(work, { group: group.id, author: ada.id, title: 'Welcome', ...markdownText('Read this *first*.') }),
  );
  await settleAll([department, council]);
  const atHost = (await postByUri(department.context.db.reader, asked.uri)) ?? expect.fail('not at the host');
  const answer = await transact(department.context, by, (work) =>
    reply(work, { replyTo: atHost.id, author: ada.id, ...markdownText('So.') }),
  );
  await transact(department.context, by, async (work) => {
    await like(work, { post: atHost.id, by: { uri: ada.uri, person: ada.id } });
    await pin(work, { post: told.id, by: ada.id });
  });

  const there = await newcomer.context.ports.actors.resolve(group.uri);
  expect(await newcomer.context.ports.actors.history(group.uri, 'topics')).toMatchObject({ complete: true });
  const db = newcomer.context.db.reader;
  const welcome = await postByUri(db, told.uri);
  expect(welcome).toMatchObject({
    title: 'Welcome',
    group_id: there.id,
    pinned_at: expect.any(String),
    verified: 'origin',
  });
  expect(welcome?.sort_at).toBe(told.sort_at);
  const badges = (await postByUri(db, asked.uri)) ?? expect.fail('not here');
  expect(badges).toMatchObject({ title: 'Blue badges', likes: 1, reply_count: 1, verified: 'proof', excerpt: 'How?' });
  const author = await db.selectFrom('person').selectAll().where('id', '=', badges.author_id).executeTakeFirstOrThrow();
  expect(author).toMatchObject({ uri: bob.uri, name: 'Bob Council' });
  expect(await postByUri(db, answer.uri)).toBeUndefined();

  await newcomer.context.ports.actors.history(asked.uri, 'replies');
  expect(await postByUri(db, answer.uri)).toMatchObject({ topic_id: badges.id, excerpt: 'So.' });
  expect(await postByUri(db, asked.uri)).toMatchObject({ reply_count: 1 });
  // History is not news.
  const events = await db.selectFrom('log').select('name').distinct().where('name', 'like', 'post.%').execute();
  expect(events).toEqual([{ name: 'post.remembered' }]);
}, 60_000);
