import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transact } from '@joinery/core';
import {
  accessOf,
  approve,
  groupById,
  joinGroup,
  leaveGroup,
  membershipOf,
  removeMember,
  setQuestions,
  setRole,
} from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, editPost, markdownText, postByUri, seesPost } from '@joinery/slices/posts';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBackup } from '../../packages/core/src/backup/backup.ts';
import { threadMark } from '../../packages/federation/src/actor-token.ts';
import { signedFetch } from '../../packages/federation/src/fetch.ts';
import { narrowNode } from '../../packages/slices/src/groups/access.ts';
import { migrations } from '../../packages/slices/src/posts/migrations.ts';
import type { Link } from '../harness/link.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';
import { by, bytesHeld, type ClosedWorld, openClosedWorld, page } from './closed-world.ts';

/** A closed group over three nodes and what its owner chooses for it: A hosts, Bob of B writes, Cleo of C reads. */
const limit = 20_000;

let world: ClosedWorld;
let a: TestNode;
let b: TestNode;
let c: TestNode;
let link: Link;
let ada: TestPerson;
let bob: TestPerson;
let cleo: TestPerson;
let group: { id: string; uri: string };
const at = { b: '', c: '' };
/** Address of a post for those who run it. */
const narrow = { run: '' };

let { settle, become } = {} as ClosedWorld;

beforeAll(async () => {
  world = await openClosedWorld();
  ({ a, b, c, link, ada, bob, cleo, group, settle, become } = world);
  at.b = await become(b, bob);
  at.c = await become(c, cleo);
}, 60_000);

afterAll(() => world?.[Symbol.asyncDispose]());

const write = (title: string, content: string, more: object = {}) =>
  transact(b.context, by, (work) =>
    createTopic(work, { group: at.b, author: bob.id, title, ...markdownText(content), ...more }),
  );

const postsAt = async (person: TestPerson, id: string): Promise<{ id: string; title: string; live?: string }[]> =>
  (await person.api('GET', `/groups/${id}/posts`)).body.items;

it('a group that becomes read live only has its copies dropped, with receipts, and says so before anybody joins', async () => {
  const before = await uploadFile(b, bob, 'Falconry.txt', Buffer.from('Of falcons'));
  await write('Kestrel case', 'About the kestrel. '.repeat(500), { files: [{ id: before, alt: null }] });
  await until(async () => {
    await settle();
    return bytesHeld(c, 'About the kestrel') > 0;
  }, limit);
  expect((await ada.api('PATCH', `/groups/${group.id}`, { keeping: 'live' })).body).toMatchObject({ keeping: 'live' });
  await until(async () => {
    await settle();
    const kept = await c.context.db.reader.selectFrom('post_revision').selectAll().execute();
    const words = await c.context.db.reader.selectFrom('search_entry').select('words').execute();
    return kept.length === 0 && words.every((row) => !row.words.includes('kestrel'));
  }, limit);
  const receipt = async (node: TestNode, id: string) =>
    node.context.db.reader
      .selectFrom('group_access')
      .selectAll()
      .where('group_id', '=', id)
      .where('origin', '=', c.origin)
      .executeTakeFirst();
  for (const [node, id] of [
    [a, group.id],
    [b, at.b],
  ] as const) {
    await until(async () => {
      await settle();
      return (await receipt(node, id))?.receipt_at != null;
    }, limit);
    expect(await receipt(node, id)).toMatchObject({ receipt_items: 1, revoked_at: null });
  }
  // What came before, its file's name included: neither in the tables' pages, nor in the index, nor in the log.
  for (const word of ['kestrel', 'Falconry']) expect(bytesHeld(c, word)).toBe(0);
  // Somebody else of C, who is in nothing, is told by the group's page what they could rely on.
  const dora = await c.person('Dora Other');
  expect(await page(c, dora, `/groups/${at.c}/ask`)).toContain('Nodes of members keep no text');
  expect(await page(c, cleo, `/groups/${at.c}`)).toContain('is not kept here');
  // Whoever writes is told the same.
  expect(await page(a, ada, `/groups/${group.id}/new`)).toContain('Keeps nothing: each reading asks your node.');
});

it('what is written then is read where it was written at each look, and stands in no byte that C keeps', async () => {
  const file = await uploadFile(b, bob, 'Heronry.txt', Buffer.from('The heronry itself'));
  const topic = await write('Heronry works', 'All about the heronry.', { files: [{ id: file, alt: null }] });
  await until(async () => {
    await settle();
    return (await postByUri(c.context.db.reader, topic.uri)) !== undefined;
  }, limit);
  const made = await ada.api('POST', `/groups/${group.id}/library/folders`, { name: 'Heronry plans', parent: '' });
  expect(made.status).toBe(201);
  await until(async () => {
    await settle();
    return (await foldersAt()).length === 1;
  }, limit);
  expect(await foldersAt()).toMatchObject([{ name: 'Heronry plans' }]);
  for (const path of [`/groups/${at.c}/library`, `/folders/${(await foldersAt())[0]?.id}`])
    expect(await page(c, cleo, path)).toContain('Heronry plans');
  const here = await postByUri(c.context.db.reader, topic.uri);
  const shown = await cleo.api('GET', `/posts/${here?.id}`);
  expect(shown.body).toMatchObject({ title: 'Heronry works', live: 'read', files: [{ name: 'Heronry.txt' }] });
  expect(shown.body.content).toContain('All about the heronry');
  expect((await postsAt(cleo, at.c)).map(({ title }) => title).sort()).toEqual(['Heronry works', 'Kestrel case']);
  for (const path of [`/posts/${here?.id}`, `/groups/${at.c}`]) {
    expect(await page(c, cleo, path)).toContain('Heronry works');
  }
  const read = await fetch(`${c.origin}/api/v1/files/${shown.body.files[0].id}/content`, {
    headers: { authorization: `Bearer ${cleo.token}` },
  });
  expect(await read.text()).toBe('The heronry itself');
  await transact(b.context, by, (work) =>
    editPost(work, { post: topic.id, author: bob.id, ...markdownText('The heronry, corrected.') }),
  );
  await settle();
  expect((await cleo.api('GET', `/posts/${here?.id}`)).body.content).toContain('corrected');
  await settle();
  for (const word of ['heronry', 'kestrel', 'Falconry']) expect(bytesHeld(c, word)).toBe(0);
  const folder = mkdtempSync(join(tmpdir(), 'joinery-rooms-'));
  const { path } = await makeBackup(c.context, folder);
  const kept = readFileSync(join(path, 'joinery.db')).toString('latin1');
  const found = /.{60}(?:heronry|kestrel).{60}/is.exec(kept)?.[0];
  expect(found).toBeUndefined();
  rmSync(folder, { recursive: true });
  expect(kept).not.toMatch(/heronry|kestrel/i);
  expect(kept).toContain(topic.uri);
  expect((await cleo.api('GET', '/search?q=heronry')).body.items).toEqual([]);
  const [item] = (await cleo.api('GET', '/feed')).body.items;
  expect(item).toMatchObject({ id: here?.id, title: null, content: '' });
  expect(await page(c, cleo, '/')).toContain('Read live only');
});

const foldersAt = async (): Promise<{ id: string; name: string }[]> =>
  (await cleo.api('GET', `/groups/${at.c}/library/folders`)).body.items;

it('while A is away readers are told where the names of folders are, which come back with it and with copies', async () => {
  const { closedGroups } = c.context.ports;
  await closedGroups.lease(group.uri);
  world.lineToA.cut();
  // What an author's node refuses or has no more does not take from C what opens the rest.
  const place = { id: at.c, uri: group.uri };
  const written = (
    await b.context.db.reader
      .selectFrom('post')
      .selectAll()
      .where('title', '=', 'Heronry works')
      .executeTakeFirstOrThrow()
  ).uri;
  const read = async (uri: string) => (await closedGroups.reference(uri, place)).state;
  for (const _ of [1, 2])
    expect([await read(`${b.origin}/posts/${at.b}`), await read(written)]).toEqual(['refused', 'found']);
  const away = `Folder whose name is at ${new URL(a.origin).host}`;
  expect(await page(c, cleo, `/groups/${at.c}/library`)).toContain(away);
  expect((await foldersAt())[0]?.name).toContain(away);
  world.lineToA.mend();
  await until(async () => (await foldersAt())[0]?.name === 'Heronry plans', limit);
});

it('while B is away readers are told where it is and since when, and nothing is shown from memory', async () => {
  const [first] = await postsAt(cleo, at.c);
  link.cut();
  const thread = await page(c, cleo, `/posts/${first?.id}`);
  expect(thread).toContain(`At ${new URL(b.origin).host}, not reachable since`);
  expect(thread).not.toMatch(/heronry/i);
  expect(await postsAt(cleo, at.c)).toMatchObject([{ title: null, live: 'away' }, { live: 'away' }]);
  link.mend();
  await until(async () => (await postsAt(cleo, at.c))[0]?.live === 'read', limit);
});

it('when copies are kept again, what was read live comes back as a copy', async () => {
  await ada.api('PATCH', `/groups/${group.id}`, { keeping: 'leased' });
  await until(async () => {
    await settle();
    const posts = await postsAt(cleo, at.c);
    return posts.length === 2 && posts.every(({ title, live }) => title !== null && live === undefined);
  }, limit);
  // The names of folders too; and they go again when copies do.
  const names = async () =>
    (await c.context.db.reader.selectFrom('library_folder').select(['name', 'sort_name']).execute()).map(
      ({ name, sort_name }) => name + sort_name,
    );
  await until(async () => {
    await settle();
    return (await names()).join() === 'Heronry plansheronry plans';
  }, limit);
  for (const keeping of ['live', 'leased']) {
    await ada.api('PATCH', `/groups/${group.id}`, { keeping });
    await until(async () => {
      await settle();
      return (await names()).every((name) => /heronry/i.test(name) === (keeping === 'leased'));
    }, limit);
  }
});

/** Somebody asks to take part, and answers the group's question. */
async function asks(node: TestNode, id: string, person: TestPerson, answer: string): Promise<void> {
  const answers = [{ question: 'What for?', answer }];
  await transact(node.context, by, (work) => joinGroup(work, { group: id, person: person.id, answers }));
  await settle();
}

const groupAt = (node: TestNode, id: string) => groupById(node.context.db.reader, id);

const idOf = async (node: TestNode, name: string) =>
  (await node.context.db.reader.selectFrom('person').select('id').where('name', '=', name).executeTakeFirstOrThrow())
    .id;

const standingAt = async (node: TestNode, id: string, uri: string) => {
  const person = await personByUri(node.context.db.reader, uri);
  return person && membershipOf(node.context.db.reader, id, person.id);
};

it('a facilitator of another node sees who asks, with what they answered, and decides: the group’s node carries it out', async () => {
  const there = await personByUri(a.context.db.reader, cleo.uri);
  await transact(a.context, by, async (work) => {
    await setQuestions(work, group.id, ada.id, [{ text: 'What for?', required: true }]);
    await setRole(work, { group: group.id, person: there?.id ?? '', by: ada.id, role: 'facilitator' });
  });
  await settle();
  const [bea, ben, alf] = [await b.person('Bea Asker'), await b.person('Ben Other'), await a.person('Alf Local')];
  await asks(b, at.b, bea, 'To learn of gannets');
  await asks(b, at.b, ben, 'To learn of terns');
  await asks(a, group.id, alf, 'To learn of puffins');
  const queue = await page(c, cleo, `/groups/${at.c}/requests`);
  for (const told of ['Bea Asker', 'gannets', 'Ben Other', 'Alf Local', 'puffins']) expect(queue).toContain(told);
  expect(await page(c, cleo, '/')).toContain('3 people ask to join Fraud board');
  const news: { kind: string }[] = (await cleo.api('GET', '/notifications')).body.items;
  expect(news.filter(({ kind }) => kind === 'request')).toHaveLength(3);
  // Nobody else of C, and no other node, hears of it: B knows what its own people asked.
  const dora = await c.person('Dola Other');
  expect(await page(c, dora, `/groups/${at.c}/requests`)).not.toContain('gannets');
  expect(await standingAt(b, at.b, alf.uri)).toBeUndefined();

  const id = async (uri: string) => (await personByUri(c.context.db.reader, uri))?.id;
  const letIn = await cleo.api('POST', `/groups/${at.c}/members/${await id(bea.uri)}/approve`, {});
  expect(letIn.status).toBe(200);
  await cleo.api('POST', `/groups/${at.c}/members/${await id(alf.uri)}/remove`, { reason: 'Not for puffins' });
  await settle();
  expect(await standingAt(b, at.b, bea.uri)).toMatchObject({ state: 'member' });
  expect(await standingAt(a, group.id, alf.uri)).toMatchObject({ state: 'none', reason: 'Not for puffins' });
  const decisions = await a.context.db.reader.selectFrom('group_decision').selectAll().orderBy('id').execute();
  expect(decisions.slice(-2)).toMatchObject([
    { by_id: there?.id, accepted: 1 },
    { by_id: there?.id, accepted: 0 },
  ]);
  // Who takes a request back is forgotten there with what they answered.
  expect(await page(c, cleo, `/groups/${at.c}/requests`)).toContain('terns');
  await transact(b.context, by, (work) => leaveGroup(work, { group: at.b, person: ben.id }));
  await settle();
  expect(await page(c, cleo, `/groups/${at.c}/requests`)).not.toContain('terns');
  expect(await c.context.db.reader.selectFrom('group_answer').selectAll().execute()).toEqual([]);
});

const narrowTopic = (id: string, person: TestPerson, title: string, audience: object) =>
  person.api('POST', `/groups/${id}/posts`, { title, content: `All of ${title}.`, ...audience });

/** What a node has of posts, whatever its figures of their delivery are at the moment. */
async function postsKeptAt(node: TestNode): Promise<string> {
  const { reader } = node.context.db;
  const all = await Promise.all([
    reader.selectFrom('post').select(['id', 'revision', 'reply_count', 'last_activity_at']).orderBy('id').execute(),
    reader.selectFrom('post_revision').select(['post_id', 'number']).orderBy('post_id').orderBy('number').execute(),
    reader.selectFrom('post_wanted').select('uri').execute(),
    reader.selectFrom('notification').select('id').orderBy('id').execute(),
  ]);
  return JSON.stringify(all);
}

async function sentTo(node: TestNode): Promise<string> {
  const rows = await node.context.db.reader.selectFrom('ledger').select('text').execute();
  return rows.map(({ text }) => text).join('\n');
}

it('what is for those who run the group, or for one agency, reaches their nodes alone, whoever writes it', async () => {
  const eve = await c.person('Eve Member');
  await become(c, eve);
  const before = await postsKeptAt(b);
  const numbers = await a.context.db.reader.selectFrom('group_number').select('last').execute();
  const posts = async () => (await groupAt(b, at.b))?.post_count;
  const counted = await posts();
  // By the host, for those who run it: Cleo of C, and nobody of B.
  const run = await narrowTopic(group.id, ada, 'Petrel', { audience: 'facilitators' });
  expect(run.status).toBe(201);
  narrow.run = run.body.uri;
  // Before somebody answers they are told who reads it: the nodes of that part, and no other.
  const told = async (person: TestPerson, at: string, query: string) => {
    const { status, body } = await person.api('GET', `/groups/${at}/audience?${query}`);
    const nodes = status === 200 ? body.perNode.map(({ home, people, keeps }: never) => [home, people, keeps]) : [];
    return [status, body.audience, body.people, nodes];
  };
  const runners = [
    'facilitators',
    2,
    expect.arrayContaining([
      [a.origin, 1, 'group'],
      [c.origin, 1, expect.stringMatching(/lease|nothing/)],
    ]),
  ];
  expect(await told(ada, group.id, `topic=${run.body.id}`)).toEqual([200, ...runners]);
  expect(await told(ada, group.id, 'audience=facilitators')).toEqual([200, ...runners]);
  expect((await told(ada, group.id, ''))[1]).toBe(null);
  expect((await told(ada, group.id, `audience=agency&agency=${encodeURIComponent('https://nobody.example')}`))[0]).toBe(
    422,
  );
  const shown = await page(a, ada, `/posts/${run.body.id}`);
  expect([shown.includes('2 nodes, one by one'), shown.includes(b.name)]).toEqual([true, false]);
  // By the host, for one agency: all of C.
  const city = await narrowTopic(group.id, ada, 'Fulmar', { audience: 'agency', agency: c.origin });
  await settle();
  await until(async () => {
    await settle();
    const titles = (await postsAt(cleo, at.c)).map(({ title }) => title);
    return titles.includes('Petrel') && titles.includes('Fulmar');
  }, limit);
  const forEve = (await postsAt(eve, at.c)).map(({ title }) => title);
  expect([forEve.includes('Petrel'), forEve.includes('Fulmar')]).toEqual([false, true]);
  // B has heard of nothing: no address, no number, no count, not even that something was passed over.
  const unheard = async () => {
    expect(await postsKeptAt(b)).toBe(before);
    const sent = await sentTo(b);
    for (const { body } of [run, city]) expect(sent).not.toContain(body.id);
    expect(sent).not.toContain('joinery:withheld');
  };
  await unheard();
  expect(await a.context.db.reader.selectFrom('group_number').select('last').execute()).toEqual(numbers);
  expect(await posts()).toBe(counted);
  for (const { body } of [run, city]) {
    expect((await signedFetch(b.federation.bridge, body.uri, 'rehearsal', { id: null })).ok).toBe(false);
    expect((await signedFetch(b.federation.bridge, `${body.uri}/replies`, 'rehearsal', { id: null })).ok).toBe(false);
  }
  // An answer in it goes the same way, and so does a change.
  const here = await postByUri(c.context.db.reader, run.body.uri);
  const said = await cleo.api('POST', `/posts/${here?.id}/replies`, { content: 'Seen at the City' });
  await ada.api('PATCH', `/posts/${city.body.id}`, { content: 'All of Fulmar, corrected.' });
  await settle();
  const thread = await ada.api('GET', `/posts/${run.body.id}`);
  expect(JSON.stringify(thread.body.replies)).toContain('Seen at the City');
  expect((await cleo.api('GET', `/posts/${said.body.id}`)).body).toMatchObject({ status: 'accepted' });
  const fulmar = await postByUri(c.context.db.reader, city.body.uri);
  await until(async () => {
    await settle();
    return (await eve.api('GET', `/posts/${fulmar?.id}`)).body.content.includes('corrected');
  }, limit);
  await unheard();
});

it('an author elsewhere chooses too: the group’s node has it, and passes it on to those whom it is for', async () => {
  const petrel = await narrowTopic(at.b, bob, 'Shearwater', { audience: 'facilitators' });
  expect(petrel.status).toBe(201);
  const own = await narrowTopic(at.b, bob, 'Guillemot', { audience: 'agency', agency: a.origin });
  await until(async () => {
    await settle();
    return (await postsAt(cleo, at.c)).some(({ title }) => title === 'Shearwater');
  }, limit);
  expect((await bob.api('GET', `/posts/${petrel.body.id}`)).body).toMatchObject({ status: 'accepted' });
  expect((await postsAt(ada, group.id)).map(({ title }) => title)).toEqual(
    expect.arrayContaining(['Shearwater', 'Guillemot']),
  );
  expect(await sentTo(c)).not.toContain(own.body.id);
  expect(await postByUri(c.context.db.reader, own.body.uri)).toBeUndefined();
  // At B the others of the group do not see what Bob wrote for those who run it.
  const bea = await personByUri(b.context.db.reader, `${b.origin}/people/${await idOf(b, 'Bea Asker')}`);
  expect(await seesPost(b.context.db.reader, bea?.id ?? '', { id: petrel.body.id, topic_id: petrel.body.id })).toBe(
    false,
  );
});

it('who runs it no more decides nothing, and their node forgets who asks', async () => {
  const cid = await b.person('Cid Asker');
  await asks(b, at.b, cid, 'To learn of skuas');
  const there = await personByUri(a.context.db.reader, cleo.uri);
  const here = await personByUri(c.context.db.reader, cid.uri);
  expect(await standingAt(c, at.c, cid.uri)).toMatchObject({ state: 'requested' });
  await transact(a.context, by, (work) =>
    setRole(work, { group: group.id, person: there?.id ?? '', by: ada.id, role: 'member' }),
  );
  // Decided before the node hears of it.
  await transact(c.context, by, (work) => approve(work, { group: at.c, person: here?.id ?? '', by: cleo.id }));
  await settle();
  expect(await standingAt(a, group.id, cid.uri)).toMatchObject({ state: 'requested' });
  expect(await standingAt(c, at.c, cid.uri)).toMatchObject({ state: 'none' });
  expect(await c.context.db.reader.selectFrom('group_answer').selectAll().execute()).toEqual([]);
  expect(await page(c, cleo, `/groups/${at.c}/requests`)).not.toContain('Cid Asker');
});

it('what a node has of a thread for a part of the group goes when nobody there sees it any more, by its own knowledge and by the word of the group’s node', async () => {
  const words = ['Petrel', 'Shearwater'];
  const held = () => words.map((word) => bytesHeld(c, word) > 0);
  const here = async (expected: boolean) =>
    until(async () => {
      await settle();
      return held().every((has) => has === expected);
    }, limit);
  const about = async () => (await personByUri(a.context.db.reader, cleo.uri))?.id ?? '';
  const cleoRuns = async (role: 'facilitator' | 'member') => {
    const input = { group: group.id, person: await about(), by: ada.id, role };
    await transact(a.context, by, (work) => setRole(work, input));
  };
  const dropped = async (node: TestNode, uri: string) => {
    const post = await postByUri(node.context.db.reader, uri);
    const rows = node.context.db.reader.selectFrom('post_fetch').select('dropped_at').where('origin', '=', c.origin);
    return (await rows.where('post_id', '=', post?.id ?? '').executeTakeFirst())?.dropped_at ?? null;
  };
  // Cleo runs it no more, and nobody else of C does. What is for the City stays, since Eve works there.
  await here(false);
  expect(bytesHeld(c, 'Fulmar')).toBeGreaterThan(0);
  const petrel = await postByUri(a.context.db.reader, narrow.run);
  await until(async () => {
    await settle();
    return (await dropped(a, narrow.run)) !== null;
  }, limit);
  expect(await page(a, ada, `/posts/${petrel?.id}/delivery`)).toContain('It has said that its copy is gone');
  const copy = await postByUri(c.context.db.reader, narrow.run);
  expect(copy).toMatchObject({ title: null, excerpt: '', deleted_at: null });

  // She runs it again, and reads again what she had.
  await cleoRuns('facilitator');
  await here(true);
  await until(async () => (await dropped(a, narrow.run)) === null, limit);

  // She leaves while the group's node does not answer: it is gone without a word from there.
  world.lineToA.cut();
  await transact(c.context, by, (work) => leaveGroup(work, { group: at.c, person: cleo.id }));
  await here(false);
  expect(await standingAt(a, group.id, cleo.uri)).toMatchObject({ state: 'member', role: 'facilitator' });
  expect(bytesHeld(c, 'Fulmar')).toBeGreaterThan(0);
  world.lineToA.mend();
  for (const node of [b, c]) node.federation.lanes.wake(a.origin);
  await until(async () => {
    await settle();
    return (await standingAt(a, group.id, cleo.uri))?.state === 'none';
  }, limit);

  // Whatever C holds her for: the group's node knows her as a member, and says that less may be read.
  await become(c, cleo);
  await cleoRuns('facilitator');
  await here(true);
  const asMember = async (node: TestNode, id: string, person: string) =>
    node.context.db.writer
      .updateTable('group_member')
      .set({ role: 'member' })
      .where('group_id', '=', id)
      .where('person_id', '=', person)
      .execute();
  await asMember(a, group.id, await about());
  await transact(a.context, by, async (work) => {
    const row = await groupById(work.db, group.id);
    if (row) await narrowNode(work, row, c.origin);
  });
  await here(false);
  expect(await standingAt(c, at.c, cleo.uri)).toMatchObject({ state: 'member', role: 'facilitator' });
  expect(bytesHeld(c, 'Fulmar')).toBeGreaterThan(0);
  await asMember(c, at.c, cleo.id);
});

it('who began a thread for those who run it is given what is answered there while they are a member, at its author’s node too', async () => {
  const about = async (person: TestPerson) => (await personByUri(a.context.db.reader, person.uri))?.id ?? '';
  const role = async (person: TestPerson, name: 'facilitator' | 'member') => {
    const input = { group: group.id, person: await about(person), by: ada.id, role: name };
    await transact(a.context, by, (work) => setRole(work, input));
    await settle();
  };
  const versionOf = async (at: TestNode, id: string, of: TestNode) => accessOf(at.context.db.reader, id, of.origin);
  const eve = await c.person('Eva Member');
  await become(c, eve);
  await role(bob, 'facilitator');
  const marks = async () => {
    const token = (await c.context.ports.closedGroups.token(group.uri)) ?? '';
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  };
  const without = await marks();
  expect((await narrowTopic(at.c, eve, 'Razorbill', { audience: 'facilitators' })).status).toBe(201);
  await until(async () => {
    await settle();
    return (await postsAt(bob, at.b)).some(({ title }) => title === 'Razorbill');
  }, limit);
  const [there] = (await postsAt(bob, at.b)).filter(({ title }) => title === 'Razorbill');
  const answer = (await bob.api('POST', `/posts/${there?.id}/replies`, { content: 'Bob saw a razorbill' })).body;
  const [here] = (await postsAt(eve, at.c)).filter(({ title }) => title === 'Razorbill');
  const begun: string = (await eve.api('GET', `/posts/${here?.id}`)).body.uri;
  const read = async () => JSON.stringify((await eve.api('GET', `/posts/${here?.id}`)).body);
  await until(async () => {
    await settle();
    return (await read()).includes('Bob saw a razorbill');
  }, limit);

  const version = (await versionOf(a, group.id, c))?.version ?? 0;
  const opens = async (more: object, uri = answer.uri) =>
    (await world.get(c, uri, await world.forged({ version, ...more }))).status;
  expect(await opens({ began: [begun] })).toBe(200);
  // A token of an earlier release says nothing of her; one that names somebody else says nothing either.
  for (const more of [{}, { began: [] }, { began: [eve.uri] }, { began: [`${begun}/`] }])
    expect([more, await opens(more)]).toEqual([more, 404]);
  const file = await uploadFile(b, bob, 'Kittiwake.txt', Buffer.from('The kittiwake itself'));
  const rest = await write('Kittiwake', 'All of the kittiwake.', { files: [{ id: file, alt: null }] });
  const kittiwake = async () => (await postsAt(cleo, at.c)).find(({ title }) => title === 'Kittiwake')?.id;
  await until(async () => {
    await settle();
    return (await kittiwake()) !== undefined;
  }, limit);
  expect(await opens({}, rest.uri)).toBe(200);
  const [copy] = (await cleo.api('GET', `/posts/${await kittiwake()}`)).body.files;
  const bytes = async () => {
    const headers = { authorization: `Bearer ${cleo.token}` };
    return (await fetch(`${c.origin}/api/v1/files/${copy.id}/content`, { headers })).text();
  };
  // A node from before takes in which threads were begun.
  const { writer, dialect, reader } = a.context.db;
  const noted = () => reader.selectFrom('group_begun').selectAll().orderBy('topic_uri').execute();
  const kept = await noted();
  expect(kept.map(({ topic_uri }) => topic_uri)).toContain(begun);
  await writer.deleteFrom('group_begun').execute();
  await migrations['2026-12-10-posts-begun']?.(writer as unknown as Kysely<unknown>, dialect);
  expect(await noted()).toEqual(kept);
  // So that the token that C has is not as good as new. Whoever knows everybody's address finds nobody in it, and it is as long as it was before she began anything.
  await c.context.ports.closedGroups.lease(group.uri);
  const within = await marks();
  expect([within.beg.length, without.beg.length]).toEqual([8, 8]);
  const markOf = (uri: string) => threadMark({ issuedAt: within.iat, node: within.sub }, uri);
  expect(within.beg).toContain(markOf(begun));
  for (const { uri } of await b.context.db.reader.selectFrom('person').select('uri').execute()) {
    const plain = createHash('sha256').update(uri).digest('base64url').slice(0, 16);
    for (const mark of [plain, markOf(uri)]) expect(within.beg).not.toContain(mark);
  }
  expect(await bytes()).toBe('The kittiwake itself');
  world.clock.forward(1);

  const removed = { group: group.id, person: await about(eve), by: ada.id };
  await transact(a.context, by, (work) => removeMember(work, removed));
  await until(async () => (await opens({ began: [begun] })) !== 200, limit);
  expect(await versionOf(a, group.id, c)).toMatchObject({ version: version + 1, revoked_at: null });
  // Whatever version it has: she is named in none.
  const later = { version: version + 1 };
  expect([await opens(later), await opens(later, rest.uri)]).toEqual([404, 200]);
  // Cleo, who is a member there, reads on: nothing was dropped, and C asks for another token by itself.
  expect(await bytes()).toBe('The kittiwake itself');
  expect((await postsAt(cleo, at.c)).map(({ title }) => title)).toContain('Kittiwake');
  expect(await versionOf(b, at.b, c)).toMatchObject({ version: version + 1 });

  // Nor does a node whose last facilitator is none any more read with what its token said of them.
  const before = (await versionOf(a, group.id, b))?.version ?? 0;
  await role(bob, 'member');
  expect(await versionOf(a, group.id, b)).toMatchObject({ version: before + 1, revoked_at: null });
  expect(await versionOf(c, at.c, b)).toMatchObject({ version: before + 1, revoked_at: null });
});

it('a deletion reaches whoever was ever told: the node of somebody who ran the group then, and does no more', async () => {
  const isDeleted = async (uri = narrow.run) => (await postByUri(c.context.db.reader, uri))?.deleted_at != null;
  expect(await isDeleted()).toBe(false);
  const [here] = (await postsAt(ada, group.id)).filter(({ title }) => title === 'Petrel');
  expect((await ada.api('DELETE', `/posts/${here?.id}`)).status).toBeLessThan(300);
  await until(async () => {
    await settle();
    return isDeleted();
  }, limit);
  expect(await sentTo(b)).not.toContain(here?.id);

  // On a node that was upgraded since it told of it, nothing was noted: every node that was let into the group may have heard.
  const id = (await postsAt(bob, at.b)).find(({ title }) => title === 'Shearwater')?.id ?? '';
  const rows = b.context.db.reader.selectFrom('post').select(['id', 'uri']).where('id', '=', id);
  const old = await rows.executeTakeFirstOrThrow();
  expect(await isDeleted(old.uri)).toBe(false);
  await transact(a.context, by, async (work) => {
    const known = await postByUri(work.db, old.uri);
    await work.db.deleteFrom('post_told').execute();
    const before = { received_at: '2026-01-01T00:00:00.000Z' };
    await work.db
      .updateTable('post')
      .set(before)
      .where('id', '=', known?.id ?? '')
      .execute();
    const db = work.db as unknown as Kysely<unknown>;
    await migrations['2026-12-08-posts-told-before']?.(db, a.context.db.dialect);
  });
  expect((await bob.api('DELETE', `/posts/${old.id}`)).status).toBeLessThan(300);
  await until(async () => {
    await settle();
    return isDeleted(old.uri);
  }, limit);
});
