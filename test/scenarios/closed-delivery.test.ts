import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cookieName, restoredState, startSession, transact } from '@joinery/core';
import { removeMember, updateGroup } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, deletePost, editPost, markdownText, postByUri } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { confirmRestored } from '../../packages/federation/src/rejoin.ts';
import { copyJobs } from '../../packages/slices/src/files/copying.ts';
import { checks } from '../../packages/slices/src/posts/checks.ts';
import { recordJobs } from '../../packages/slices/src/posts/record.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';
import { by, type ClosedWorld, limit, openClosedWorld, page, scopes } from './closed-world.ts';

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

type Line = {
  home: string;
  status: string;
  receipt: string | null;
  droppedItems: number | null;
  droppedAt: string | null;
  record: { files: number; of: number; at: string | null; notKept: { reason: string; files: number }[] } | null;
};

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

/** The author's own page, as text. */
async function says(node: TestNode, person: TestPerson, post: string, language: 'en' | 'nl' = 'en'): Promise<string> {
  await transact(node.context, by, async (work) => {
    await work.db.updateTable('person').set({ language }).where('id', '=', person.id).execute();
  });
  return (await page(node, person, `/posts/${post}/delivery`)).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

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
  expect(await says(a, ada, post.id)).toContain('2 other nodes: 1 fetched it, 1 not reached yet, 0 without');
  expect(await says(a, ada, post.id)).toContain('It has not answered since');
  expect(await says(a, ada, post.id, 'nl')).toContain(
    '2 andere knooppunten: 1 opgehaald, 1 nog niet bereikt, 0 zonder',
  );
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

/** A file of Bob's with a post: what A has of it, and what people get of it through their own nodes. */
async function brought(title: string) {
  const { a, b, c, bob, settle, arrives } = world;
  const bytes = randomBytes(2 * 1024 * 1024 + 17);
  const file = await uploadFile(b, bob, `${title}.bin`, bytes);
  const post = await transact(b.context, by, (work) =>
    createTopic(work, { group: at.b, author: bob.id, title, ...markdownText(`See ${title}.`), files: [{ id: file }] }),
  );
  await settle();
  await arrives(c, post.uri, title);
  const uri = `${b.origin}/files/${file}`;
  const idAt = async (node: TestNode) => {
    const rows = node.context.db.reader.selectFrom('files_file').select('id').where('uri', '=', uri);
    return (await rows.executeTakeFirst())?.id ?? 'gone';
  };
  const name = createHash('sha256').update(bytes).digest('hex');
  return {
    ...{ bytes, post, uri, idAt },
    path: join(a.context.config.dataFolder, 'files', name.slice(0, 2), name),
    stateAtA: async () => {
      const rows = a.context.db.reader.selectFrom('files_copy').selectAll().where('sha256', '=', name);
      return (await rows.executeTakeFirst())?.state ?? 'none';
    },
    read: async (node: TestNode, person: TestPerson, range?: string) => {
      const answer = await fetch(`${node.origin}/api/v1/files/${await idAt(node)}/content`, {
        headers: { authorization: `Bearer ${person.token}`, ...(range ? { range } : {}) },
      });
      return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
    },
  };
}

const promise = (recordCopy: boolean) =>
  transact(world.a.context, by, (work) => updateGroup(work, world.group.id, world.ada.id, { recordCopy }));

it('a file is kept at the group’s node too once that is promised, is read from there while its own node is away, and goes with the promise', async () => {
  const { a, b, c, x, ada, bob, cleo, link, settle, get } = world;
  const plan = await brought('Plan');
  await settle();
  expect([await plan.stateAtA(), existsSync(plan.path)]).toEqual(['none', false]);
  expect((await told(bob, plan.post.id)).get(a.origin)).toMatchObject({ record: null });
  await promise(true);
  await until(async () => {
    await settle();
    return (await plan.stateAtA()) === 'kept';
  }, limit);
  expect(existsSync(plan.path)).toBe(true);
  expect((await told(bob, plan.post.id)).get(a.origin)).toMatchObject({
    ...{ status: 'taken', record: { files: 1, of: 1, at: expect.any(String) } },
  });
  const { items } = (await bob.api('GET', `/files/${plan.uri.split('/').at(-1)}/readers`)).body;
  expect(items).toMatchObject([{ node: a.origin, did: 'kept' }]);

  const messages = async () =>
    (await a.context.db.reader.selectFrom('log').select('seq').where('name', '=', 'post.record_told').execute()).length;
  const before = await messages();
  link.cut();
  for (const [node, person] of [
    [c, cleo],
    [a, ada],
  ] as const) {
    const whole = await plan.read(node, person);
    expect([node.origin, whole.status, whole.bytes.equals(plan.bytes)]).toEqual([node.origin, 200, true]);
    const part = await plan.read(node, person, 'bytes=1048570-1048580');
    expect([part.status, part.bytes.equals(plan.bytes.subarray(1_048_570, 1_048_581))]).toEqual([206, true]);
  }
  const address = `${a.origin}/files/${plan.uri.split('/').at(-1)}?home=${encodeURIComponent(b.origin)}`;
  const missing = `${a.origin}/files/01900000-0000-7000-8000-000000000000`;
  expect((await fetch(address)).status).toBe(404);
  expect(await get(x, address)).toEqual(await get(x, missing));
  // Without the promise it is not there either: not under the number that it has at A.
  expect((await get(c, `${a.origin}/files/${await plan.idAt(a)}`)).status).toBe(404);
  // Whoever runs the group at A sees that C read it there; Bob’s node cannot know.
  const seen = (await ada.api('GET', `/files/${await plan.idAt(a)}/readers`)).body.items;
  expect(seen.map(({ node, person }: Record<string, unknown>) => node ?? person)).toEqual(
    expect.arrayContaining([c.origin]),
  );

  // However many minutes it is away, and whoever reads meanwhile, one message waits for it.
  const host = await postByUri(a.context.db.reader, plan.post.uri);
  for (let minute = 0; minute < 3; minute += 1)
    await recordJobs['posts.record_told']?.(a.context, { post: host?.id ?? '' });
  expect((await messages()) - before).toBeLessThanOrEqual(1);
  link.mend();
  // As soon as it is there again, it hears what it could not see: which nodes read, never who.
  const answer = async () => (await bob.api('GET', `/files/${plan.uri.split('/').at(-1)}/readers`)).body;
  const readers = async () => (await answer()).items;
  await until(async () => {
    await settle();
    return (await readers()).length === 2;
  }, limit);
  expect(await readers()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ person: null, node: c.origin, did: 'saved', through: a.origin }),
      // That A keeps it stands for what its people did within the same hour.
      expect.objectContaining({ person: null, node: a.origin, did: 'kept', through: null }),
    ]),
  );
  expect((await answer()).told).toEqual([{ node: a.origin, at: expect.stringMatching(/^\d{4}-/), complete: true }]);
  await promise(false);
  await until(async () => {
    await settle();
    return (await plan.stateAtA()) === 'none' && !existsSync(plan.path);
  }, limit);
  // At its own node it is what it was.
  expect((await plan.read(c, cleo)).bytes.equals(plan.bytes)).toBe(true);
}, 60_000);

it('a promise that cannot be kept is said to the author, and that it is kept after all', async () => {
  const { a, bob, settle } = world;
  await promise(true);
  a.context.config.files.copies = 0;
  const annex = await brought('Annex');
  const record = async () => (await told(bob, annex.post.id)).get(a.origin)?.record;
  await until(async () => {
    await settle();
    return (await record())?.notKept?.length === 1;
  }, limit);
  expect(await record()).toEqual({ files: 0, of: 1, at: null, notKept: [{ reason: 'no_room', files: 1 }] });
  const session = await transact(world.b.context, by, (work) => startSession(work, bob.account));
  const headers = { cookie: `${cookieName(world.b.origin, 'session')}=${session}`, accept: 'text/html' };
  const page = async (language: string) =>
    (
      await fetch(`${world.b.origin}/posts/${annex.post.id}/delivery`, {
        headers: { ...headers, 'accept-language': language },
      })
    ).text();
  expect(await page('en')).toContain('does not keep one file: there is no room for it now.');
  a.context.config.files.copies = 1_000_000_000;
  const file = await annex.idAt(a);
  await copyJobs['files.copy']?.(a.context, { file });
  await until(async () => {
    await settle();
    return (await record())?.notKept?.length === 0;
  }, limit);
  expect(await record()).toMatchObject({ files: 1, of: 1, notKept: [] });

  // What was said stands no longer than the promise, nor over the next time that it is fetched.
  const { reader, writer } = world.b.context.db;
  const unkept = () => reader.selectFrom('files_unkept').select('reason').execute();
  const say = async () => {
    const row = { file_id: annex.uri.split('/').at(-1) ?? '', origin: a.origin, reason: 'infected' as const };
    await writer
      .insertInto('files_unkept')
      .values({ ...row, at: world.clock.now().toISOString() })
      .execute();
  };
  await say();
  expect(await record()).toMatchObject({ notKept: [{ reason: 'infected' }] });
  await promise(false);
  await until(async () => {
    await settle();
    return (await unkept()).length === 0 && (await record()) === null;
  }, limit);
  await say();
  await promise(true);
  await until(async () => {
    await settle();
    return (await record())?.notKept?.length === 0;
  }, limit);
  expect(await unkept()).toEqual([]);
}, 60_000);

it('a record copy goes when its author deletes it, and the author has the receipt', async () => {
  const { a, c, bob, cleo, b, settle } = world;
  await promise(true);
  const minutes = await brought('Inspection');
  await until(async () => {
    await settle();
    return (await minutes.stateAtA()) === 'kept';
  }, limit);
  const droppedAt = async () => (await told(bob, minutes.post.id)).get(a.origin)?.droppedAt ?? null;
  const store = a.context.files;
  const { remove } = store;
  let tries = 0;
  store.remove = async () => {
    tries += 1;
    throw new Error('The place of files does not delete now');
  };
  await transact(b.context, by, (work) => deletePost(work, { post: minutes.post.id, author: bob.id }));
  await until(async () => {
    await settle();
    return tries > 0;
  }, limit);
  expect([await minutes.stateAtA(), (await minutes.read(c, cleo)).status]).toEqual(['none', 404]);
  // For as long as its bytes are there nothing else is said, which whoever runs A is told.
  world.clock.forward(11);
  await settle();
  expect([existsSync(minutes.path), await droppedAt()]).toEqual([true, null]);
  const said = async (language: 'en' | 'nl') => (await checks(a.context, language)).map(({ says }) => says).join();
  expect(await said('en')).toContain('still stands in its files');
  expect(await said('nl')).toContain('staat nog in zijn bestanden');
  store.remove = remove;
  await until(async () => {
    world.clock.forward(1);
    await settle();
    return (await droppedAt()) !== null;
  }, limit);
  expect([existsSync(minutes.path), await checks(a.context, 'en')]).toEqual([false, []]);
}, 60_000);

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
  expect(await says(b, bob, post.id)).toMatch(/cop(y|ies) of this group dropped there ?; signed receipt/);
  // One that it gave when it lost the group before says nothing of what it was given since.
  await transact(b.context, by, async (work) => {
    const row = work.db.updateTable('group_access').set({ receipt_at: '2026-01-01T00:00:00.000Z' });
    await row.where('origin', '=', c.origin).execute();
  });
  expect((await told(bob, post.id)).get(c.origin)?.status).toBe('unconfirmed');
  // As if the receipt had been lost on its way.
  await transact(b.context, by, async (work) => {
    const row = work.db.updateTable('group_access').set({ receipt_at: null, receipt_items: null });
    await row.where('origin', '=', c.origin).execute();
  });
  expect((await told(bob, post.id)).get(c.origin)?.status).toBe('unconfirmed');
  const open = await says(b, bob, post.id);
  expect(open).toContain('2 other nodes: 1 fetched it, 0 not reached yet, 1 without a confirmation');
  expect(open).toContain('It has not said that its copy is gone.');
  expect(open).not.toContain('dropped there');
  expect(await says(b, bob, post.id, 'nl')).toContain('Het heeft niet gezegd dat zijn kopie weg is.');
  expect((await ask(bob, post.id)).status).toBe(200);
  await becomes(bob, post.id, c, 'dropped');
  expect((await told(bob, post.id)).get(c.origin)?.droppedItems).toBe(dropped?.droppedItems);
  await become(c, cleo);
  // Opening the group brings what was dropped.
  await cleo.api('GET', `/groups/${at.c}/posts`);
  await becomes(bob, post.id, c, 'fetched');
}, 60_000);

it('a record copy is in the backup of the group’s node, which hands it out again once it is back', async () => {
  const { c, cleo, link, settle } = world;
  await promise(true);
  const permit = await brought('Permit');
  await until(async () => {
    await settle();
    return (await permit.stateAtA()) === 'kept';
  }, limit);
  await world.restore(await world.backUp());
  const { context } = world.a;
  await confirmRestored(context, by, { take: 'trusted', by: 'Ada', reason: 'Nothing was withdrawn' });
  await until(async () => (await restoredState(context.db.reader))?.waiting.length === 0, 30_000);
  await settle();
  link.cut();
  await until(async () => (await permit.read(c, cleo)).status === 200, limit);
  expect((await permit.read(c, cleo)).bytes.equals(permit.bytes)).toBe(true);
}, 60_000);
