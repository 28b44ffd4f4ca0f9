import { cookieName, startSession, streams, transact } from '@joinery/core';
import { beginConversation, keysFor, sendMessage } from '@joinery/slices/conversations';
import {
  addToConversation,
  chooseContacts,
  contactOf,
  type GroupRow,
  groupByUri,
  groupsOf,
  leaveConversation,
  membershipOf,
} from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import {
  currentRevision,
  deletePost,
  deliveryOf,
  editPost,
  type PostRow,
  postByUri,
  report,
  reportedMessages,
  sendReportOn,
  textsOf,
} from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedFetch } from '../../packages/federation/src/fetch.ts';
import { lateTexts } from '../../packages/slices/src/conversations/deliveries.ts';
import { listConversations, messagesFromEnd, participantsOf } from '../../packages/slices/src/conversations/lists.ts';
import { seeConversation } from '../../packages/slices/src/conversations/reads.ts';
import { type Link, openLink } from '../harness/link.ts';
import { settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';

/**
 * A conversation over nodes, step by step: Ada of A begins it with Bob of B and brings Cleo of C in later. X is first unknown, then allowed by all and in nothing.
 */
const by = { kind: 'system', what: 'test' } as const;
const scopes = ['discover', 'open-groups', 'closed-groups'] as const;
const secret = 'Curlew';
const limit = 20_000;

let a: TestNode;
let b: TestNode;
let c: TestNode;
let x: TestNode;
/** The line on which others reach B. */
let link: Link;
let ada: TestPerson;
let bob: TestPerson;
let bea: TestPerson;
let cleo: TestPerson;
let talk: GroupRow;

const nodes = () => [a, b, c, x];
const settle = () => settleAll(nodes());

beforeAll(async () => {
  link = await openLink();
  const linked = startTestNode('Borough', { environment: link.environment });
  [a, b, c, x] = await Promise.all([
    startTestNode('Department'),
    linked,
    startTestNode('City'),
    startTestNode('Xanadu'),
  ]);
  link.to(b.port ?? 0);
  for (const one of [a, b, c])
    for (const other of [a, b, c]) if (one !== other) await one.allow(other, { scopes: [...scopes] });
  [ada, bob, cleo] = [await a.person('Ada Owner'), await b.person('Bob Writer'), await c.person('Cleo Reader')];
  bea = await b.person('Bea Bystander');
}, 60_000);

afterAll(async () => {
  for (const node of nodes()) await node?.[Symbol.asyncDispose]();
  await link?.[Symbol.asyncDispose]();
});

/** Local id of somebody at a node, who is looked up there. */
async function at(node: TestNode, person: TestPerson): Promise<string> {
  return (await node.context.ports.actors.resolve(person.uri)).id;
}

async function begin(node: TestNode, from: TestPerson, to: TestPerson[], content: string): Promise<GroupRow> {
  const people: string[] = [];
  for (const person of to) people.push(await at(node, person));
  const keys = await keysFor(node.context, people);
  return transact(node.context, by, (work) =>
    beginConversation(work, { by: from.id, people, subject: `${secret} matters`, content, language: 'en', keys }),
  );
}

/** The conversation as a node knows it. */
const known = async (node: TestNode, uri = talk.uri): Promise<GroupRow | undefined> =>
  groupByUri(node.context.db.reader, uri);

async function say(node: TestNode, person: TestPerson, content: string, files: string[] = []): Promise<PostRow> {
  const id = (await known(node))?.id ?? '';
  const attached = files.map((file) => ({ id: file }));
  return transact(node.context, by, (work) =>
    sendMessage(work, { conversation: id, by: person.id, content, language: 'en', files: attached }),
  );
}

/** What somebody reads in it, the oldest first. */
async function reads(node: TestNode, person: TestPerson): Promise<string[]> {
  const db = node.context.db.reader;
  const { topic, viewer } = await seeConversation(db, (await known(node))?.id ?? '', {
    person: { id: person.id },
  } as Parameters<typeof seeConversation>[2]);
  const { items } = await messagesFromEnd(db, topic, viewer, { limit: 50 });
  return items.map(({ content, deleted_at }) =>
    deleted_at ? '(deleted)' : (content ?? '').replace(/<[^>]+>/g, '').trim(),
  );
}

const reading = (node: TestNode, person: TestPerson, texts: string[]) =>
  until(async () => {
    await settle();
    const there = await reads(node, person).catch(() => []);
    return JSON.stringify(there) === JSON.stringify(texts);
  }, limit).catch(async () => expect(await reads(node, person)).toEqual(texts));

/** Who is in it, as a node knows it, and how those went who are not. */
async function people(node: TestNode): Promise<Record<string, string>> {
  const all = await participantsOf(node.context.db.reader, (await known(node))?.id ?? '');
  return Object.fromEntries(
    all.map(({ person, leftAt, why }) => [person.name, leftAt === null ? 'in' : (why ?? 'left')]),
  );
}

async function get(node: TestNode, url: string) {
  const answer = await signedFetch(node.federation.bridge, url, 'rehearsal', { id: null });
  return { status: answer.ok ? 200 : answer.status, document: answer.ok ? answer.document : answer.body };
}

const bells = (node: TestNode, person: TestPerson) =>
  node.context.db.reader
    .selectFrom('notification')
    .select(['kind', 'actor_id'])
    .where('person_id', '=', person.id)
    .execute();

it('is among the conversations of somebody of another node at once, as a request that rings once', async () => {
  talk = await begin(a, ada, [bob], `First ${secret}`);
  await until(async () => {
    await settle();
    const id = (await known(b))?.id ?? '';
    return (await membershipOf(b.context.db.reader, id, bob.id))?.state === 'member';
  }, limit);
  await reading(b, bob, [`First ${secret}`]);
  const there = await known(b);
  expect(there).toMatchObject({ kind: 'conversation', name: `${secret} matters`, listed: 0, reading: 'members' });
  const { items } = await listConversations(b.context, bob.id, { limit: 5 });
  // What is said by bell, and in the mail that it waits for, names nobody and nothing of it but who asks.
  const rung = await b.context.db.reader
    .selectFrom('notification')
    .selectAll()
    .where('person_id', '=', bob.id)
    .execute();
  expect(JSON.stringify(rung)).not.toContain(secret);
  expect(items.map(({ conversation }) => conversation.id)).toEqual([there?.id]);
  const contact = await contactOf(b.context.db.reader, there?.id ?? '', bob.id);
  const asks = await personByUri(b.context.db.reader, ada.uri);
  expect(contact).toMatchObject({ state: 'waiting', by_id: asks?.id });
  expect(asks).toMatchObject({ name: 'Ada Owner', agency: 'Department' });
  expect(await bells(b, bob)).toEqual([{ kind: 'message', actor_id: asks?.id }]);
  const file = await uploadFile(a, ada, `${secret} plan.txt`, Buffer.from('plan'));
  await say(a, ada, 'Are you there?', [file]);
  await reading(b, bob, [`First ${secret}`, 'Are you there?']);
  // Its bytes lie at the node of whoever asks, which would learn that they are read: neither the page nor its address shows it before Bob accepts.
  const { open } = await browserOf(b, bob);
  const request = await (await open(`/conversations/${there?.id}`)).text();
  expect(request).toContain('Files are shown once you accept');
  expect(request).not.toContain('/files/');
  expect((await open(await planInB())).status).toBe(404);
  expect(await bells(b, bob)).toHaveLength(1);
  expect(await people(b)).toEqual({ 'Ada Owner': 'in', 'Bob Writer': 'in' });
}, 60_000);

/** Address at Bob's node of the file that came with the request. */
async function planInB(): Promise<string> {
  const files = b.context.db.reader.selectFrom('files_file').select('id').where('name', '=', `${secret} plan.txt`);
  return `/files/${(await files.executeTakeFirstOrThrow()).id}`;
}

it('is accepted by answering, and tells the other node addresses and numbers alone', async () => {
  const file = await uploadFile(b, bob, `${secret} notes.txt`, Buffer.from('words'));
  const answer = await say(b, bob, `Yes, about the ${secret}`, [file]);
  await reading(a, ada, [`First ${secret}`, 'Are you there?', `Yes, about the ${secret}`]);
  // What came with it stands below it, is read at Bob's node, and nobody counts who opens it.
  const session = await transact(a.context, by, (work) => startSession(work, ada.account));
  const cookie = `${cookieName(a.origin, 'session')}=${session}`;
  const open = (path: string) => fetch(`${a.origin}${path}`, { headers: { cookie, accept: 'text/html' } });
  const page = await (await open(`/conversations/${talk.id}`)).text();
  expect(page).toContain(`${secret} notes.txt`);
  expect(page).not.toContain('notes that your node opens this');
  const [, there = ''] = [...page.matchAll(/href="(\/files\/[0-9a-f-]{36})\/view"/g)].at(-1) ?? [];
  expect(await (await open(there)).text()).toBe('words');
  const bobs = await browserOf(b, bob);
  expect(await (await bobs.open(await planInB())).text()).toBe('plan');
  await until(async () => {
    await settle();
    return (await postByUri(b.context.db.reader, answer.uri))?.status === 'accepted';
  }, limit);
  expect((await contactOf(b.context.db.reader, (await known(b))?.id ?? '', bob.id))?.state).toBe('accepted');
  const stream = await a.context.db.reader
    .selectFrom('stream')
    .select('token')
    .where('id', '=', streams.members(talk.id))
    .executeTakeFirstOrThrow();
  const log = JSON.stringify((await get(b, `${a.origin}/streams/${stream.token}/log?after=0`)).document);
  expect(log).toContain('joinery:number');
  expect(log).not.toContain(`First ${secret}`);
});

it('lets a third in, who reads what is said from then on, at its author’s node', async () => {
  const person = await at(a, cleo);
  const keys = await keysFor(a.context, [person], talk.id);
  await transact(a.context, by, (work) => addToConversation(work, { group: talk.id, person, by: ada.id, keys }));
  await until(async () => {
    await settle();
    return (await membershipOf(c.context.db.reader, (await known(c))?.id ?? '', cleo.id))?.state === 'member';
  }, limit);
  await say(b, bob, `For all three: ${secret}`);
  await reading(c, cleo, [`For all three: ${secret}`]);
  const inC = JSON.stringify(await c.context.db.reader.selectFrom('post_revision').select('content').execute());
  expect(inC).not.toContain('First');
  // Whoever has not read how it began writes in the same thread.
  await say(c, cleo, 'Thank you for adding me');
  await reading(a, ada, [
    `First ${secret}`,
    'Are you there?',
    `Yes, about the ${secret}`,
    `For all three: ${secret}`,
    'Thank you for adding me',
  ]);
  await reading(c, cleo, [`For all three: ${secret}`, 'Thank you for adding me']);
  await until(async () => {
    await settle();
    return (await reads(b, bob)).includes('Thank you for adding me');
  }, limit);
  for (const node of [a, b, c])
    expect(await people(node)).toEqual({ 'Ada Owner': 'in', 'Bob Writer': 'in', 'Cleo Reader': 'in' });
}, 60_000);

/** Somebody's browser without script. */
async function browserOf(node: TestNode, person: TestPerson) {
  const session = await transact(node.context, by, (work) => startSession(work, person.account));
  const cookie = `${cookieName(node.origin, 'session')}=${session}`;
  const open = (path: string) => fetch(`${node.origin}${path}`, { headers: { cookie, accept: 'text/html' } });
  const send = async (path: string, fields: Record<string, string>, file?: File) => {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await (await open('/profile')).text())?.[1] ?? '';
    const form = new FormData();
    for (const [name, value] of Object.entries({ csrf, ...fields })) form.set(name, value);
    if (file) form.set('files', file);
    const body = file ? form : new URLSearchParams({ csrf, ...fields });
    const headers = { cookie, origin: node.origin, accept: 'text/html' };
    return fetch(`${node.origin}${path}`, { method: 'POST', headers, body, redirect: 'manual' });
  };
  return { open, send };
}

it('takes a file from the form of any node, is liked across nodes, and asks those of its node to add somebody', async () => {
  const [inA, inB, inC] = [await known(a), await known(b), await known(c)].map((group) => group?.id ?? '');
  const [anna, bert, cato] = [await browserOf(a, ada), await browserOf(b, bob), await browserOf(c, cleo)];
  const write = `/conversations/${inB}/messages`;
  // Without words it stays in the form, and the file with it.
  const again = await bert.send(write, { content: '' }, new File([`${secret} plan`], 'Plan.txt'));
  const page = await again.text();
  expect([again.status, page.includes('Write a message.')]).toEqual([422, true]);
  const [, file = ''] = /name="file" value="([^"]+)"/.exec(page) ?? [];
  const sent = await bert.send(write, { content: 'With a plan', file });
  expect(sent.status).toBe(303);
  await until(async () => {
    await settle();
    return (await reads(c, cleo)).includes('With a plan');
  }, limit);
  const [, there = ''] =
    /href="(\/files\/[0-9a-f-]{36})\/view"/.exec(await (await cato.open(`/conversations/${inC}`)).text()) ?? [];
  expect(await (await cato.open(there)).text()).toBe(`${secret} plan`);
  // For everybody else what a missing one is.
  const outside = await browserOf(b, bea);
  const none = '01900000-0000-7000-8000-000000000000';
  const said = await postByUri(c.context.db.reader, (await postOf(b, 'With a plan'))?.uri ?? '');
  expect((await outside.open(`/files/${file}`)).status).toBe((await outside.open(`/files/${none}`)).status);
  expect((await outside.send(`/posts/${(await postOf(b, 'With a plan'))?.id}/like`, {})).status).toBe(404);

  for (const [one, node] of [
    [anna, a],
    [cato, c],
  ] as const)
    expect((await one.send(`/posts/${(await postOf(node, 'With a plan'))?.id}/like`, {})).status).toBe(303);
  const likes = async (node: TestNode) => (await postOf(node, 'With a plan'))?.likes;
  await until(async () => {
    await settle();
    return (await likes(a)) === 2 && (await likes(b)) === 2 && (await likes(c)) === 2;
  }, 90_000);
  const shown = await (await bert.open(`/conversations/${inB}`)).text();
  expect(shown).toMatch(/app-fact[^<]*>(?:<svg.*?<\/svg>)?[^<]*2 likes/s);
  expect(said?.id).toBeDefined();

  // Bob's node adds nobody: it asks in words.
  const ask = await (await bert.open(`/conversations/${inB}/people`)).text();
  expect(ask).toContain('only people there can add others');
  expect((await bert.send(`/conversations/${inB}/people`, { to: 'Bea Bystander' })).status).toBe(303);
  const address = `${(await personByUri(b.context.db.reader, bea.uri))?.handle}@${new URL(b.origin).host}`;
  await until(async () => {
    await settle();
    return (await (await anna.open(`/conversations/${inA}`)).text()).includes(`<code>${address}</code>`);
  }, limit);
  expect((await people(a))['Bea Bystander']).toBeUndefined();
}, 120_000);

/** A message by its words, as a node has it. */
async function postOf(node: TestNode, excerpt: string) {
  return node.context.db.reader.selectFrom('post').selectAll().where('excerpt', '=', excerpt).executeTakeFirst();
}

it('carries edits and deletions, and forgets what was deleted', async () => {
  const wrong = await say(b, bob, 'Worng word');
  await until(async () => {
    await settle();
    return (await reads(c, cleo)).includes('Worng word');
  }, limit);
  await transact(b.context, by, (work) =>
    editPost(work, { post: wrong.id, author: bob.id, title: null, content: '<p>Wrong word</p>', source: 'Wrong word' }),
  );
  await until(async () => {
    await settle();
    return (await reads(c, cleo)).includes('Wrong word');
  }, limit);
  await transact(b.context, by, (work) => deletePost(work, { post: wrong.id, author: bob.id }));
  for (const [node, person] of [
    [a, ada],
    [c, cleo],
  ] as const)
    await until(async () => {
      await settle();
      return (await reads(node, person)).at(-1) === '(deleted)';
    }, limit);
  const copy = await postByUri(c.context.db.reader, wrong.uri);
  expect(copy && (await currentRevision(c.context.db.reader, copy))).toBeUndefined();
});

it('is what a missing one is, for an unknown node and for one that is allowed and in nothing', async () => {
  const said = await a.context.db.reader
    .selectFrom('post')
    .select(['id', 'uri'])
    .where('group_id', '=', talk.id)
    .where('local', '=', 1)
    .execute();
  const ofBob = await b.context.db.reader.selectFrom('post').select('uri').where('author_id', '=', bob.id).execute();
  const none = '01900000-0000-7000-8000-000000000000';
  const stream = await a.context.db.reader
    .selectFrom('stream')
    .select('token')
    .where('id', '=', streams.members(talk.id))
    .executeTakeFirstOrThrow();
  const looks: [string, string][] = [
    ...['', '/inbox', '/outbox', '/topics', '/followers', '/moderators', '/featured', '/token'].map(
      (path): [string, string] => [`${talk.uri}${path}`, `${a.origin}/groups/${none}${path}`],
    ),
    ...said.flatMap(({ uri }) =>
      ['', '/context', '/history', '/replies'].map((path): [string, string] => [
        `${uri}${path}`,
        `${a.origin}/posts/${none}${path}`,
      ]),
    ),
    ...ofBob.map(({ uri }): [string, string] => [uri, `${b.origin}/posts/${none}`]),
    [`${a.origin}/streams/${stream.token}/log?after=0`, `${a.origin}/streams/${none}/log?after=0`],
  ];
  const same = async () => {
    for (const [there, missing] of looks) {
      const [one, other] = [await get(x, there), await get(x, missing)];
      expect([there, one]).toEqual([there, other]);
      expect([there, one.status]).not.toEqual([there, 200]);
    }
  };
  await same();
  for (const one of [a, b, c]) {
    await one.allow(x, { scopes: [...scopes] });
    await x.allow(one, { scopes: [...scopes] });
  }
  await same();
  for (const node of [a, b]) {
    const host = new URL(node.origin).host;
    for (const name of [talk.id, (await known(b))?.id ?? '', none]) {
      const found = await fetch(`${node.origin}/.well-known/webfinger?resource=acct:${name}@${host}`);
      expect(found.status).toBe(404);
    }
    const listed = JSON.stringify((await get(x, `${node.origin}/node/groups`)).document);
    expect(listed).not.toContain(secret);
  }
});

it('is nowhere for somebody else of a node with somebody in it', async () => {
  const id = (await known(b))?.id ?? '';
  const outsider = { person: { id: bea.id } } as Parameters<typeof seeConversation>[2];
  await expect(seeConversation(b.context.db.reader, id, outsider)).rejects.toThrow();
  for (const path of [
    '/groups',
    '/feed',
    '/conversations',
    '/notifications',
    `/search?q=${secret}`,
    `/search?q=Owner`,
  ]) {
    const { status, body } = await bea.api('GET', path);
    const text = JSON.stringify(body);
    expect([path, status, text.includes(secret), text.includes(id), text.includes('Ada')]).toEqual([
      path,
      200,
      false,
      false,
      false,
    ]);
  }
  const none = '01900000-0000-7000-8000-000000000000';
  for (const path of ['/conversations/', '/groups/'])
    expect((await bea.api('GET', `${path}${id}`)).status).toBe((await bea.api('GET', `${path}${none}`)).status);
  expect((await groupsOf(b.context.db.reader, bea.id)).length).toBe(0);
});

it('says where a message has not arrived, and brings it when the node is back', async () => {
  link.cut();
  const late = await say(a, ada, 'While you were away');
  await until(async () => {
    await settleAll([a, c]);
    return (await reads(c, cleo)).includes('While you were away');
  }, limit);
  const { detail } = await deliveryOf(a.context.db.reader, late.id);
  expect(detail).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ home: b.origin, state: 'waiting' }),
      expect.objectContaining({ home: c.origin, state: 'reached' }),
    ]),
  );
  const db = a.context.db.reader;
  const texts = await lateTexts(
    db,
    await textsOf(db, [late.id], { person: ada.id, moderates: false }),
    ada.id,
    await participantsOf(db, talk.id),
    'en',
  );
  expect([...texts.values()]).toEqual(['Waiting: not yet at Borough']);
  link.mend();
  await until(async () => {
    await settle();
    return (await reads(b, bob)).includes('While you were away');
  }, 45_000);
}, 90_000);

it('has a reported message read at the reporter’s node, and at its author’s when it is sent on there, without the reporter', async () => {
  const theirs = await b.context.db.reader
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .select('post.id')
    .where('person.uri', '=', cleo.uri)
    .where('post.deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  const made = await transact(b.context, by, (work) =>
    report(work, { post: theirs.id, reporter: bob.id, reason: 'Not kind' }),
  );
  await settle();
  expect(await reportedMessages(b.context.db.reader)).toMatchObject([{ reason: 'Not kind', reporter_id: bob.id }]);
  expect(await reportedMessages(c.context.db.reader)).toEqual([]);
  await transact(b.context, by, (work) => sendReportOn(work, { report: made ?? '', by: bea.id }));
  await until(async () => {
    await settle();
    return (await reportedMessages(c.context.db.reader)).length === 1;
  }, limit);
  expect(await reportedMessages(c.context.db.reader)).toMatchObject([
    { reason: 'Not kind', reporter_id: null, content: expect.stringContaining('Thank you') },
  ]);
  expect(await reportedMessages(a.context.db.reader)).toEqual([]);
});

it('brings nobody in who takes none from elsewhere: the others are told that they do not take part', async () => {
  await transact(b.context, by, (work) => chooseContacts(work, bea.id, false));
  const person = await at(a, bea);
  await transact(a.context, by, (work) => addToConversation(work, { group: talk.id, person, by: ada.id }));
  await until(async () => {
    await settle();
    return (await people(a))['Bea Bystander'] === 'declined';
  }, limit);
  expect(await bells(b, bea)).toEqual([]);
  expect(await membershipOf(b.context.db.reader, (await known(b))?.id ?? '', bea.id)).toBeUndefined();
});

it('puts the people of a node out whose agreement ends, tells the others why, and has their copies dropped', async () => {
  await a.decide('suspend', c);
  await until(async () => {
    await settle();
    return (await people(b))['Cleo Reader'] === 'agreement_ended';
  }, limit);
  expect((await people(a))['Cleo Reader']).toBe('agreement_ended');
  await until(async () => {
    await settle();
    return (await known(c))?.withheld_at !== null;
  }, limit);
  const copies = () =>
    c.context.db.reader
      .selectFrom('post')
      .innerJoin('post_revision', 'post_revision.post_id', 'post.id')
      .select('post.id')
      .where('post.local', '=', 0)
      .execute();
  await until(async () => {
    await settle();
    return (await copies()).length === 0;
  }, limit);
  await say(a, ada, 'Without Cleo');
  await until(async () => {
    await settle();
    return (await reads(b, bob)).includes('Without Cleo');
  }, limit);
  expect(
    JSON.stringify(await c.context.db.reader.selectFrom('post_revision').select('content').execute()),
  ).not.toContain('Without');
}, 60_000);

it('is left like one here: the node without anybody in it drops its copies and is told nothing more', async () => {
  const id = (await known(b))?.id ?? '';
  await transact(b.context, by, (work) => leaveConversation(work, { group: id, person: bob.id }));
  await until(async () => {
    await settle();
    return (await people(a))['Bob Writer'] === 'left';
  }, limit);
  const receipt = () =>
    a.context.db.reader
      .selectFrom('group_access')
      .select(['receipt_items', 'revoked_at'])
      .where('group_id', '=', talk.id)
      .where('origin', '=', b.origin)
      .executeTakeFirst();
  await until(async () => {
    await settle();
    return (await receipt())?.receipt_items !== null;
  }, limit);
  expect(await receipt()).toMatchObject({ revoked_at: expect.any(String) });
  const none = '01900000-0000-7000-8000-000000000000';
  const said = await a.context.db.reader
    .selectFrom('post')
    .select(['uri', 'local'])
    .where('group_id', '=', talk.id)
    .execute();
  for (const path of ['', '/outbox', '/topics', '/followers', '/moderators', '/token'])
    expect([path, await get(b, `${talk.uri}${path}`)]).toEqual([
      path,
      await get(b, `${a.origin}/groups/${none}${path}`),
    ]);
  for (const { uri } of said.filter(({ local }) => local === 1))
    expect(await get(b, uri)).toEqual(await get(b, `${a.origin}/posts/${none}`));
  await say(a, ada, 'Alone now');
  await settle();
  expect(
    JSON.stringify(await b.context.db.reader.selectFrom('post_revision').select('content').execute()),
  ).not.toContain('Alone');
});
