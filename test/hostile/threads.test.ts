import type { ServerResponse } from 'node:http';
import { type JsonObject, transact } from '@joinery/core';
import { joinGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activityStreams, type RogueActor } from '../harness/rogue.ts';
import { askedOf, by, create, expectHonestWorks, objectOf, postRow, startWorld, type World } from './world.ts';

// Group G: collections without end, threads in circles, groups that echo each other. The group of the evil node is read here, and its own member takes part in ours.
let world: World;
let evilGroup: RogueActor;
beforeAll(async () => {
  world = await startWorld();
  const { evil, node, owner } = world;
  evilGroup = groupOf('echo');
  evil.serve('/users/echo/followers', { id: `${evilGroup.uri}/followers`, type: 'Collection', totalItems: 1 });
  const found = await node.context.ports.actors.resolve(evilGroup.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: owner.id }));
  await node.settle();
  for (const { id, type } of askedOf(evil))
    if (type === 'Follow' || type === 'Join') {
      const accept = { id: evil.id('/accepts'), type: 'Accept', actor: evilGroup.uri, object: id ?? '' };
      expect((await evil.send(node, evilGroup, accept)).status).toBe(202);
    }
  await node.settle();
});
afterAll(() => world[Symbol.asyncDispose]());

const groupOf = (name: string): RogueActor =>
  world.evil.actor(name, { type: 'Group', followers: `${world.evil.origin}/users/${name}/followers` });
const json = (response: ServerResponse, document: JsonObject) => {
  response.setHeader('content-type', 'application/activity+json');
  response.end(JSON.stringify({ '@context': activityStreams, ...document }));
};
const history = (uri: string) => world.node.context.ports.actors.history(uri, 'more');
/** Requests to the evil node below a path, since a number of them. */
const asked = (path: string, since = 0) => world.evil.requests.slice(since).filter(({ url }) => url.startsWith(path));

/** A group whose outbox answers as it is told. @returns address of the group */
async function withOutbox(name: string, page: (number: number) => JsonObject): Promise<string> {
  const { evil, node } = world;
  const actor = groupOf(name);
  evil.serve(`/users/${name}/outbox`, (request, response) => {
    const number = Number(new URL(request.url ?? '/', evil.origin).searchParams.get('page') ?? 0);
    json(response, { id: `${actor.uri}/outbox?page=${number}`, type: 'OrderedCollectionPage', ...page(number) });
  });
  await node.context.ports.actors.resolve(actor.uri);
  return actor.uri;
}

it('92: a collection in a circle, or without end, is left: after what was seen, fifty pages, two thousand items or a minute', async () => {
  const { evil, forward } = world;
  const at = (name: string, page: number) => `${evil.origin}/users/${name}/outbox?page=${page}`;
  const itself = await withOutbox('itself', () => ({ orderedItems: [], next: `${evil.origin}/users/itself/outbox` }));
  const back = await withOutbox('back', (page) => ({
    ...{ totalItems: 1e9, orderedItems: [], next: at('back', page === 1 ? 2 : 1), prev: at('back', 0) },
  }));
  const fresh = await withOutbox('fresh', (page) => ({
    totalItems: 1e9,
    orderedItems: [],
    next: at('fresh', page + 1),
  }));
  // Each an address that leads to nothing, and that only asking for can tell.
  const items = await withOutbox('items', (page) => ({
    orderedItems: Array.from({ length: 300 }, (_, n) => `${evil.origin}/nothing/${page}-${n}`),
    next: at('items', page + 1),
  }));
  const slow = await withOutbox('slow', (page) => {
    forward(9_000);
    return { orderedItems: [`${evil.origin}/slow/${page}`], next: at('slow', page + 1) };
  });
  for (const [uri, name, most] of [
    [itself, 'itself', 1],
    [back, 'back', 3],
    [fresh, 'fresh', 50],
    [items, 'items', 7],
    [slow, 'slow', 7],
  ] as const) {
    await history(uri);
    const pages = asked(`/users/${name}/outbox`).length;
    expect([name, pages > 0 && pages <= most]).toEqual([name, true]);
  }
  expect(asked('/nothing/').length).toBeLessThanOrEqual(2_000);
  // Whoever else opens it meanwhile waits for the same crawl.
  const before = evil.requests.length;
  await Promise.all(Array.from({ length: 20 }, () => history(fresh)));
  expect(asked('/users/fresh/outbox', before).length).toBeLessThanOrEqual(50);
  await expectHonestWorks(world);
}, 60_000);

/** A thread at the evil node: note `n` answers what this says. */
function serveThread(name: string, length: number, answers: (n: number) => string | null): (n: number) => string {
  const { evil, mallory } = world;
  const at = (n: number) => `${evil.origin}/${name}/${n}`;
  for (let n = 0; n < length; n += 1)
    evil.serve(`/${name}/${n}`, (_, response) =>
      json(response, {
        ...{ id: at(n), type: 'Note', attributedTo: mallory.uri, content: `<p>${n}</p>`, inReplyTo: answers(n) },
        ...{ to: [evilGroup.uri], audience: evilGroup.uri },
      }),
    );
  return at;
}

/** The evil group announces a note. */
async function announceNote(id: string, inReplyTo: string): Promise<number> {
  const { evil, mallory, node } = world;
  const note = { id, type: 'Note', attributedTo: mallory.uri, content: '<p>x</p>', inReplyTo };
  const object = {
    id: `${id}/create`,
    type: 'Create',
    actor: mallory.uri,
    object: { ...note, audience: evilGroup.uri },
  };
  const began = performance.now();
  const told = { id: evil.id('/announces'), type: 'Announce', actor: evilGroup.uri, object };
  expect((await evil.send(node, evilGroup, told)).status).toBe(202);
  const milliseconds = performance.now() - began;
  await node.settle();
  return milliseconds;
}

it('94: a thread in a circle, or ten thousand deep, costs a hundred look-ups at most, once, and nothing of it is kept', async () => {
  const { evil, node, owner } = world;
  const circle = serveThread('circle', 2, (n) => `${evil.origin}/circle/${1 - n}`);
  const deep = serveThread('deep', 10_000, (n) => `${evil.origin}/deep/${n + 1}`);
  // Its top is a post of somebody else’s group, which is not taken in: nor is what hangs on it.
  const foreign = serveThread('foreign', 40, (n) => (n === 39 ? null : `${evil.origin}/foreign/${n + 1}`));
  const author = evil.actor('elsewhere');
  evil.serve('/foreign/39', {
    ...{ '@context': activityStreams, id: foreign(39), type: 'Article', name: 'Top', attributedTo: author.uri },
    ...{ content: '<p>Top</p>', audience: `${evil.origin}/users/other`, to: [`${evil.origin}/users/other`] },
  });
  for (const [name, at, most] of [
    ['circle', circle, 4],
    ['deep', deep, 101],
    ['foreign', foreign, 41],
  ] as const) {
    const before = evil.requests.length;
    expect(await announceNote(at(0), at(1))).toBeLessThan(10_000);
    const looked = asked(`/${name}/`, before).length;
    expect([name, looked > 0 && looked <= most, looked]).toEqual([name, true, looked]);
    for (let n = 0; n < 3; n += 1) expect([name, n, await postRow(node, at(n))]).toEqual([name, n, undefined]);
  }
  // Sent to a group of ours by its author: what is above is not fetched for it, and both halves of a circle wait.
  const before = evil.requests.length;
  const own = serveThread('own', 50, (n) => `${evil.origin}/own/${n + 1}`);
  for (const [id, inReplyTo] of [
    [own(0), own(1)],
    [`${evil.origin}/half/a`, `${evil.origin}/half/b`],
    [`${evil.origin}/half/b`, `${evil.origin}/half/a`],
  ] as const) {
    const sent = create(evil, world.mallory, world.group, { id, inReplyTo, type: 'Note' });
    expect((await evil.send(node, world.mallory, { ...sent, id: `${id}/create` })).status).toBe(202);
    await node.settle();
    expect(await postRow(node, id)).toBeUndefined();
  }
  expect([...asked('/own/', before), ...asked('/half/', before)].length).toBeLessThanOrEqual(101);
  // A true one of two replies, the second first, still comes.
  const top = create(evil, world.mallory, world.group);
  await evil.send(node, world.mallory, top);
  const reply = create(evil, world.mallory, world.group, { inReplyTo: objectOf(top).id });
  const second = create(evil, world.mallory, world.group, { inReplyTo: objectOf(reply).id });
  for (const one of [second, reply]) await evil.send(node, world.mallory, one);
  await node.settle();
  const found = await postRow(node, objectOf(top).id);
  expect(await postRow(node, objectOf(second).id)).toMatchObject({ topic_id: found?.id });
  expect((await owner.api('GET', `/posts/${found?.id}`)).status).toBe(200);
}, 60_000);

it('98: a group that announces what ours announced, and announces that again, makes ours announce nothing twice', async () => {
  const { evil, good, mallory, node, group, owner } = world;
  const mine = await transact(node.context, by, (work) =>
    createTopic(work, { group: group.id, author: owner.id, title: 'Echoed', ...markdownText('Hello.') }),
  );
  const theirs = create(evil, mallory, group, { name: 'Echoed too' });
  expect((await evil.send(node, mallory, theirs)).status).toBe(202);
  await node.settle();
  const announcedBy = (from: typeof good) =>
    from.requests.flatMap(({ method, body }): JsonObject[] => {
      const told = method === 'POST' && body.startsWith('{') ? (JSON.parse(body) as JsonObject) : {};
      return told.type === 'Announce' && told.actor === group.uri ? [told] : [];
    });
  const about = (uri: string) => announcedBy(good).filter((told) => JSON.stringify(told.object).includes(uri));
  const first = [mine.uri, objectOf(theirs).id].map((uri) => about(uri).length);
  // Other software is told of a topic twice: with what is in it, and by its address alone.
  expect(first).toEqual([2, 2]);
  const announced = announcedBy(evil);
  expect(announced.length).toBeGreaterThanOrEqual(4);
  const before = good.requests.length;
  let last: JsonObject[] = announced;
  for (let round = 0; round < 3; round += 1) {
    const echoes = last.flatMap((told): JsonObject[] =>
      [told, String(told.id)].map((object) => ({
        ...{
          id: evil.id('/echoes'),
          type: 'Announce',
          actor: evilGroup.uri,
          to: [group.uri],
          cc: [`${group.uri}/followers`],
        },
        ...{ audience: group.uri, object },
      })),
    );
    for (const echo of echoes) {
      // To everybody and to the group itself; by the group, and by its member.
      for (const path of ['/inbox', `${new URL(group.uri).pathname}/inbox`])
        expect((await evil.send(node, evilGroup, echo, { path })).status).toBe(202);
      await evil.send(node, mallory, { ...echo, id: evil.id('/echoes'), actor: mallory.uri });
    }
    await node.settle();
    last = echoes.slice(0, 6);
  }
  expect(good.requests.slice(before).filter(({ method }) => method === 'POST')).toEqual([]);
  expect([mine.uri, objectOf(theirs).id].map((uri) => about(uri).length)).toEqual(first);
  const copies = await node.context.db.reader
    .selectFrom('post')
    .select('uri')
    .where('title', 'in', ['Echoed', 'Echoed too'])
    .execute();
  expect(copies.map(({ uri }) => uri).sort()).toEqual([mine.uri, objectOf(theirs).id].sort());
}, 60_000);

it('95: digests that never agree make this node ask their sender once an hour, however many come, and remove nobody before they differ twice', async () => {
  const { evil, node, owner, mallory, group, forward } = world;
  const entry = (name: string, more: JsonObject): JsonObject => ({
    ...{ id: `${evil.origin}/streams/${name}`, 'joinery:epoch': 'one', 'joinery:from': 0, ...more },
  });
  evil.serve('/streams', {
    ...{ '@context': activityStreams, id: `${evil.origin}/streams`, type: 'Collection' },
    items: [
      entry('lie', { 'joinery:head': 1e9 }),
      // As if nobody of this node were in its group.
      entry('echo', { 'joinery:head': 0, attributedTo: evilGroup.uri, 'joinery:members': '0'.repeat(64) }),
    ],
  });
  let ahead = 0;
  const deliver = async (digest: string) => {
    const options = { headers: { 'joinery-digest': digest }, now: new Date(Date.now() + ahead) };
    expect((await evil.send(node, mallory, create(evil, mallory, group), options)).status).toBe(202);
    await node.settle();
  };
  const standing = async () => {
    const rows = node.context.db.reader
      .selectFrom('group_member')
      .innerJoin('groups', 'groups.id', 'group_member.group_id')
      .select('group_member.following')
      .where('groups.uri', '=', evilGroup.uri)
      .where('group_member.person_id', '=', owner.id);
    return (await rows.executeTakeFirst())?.following;
  };
  const followers = new URL(`${evilGroup.uri}/followers`).pathname;
  evil.serve(followers, {
    ...{ '@context': activityStreams, id: `${evil.origin}${followers}`, type: 'Collection', totalItems: 0, items: [] },
  });
  expect(await standing()).toBe(1);
  // Hours of their own, whatever the tests before have sent.
  for (const [hour, following] of [
    [1, 1],
    [2, 0],
    [3, 0],
  ] as const) {
    forward(3_601_000);
    ahead += 3_601_000;
    const before = evil.requests.length;
    for (let sent = 0; sent < 12; sent += 1) await deliver(`wrong-${hour}-${sent}`);
    expect(asked('/streams', before).filter(({ url }) => url === '/streams')).toHaveLength(1);
    expect(asked('/streams/', before).length).toBeLessThanOrEqual(4);
    expect([hour, asked(followers, before).length, await standing()]).toEqual([hour, hour === 2 ? 1 : 0, following]);
  }
  forward(-ahead);
  await expectHonestWorks(world);
}, 60_000);
