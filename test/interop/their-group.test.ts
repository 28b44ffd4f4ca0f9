import { type JsonObject, transact } from '@joinery/core';
import { followGroup, groupById, joinGroup, membershipOf } from '@joinery/slices/groups';
import { createTopic, like, markdownText, postByUri, reply } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import type { TestPerson } from '../harness/node.ts';
import type { RogueActor } from '../harness/rogue.ts';
import { startServer } from './server.ts';
import { lemmy, nodebb } from './shapes.ts';
import { by, errors, ledger, startWorld, type World } from './world.ts';

const everybody = 'https://www.w3.org/ns/activitystreams#Public';

/** A person of ours takes part in a group over there. @returns local id of the group */
async function takePart({ node, server }: World, group: RogueActor, person: TestPerson): Promise<string> {
  const found = await node.context.ports.actors.resolve(group.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: person.id }));
  await node.settle();
  const [asked] = server.take();
  expect(asked).toMatchObject({ type: 'Follow', actor: person.uri, object: group.uri });
  const accept = lemmy.activity(server, 'Accept', group, { to: [person.uri], object: asked ?? null });
  expect(await server.send(group, accept)).toMatchObject({ status: 202 });
  await node.settle();
  expect(await membershipOf(node.context.db.reader, found.id, person.id)).toMatchObject({
    state: 'member',
    following: 1,
  });
  return found.id;
}

async function say({ node, server }: World, group: RogueActor, activity: JsonObject) {
  const answer = await server.send(group, activity);
  expect(answer.status, answer.body).toBe(202);
  await node.settle();
  return ledger(node, activity.id);
}

const seen = async (person: TestPerson, group: string) =>
  (await person.api('GET', `/groups/${group}/posts`)).body.items;
const post = ({ node }: World, document: JsonObject) => postByUri(node.context.db.reader, String(document.id));

it('a group of Lemmy: what it announces is what our people see, and what it decides holds', async () => {
  await using world = await startWorld({ signs: 'rfc9421' });
  const { node, server, owner: bob } = world;
  const group = lemmy.group(server, 'roads');
  const [mod, ben] = [lemmy.person(server, 'mod'), lemmy.person(server, 'ben')];
  const id = await takePart(world, group, bob);
  expect((await bob.api('GET', `/groups/${id}`)).body).toMatchObject({ name: 'Road works', home: server.origin });
  const announced = (actor: RogueActor, type: string, change: JsonObject) =>
    say(
      world,
      group,
      lemmy.announce(server, group, lemmy.activity(server, type, actor, { audience: group.uri, ...change })),
    );

  const page = server.serve(lemmy.page(ben, group.uri, `${server.origin}/post/1`));
  expect(await announced(ben, 'Create', { object: page })).toMatchObject({ state: 'applied' });
  // The same topic once more, in the form for Mastodon, and once more by its address.
  expect(await say(world, group, lemmy.announce(server, group, page))).toMatchObject({ state: 'ignored' });
  expect(await say(world, group, lemmy.announce(server, group, String(page.id)))).toMatchObject({ state: 'ignored' });
  const [topic, ...more] = await seen(bob, id);
  expect(more).toEqual([]);
  expect(topic).toMatchObject({ title: 'Which machine for edge lines?', author: { uri: ben.uri }, status: 'accepted' });

  // A reply whose parent comes later than it, and cannot be read yet.
  const parent = lemmy.note(ben, group.uri, `${server.origin}/comment/2`, String(page.id));
  const child = lemmy.note(mod, group.uri, `${server.origin}/comment/3`, String(parent.id), {
    published: '2026-05-04T10:00:00Z',
    content: '<p>And yours?</p>',
  });
  expect(await announced(mod, 'Create', { object: child })).toMatchObject({ state: 'waiting' });
  expect(await announced(ben, 'Create', { object: server.serve(parent) })).toMatchObject({ state: 'applied' });
  expect(await post(world, child)).toMatchObject({ topic_id: topic.id });
  const thread = (await bob.api('GET', `/posts/${topic.id}`)).body;
  expect(thread.replies.map((one: JsonObject) => one.uri)).toEqual([parent.id, child.id]);
  // A parent that was never announced is read at its address.
  const middle = server.serve(lemmy.note(ben, group.uri, `${server.origin}/comment/4`, String(page.id)));
  const late = server.serve(lemmy.note(mod, group.uri, `${server.origin}/comment/5`, String(middle.id)));
  await announced(mod, 'Create', { object: late });
  expect(await post(world, middle)).toMatchObject({ topic_id: topic.id });
  expect(await post(world, late)).toMatchObject({ topic_id: topic.id });

  expect(await announced(ben, 'Like', { object: page.id ?? '' })).toMatchObject({ state: 'applied' });
  expect(await announced(mod, 'Dislike', { object: page.id ?? '' })).toMatchObject({ state: 'ignored' });
  expect(await post(world, page)).toMatchObject({ likes: 1 });

  const lock = lemmy.activity(server, 'Lock', mod, { object: page.id ?? '', audience: group.uri, summary: 'Enough' });
  // Only wrapped by the group, not by its moderator alone.
  expect(await say(world, mod, lock)).toMatchObject({ state: 'ignored' });
  expect(await post(world, page)).toMatchObject({ locked_at: null });
  expect(await say(world, group, lemmy.announce(server, group, lock))).toMatchObject({ state: 'applied' });
  expect(await post(world, page)).toMatchObject({ locked_at: expect.any(String) });
  await announced(mod, 'Undo', { object: lock });
  expect(await post(world, page)).toMatchObject({ locked_at: null });

  const featured = { object: page.id ?? '', target: `${group.uri}/featured` };
  await announced(mod, 'Add', featured);
  expect(await post(world, page)).toMatchObject({ pinned_at: expect.any(String) });
  await announced(mod, 'Remove', featured);
  expect(await post(world, page)).toMatchObject({ pinned_at: null });

  const removal = lemmy.activity(server, 'Delete', mod, {
    object: child.id ?? '',
    audience: group.uri,
    summary: 'Rude',
  });
  expect(
    await say(
      world,
      group,
      lemmy.announce(server, group, lemmy.activity(server, 'Delete', ben, { object: child.id ?? '', summary: 'x' })),
    ),
  ).toMatchObject({ state: 'applied' });
  await announced(mod, 'Undo', { object: lemmy.activity(server, 'Delete', ben, { object: child.id ?? '' }) });
  const own = lemmy.note(ben, group.uri, `${server.origin}/comment/6`, String(page.id));
  await announced(ben, 'Create', { object: own });
  await announced(mod, 'Delete', { object: own.id ?? '', summary: 'Rude' });
  expect(await post(world, own)).toMatchObject({
    removed_at: expect.any(String),
    removed_reason: 'Rude',
    deleted_at: null,
  });
  await announced(mod, 'Undo', { object: { ...removal, object: own.id ?? '' } });
  expect(await post(world, own)).toMatchObject({ removed_at: null });
  await announced(ben, 'Delete', { object: own.id ?? '' });
  expect(await post(world, own)).toMatchObject({ deleted_at: expect.any(String) });
  // What was deleted does not come back by a late copy.
  expect(await announced(ben, 'Create', { object: own })).toMatchObject({ state: 'ignored' });

  const block = {
    object: bob.uri,
    target: group.uri,
    summary: 'Enough',
    removeData: false,
    endTime: '2099-01-01T00:00:00Z',
  };
  await announced(mod, 'Block', block);
  expect(await membershipOf(node.context.db.reader, id, bob.id)).toMatchObject({ state: 'banned', reason: 'Enough' });
  await announced(mod, 'Undo', { object: lemmy.activity(server, 'Block', mod, block) });
  expect(await membershipOf(node.context.db.reader, id, bob.id)).toMatchObject({ state: 'none' });

  await announced(mod, 'Add', { object: ben.uri, target: `${group.uri}/moderators` });
  await announced(mod, 'Update', { object: { ...group.document, name: 'Roads and bridges' } });
  expect(await groupById(node.context.db.reader, id)).toMatchObject({ name: 'Roads and bridges' });
  for (const type of ['Warn', 'Resolve', 'Flag', 'Move', 'PollVote', 'EmojiReact'])
    expect(await announced(mod, type, { object: page.id ?? '' })).toMatchObject({ state: 'ignored' });
  expect(errors(node)).toEqual([]);
}, 60_000);

it('our post in a group of NodeBB is accepted when the group announces it, in whatever form', async () => {
  await using world = await startWorld({ understands: ['draft-cavage'] });
  const { node, server, owner: bob } = world;
  const category = nodebb.category(server, 3, 'Road works');
  const id = await takePart(world, category, bob);
  const write = async (title: string) => {
    const made = await transact(node.context, by, (work) =>
      createTopic(work, { group: id, author: bob.id, title, ...markdownText('How do *you* do it?') }),
    );
    await node.settle();
    expect(await post(world, { id: made.uri })).toMatchObject({ status: 'waiting' });
    const [create] = server.take();
    expect(create).toMatchObject({
      type: 'Create',
      actor: bob.uri,
      to: expect.arrayContaining([category.uri]),
      audience: category.uri,
      object: { id: made.uri, type: 'Article', name: title, attributedTo: bob.uri, audience: category.uri },
    });
    return { made, create: create ?? {}, article: create?.object as JsonObject };
  };

  // As NodeBB passes it on: not byte by byte, and with an id of its own for the Create.
  const first = await write('First');
  const { proof: _, ...bare } = first.create;
  const wrapped = {
    ...bare,
    id: `${first.made.uri}#activity/create/1`,
    object: { ...first.article, cc: [everybody, 7] },
  };
  expect(await say(world, category, nodebb.announce(server, category, wrapped, 1))).toMatchObject({ state: 'applied' });
  expect(await post(world, { id: first.made.uri })).toMatchObject({ status: 'accepted', title: 'First' });
  const second = await write('Second');
  expect(await say(world, category, nodebb.announce(server, category, second.article, 2))).toMatchObject({
    state: 'applied',
  });
  expect(await post(world, { id: second.made.uri })).toMatchObject({ status: 'accepted' });
  const third = await write('Third');
  expect(await say(world, category, lemmy.announce(server, category, third.made.uri))).toMatchObject({
    state: 'applied',
  });
  expect(await post(world, { id: third.made.uri })).toMatchObject({ status: 'accepted' });
  // Wrapped in an activity whose id is the category's own.
  const fourth = await write('Fourth');
  const foreign = { ...bare, id: `${server.origin}/activity/9`, object: fourth.article };
  expect(await say(world, category, nodebb.announce(server, category, foreign, 4))).toMatchObject({ state: 'applied' });
  expect(await post(world, { id: fourth.made.uri })).toMatchObject({ status: 'accepted' });
  // Somebody else cannot say so.
  const fifth = await write('Fifth');
  const carla = nodebb.person(server, 5, 'carla');
  await say(world, carla, nodebb.announce(server, carla, fifth.article, 5));
  expect(await post(world, { id: fifth.made.uri })).toMatchObject({ status: 'waiting' });

  // A reply and a like go to the category, and come back without being doubled.
  const theirs = nodebb.post(server, carla, 11, { audience: category.uri });
  server.serve(theirs);
  for (const object of [
    nodebb.create(carla, theirs),
    { ...nodebb.create(carla, theirs), id: `${theirs.id}#activity/create/2` },
    theirs,
  ])
    await say(world, category, nodebb.announce(server, category, object, 11));
  const known = (await post(world, theirs)) ?? expect.fail('not here');
  expect(known).toMatchObject({ title: 'Salt in spring', kind: 'discussion' });
  const answer = await transact(node.context, by, async (work) => {
    await like(work, { post: known.id, by: { uri: bob.uri, person: bob.id } });
    return reply(work, { replyTo: known.id, author: bob.id, ...markdownText('We too.') });
  });
  await node.settle();
  const sent = server.take();
  expect(sent).toMatchObject([
    { type: 'Like', actor: bob.uri, object: theirs.id },
    { type: 'Create', object: { type: 'Note', inReplyTo: theirs.id, id: answer.uri, context: theirs.context } },
  ]);
  for (const activity of sent) await say(world, category, nodebb.announce(server, category, activity, 12));
  expect(await post(world, { id: answer.uri })).toMatchObject({ status: 'accepted' });
  expect(await post(world, theirs)).toMatchObject({ likes: 1, reply_count: 1 });
  expect(errors(node)).toEqual([]);
}, 60_000);

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
