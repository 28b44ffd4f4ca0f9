import type { JsonObject } from '@joinery/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activityStreams } from '../harness/rogue.ts';
import {
  contentOf,
  create,
  expectHonestWorks,
  expectRefused,
  expectWithoutEffect,
  objectOf,
  postRow,
  startWorld,
  type World,
} from './world.ts';

// Group D: documents that two readers could understand differently.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const honest = (change: JsonObject = {}) => create(world.good, world.alice, world.group, change);
const send = (activity: JsonObject, text?: string) =>
  world.good.send(world.node, world.alice, activity, text === undefined ? {} : { text });
async function taken(activity: JsonObject) {
  expect((await send(activity)).status).toBe(202);
  await world.node.settle();
  return postRow(world.node, objectOf(activity).id);
}

it('58: a context elsewhere is ignored and never fetched', async () => {
  const before = world.evil.requests.length;
  const context = [activityStreams, `${world.evil.origin}/ctx.jsonld`, 'https://unreachable.invalid/ctx'];
  // The quickest of eight, since other programs on the machine can only add to it.
  const times: number[] = [];
  for (let turn = 0; turn < 8; turn += 1) {
    const activity = { '@context': context, ...honest() };
    const answer = await send(activity);
    expect(answer.status).toBe(202);
    times.push(answer.milliseconds);
    await world.node.settle();
    expect(await postRow(world.node, objectOf(activity).id)).toMatchObject({ status: 'accepted' });
  }
  expect(Math.min(...times)).toBeLessThan(50);
  expect(world.evil.requests.slice(before).filter(({ url }) => url.includes('ctx'))).toEqual([]);
  const connections = world.node.federation.door.recent().map(({ url }) => url);
  expect(connections.filter((url) => url.includes('ctx'))).toEqual([]);
});

it.each(['@graph', '@included', '@reverse', '@nest', '@import', '@protected', '@version'])(
  '59: %s is refused at any depth',
  async (keyword) => {
    for (const activity of [
      { ...honest(), [keyword]: {} },
      honest({ tag: [{ type: 'Mention', [keyword]: { id: 'x' } }] }),
      { ...honest(), '@context': [activityStreams, { [keyword]: true }] },
    ])
      await expectRefused(world, { status: 400, code: 'keyword_refused' }, () => send(activity as JsonObject));
  },
);

it('59: a context that gives ActivityStreams words another meaning is refused', async () => {
  const activity = { ...honest(), '@context': [activityStreams, { actor: 'https://evil.example/#actor' }] };
  await expectRefused(world, { status: 400, code: 'context_redefines_terms' }, () => send(activity));
});

it('61: a document that names a key twice is refused', async () => {
  const text = JSON.stringify({ '@context': activityStreams, ...honest() });
  for (const twice of [
    text.replace('"actor":', `"actor":"${world.mallory.uri}","actor":`),
    text.replace('"actor":', `"\\u0061ctor":"${world.mallory.uri}","actor":`),
    text.replace('"content":', '"content":"x","content":'),
  ])
    await expectRefused(world, { status: 400, code: 'json_duplicate_key' }, () => send({}, twice));
});

it('61: keys that reach into every object are refused', async () => {
  const text = JSON.stringify({ '@context': activityStreams, ...honest() });
  for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])
    await expectRefused(world, { status: 400, code: 'json_forbidden_key' }, () =>
      send({}, text.replace('"actor":', `"${key}":{"local":1},"actor":`)),
    );
});

/** What a monitor on the node's own machine reads. */
async function notUnderstood(): Promise<number> {
  const answer = await fetch(`${world.node.origin}/readyz`);
  const { health } = (await answer.json()) as { health: { name: string; figure?: number }[] };
  return health.find(({ name }) => name === 'not_understood')?.figure ?? Number.NaN;
}

it('62: whatever the type is, one handler at most takes it; an unknown one is taken in, ignored and counted', async () => {
  for (const type of [
    ['Follow', 'Create'],
    'Nonsense',
    '__proto__',
    'constructor',
    null,
    7,
    {},
    [],
    [null],
    undefined,
  ]) {
    const activity = { ...honest(), type } as JsonObject;
    const before = await notUnderstood();
    const settled = await expectWithoutEffect(world, () => send(activity), activity);
    // The first of several is meant: a Follow of a post is known, and refused.
    if (Array.isArray(type) && type.includes('Follow')) continue;
    expect([type, settled]).toEqual([type, { state: 'ignored', code: 'not_understood' }]);
    expect(await notUnderstood()).toBe(before + 1);
  }
  for (const type of [`${activityStreams}#Create`, ['Create'], ['Create', 'Follow']])
    expect(await taken({ ...honest(), type } as JsonObject)).toMatchObject({ status: 'accepted' });
});

it('62: an activity whose id, actor or object is of another kind is refused or has no effect', async () => {
  for (const change of [
    { id: 7 },
    { id: [] },
    { id: '' },
    { actor: null },
    { actor: [world.alice.uri, world.mallory.uri] },
    { actor: {} },
  ])
    await expectRefused(world, { status: 400, code: 'activity_malformed' }, () =>
      send({ ...honest(), ...change } as JsonObject),
    );
  for (const object of [null, 7, [], {}, [null], 'x', { id: 7 }, [[['x']]], { type: 'Note' }]) {
    const activity = { ...honest(), object } as JsonObject;
    await expectWithoutEffect(world, () => send(activity), activity);
  }
  for (const text of ['[]', '"x"', 'null', '7', '', 'x', '{'])
    await expectRefused(world, { status: 400 }, () => send({}, text || ' '));
});

it('64: everybody is everybody in three spellings; what is no recipient is refused', async () => {
  const outcomes: Awaited<ReturnType<typeof taken>>[] = [];
  // Also as other software sends it: nothing, null for the whole list, numbers of its own database (NodeBB), objects with an id.
  const spellings = [`${activityStreams}#Public`, 'as:Public', 'Public', null, [], [7], [{ id: 'as:Public' }]];
  for (const to of spellings) outcomes.push(await taken({ ...honest({ to, cc: to }), to, cc: to } as JsonObject));
  for (const row of outcomes) expect(row).toMatchObject({ status: 'accepted', group_id: world.group.id });
  const alike = outcomes.slice(0, 3).map((row) => {
    const { id, uri, url, context_uri, history_uri, topic_id, event_id, published_at, received_at, ...rest } =
      row ?? {};
    const { sort_at, updated_at, last_activity_at, accepted_at, fetched_at, news_at, ...same } = rest as JsonObject;
    return same;
  });
  expect(alike[1]).toEqual(alike[0]);
  expect(alike[2]).toEqual(alike[0]);
  const long = `https://good.example/${'x'.repeat(500_000)}`;
  for (const to of [[null], {}, [{}], [[]], true, 'x', '', [long], { id: 'x' }, { id: {} }, ['as:Public', null]])
    for (const activity of [{ ...honest(), to }, { ...honest(), cc: to }, honest({ to })])
      await expectRefused(world, { status: 400, code: 'recipient_malformed' }, () => send(activity as JsonObject));
  // Five megabytes are too much before anything of it is read (80).
  const activity = { ...honest(), to: 'x'.repeat(5_000_000) };
  await expectRefused(world, { status: 413, code: 'body_too_large' }, () => send(activity));
});

it('65: another spelling of an address is another address, and a host has one', async () => {
  const { good, alice, node } = world;
  const port = new URL(good.origin).port;
  for (const actor of [
    alice.uri.replace('alice', '%61lice'),
    alice.uri.replace('/users/', '/users/x/../'),
    alice.uri.replace('/users/', '/users/%2e%2e/users/'),
    `${alice.uri}?query`,
    `${alice.uri}#fragment`,
    `${alice.uri}/`,
    alice.uri.replace('127.0.0.1', '127.0.0.1.'),
  ]) {
    const activity = honest();
    const answer = await good.send(node, alice, { ...activity, actor });
    // The key is another actor's; or the whole is no address at all.
    expect([actor, answer.status]).toEqual([actor, expect.toSatisfy((status: number) => [400, 401].includes(status))]);
    expect(await postRow(node, objectOf(activity).id)).toBeUndefined();
  }
  // The same letters in another composition are another address.
  const jose = good.actor('jos\u00e9');
  for (const actor of [jose.uri.normalize('NFD'), jose.uri.replace('\u00e9', '%E9')])
    expect((await good.send(node, jose, { ...honest(), actor })).status).toBe(401);
  const people = await node.context.db.reader
    .selectFrom('person')
    .select('uri')
    .where('home', '=', good.origin)
    .execute();
  expect(people.map(({ uri }) => uri)).toEqual([alice.uri]);
  expect(port).not.toBe('');
});

it('67: markup in every language is cleaned', async () => {
  const evil = '<p>Fine</p><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a>';
  for (const change of [
    { content: evil },
    { content: undefined, contentMap: { nl: evil } },
    { content: undefined, contentMap: { en: evil, nl: evil } },
    { name: evil, summary: evil, nameMap: { en: evil } },
  ]) {
    const activity = honest(change as JsonObject);
    const row = await taken(activity);
    const shown = `${row?.title} ${row?.excerpt} ${await contentOf(world.node, objectOf(activity).id)}`;
    expect(shown).not.toMatch(/<script|onerror=|javascript:/);
  }
});

it('68: a time that is none, or not yet, or never was, counts as now', async () => {
  for (const published of [
    '9999-12-31T00:00:00Z',
    '0000-00-00',
    'yesterday',
    '0000-01-01T00:00:00Z',
    '-271821-04-20T00:00:00Z',
    '',
    7,
    null,
    {},
  ]) {
    const before = new Date(Date.now() - 60_000).toISOString();
    const row = await taken(honest({ published, updated: published } as JsonObject));
    const shown = [row?.sort_at, row?.published_at, row?.updated_at];
    expect([published, shown.map((instant) => String(instant) > before)]).toEqual([published, [true, true, true]]);
    expect(String(row?.sort_at) <= new Date(Date.now() + 1_000).toISOString()).toBe(true);
  }
  // As a number that no reader can hold.
  const activity = honest({ published: 7 });
  const text = JSON.stringify({ '@context': activityStreams, ...activity }).replace(
    '"published":7',
    '"published":1e400',
  );
  const before = new Date(Date.now() - 60_000).toISOString();
  expect((await send({}, text)).status).toBe(202);
  await world.node.settle();
  const row = await postRow(world.node, objectOf(activity).id);
  expect(String(row?.published_at) > before && String(row?.sort_at) > before).toBe(true);
  await expectHonestWorks(world);
});
