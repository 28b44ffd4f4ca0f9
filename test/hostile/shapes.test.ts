import type { JsonObject } from '@joinery/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { create, objectOf, postRow, startWorld, type World } from './world.ts';

// Group D, by the hundred: whatever a node that we allow sends, no handler of any slice fails.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

it('62: no activity of any type and shape makes a handler fail, bare or announced', async () => {
  const { evil, good, alice, mallory, node, group } = world;
  const relay = evil.actor('relay', { type: 'Group' });
  await node.context.ports.actors.resolve(relay.uri);
  const topic = create(good, alice, group);
  await good.send(node, alice, topic);
  await node.settle();
  const types =
    'Create Update Delete Follow Join Leave Undo Invite Accept Reject TentativeAccept Add Remove Block Lock Like Dislike Flag Announce Offer Move Question Resolve Warn'.split(
      ' ',
    );
  const person = mallory.uri;
  const long = 'x'.repeat(3_000);
  const things: JsonObject[string][] = [
    null,
    7,
    true,
    '',
    'x',
    [],
    {},
    [null],
    [[{}]],
    { id: 7 },
    { id: person },
    { id: null, type: null },
    long,
    `${node.origin}/groups/x`,
    `${node.origin}/posts/`,
    objectOf(topic).id,
    group.uri,
    person,
    world.owner.uri,
    `${node.origin}/activities/x`,
    relay.uri,
    {
      id: `${evil.origin}/odd`,
      type: 'Note',
      attributedTo: [person, { id: 7 }],
      content: { a: 1 },
      contentMap: [1],
      name: 7,
      inReplyTo: [null, 7],
      published: {},
      tag: 7,
      source: [],
      to: { a: 1 },
      audience: [7, group.uri],
    },
    {
      id: `${evil.origin}/odd2`,
      type: ['Article', 'Note'],
      attributedTo: person,
      content: long.repeat(10),
      name: long,
      to: [group.uri],
      source: { content: 7, mediaType: 'text/markdown' },
    },
    {
      id: person,
      type: 'Person',
      name: { en: 7 },
      endpoints: [],
      publicKey: 7,
      summary: [7],
      preferredUsername: ['a'],
    },
    { id: relay.uri, type: 'Group', name: [], summary: { en: {} }, attributedTo: [{ id: 7 }], preferredUsername: 7 },
    { id: `${evil.origin}/f`, type: 'Follow', actor: person, object: [group.uri, 7] },
    { id: `${evil.origin}/l`, type: 'Like', actor: {}, object: null },
    { id: `${evil.origin}/b`, type: 'Block', object: [], target: {} },
  ];
  const lines = node.logged.length;
  const all = types.flatMap((type, turn) =>
    things.map((object, place) => {
      const other = things[(place * 7 + turn) % things.length] ?? null;
      const extra =
        place % 3 === 0
          ? {
              'joinery:answer': other,
              'joinery:counts': [other],
              'joinery:delivery': other,
              'joinery:nodes': [other],
              endTime: 7,
              summary: [],
              content: {},
            }
          : {};
      const inner = { type, object, target: other, to: other, ...extra };
      // Bare and announced by turns.
      if ((place + turn) % 2 === 0) return { by: mallory, activity: { id: evil.id('/odd'), actor: person, ...inner } };
      const announced = { id: evil.id('/odd'), actor: person, ...inner };
      return { by: relay, activity: { id: evil.id('/odd'), type: 'Announce', actor: relay.uri, object: announced } };
    }),
  );
  for (let start = 0; start < all.length; start += 40) {
    const answers = await Promise.all(
      all.slice(start, start + 40).map(async ({ by, activity }) => {
        return evil.send(node, by, activity as JsonObject);
      }),
    );
    for (const answer of answers) expect([202, 400]).toContain(answer.status);
  }
  await node.settle();
  const parked = await node.context.db.reader
    .selectFrom('ledger')
    .select(['type', 'text'])
    .where('state', '=', 'parked')
    .execute();
  expect(parked).toEqual([]);
  const states = await node.context.db.reader.selectFrom('ledger').select('state').distinct().execute();
  expect(states.map(({ state }) => state)).toEqual(expect.arrayContaining(['applied', 'ignored', 'refused']));
  expect(node.logged.slice(lines).filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expect(await postRow(node, objectOf(topic).id)).toMatchObject({
    title: 'Secret-title',
    deleted_at: null,
    removed_at: null,
    locked_at: null,
  });
  expect(good.requests.some(({ body }) => body.includes('undefined'))).toBe(false);
});
