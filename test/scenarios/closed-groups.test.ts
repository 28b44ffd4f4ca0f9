import { randomBytes } from 'node:crypto';
import {
  createActorKeys,
  eventById,
  type JsonObject,
  type LogEvent,
  nodeActor,
  streams,
  transact,
} from '@joinery/core';
import { approve, createGroup, groupByUri, joinGroup, removeMember, setRole } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, editPost, lock, markdownText, pin, postByUri, reply } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeMultikey } from '../../packages/federation/src/multikey.ts';
import { createBuilder } from '../../packages/federation/src/outgoing.ts';
import { readProof, verifyProof } from '../../packages/federation/src/proof.ts';
import { closedStateOf } from '../../packages/slices/src/posts/wanted.ts';
import { sessionCookie } from '../harness/browser-pages.ts';
import type { Link } from '../harness/link.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { countRowsRead } from '../harness/rows-read.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';
import { by, type ClosedWorld, limit, openClosedWorld, scopes } from './closed-world.ts';

/**
 * A closed group over nodes, step by step: A hosts the group, b of B writes, c of C reads, and X is allowed by all and in nothing. What is written stays at its author's node,
 * which decides at each request.
 */
const secret = 'Kestrel';

let a: TestNode;
let b: TestNode;
let c: TestNode;
let x: TestNode;
/** The line on which others reach B. */
let link: Link;
let ada: TestPerson;
let bob: TestPerson;
let cleo: TestPerson;
let group: { id: string; uri: string };
/** Local ids of the group at B and C. */
const at = { b: '', c: '' };

let world: ClosedWorld;
let { nodes, settle, become, get, textAt, arrives, forged } = {} as ClosedWorld;

beforeAll(async () => {
  world = await openClosedWorld();
  ({ a, b, c, x, link, ada, bob, cleo, group } = world);
  ({ nodes, settle, become, get, textAt, arrives, forged } = world);
}, 60_000);

afterAll(() => world?.[Symbol.asyncDispose]());

/** Nothing of it in the log, in what waits, or in what was logged. */
async function isSilentAbout(node: TestNode, words: string): Promise<boolean> {
  const { reader } = node.context.db;
  const rows = [
    ...(await reader.selectFrom('log').select('data as text').execute()),
    ...(await reader.selectFrom('ledger').select('text').execute()),
    ...(await reader.selectFrom('outbound').select('url as text').execute()),
    ...(await reader.selectFrom('job').select('data as text').execute()),
    ...node.logged.map((text) => ({ text })),
  ];
  return rows.every(({ text }) => !(text ?? '').includes(words));
}

let written: { id: string; uri: string };
/** A file of B that hangs on it: its id there, and its bytes. */
let paper: string;
const bytes = randomBytes(1_200_000);

it('is found by nodes with the scope, joined after approval, and read by nodes of members alone', async () => {
  at.b = await become(b, bob);
  at.c = await become(c, cleo);
  expect((await get(c, `${group.uri}/outbox`)).status).toBe(200);
  for (const path of ['/outbox', '/topics', '/followers', '/moderators', '/featured', '/token'])
    expect([path, (await get(x, `${group.uri}${path}`)).status]).toEqual([path, 404]);
  const profile = await get(x, group.uri);
  expect(profile.status).toBe(200);
  for (const told of ['joinery:nodes', 'joinery:memberCount', 'joinery:postCount', 'joinery:lastPost'])
    expect(profile.document).not.toHaveProperty(told);
  await x.decide('change', b, { scopes: ['open-groups'] });
  await a.decide('change', x, { scopes: ['discover', 'open-groups'] });
  const missing = await get(x, `${a.origin}/groups/01900000-0000-7000-8000-000000000000`);
  expect(await get(x, group.uri)).toEqual(missing);
  await a.decide('change', x, { scopes: [...scopes] });
});

it('a hidden group and a missing one, and what is in them, cost the same statements and give the same bytes', async () => {
  const keys = await createActorKeys();
  const [hidden, topic] = await transact(a.context, by, async (work) => {
    const made = await createGroup(work, {
      ...{ name: 'Whistle', handle: 'whistle', owner: ada.id, keys, listed: false },
      ...{ reading: 'members', joining: 'invited' },
    });
    const post = await createTopic(work, { group: made.id, author: ada.id, title: 'Tip', ...markdownText('Tip') });
    return [made, post];
  });
  await settle();
  const tables = ['groups', 'group_member', 'group_access', 'group_asking', 'post', 'post_reference'];
  const read = countRowsRead(a.context.config.dataFolder, tables);
  const none = '01900000-0000-7000-8000-000000000000';
  const looks: [string, string][] = [
    ...['', '/outbox', '/topics', '/followers', '/moderators', '/featured', '/token'].map((path): [string, string] => [
      `${hidden.uri}${path}`,
      `${a.origin}/groups/${none}${path}`,
    ]),
    ...['', '/context', '/history', '/replies'].map((path): [string, string] => [
      `${topic.uri}${path}`,
      `${a.origin}/posts/${none}${path}`,
    ]),
  ];
  for (const [there, missing] of looks) {
    const answers: unknown[] = [];
    const cost = [];
    for (const url of [there, missing]) {
      // Background work of the node may read in between: the look with the fewest statements is the request alone.
      const looked = [];
      for (let n = 0; n < 3; n += 1) looked.push((await read(() => get(x, url))).statements);
      cost.push(looked.sort((one, other) => one.length - other.length)[0]);
      answers.push(await get(x, url));
    }
    expect([there, answers[0]]).toEqual([there, answers[1]]);
    expect(answers[0]).toMatchObject({ status: 404 });
    expect([there, cost[0]]).toEqual([there, cost[1]]);
    expect(cost[0]?.length).toBeGreaterThan(0);
  }
});

it('what is written at B is told by its address, and C reads it at B', async () => {
  paper = await uploadFile(b, bob, `${secret} figures.bin`, bytes);
  written = await transact(b.context, by, (work) =>
    createTopic(work, {
      group: at.b,
      author: bob.id,
      title: `${secret} case`,
      ...markdownText(`About the ${secret}.`),
      files: [{ id: paper }],
    }),
  );
  await settle();
  await arrives(c, written.uri, secret);
  expect(await textAt(a, written.uri)).toContain(secret);
  expect(await postByUri(b.context.db.reader, written.uri)).toMatchObject({ status: 'accepted' });
  expect(await postByUri(c.context.db.reader, written.uri)).toMatchObject({
    title: `${secret} case`,
    verified: 'origin',
  });
  // What the host tells: an address and a number.
  const stream = await a.context.db.reader
    .selectFrom('stream')
    .select('token')
    .where('id', '=', streams.members(group.id))
    .executeTakeFirstOrThrow();
  const log = await get(c, `${a.origin}/streams/${stream.token}/log?after=0`);
  const told = JSON.stringify(log.document);
  expect(told).toContain(`${b.origin}/activities/`);
  expect(told).not.toContain(secret);
  expect(told).not.toContain('#Public');
  expect((await get(x, `${a.origin}/streams/${stream.token}/log?after=0`)).status).toBe(404);
  for (const path of ['outbox', 'topics']) {
    const page = JSON.stringify((await get(c, `${group.uri}/${path}`)).document);
    expect(page).toContain(written.uri);
    expect(page).not.toContain(secret);
  }
});

it('what is written at A is read at A, an answer of C at C, an edit is read again, and a lock is told with its proof', async () => {
  const news = await transact(a.context, by, (work) =>
    createTopic(work, { group: group.id, author: ada.id, title: 'Minutes', ...markdownText(`${secret} minutes`) }),
  );
  await settle();
  await arrives(c, news.uri, secret);
  await arrives(b, news.uri, secret);
  const here = await postByUri(c.context.db.reader, written.uri);
  const answer = await transact(c.context, by, (work) =>
    reply(work, { replyTo: here?.id ?? '', author: cleo.id, ...markdownText(`${secret} seen here too`) }),
  );
  await settle();
  await arrives(b, answer.uri, 'seen here too');
  expect(await postByUri(b.context.db.reader, answer.uri)).toMatchObject({ topic_id: written.id });
  await transact(b.context, by, (work) =>
    editPost(work, { post: written.id, author: bob.id, ...markdownText(`${secret} again, corrected`) }),
  );
  await settle();
  await arrives(c, written.uri, 'corrected');
  const hosted = await postByUri(a.context.db.reader, written.uri);
  await transact(a.context, by, (work) => lock(work, { post: hosted?.id ?? '', by: ada.id }));
  await settle();
  const copy = await postByUri(c.context.db.reader, written.uri);
  expect(copy).toMatchObject({ locked_at: expect.any(String) });
  // Everything that the group passes on is proven by its key, and what somebody did in it by theirs.
  const locked = await said(a, 'post.locked', c);
  expect([locked.type, await isProven(locked, group.uri)]).toEqual(['Announce', true]);
  expect(await isProven(locked.object as JsonObject, ada.uri)).toBe(true);
  expect((await cleo.api('PUT', `/posts/${copy?.id}/like`)).status).toBe(200);
  await settle();
  const liked = await said(c, 'post.liked', a);
  expect([liked.type, await isProven(liked, cleo.uri)]).toEqual(['Like', true]);
  // By that key, and for these words.
  expect(await isProven({ ...locked, published: '2026-01-01T00:00:00Z' }, group.uri)).toBe(false);
  expect(await isProven(liked, ada.uri)).toBe(false);
});

/** What a node says to another of the last thing of this kind that happened there. */
async function said(node: TestNode, name: LogEvent['name'], to: TestNode): Promise<JsonObject> {
  const { reader } = node.context.db;
  const rows = reader.selectFrom('log').select('id').where('name', '=', name).orderBy('seq', 'desc');
  const event = await eventById(reader, (await rows.executeTakeFirstOrThrow()).id);
  const [built] = event ? await createBuilder(node.federation.bridge).build(event, true, to.origin) : [];
  if (!built) throw new Error(`nothing said of ${name}`);
  return built.document;
}

/** Whether a document carries a proof by the key that this actor shows to B. */
async function isProven(document: JsonObject, actor: string): Promise<boolean> {
  const proof = readProof(document);
  const owner = (await get(b, actor)).document;
  const keys = [(owner as JsonObject | null)?.assertionMethod ?? []].flat() as {
    id: string;
    publicKeyMultibase: string;
  }[];
  const key = keys.find(({ id }) => id === proof?.verificationMethod);
  const publicKey = key && decodeMultikey(key.publicKeyMultibase);
  return !!publicKey && verifyProof(document, publicKey);
}

/** Local id of the file of B at another node, while it knows of it. */
async function paperAt(node: TestNode): Promise<string> {
  const rows = node.context.db.reader.selectFrom('files_file').select('id');
  return (await rows.where('uri', '=', `${b.origin}/files/${paper}`).executeTakeFirst())?.id ?? 'gone';
}

/** What a person gets of the file of B through their own node. */
async function readPaper(node: TestNode, person: TestPerson, range?: string, id?: string) {
  const answer = await fetch(`${node.origin}/api/v1/files/${id ?? (await paperAt(node))}/content`, {
    headers: { authorization: `Bearer ${person.token}`, ...(range ? { range } : {}) },
  });
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
}

it('a file of B is read through the reader’s own node, whole and in parts, by nobody else, and Bob sees which nodes did', async () => {
  expect((await readPaper(c, cleo)).bytes.equals(bytes)).toBe(true);
  const part = await readPaper(c, cleo, 'bytes=1048570-1048580');
  expect([part.status, part.bytes.equals(bytes.subarray(1_048_570, 1_048_581))]).toEqual([206, true]);
  expect((await readPaper(a, ada)).bytes.equals(bytes)).toBe(true);
  const address = `${b.origin}/files/${paper}`;
  const missing = await get(c, `${b.origin}/files/01900000-0000-7000-8000-000000000000`);
  for (const [node, headers] of [
    [x, {}],
    [c, {}],
    [x, await forged()],
  ] as const)
    expect(await get(node, address, headers)).toEqual(missing);
  expect((await fetch(address)).status).toBe(404);
  expect(await paperAt(x)).toBe('gone');
  const { items } = (await bob.api('GET', `/files/${paper}/readers`)).body;
  expect(items.map(({ node }: { node: string }) => node).sort()).toEqual([a.origin, c.origin].sort());
  expect((await cleo.api('GET', `/files/${await paperAt(c)}/readers`)).status).toBe(404);
});

it('an administrator of A who reads it in an emergency is named to its members at every node, with the reason, and reads nothing of B', async () => {
  const adam = await a.person('Adam Keeper', { administrator: true });
  const asked = await adam.api('POST', '/emergency', { group: group.uri, reason: 'A court asks for it' });
  expect(asked.status).toBe(201);
  expect((await ada.api('POST', `/emergency/${asked.body.id}/approve`)).body).toMatchObject({ state: 'open' });
  await settle();
  const told = { by: { name: 'Adam Keeper', agency: 'Department' }, reason: 'A court asks for it' };
  const seenBy = async (person: TestPerson, id: string) =>
    (await person.api('GET', `/groups/${id}/emergency`)).body.items;
  for (const [person, id] of [
    [ada, group.id],
    [bob, at.b],
    [cleo, at.c],
  ] as const)
    expect(await seenBy(person, id)).toMatchObject([{ ...told, state: 'open', openedAt: expect.any(String) }]);
  expect((await ada.api('POST', `/emergency/${asked.body.id}/refuse`)).status).toBe(200);
  await settle();
  expect(await seenBy(cleo, at.c)).toMatchObject([{ ...told, state: 'ended', endedAt: expect.any(String) }]);
  expect(await x.context.db.reader.selectFrom('emergency_access').selectAll().execute()).toEqual([]);
});

it('an owner at another node hears of it when it is asked, and refuses it before it opens and while it is open; nobody else there can', async () => {
  const eva = await a.person('Eva Keeper', { administrator: true });
  const run = async (role: 'owner' | 'facilitator' | 'member') => {
    const person = (await personByUri(a.context.db.reader, bob.uri))?.id ?? '';
    await transact(a.context, by, (work) => setRole(work, { group: group.id, person, by: ada.id, role }));
    await settle();
  };
  await run('owner');
  const ask = async () => {
    const { body } = await eva.api('POST', '/emergency', { group: group.uri, reason: 'Water in the archive' });
    await settle();
    return body.id as string;
  };
  type Seen = { id: string; state: string; reason: string; openedAt: string | null };
  const seenBy = async (person: TestPerson, id: string): Promise<Seen[]> =>
    (await person.api('GET', `/groups/${id}/emergency`)).body.items;
  const first = await ask();
  const [asked] = await seenBy(bob, at.b);
  expect(asked).toMatchObject({ state: 'asked', reason: 'Water in the archive', openedAt: null });
  expect((await seenBy(cleo, at.c)).map(({ reason }) => reason)).not.toContain('Water in the archive');
  const bells: { kind: string }[] = (await bob.api('GET', '/notifications')).body.items;
  expect(bells.some(({ kind }) => kind === 'emergency')).toBe(true);
  const page = await pageOf(b, bob, `/emergency/${asked?.id}`);
  expect(page).toContain('Water in the archive');
  expect(page).toContain('Refuse');
  expect(page).not.toContain('Let them read it');
  // Neither a colleague nor an administrator of B has a part in it.
  const [bea, root] = [await b.person('Bea Other'), await b.person('Rob Root', { administrator: true })];
  for (const person of [bea, root])
    expect((await person.api('POST', `/emergency/${asked?.id}/refuse`)).status).toBe(404);
  expect((await bob.api('POST', `/emergency/${asked?.id}/approve`)).status).toBe(403);
  expect((await bob.api('POST', `/emergency/${asked?.id}/refuse`)).status).toBe(200);
  expect((await bob.api('POST', `/emergency/${asked?.id}/refuse`)).status).toBe(403);
  await settle();
  const stateAt = async (id: string) =>
    (await eva.api('GET', '/emergency')).body.items.find((one: Seen) => one.id === id)?.state;
  expect(await stateAt(first)).toBe('refused');
  expect((await seenBy(bob, at.b)).find(({ id }) => id === asked?.id)).toMatchObject({ state: 'refused' });

  const second = await ask();
  expect((await ada.api('POST', `/emergency/${second}/approve`)).body).toMatchObject({ state: 'open' });
  await settle();
  const opened = (await seenBy(bob, at.b)).find(({ state }) => state === 'open');
  expect((await bob.api('POST', `/emergency/${opened?.id}/refuse`)).status).toBe(200);
  await settle();
  expect(await stateAt(second)).toBe('ended');
  expect((await seenBy(cleo, at.c)).filter(({ reason }) => reason === 'Water in the archive')).toMatchObject([
    { state: 'ended' },
  ]);

  // Whoever owns it no longer, and whoever never did, refuse nothing, whatever their node sends.
  const third = await ask();
  const waits = (await seenBy(bob, at.b)).find(({ state }) => state === 'asked');
  // One who still runs it is on the wire what they were: B is told that nobody there owns it.
  await run('facilitator');
  expect((await seenBy(bob, at.b)).map(({ id }) => id)).not.toContain(waits?.id);
  expect(await pageOf(b, bob, `/emergency/${waits?.id}`)).not.toContain('Water in the archive');
  expect((await bob.api('POST', `/emergency/${waits?.id}/refuse`)).status).toBe(404);
  await run('owner');
  expect(await pageOf(b, bob, `/emergency/${waits?.id}`)).toContain('Refuse');
  await run('member');
  expect((await bob.api('POST', `/emergency/${waits?.id}/refuse`)).status).toBe(404);
  for (const [{ uri: actor }, { origin }] of [
    [cleo, c],
    [bob, b],
  ] as const) {
    const activity = { id: `${origin}/activities/no`, type: 'Reject', actor, object: `${a.origin}/emergency/${third}` };
    const sender = { actor, origin, verified: 'signature' } as const;
    await a.federation.inbox.take({ activity, text: JSON.stringify(activity), ...sender });
  }
  await settle();
  expect(await stateAt(third)).toBe('asked');
  expect((await eva.api('POST', `/emergency/${third}/end`)).status).toBe(200);
  await settle();

  // Whoever owns it only since it was asked is told then, once, and refuses it too.
  const rings = async () =>
    (await bob.api('GET', '/notifications')).body.items.filter(({ kind }: { kind: string }) => kind === 'emergency')
      .length;
  const before = await rings();
  const fourth = await ask();
  const asks = async () => (await seenBy(bob, at.b)).filter(({ state }) => state === 'asked');
  expect([await asks(), await rings()]).toEqual([[], before]);
  await run('owner');
  await run('member');
  await run('owner');
  const [late] = await asks();
  expect([await rings(), (await pageOf(b, bob, `/emergency/${late?.id}`)).includes('Refuse')]).toEqual([
    before + 1,
    true,
  ]);
  expect((await bob.api('POST', `/emergency/${late?.id}/refuse`)).status).toBe(200);
  await settle();
  expect(await stateAt(fourth)).toBe('refused');
  await run('member');
});

async function pageOf(node: TestNode, person: TestPerson, path: string): Promise<string> {
  const { name, value } = await sessionCookie(node.context, person.account);
  return (
    await fetch(`${node.origin}${path}`, { headers: { accept: 'text/html', cookie: `${name}=${value}` } })
  ).text();
}

it('its library is the same at A, B and C, and X has neither a folder nor a document of it', async () => {
  const names = { folder: `${secret} files`, title: `${secret} ledger` };
  const folder = (await ada.api('POST', `/groups/${group.id}/library/folders`, { name: names.folder })).body;
  await settle();
  const placeAt = async (person: TestPerson, id: string) =>
    (await person.api('GET', `/groups/${id}/library/folders`)).body.items[0];
  const atB = await placeAt(bob, at.b);
  expect([atB.name, (await placeAt(cleo, at.c)).name]).toEqual([names.folder, names.folder]);
  const file = await uploadFile(b, bob, 'ledger.txt', Buffer.from('Paid twice.'));
  const sent = { file, folder: atB.id, title: names.title };
  const own = (await bob.api('POST', `/groups/${at.b}/library/documents`, sent)).body;
  await until(async () => {
    await settle();
    return (await postByUri(c.context.db.reader, own.uri)) !== undefined;
  }, limit);
  await settle();
  const listed = async (person: TestPerson, id: string) => {
    const place = (await placeAt(person, id)).id;
    return (await person.api('GET', `/groups/${id}/library/documents?folder=${place}`)).body.items;
  };
  expect([await listed(ada, group.id), await listed(cleo, at.c)]).toMatchObject([
    [{ title: names.title, home: b.origin }],
    [{ title: names.title, home: b.origin, file: { size: 11 } }],
  ]);
  const missing = await get(x, `${a.origin}/folders/01900000-0000-7000-8000-000000000000`);
  expect(await get(x, folder.uri)).toEqual(missing);
  expect(await get(x, `${group.uri}/library`)).toEqual(
    await get(x, `${a.origin}/groups/01900000-0000-7000-8000-000000000000/library`),
  );
  expect((await get(c, folder.uri)).document).toMatchObject({ name: names.folder, attributedTo: group.uri });
  for (const node of nodes())
    expect([
      node.origin,
      (await node.context.db.reader.selectFrom('log').select('data').execute()).some(({ data }) =>
        data.includes(names.folder),
      ),
    ]).toEqual([node.origin, false]);
  expect(await isSilentAbout(x, secret)).toBe(true);
  await bob.api('DELETE', `/posts/${own.id}`);
  await settle();
  expect([await listed(ada, group.id), await listed(cleo, at.c)]).toEqual([[], []]);
});

it('what is written while B cannot be reached is not lost: readers are told where it is, and it comes when B is back', async () => {
  link.cut();
  const late = await transact(b.context, by, (work) =>
    createTopic(work, { group: at.b, author: bob.id, title: null, ...markdownText(`${secret} in the dark`) }),
  );
  const told = async () => {
    const found = await groupByUri(c.context.db.reader, group.uri);
    return found ? closedStateOf(c.context.db.reader, found) : null;
  };
  await until(async () => ((await told())?.unread ?? []).length > 0, limit);
  expect(await told()).toMatchObject({ unread: [{ origin: b.origin, count: 1, since: expect.any(String) }] });
  expect(await textAt(c, late.uri)).toBeUndefined();
  expect((await readPaper(c, cleo)).status).toBe(503);
  // It has been away for long: C would ask in an hour.
  const hour = new Date(Date.now() + 3_600_000).toISOString();
  await transact(c.context, by, async (work) => {
    await work.db.updateTable('post_wanted').set({ due_at: hour }).execute();
  });
  link.mend();
  // B hears from the group first that it was taken in: A's lane has to notice that B is back.
  await until(async () => {
    await settle();
    return (await postByUri(b.context.db.reader, late.uri))?.status === 'accepted';
  }, 45_000);
  // Whatever B asks of C shows that it is there.
  expect((await get(b, cleo.uri)).status).toBe(200);
  await arrives(c, late.uri, 'in the dark');
  await until(async () => (await told()) === null, limit);
}, 90_000);

it('B gives an item to nobody without the token of this group, bound to the key of who asks, and without its own agreement', async () => {
  const create = await announced(written.id);
  for (const url of [written.uri, create]) {
    const missing = await get(c, `${b.origin}/posts/01900000-0000-7000-8000-000000000000`);
    expect((await get(c, url, await forged())).status).toBe(200);
    expect((await get(a, url)).status).toBe(200);
    const refused: [string, TestNode, Record<string, string>][] = [
      ['no token', c, {}],
      ['X without one', x, {}],
      ['a token that C was given, used by X', x, await forged()],
      ['of another group', c, await forged({ group: `${a.origin}/groups/01900000-0000-7000-8000-000000000000` })],
      ['signed by X', c, await forged({ key: await keyOf(x) })],
      ['for X, by the group itself, which B has not agreed with for closed groups', x, await forged({ by: x })],
      ['of an earlier version', c, await forged({ version: 0 })],
      ['from a later number on', c, await forged({ from: 9_999 })],
      ['that has expired', c, await forged({ now: new Date(Date.now() - 700_000) })],
    ];
    await b.decide('change', x, { scopes: ['discover', 'open-groups'] });
    await noteRevoked(b, at.b, c.origin, 1);
    for (const [what, node, headers] of refused) {
      const answer = await get(node, url, headers);
      expect([what, answer.status]).toEqual([what, 404]);
      expect(answer.document).toEqual(missing.document);
    }
    await b.decide('change', c, { scopes: ['discover', 'open-groups'] });
    expect((await get(c, url, await forged())).status).toBe(404);
    await b.decide('change', c, { scopes: [...scopes] });
  }
});

it('what is written at B goes to nobody without an agreement that covers closed groups, not to the group’s own node either', async () => {
  const write = (title: string) =>
    transact(b.context, by, (work) => createTopic(work, { group: at.b, author: bob.id, title, ...markdownText('x') }));
  const rows = b.context.db.reader.selectFrom('post').select('id').where('title', '=', 'Minutes');
  const minutes = await rows.executeTakeFirstOrThrow();
  const edit = () =>
    transact(b.context, by, (work) => editPost(work, { post: written.id, author: bob.id, ...markdownText('y') }));
  const answer = () =>
    transact(b.context, by, (work) => reply(work, { replyTo: minutes.id, author: bob.id, ...markdownText('z') }));
  await b.decide('change', a, { scopes: ['discover', 'open-groups'] });
  for (const attempt of [() => write('Not to be told'), edit, answer])
    await expect(attempt()).rejects.toMatchObject({ code: 'no_agreement' });
  // What waits in the lane to A is asked about when it is delivered: the lane itself goes on.
  const { bridge } = b.federation;
  const waits = bridge.context.db.reader.selectFrom('log').select('id').where('stream', '=', streams.node(a.origin));
  const [{ id } = { id: '' }] = await waits.where('name', '=', 'post.created').orderBy('seq').execute();
  const { build } = createBuilder(bridge);
  const event = await eventById(bridge.context.db.reader, id);
  if (!event) throw new Error('no event');
  const told = async (one: LogEvent) =>
    JSON.stringify((await build(one, true, a.origin)).map(({ document }) => document));
  expect(await told(event)).toContain('joinery:withheld');
  expect(await told(event)).not.toContain(secret);
  // What takes something back goes.
  expect(await told({ ...event, id: 'gone', name: 'post.deleted' })).toContain('"Delete"');
  await b.decide('change', a, { scopes: [...scopes] });
  expect(await told(event)).toContain(secret);
  await b.decide('change', a, { groups: [] });
  expect(await told(event)).not.toContain(secret);
  await b.decide('change', a, { groups: null });
});

it('a group cannot hand out what was written for another one by naming it', async () => {
  const keys = await createActorKeys();
  const trap = await transact(a.context, by, (work) =>
    createGroup(work, { name: 'Trap', handle: 'trap', owner: ada.id, keys, reading: 'members', joining: 'open' }),
  );
  for (const [node, person] of [
    [b, bob],
    [c, cleo],
  ] as const) {
    const found = await node.context.ports.actors.resolve(trap.uri);
    await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: person.id }));
  }
  await settle();
  const there = await groupByUri(b.context.db.reader, trap.uri);
  const key = await a.federation.bridge.keys.find(a.context.db.reader, trap.uri, 'ed25519');
  if (!key || !there) throw new Error('no key');
  expect((await get(c, written.uri, await forged({ group: trap.uri, key }))).status).toBe(404);
  const before = await b.context.db.reader.selectFrom('post_reference').selectAll().execute();
  const activity = {
    ...{ id: `${a.origin}/activities/forged`, type: 'Announce', actor: trap.uri, audience: trap.uri },
    ...{ object: await announced(written.id), 'joinery:number': 1 },
  };
  const sender = { actor: trap.uri, origin: a.origin, verified: 'signature' } as const;
  await b.federation.inbox.take({ activity, text: JSON.stringify(activity), ...sender });
  await settle();
  expect(await b.context.db.reader.selectFrom('post_reference').selectAll().execute()).toEqual(before);
});

it('a node that reads from a number on hears nothing of threads that began before, not how many there are', async () => {
  const hosted = await postByUri(a.context.db.reader, written.uri);
  const readsFrom = (reads_from: number) =>
    transact(a.context, by, async (work) => {
      const rows = work.db.updateTable('group_access').set({ reads_from });
      await rows.where('group_id', '=', group.id).where('origin', '=', c.origin).execute();
    });
  const addresses = ['context', 'history'].map((name) => `${a.origin}/posts/${hosted?.id}/${name}`);
  const totals = () =>
    Promise.all(
      [...addresses, `${group.uri}/outbox`].map(async (url) => {
        const { document } = await get(c, url);
        return typeof document === 'object' && document !== null && 'totalItems' in document
          ? document.totalItems
          : null;
      }),
    );
  const [thread, , all] = await totals();
  expect(Number(thread)).toBeGreaterThan(0);
  const mentions = async () => {
    const rows = await c.context.db.reader.selectFrom('ledger').select('text').execute();
    return rows.filter(({ text }) => text?.includes(written.uri) || text?.includes(hosted?.id ?? '')).length;
  };
  await settle();
  await readsFrom(2);
  expect(await totals()).toEqual([0, 0, Number(all) - Number(thread)]);
  // What happens to it is told to the others, and keeps its place in what C gets.
  const heard = await mentions();
  await transact(a.context, by, (work) => pin(work, { post: hosted?.id ?? '', by: ada.id }));
  await transact(b.context, by, (work) =>
    editPost(work, { post: written.id, author: bob.id, ...markdownText(`${secret} again, corrected twice`) }),
  );
  await settle();
  expect(await postByUri(b.context.db.reader, written.uri)).toMatchObject({ pinned_at: expect.any(String) });
  expect(await mentions()).toBe(heard);
  expect(await textAt(c, written.uri)).not.toContain('twice');
  await readsFrom(0);
});

it('who is removed and let in again at once is told of as a member, also to a node that catches up on the stream just then', async () => {
  const dora = await c.person('Dora Again');
  await become(c, dora);
  const person = (await personByUri(a.context.db.reader, dora.uri))?.id ?? '';
  const about = { group: group.id, person };
  const { build } = createBuilder(a.federation.bridge);
  await transact(a.context, by, (work) => removeMember(work, { ...about, by: ada.id }));
  const { reader } = a.context.db;
  const rows = reader.selectFrom('log').select('id').where('name', '=', 'group.removed').orderBy('seq', 'desc');
  const event = await eventById(reader, (await rows.executeTakeFirstOrThrow()).id);
  if (!event) throw new Error('no event');
  const told = async () => JSON.stringify((await build(event, true, c.origin)).map(({ document }) => document));
  expect(await told()).toContain(`"type":"Remove"`);
  // Within the two seconds for which what is built is kept.
  await transact(a.context, by, async (work) => {
    await joinGroup(work, { ...about, activity: `${c.origin}/activities/again` });
    await approve(work, { ...about, by: ada.id });
  });
  expect(await told()).toContain('joinery:withheld');
  await transact(a.context, by, (work) => removeMember(work, { ...about, by: ada.id }));
  await settle();
});

it('nothing of what is written stands in logs, lanes, jobs or lists of connections, and X has nothing of it', async () => {
  for (const node of [a, c, x]) expect([node.name, await isSilentAbout(node, secret)]).toEqual([node.name, true]);
  expect(await x.context.db.reader.selectFrom('post').selectAll().execute()).toEqual([]);
  for (const host of [a, b, c]) {
    const finger = await fetch(`${host.origin}/.well-known/webfinger?resource=acct:fraud@${new URL(host.origin).host}`);
    expect(finger.status).toBe(404);
  }
});

it('a host that calls its closed group open is not believed: what was written at B stays for its members, and B’s people are told', async () => {
  const object = { id: group.uri, type: 'Group', name: 'Fraud board', 'joinery:joining': 'open' };
  const activity = {
    ...{ id: `${a.origin}/activities/opens`, type: 'Update', actor: group.uri },
    object: { ...object, 'joinery:reading': 'web' },
  };
  const sender = { actor: group.uri, origin: a.origin, verified: 'signature' } as const;
  await b.federation.inbox.take({ activity, text: JSON.stringify(activity), ...sender });
  await settle();
  const opened = { reading: 'members', opened_at: expect.any(String), withheld_at: expect.any(String) };
  expect(await groupByUri(b.context.db.reader, group.uri)).toMatchObject(opened);
  for (const node of [x, c]) expect((await get(node, written.uri)).status).toBe(404);
  expect((await bob.api('GET', `/groups/${at.b}/posts`)).status).toBe(404);
});

/** Address under which the group told of a post of B. */
async function announced(post: string): Promise<string> {
  const events = await b.context.db.reader
    .selectFrom('log')
    .select(['id', 'data'])
    .where('name', '=', 'post.created')
    .where('data', 'like', `%${post}%`)
    .execute();
  return `${b.origin}/activities/${events[0]?.id}`;
}

async function keyOf(node: TestNode) {
  const key = await node.federation.bridge.keys.find(node.context.db.reader, nodeActor(node.origin), 'ed25519');
  if (!key) throw new Error('no key');
  return key;
}

async function noteRevoked(node: TestNode, id: string, origin: string, version: number): Promise<void> {
  await transact(node.context, by, async (work) => {
    const row = {
      version,
      epoch: '',
      revoked_at: null,
      reads_from: 0,
      lease_ends_at: null,
      receipt_at: null,
      receipt_items: null,
    };
    await work.db
      .insertInto('group_access')
      .values({ group_id: id, origin, ...row })
      .onConflict((conflict) => conflict.columns(['group_id', 'origin']).doUpdateSet({ version }))
      .execute();
  });
}
