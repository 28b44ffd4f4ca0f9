import { type JsonObject, transact } from '@joinery/core';
import { groupById, joinGroup, leaveGroup, membershipOf } from '@joinery/slices/groups';
import { createTopic, like, markdownText, postByUri, unlike } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { lemmy, nodebb } from './shapes.ts';
import { by, errors, ledger, openGroup, startWorld } from './world.ts';

const everybody = 'https://www.w3.org/ns/activitystreams#Public';

it('what a group of Lemmy decides about our person, our post and itself holds here, and leaving tells it', async () => {
  await using world = await startWorld();
  const { node, server, owner: bob } = world;
  const group = lemmy.group(server, 'roads', { manuallyApprovesFollowers: true });
  const mod = lemmy.person(server, 'mod');
  const { id } = await node.context.ports.actors.resolve(group.uri);
  expect(await groupById(node.context.db.reader, id)).toMatchObject({ joining: 'request' });
  const ask = async () => {
    await transact(node.context, by, (work) => joinGroup(work, { group: id, person: bob.id }));
    await node.settle();
    return server.take()[0] ?? {};
  };
  const answer = async (type: string, object: JsonObject) => {
    const activity = lemmy.activity(server, type, group, { object, to: [bob.uri] });
    expect(await server.send(group, activity)).toMatchObject({ status: 202 });
    await node.settle();
    return membershipOf(node.context.db.reader, id, bob.id);
  };
  const say = async (inner: JsonObject) => {
    const activity = lemmy.announce(server, group, inner);
    expect(await server.send(group, activity)).toMatchObject({ status: 202 });
    await node.settle();
    return ledger(node, activity.id);
  };
  const post = (uri: string) => postByUri(node.context.db.reader, uri);

  expect(await answer('Reject', await ask())).toMatchObject({ state: 'none', following: 0 });
  expect(await answer('Accept', await ask())).toMatchObject({ state: 'member', following: 1 });

  const made = await transact(node.context, by, (work) =>
    createTopic(work, { group: id, author: bob.id, title: 'Hello', ...markdownText('Text') }),
  );
  await node.settle();
  const [create] = server.take();
  await say(create ?? {});
  expect(await post(made.uri)).toMatchObject({ status: 'accepted' });
  await transact(node.context, by, (work) => like(work, { post: made.id, by: { uri: bob.uri, person: bob.id } }));
  await node.settle();
  await transact(node.context, by, (work) => unlike(work, { post: made.id, by: { uri: bob.uri } }));
  await node.settle();
  const [liked, unliked] = server.take();
  expect(liked).toMatchObject({ type: 'Like', actor: bob.uri, object: made.uri, audience: group.uri });
  expect(unliked).toMatchObject({ type: 'Undo', actor: bob.uri, object: { id: liked?.id, type: 'Like' } });

  // Its moderator takes our post out; the text stays with us and can be put back.
  const removal = lemmy.activity(server, 'Delete', mod, { object: made.uri, summary: 'Twice', cc: [group.uri] });
  expect(await say(removal)).toMatchObject({ state: 'applied' });
  expect(await post(made.uri)).toMatchObject({ removed_reason: 'Twice', deleted_at: null });
  expect(await say(lemmy.activity(server, 'Undo', mod, { object: removal }))).toMatchObject({ state: 'applied' });
  expect(await post(made.uri)).toMatchObject({ removed_at: null, title: 'Hello' });

  const asked = await membershipOf(node.context.db.reader, id, bob.id);
  await transact(node.context, by, (work) => leaveGroup(work, { group: id, person: bob.id }));
  await node.settle();
  expect(server.take()).toMatchObject([
    { type: 'Undo', actor: bob.uri, object: { id: asked?.follow_activity, type: 'Follow', object: group.uri } },
  ]);

  expect(await say(lemmy.activity(server, 'Delete', mod, { object: group.uri }))).toMatchObject({ state: 'applied' });
  expect(await groupById(node.context.db.reader, id)).toMatchObject({ deleted_at: expect.any(String) });
  expect(errors(node)).toEqual([]);
}, 60_000);

it('a server without a shared inbox gets what the group tells at the inbox of the one who follows', async () => {
  await using world = await startWorld();
  const { node, server, owner } = world;
  const group = await openGroup(world, 'parking');
  const anna = lemmy.person(server, 'anna');
  const { endpoints: _, ...alone } = anna.document;
  server.rogue.serve('/u/anna', { ...alone, inbox: `${server.origin}/u/anna/inbox` });
  await server.send(anna, { id: server.rogue.id('/follows'), type: 'Follow', actor: anna.uri, object: group.uri });
  await node.settle();
  await transact(node.context, by, (work) =>
    createTopic(work, { group: group.id, author: owner.id, title: 'Hello', ...markdownText('Text') }),
  );
  await node.settle();
  const posts = server.rogue.requests.filter((request) => request.method === 'POST');
  expect(posts.map((request) => request.url)).toEqual(Array(3).fill('/u/anna/inbox'));
});

it('what a group vouches for in our name is no reason to fail', async () => {
  await using world = await startWorld();
  const { node, server, owner } = world;
  const category = nodebb.category(server, 3, 'Road works');
  const { id } = await node.context.ports.actors.resolve(category.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: id, person: owner.id }));
  const nobody = `${node.origin}/people/01a20000-0000-7000-8000-000000000000`;
  const created = { id: `${nobody}/1`, type: 'Create', actor: nobody, to: [everybody], object: `${nobody}/2` };
  const announced: JsonObject = {
    ...lemmy.announce(server, category, created),
    'joinery:authorKey': {
      id: `${nobody}#k`,
      type: 'Multikey',
      controller: nobody,
      publicKeyMultibase: 'z6Mk',
      name: 'x',
    },
  };
  expect(await server.send(category, announced)).toMatchObject({ status: 202 });
  await node.settle();
  expect((await ledger(node, announced.id))?.state).not.toBe('parked');
  expect(errors(node)).toEqual([]);
});
