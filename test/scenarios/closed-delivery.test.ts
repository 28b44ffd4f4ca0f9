import { transact } from '@joinery/core';
import { removeMember } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, deletePost, editPost, markdownText, postByUri } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { by, type ClosedWorld, limit, openClosedWorld, scopes } from './closed-world.ts';

/** What an author is told of a post in a closed group: node by node, and what asking again brings. */
let world: ClosedWorld;
const at = { b: '', c: '' };

beforeAll(async () => {
  world = await openClosedWorld();
  at.b = await world.become(world.b, world.bob);
  at.c = await world.become(world.c, world.cleo);
  await tellMembers();
}, 60_000);

afterAll(() => world[Symbol.asyncDispose]());

/** Members per node are told at most once a minute: now. */
async function tellMembers(): Promise<void> {
  await transact(world.a.context, by, async (work) => {
    await work.db.updateTable('job').set({ run_at: work.now }).where('name', '=', 'groups.summarise').execute();
  });
  await world.settle();
}

const write = (title: string) =>
  transact(world.b.context, by, (work) =>
    createTopic(work, { group: at.b, author: world.bob.id, title, ...markdownText(`About ${title}.`) }),
  );

type Line = { home: string; status: string; receipt: string | null; droppedItems: number | null };

const told = async (person: TestPerson, post: string): Promise<Map<string, Line>> => {
  const { body } = await person.api('GET', `/posts/${post}/delivery`);
  return new Map(((body.byNode ?? []) as Line[]).map((line) => [line.home, line]));
};

/** Waits until a node is told of in this state. */
const becomes = (person: TestPerson, post: string, node: TestNode, status: string, within = limit) =>
  until(async () => {
    await world.settle();
    return (await told(person, post)).get(node.origin)?.status === status;
  }, within);

const ask = (person: TestPerson, post: string) => person.api('POST', `/posts/${post}/delivery/ask`);

it('names each node with what it has, to the author alone', async () => {
  const { a, b, c, x, ada, bob, cleo, settle, arrives } = world;
  const post = await write('Budget');
  await settle();
  await arrives(c, post.uri, 'Budget');
  await becomes(bob, post.id, a, 'taken');
  await becomes(bob, post.id, c, 'fetched');
  const lines = await told(bob, post.id);
  expect([...lines.keys()].sort()).toEqual([a.origin, c.origin].sort());
  expect(lines.get(c.origin)).toMatchObject({ agency: 'City', current: true, fetchedAt: expect.any(String) });
  expect(lines.has(x.origin)).toBe(false);
  await transact(b.context, by, (work) =>
    editPost(work, { post: post.id, author: bob.id, ...markdownText('Changed.') }),
  );
  expect((await told(bob, post.id)).get(c.origin)).toMatchObject({ current: false });
  await arrives(c, post.uri, 'Changed');
  expect((await told(bob, post.id)).get(c.origin)).toMatchObject({ current: true });
  for (const [node, person] of [
    [a, ada],
    [c, cleo],
  ] as const) {
    const copy = await postByUri(node.context.db.reader, post.uri);
    const { status, body } = await person.api('GET', `/posts/${copy?.id}/delivery`);
    expect([status, body.byNode]).toEqual([200, undefined]);
    expect((await ask(person, copy?.id ?? '')).status).toBe(403);
  }
  expect((await ask(bob, post.id)).status).toBe(409);
});

it('says which node waits while it cannot be reached, and tries it now when the author asks', async () => {
  const { a, b, c, ada, group, settle, arrives, link } = world;
  link.cut();
  const post = await transact(a.context, by, (work) =>
    createTopic(work, { group: group.id, author: ada.id, title: 'Minutes', ...markdownText('Minutes of May.') }),
  );
  await settle();
  await arrives(c, post.uri, 'May');
  await until(async () => (await told(ada, post.id)).get(c.origin)?.status === 'fetched', limit);
  expect((await told(ada, post.id)).get(b.origin)?.status).toBe('waiting');
  link.mend();
  expect((await ask(ada, post.id)).status).toBe(200);
  await becomes(ada, post.id, b, 'fetched');
  expect((await ask(ada, post.id)).status).toBe(429);
});

it('a deletion is confirmed by the nodes that took it; a node that has not confirmed says so when it is asked', async () => {
  const { a, b, c, bob, settle, arrives } = world;
  const post = await write('Mistake');
  await settle();
  await arrives(c, post.uri, 'Mistake');
  await becomes(bob, post.id, c, 'fetched');
  await transact(b.context, by, (work) => deletePost(work, { post: post.id, author: bob.id }));
  await becomes(bob, post.id, a, 'deleted');
  await becomes(bob, post.id, c, 'deleted', 30_000);
  // As if A had not reached C, and C had never heard.
  await transact(b.context, by, async (work) => {
    const figures = { nodes: 1, reached: 0, waiting: 1, failed: 0, deletedOn: 0, waitingOn: [c.origin], refusedBy: [] };
    await work.db
      .updateTable('post')
      .set({ delivery: JSON.stringify(figures) })
      .where('id', '=', post.id)
      .execute();
  });
  await transact(c.context, by, async (work) => {
    await work.db.updateTable('post').set({ deleted_at: null }).where('uri', '=', post.uri).execute();
  });
  expect((await told(bob, post.id)).get(c.origin)?.status).toBe('undeleted');
  expect((await ask(bob, post.id)).status).toBe(200);
  await becomes(bob, post.id, c, 'deleted');
  expect((await postByUri(c.context.db.reader, post.uri))?.deleted_at).not.toBeNull();
}, 60_000);

it('an agreement that does not cover it withholds it, and the reason is told', async () => {
  const { b, c, bob, cleo, settle } = world;
  await tellMembers();
  await b.decide('change', c, { scopes: ['discover', 'open-groups'] });
  const post = await write('Not for the City');
  await settle();
  await becomes(bob, post.id, c, 'withheld');
  expect((await told(bob, post.id)).get(c.origin)).toMatchObject({ reason: 'scope_missing', fetchedAt: null });
  await b.decide('change', c, { scopes: [...scopes] });
  // Opening the group brings what C was asked to forget.
  await until(async () => {
    await cleo.api('GET', `/groups/${at.c}/posts`);
    await settle();
    return (await told(bob, post.id)).get(c.origin)?.status === 'fetched';
  }, 45_000);
}, 90_000);

it('who may not have it any more has dropped it, with a receipt that can be read; without one the author asks, and a node that may still read keeps it', async () => {
  const { a, b, c, ada, bob, cleo, group, settle, arrives, become } = world;
  const post = await write('Suspects');
  await settle();
  await arrives(c, post.uri, 'Suspects');
  await becomes(bob, post.id, c, 'fetched');
  // B asks although C may read: nothing happens to the copy.
  const { closedGroups } = b.context.ports;
  expect(await closedGroups.ask(c.origin, { group: group.uri, item: null })).toBe(true);
  await settle();
  expect(await world.copiesAt(c, at.c, 'Suspects')).toBe(1);
  const there = await personByUri(a.context.db.reader, cleo.uri);
  await transact(a.context, by, (work) => removeMember(work, { group: group.id, person: there?.id ?? '', by: ada.id }));
  await becomes(bob, post.id, c, 'dropped');
  const dropped = (await told(bob, post.id)).get(c.origin);
  expect(dropped?.droppedItems).toBeGreaterThan(0);
  expect(JSON.parse(dropped?.receipt ?? '{}')).toMatchObject({
    ...{ type: 'Leave', actor: `${c.origin}/node`, object: group.uri },
    proof: { verificationMethod: expect.stringContaining(c.origin) },
  });
  // As if the receipt had been lost on its way.
  await transact(b.context, by, async (work) => {
    const row = work.db.updateTable('group_access').set({ receipt_at: null, receipt_items: null });
    await row.where('origin', '=', c.origin).execute();
  });
  expect((await told(bob, post.id)).get(c.origin)?.status).toBe('unconfirmed');
  expect((await ask(bob, post.id)).status).toBe(200);
  await becomes(bob, post.id, c, 'dropped');
  expect((await told(bob, post.id)).get(c.origin)?.droppedItems).toBe(dropped?.droppedItems);
  await become(c, cleo);
  // Opening the group brings what was dropped.
  await cleo.api('GET', `/groups/${at.c}/posts`);
  await becomes(bob, post.id, c, 'fetched');
}, 60_000);
