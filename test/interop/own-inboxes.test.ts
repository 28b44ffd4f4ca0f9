import type { JsonObject } from '@joinery/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Rogue, type RogueActor, startRogue } from '../harness/rogue.ts';
import { create, join, openGroup, standing, startWorld, type World } from '../hostile/world.ts';

// A server without a shared inbox (small blogs, single-purpose servers): everybody on it has an inbox, and nobody sees what came to another's.
let world: World;
let blog: Rogue;
let people: Record<'anna' | 'bert' | 'cara', RogueActor>;
beforeAll(async () => {
  world = await startWorld({ join: false });
  blog = await startRogue();
  await world.node.allow({ origin: blog.origin, name: 'Village blogs' });
  const actor = (name: string) => blog.actor(name, { endpoints: {} });
  people = { anna: actor('anna'), bert: actor('bert'), cara: actor('cara') };
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await blog[Symbol.asyncDispose]();
});

/** What came to somebody's inbox with a text in it: the ids of the activities. */
function received(name: keyof typeof people, text: string): string[] {
  return blog.requests
    .filter(({ method, url, body }) => method === 'POST' && url === `/users/${name}/inbox` && body.includes(text))
    .map(({ body }) => String((JSON.parse(body) as JsonObject).id));
}
const once = (ids: string[]) => [...new Set(ids)].sort();

async function tell(group: { id: string }, title: string): Promise<void> {
  await world.owner.api('POST', `/groups/${group.id}/posts`, { title, content: 'Text' });
  await world.node.settle();
}

async function tryAgain(): Promise<void> {
  world.forward(3_600_000);
  world.node.federation.lanes.wake(blog.origin);
  await world.node.settle();
  world.forward(-3_600_000);
}

it('everybody who follows a group gets what it announces, and each the answers to their own requests', async () => {
  const { node, owner } = world;
  const group = await openGroup(node, owner, 'village');
  for (const name of ['anna', 'bert'] as const) {
    await join(node, blog, people[name], group);
    expect(await standing(node, group, people[name])).toMatchObject({ following: 1 });
  }
  for (const name of ['anna', 'bert'] as const) expect(received(name, '"Accept"')).toHaveLength(1);
  await tell(group, 'For everybody');
  const [anna, bert] = [received('anna', 'For everybody'), received('bert', 'For everybody')];
  expect(anna.length).toBeGreaterThan(0);
  expect(once(anna)).toEqual(anna.toSorted());
  expect(bert.toSorted()).toEqual(anna.toSorted());
  expect(received('cara', '')).toEqual([]);
  // A refusal goes to whom it concerns.
  await blog.send(node, people.cara, create(blog, people.cara, group));
  await node.settle();
  expect(received('cara', '"Reject"')).toHaveLength(1);
  expect([...received('anna', '"Reject"'), ...received('bert', '"Reject"')]).toEqual([]);
  // Whoever was removed is told, and gets nothing afterwards.
  const gone = await standing(node, group, people.bert);
  await owner.api('POST', `/groups/${group.id}/members/${gone?.person}/remove`, { reason: 'Moved away' });
  await node.settle();
  const told = received('bert', '').length;
  expect(told).toBeGreaterThan(bert.length + 1);
  await tell(group, 'After the removal');
  expect(received('bert', 'After the removal')).toEqual([]);
  expect(received('anna', 'After the removal').length).toBeGreaterThan(0);
});

it('an inbox that fails is made up for, one that is gone holds up nobody', async () => {
  const { node, owner } = world;
  const group = await openGroup(node, owner, 'market');
  for (const name of ['anna', 'bert', 'cara'] as const) await join(node, blog, people[name], group);
  blog.serve('/users/bert/inbox', (_, response) => response.writeHead(503).end());
  await tell(group, 'While away');
  blog.serve('/users/bert/inbox', (_, response) => response.writeHead(202).end());
  const before = received('bert', 'While away').length;
  await tryAgain();
  const anna = received('anna', 'While away');
  expect(received('bert', 'While away').slice(before).sort()).toEqual(once(anna));
  expect(once(received('cara', 'While away'))).toEqual(once(anna));
  blog.serve('/users/cara/inbox', (_, response) => response.writeHead(410).end());
  await tell(group, 'One has gone');
  for (const name of ['anna', 'bert'] as const) expect(received(name, 'One has gone').length).toBeGreaterThan(0);
  const { lane } = await node.context.db.reader
    .selectFrom('peer')
    .select('lane')
    .where('origin', '=', blog.origin)
    .executeTakeFirstOrThrow();
  expect(lane).toBe('open');
});
