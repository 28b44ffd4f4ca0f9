import { type JsonObject, transact } from '@joinery/core';
import { followGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import type { RogueActor } from '../harness/rogue.ts';
import { startServer } from './server.ts';
import { lemmy, nodebb } from './shapes.ts';
import { post, say, seen, takePart } from './their-group.ts';
import { by, errors, startWorld } from './world.ts';

it('what a group passes on of a third server is read there when that is allowed, and a copy otherwise', async () => {
  await using world = await startWorld();
  const { node, server, owner: bob } = world;
  await using friend = await startServer({ to: node });
  await using stranger = await startServer({ to: node });
  await node.allow({ origin: friend.origin, name: 'Friend' });
  const category = nodebb.category(server, 3, 'Road works');
  const id = await takePart(world, category, bob);
  const asked = stranger.rogue.requests.length;
  const written = [friend, stranger].map((from) => {
    const author = nodebb.person(from, 8, 'dora');
    return from.serve(nodebb.post(from, author, 21, { audience: category.uri, content: '<p>Own words</p>' }));
  });
  for (const original of written) {
    const author = { uri: String(original.attributedTo) } as RogueActor;
    const changed = { ...original, content: '<p>Changed words</p>' };
    await say(world, category, nodebb.announce(server, category, nodebb.create(author, changed), 21));
  }
  const [read, copy] = await Promise.all(written.map((original) => post(world, original)));
  expect(read).toMatchObject({ verified: 'origin', excerpt: 'Own words', group_id: id });
  expect(copy).toMatchObject({ verified: 'unchecked', excerpt: 'Changed words' });
  expect(stranger.rogue.requests).toHaveLength(asked);

  // Only an address: of the friend it can be read, a Tombstone answered with 200 holds up nothing, a stranger's stays unknown.
  const author = nodebb.person(friend, 8, 'dora');
  const bare = friend.serve(nodebb.post(friend, author, 22, { audience: category.uri }));
  const gone = friend.serve({
    id: `${friend.origin}/post/23`,
    type: 'Tombstone',
    formerType: 'Note',
    deleted: '2026-05-01T00:00:00Z',
  });
  for (const uri of [gone.id, `${stranger.origin}/post/9`, bare.id])
    await say(world, category, lemmy.announce(server, category, String(uri)));
  expect(await post(world, bare)).toMatchObject({ verified: 'origin', title: 'Salt in spring' });
  expect(await post(world, gone)).toBeUndefined();
  expect(stranger.rogue.requests).toHaveLength(asked);
  expect(errors(node)).toEqual([]);
}, 60_000);

it('the outbox is history, whatever order and oddities it has, and who only follows reads it', async () => {
  await using world = await startWorld();
  const { node, server, owner: bob } = world;
  const category = nodebb.category(server, 3, 'Road works');
  const carla = nodebb.person(server, 5, 'carla');
  const at = (day: number) => `2026-03-0${day}T08:00:00.000Z`;
  const topics = [1, 2, 3, 4].map((number) =>
    server.serve(
      nodebb.post(server, carla, number, { name: `Topic ${number}`, audience: category.uri, published: at(number) }),
    ),
  );
  const answer = server.serve(
    nodebb.post(server, carla, 9, { name: 'Topic 1', inReplyTo: `${server.origin}/post/1`, published: at(5) }),
  );
  const gone = server.serve({ id: `${server.origin}/post/8`, type: 'Tombstone' });
  const outbox = `${category.uri}/outbox`;
  const first = `${outbox}?page=1`;
  const items = [
    nodebb.announce(server, category, nodebb.create(carla, topics[0] ?? {}), 1),
    12,
    null,
    'not an address',
    nodebb.create(carla, topics[1] ?? {}),
    gone.id ?? '',
    { type: 'Announce', actor: category.uri, object: gone.id ?? '' },
    { ...lemmy.activity(server, 'Like', carla, { object: `${server.origin}/post/1` }) },
  ];
  const more = [
    lemmy.announce(server, category, String(topics[2]?.id)),
    topics[3] ?? null,
    nodebb.announce(server, category, nodebb.create(carla, answer), 9),
  ];
  server.rogue.serve('/category/3/outbox', (request, response) => {
    const page = new URL(request.url ?? '', server.origin).searchParams.get('page');
    const collection = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: outbox,
      type: 'OrderedCollection',
      totalItems: '7',
      first,
    };
    const pages: Record<string, JsonObject> = {
      '1': {
        ...collection,
        id: first,
        type: 'OrderedCollectionPage',
        partOf: outbox,
        orderedItems: items,
        next: `${outbox}?page=2`,
      },
      '2': { ...collection, id: `${outbox}?page=2`, type: 'OrderedCollectionPage', orderedItems: more, next: first },
    };
    response.setHeader('content-type', 'application/activity+json');
    response.end(JSON.stringify(pages[page ?? ''] ?? collection));
  });
  // A followers address that answers with the group itself.
  server.rogue.serve('/category/3/followers', category.document);

  const found = await node.context.ports.actors.resolve(category.uri);
  await transact(node.context, by, (work) => followGroup(work, { group: found.id, person: bob.id }));
  expect(await node.context.ports.actors.history(category.uri, 'topics')).toMatchObject({ complete: true });
  await node.settle();
  const shown = await seen(bob, found.id);
  expect(shown.map((item: JsonObject) => item.title)).toEqual(['Topic 1', 'Topic 4', 'Topic 3', 'Topic 2']);
  expect(await post(world, answer)).toMatchObject({ title: null, reply_to: shown[0].id });
  // Again: nothing doubled, nothing lost.
  await node.context.ports.actors.history(category.uri, 'topics');
  expect(await seen(bob, found.id)).toHaveLength(4);
  expect(errors(node)).toEqual([]);
}, 60_000);

it('a server that takes what we send and leaves the request open holds up nobody, and is tried again', async () => {
  await using world = await startWorld();
  const { node, server, owner: bob } = world;
  await using other = await startServer({ to: node });
  await node.allow({ origin: other.origin, name: 'Other' });
  const [stuck, quick] = [nodebb.category(server, 3, 'Stuck'), nodebb.category(other, 3, 'Quick')];
  const ids = [await takePart(world, stuck, bob), await takePart({ ...world, server: other }, quick, bob)];
  let open = 0;
  server.rogue.serve('/inbox', () => {
    open += 1;
  });
  const start = performance.now();
  await transact(node.context, by, async (work) => {
    for (const group of ids) await createTopic(work, { group, author: bob.id, title: 'Hello', ...markdownText('Hi') });
  });
  await node.context.db.changes.poll();
  await node.federation.lanes.look();
  await expect.poll(() => other.delivered.length, { timeout: 8_000 }).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(8_000);
  await node.settle();
  expect(open).toBe(1);
  const peer = await node.context.db.reader
    .selectFrom('peer')
    .selectAll()
    .where('origin', '=', server.origin)
    .executeTakeFirst();
  expect(peer).toMatchObject({ lane: 'waiting', last_error: expect.stringContaining('deadline_exceeded') });
  expect(errors(node)).toEqual([]);
}, 60_000);
