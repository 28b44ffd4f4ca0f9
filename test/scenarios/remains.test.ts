import { createActorKeys, transact } from '@joinery/core';
import { approve, createGroup, joinGroup, leaveGroup, removeMember } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, deletePost, markdownText, postByUri } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noteConfirmation } from '../../packages/federation/src/trust/partners.ts';
import { messages } from '../../packages/slices/src/groups/terms/messages.ts';
import { remainsOf } from '../../packages/slices/src/groups/terms/words.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { by, type ClosedWorld, limit, openClosedWorld } from './closed-world.ts';

/** What the table "What remains where" says of each kind of group, sentence by sentence, against what three nodes do. */
const kinds = {
  leased: { reading: 'members', joining: 'request', keeping: 'leased', record_copy: 0 },
  recorded: { reading: 'members', joining: 'request', keeping: 'leased', record_copy: 1 },
  live: { reading: 'members', joining: 'request', keeping: 'live', record_copy: 1 },
  open: { reading: 'partners', joining: 'open', keeping: 'leased', record_copy: 0 },
} as const;
type Kind = keyof typeof kinds;
const names = Object.keys(kinds) as Kind[];

type Place = { id: string; uri: string; b: string; c: string };
let world: ClosedWorld;
const groups = {} as Record<Kind, Place>;
beforeAll(async () => {
  world = await openClosedWorld();
  const keys = await Promise.all(names.map(() => createActorKeys()));
  for (const [index, kind] of names.entries()) {
    const { reading, joining, keeping, record_copy } = kinds[kind];
    const made = await transact(world.a.context, by, async (work) => {
      const input = { name: `Group ${kind}`, handle: `group${kind}`, owner: world.ada.id, keys: keys[index] as never };
      const group = await createGroup(work, { ...input, reading, joining });
      await work.db.updateTable('groups').set({ keeping, record_copy }).where('id', '=', group.id).execute();
      return group;
    });
    groups[kind] = { id: made.id, uri: made.uri, b: '', c: '' };
  }
}, 60_000);
afterAll(() => world?.[Symbol.asyncDispose]());

/** Joins all of them, and is let in where that has to be asked for. */
async function joinAll(node: TestNode, person: TestPerson, at: 'b' | 'c'): Promise<void> {
  const { a, ada, settle } = world;
  for (const kind of names) {
    const found = await node.context.ports.actors.resolve(groups[kind].uri);
    groups[kind][at] = found.id;
    await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: person.id }));
  }
  await settle();
  const there = await personByUri(a.context.db.reader, person.uri);
  for (const kind of names)
    if (kinds[kind].joining === 'request')
      await transact(a.context, by, (work) =>
        approve(work, { group: groups[kind].id, person: there?.id ?? '', by: ada.id }),
      );
  await settle();
}

type Posts = Record<Kind, { bob: string; ada: string }>;
const write = async (): Promise<Posts> => {
  const { a, b, c, ada, bob, settle } = world;
  const posts = {} as Posts;
  for (const kind of names) {
    const topic = (node: TestNode, group: string, author: TestPerson) =>
      transact(node.context, by, (work) =>
        createTopic(work, { group, author: author.id, title: 'Plan', ...markdownText(`A plan, ${kind}.`) }),
      );
    const { id, b: atB } = groups[kind];
    posts[kind] = { bob: (await topic(b, atB, bob)).uri, ada: (await topic(a, id, ada)).uri };
  }
  for (const kind of names)
    for (const [node, uri] of [
      [a, posts[kind].bob],
      [c, posts[kind].bob],
      [c, posts[kind].ada],
    ] as const)
      await until(async () => {
        await settle();
        const isText = node === a || kinds[kind].keeping !== 'live';
        return isText
          ? (await world.textAt(node, uri)) !== undefined
          : (await postByUri(node.context.db.reader, uri)) !== undefined;
      }, limit);
  return posts;
};

const has = async (node: TestNode, uri: string) => (await world.textAt(node, uri)) !== undefined;
const isTombstone = async (node: TestNode, uri: string) => {
  const post = await postByUri(node.context.db.reader, uri);
  return post !== undefined && post.deleted_at !== null && !(await has(node, uri));
};
const reads = async (node: TestNode, person: TestPerson, uri: string) => {
  const post = await postByUri(node.context.db.reader, uri);
  const answer = await person.api('GET', `/posts/${post?.id}`);
  return answer.status === 200 && String(answer.body.content ?? '').includes('plan');
};
const receiptFrom = async (kind: Kind, node: TestNode) => {
  const row = await world.a.context.db.reader
    .selectFrom('group_access')
    .selectAll()
    .where('group_id', '=', groups[kind].id)
    .where('origin', '=', node.origin)
    .executeTakeFirst();
  return row?.revoked_at != null && row.receipt_at != null && row.receipt_at >= row.revoked_at;
};

/** What each sentence means: of a post of Bob, who is at B, in a group of A, with Cleo at C. Who left, was removed or has no agreement any more is both of them. */
type Claim = (kind: Kind, posts: { bob: string; ada: string }) => Promise<boolean>;
const claims: Record<string, Claim> = {
  authorStays: (_, { bob }) => has(world.b, bob),
  authorGone: (_, { bob }) => isTombstone(world.b, bob),
  hostTextStays: async (_, { bob, ada }) => (await has(world.a, bob)) && (await reads(world.a, world.ada, ada)),
  hostCut: async (_, { bob, ada }) => (await has(world.a, bob)) && (await reads(world.a, world.ada, ada)),
  hostRecordStays: (_, { bob }) => reads(world.a, world.ada, bob),
  hostRecordLiveStays: (_, { bob }) => reads(world.a, world.ada, bob),
  hostOpenStays: (_, { bob }) => reads(world.a, world.ada, bob),
  hostDeleted: (_, { bob }) => isTombstone(world.a, bob),
  hostRecordDeleted: (_, { bob }) => isTombstone(world.a, bob),
  othersLeft: async (kind, { bob, ada }) =>
    !(await has(world.c, bob)) && !(await has(world.c, ada)) && (await receiptFrom(kind, world.c)),
  othersSuspended: async (kind, { bob, ada }) =>
    !(await reads(world.c, world.cleo, bob)) && !(await has(world.c, ada)) && (await receiptFrom(kind, world.c)),
  othersLive: async (_, { bob }) => !(await has(world.c, bob)) && !(await reads(world.c, world.cleo, bob)),
  othersLiveLeft: async (_, { bob }) => !(await has(world.c, bob)) && !(await reads(world.c, world.cleo, bob)),
  othersOpenLeft: (_, { bob }) => reads(world.c, world.cleo, bob),
  othersOpenStays: (_, { bob }) => reads(world.c, world.cleo, bob),
  othersDeleted: async (_, { bob }) => {
    const post = await postByUri(world.b.context.db.reader, bob);
    const { deletedOn } = (await world.bob.api('GET', `/posts/${post?.id}/delivery`)).body;
    return (await isTombstone(world.c, bob)) && deletedOn === 2;
  },
};
const t = messages('en');
const agency = 'Department';
const meant = new Map(
  Object.entries(claims).map(([key, claim]) => [t(key as 'authorStays', { agency } as never), { key, claim }]),
);

/** Every sentence of a row of the table is true, within the time that other nodes need. A sentence that means nothing here fails. */
async function holds(
  row: 'afterLeaving' | 'afterRemoval' | 'afterSuspension' | 'afterEnding' | 'afterDeleting',
  posts: Posts,
): Promise<void> {
  for (const kind of names) {
    const said = remainsOf({ history: 'all', inviting: 'owners', asking: 'partners', ...kinds[kind] }, agency, 'en');
    const line = said.find(({ when }) => when === t(row));
    for (const sentence of [line?.author, line?.host, line?.others]) {
      const { key, claim } = meant.get(sentence ?? '') ?? { key: sentence, claim: undefined };
      const isTrue = async () => {
        await world.settle();
        return (await claim?.(kind, posts[kind])) === true;
      };
      await until(isTrue, limit).catch(() => expect([row, kind, key]).toEqual('true'));
    }
  }
}

it('of who leaves, is removed, loses their agreement or deletes, each sentence holds in each kind of group', async () => {
  const { a, b, c, ada, bob, cleo, settle } = world;
  const carl = await c.person('Carl Colleague');
  await joinAll(b, bob, 'b');
  for (const person of [cleo, carl]) await joinAll(c, person, 'c');

  const deleted = await write();
  for (const kind of names) {
    const post = await postByUri(b.context.db.reader, deleted[kind].bob);
    await transact(b.context, by, (work) => deletePost(work, { post: post?.id ?? '', author: bob.id }));
  }
  await holds('afterDeleting', deleted);

  let posts = await write();
  const leave = async (node: TestNode, person: TestPerson, at: 'b' | 'c') => {
    for (const kind of names)
      await transact(node.context, by, (work) => leaveGroup(work, { group: groups[kind][at], person: person.id }));
    await settle();
  };
  await leave(c, cleo, 'c');
  // Otherwise copies stay for the others.
  for (const kind of names) expect([kind, await reads(c, carl, posts[kind].bob)]).toEqual([kind, true]);
  expect(await has(c, posts.leased.bob)).toBe(true);
  await leave(c, carl, 'c');
  await leave(b, bob, 'b');
  await holds('afterLeaving', posts);

  await joinAll(b, bob, 'b');
  await joinAll(c, cleo, 'c');
  posts = await write();
  for (const person of [cleo, bob]) {
    const there = await personByUri(a.context.db.reader, person.uri);
    for (const kind of names)
      await transact(a.context, by, (work) =>
        removeMember(work, { group: groups[kind].id, person: there?.id ?? '', by: ada.id }),
      );
  }
  await holds('afterRemoval', posts);

  await joinAll(b, bob, 'b');
  await joinAll(c, cleo, 'c');
  posts = await write();
  for (const node of [c, b]) await a.decide('suspend', node);
  await holds('afterSuspension', posts);
  const unheard = await transact(a.context, by, (work) =>
    createTopic(work, { group: groups.open.id, author: ada.id, title: 'Unheard', ...markdownText('Unheard.') }),
  );
  await settle();
  expect(await postByUri(c.context.db.reader, unheard.uri)).toBeUndefined();

  for (const node of [c, b]) await a.decide('block', node);
  await holds('afterEnding', posts);

  // An agency that itself ends it: of its texts the place in the thread stays, but where a record copy is promised.
  for (const confirmed of [true, false])
    await transact(a.context, by, (work) => noteConfirmation(work, b.origin, confirmed));
  await until(async () => {
    await settle();
    return !(await has(a, posts.leased.bob));
  }, limit);
  expect(await postByUri(a.context.db.reader, posts.leased.bob)).toMatchObject({ deleted_at: null });
  expect(await has(a, posts.recorded.bob)).toBe(true);
}, 120_000);
