import { type Ports, transact } from '@joinery/core';
import { expect, test } from 'vitest';
import { people } from '../people/index.ts';
import { openWeb } from '../people/testing/web.ts';
import { rememberRemoteGroup } from './activities-remote.ts';
import { countPost } from './counts.ts';
import { groups } from './index.ts';
import { setQuestions } from './requests/questions.ts';

async function open(ports: Partial<Ports> = {}) {
  const web = await openWeb([people, groups], { ports });
  const owner = await web.add('Olga Owner');
  const anna = await web.add('Anna Member');
  const bert = await web.add('Bert Outsider');
  const make = async (input: Record<string, unknown> = {}) => {
    const made = await web.api(owner, 'POST', '/groups', { name: 'Open data', handle: 'open-data', ...input });
    expect(made.status, JSON.stringify(made.json)).toBe(201);
    return made.json;
  };
  return { web, owner, anna, bert, make, [Symbol.asyncDispose]: () => web[Symbol.asyncDispose]() };
}

test('a group has the promised shape, and its owner changes it', async () => {
  await using world = await open();
  const { web, owner, anna } = world;
  const made = await world.make({ summary: 'Why' });
  const home = web.context.config.origin;
  expect(made).toEqual({
    id: expect.any(String),
    uri: `${home}/groups/${made.id}`,
    home,
    handle: 'open-data',
    name: 'Open data',
    summary: 'Why',
    reading: 'partners',
    joining: 'open',
    listed: true,
    archived: false,
    ...{ history: 'all', inviting: 'facilitators', asking: 'partners', keeping: 'leased', recordCopy: false },
    lead: { id: owner.id, uri: owner.uri, name: 'Olga Owner', agency: owner.agency, home },
    memberCount: 1,
    postCount: 0,
    membership: { state: 'member', role: 'owner' },
    following: true,
  });
  const changed = await web.api(owner, 'PATCH', `/groups/${made.id}`, { joining: 'request' });
  expect([changed.status, changed.json.joining]).toEqual([200, 'request']);
  expect((await web.api(anna, 'GET', `/groups/${made.id}`)).json).toMatchObject({ membership: null, following: false });
  expect((await web.api(owner, 'POST', '/groups', { name: '', handle: 'open-data' })).json).toMatchObject({
    code: 'invalid',
  });
  expect((await web.api(owner, 'POST', '/groups', { name: 'B', handle: 'open-data' })).json).toMatchObject({
    code: 'handle_taken',
  });
});

test('every changing address refuses strangers and those who may not', async () => {
  await using world = await open();
  const { web, anna, bert } = world;
  const { id } = await world.make({ joining: 'request' });
  await web.api(anna, 'POST', `/groups/${id}/join`);
  const member = `/groups/${id}/members/${anna.id}`;
  const decisions: [string, string, unknown][] = [
    ['PATCH', `/groups/${id}`, { name: 'Taken' }],
    ['POST', `${member}/approve`, {}],
    ['POST', `${member}/remove`, {}],
    ['POST', `${member}/ban`, {}],
    ['DELETE', `${member}/ban`, undefined],
    ['PATCH', member, { role: 'owner' }],
    ['POST', `/groups/${id}/invitations`, { person: bert.id }],
  ];
  const own: [string, string, unknown][] = [
    ['POST', '/groups', { name: 'X', handle: 'xx' }],
    ['POST', `/groups/${id}/join`, {}],
    ['POST', `/groups/${id}/follow`, {}],
    ['POST', `/groups/${id}/leave`, {}],
    ['POST', '/memberships/remote', { uri: 'x' }],
  ];
  for (const [method, path, body] of [...decisions, ...own]) {
    const answer = await web.api(null, method, path, body);
    expect([path, answer.status, answer.json.code]).toEqual([path, 401, 'signed_out']);
  }
  for (const [method, path, body] of decisions) {
    const answer = await web.api(bert, method, path, body);
    expect([method, path, answer.status, answer.json.code]).toEqual([method, path, 403, 'forbidden']);
  }
  expect((await web.api(anna, 'GET', `/groups/${id}`)).json.membership).toEqual({ state: 'requested', role: 'member' });
});

test('asking, approving, roles, bans and leaving by API', async () => {
  await using world = await open();
  const { web, owner, anna } = world;
  const { id } = await world.make({ joining: 'request' });
  const member = `/groups/${id}/members/${anna.id}`;
  expect((await web.api(anna, 'POST', `/groups/${id}/join`)).json.membership.state).toBe('requested');
  const requests = await web.api(owner, 'GET', `/groups/${id}/members?state=requested`);
  expect(requests.json.items.map((item: { person: { id: string } }) => item.person.id)).toEqual([anna.id]);
  expect((await web.api(owner, 'POST', `${member}/approve`)).json).toMatchObject({ state: 'member' });
  expect((await web.api(owner, 'POST', `${member}/approve`)).json.code).toBe('conflict');
  expect((await web.api(owner, 'PATCH', member, { role: 'facilitator' })).json).toMatchObject({ role: 'facilitator' });
  expect((await web.api(anna, 'POST', `/groups/${id}/members/${owner.id}/remove`)).json.code).toBe('forbidden');
  expect((await web.api(owner, 'POST', `/groups/${id}/leave`)).json.code).toBe('last_owner');
  expect((await web.api(owner, 'PATCH', `/groups/${id}/members/${owner.id}`, { role: 'member' })).json.code).toBe(
    'last_owner',
  );
  const banned = await web.api(owner, 'POST', `${member}/ban`, { reason: 'Spam', until: '2099-01-01T00:00:00Z' });
  expect(banned.json).toMatchObject({ state: 'banned', bannedUntil: '2099-01-01T00:00:00.000Z', reason: 'Spam' });
  expect((await web.api(anna, 'POST', `/groups/${id}/join`)).json.code).toBe('banned');
  expect((await web.api(owner, 'DELETE', `${member}/ban`)).json).toMatchObject({ state: 'none' });
  expect((await web.api(anna, 'POST', `/groups/${id}/follow`)).json).toMatchObject({ following: true });
  expect((await web.api(anna, 'POST', `/groups/${id}/leave`)).json).toMatchObject({ following: false });
  expect((await web.api(owner, 'GET', `/groups/${id}/members`)).json.items).toHaveLength(1);
});

test('closed and hidden groups are listed and answered only as far as one may know of them', async () => {
  await using world = await open();
  const { web, anna, owner } = world;
  const hidden = await world.make({ handle: 'hidden', reading: 'members', joining: 'invited', listed: false });
  const closed = await world.make({ handle: 'closed', reading: 'members', joining: 'request' });
  const ids = async (person: typeof anna) => {
    const { json } = await web.api(person, 'GET', '/groups?limit=100');
    return json.items.map((item: { id: string }) => item.id);
  };
  expect(await ids(anna)).toEqual([closed.id]);
  expect(await ids(owner)).toEqual([closed.id, hidden.id]);
  for (const path of [`/groups/${hidden.id}`, `/groups/${hidden.id}/members`]) {
    expect((await web.api(anna, 'GET', path)).json.code).toBe('not_found');
  }
  expect((await web.api(anna, 'GET', `/groups/${closed.id}/members`)).json.code).toBe('forbidden');
  await web.api(owner, 'POST', `/groups/${hidden.id}/invitations`, { person: anna.id });
  expect((await web.api(anna, 'POST', `/groups/${hidden.id}/join`)).json.membership.state).toBe('member');
});

test('of a listed closed group nobody outside is told how many are in it, how much is written there, or when', async () => {
  await using world = await open();
  const { web, anna, bert, owner } = world;
  const { id } = await world.make({ name: 'Closed', handle: 'closed', reading: 'members', joining: 'request' });
  const asAnna = await web.signedIn(anna);
  const shown = async (path: string) => (await asAnna.get(path)).html.replace(/name="csrf" value="[^"]*"/g, '');
  const outside = async () => ({
    one: (await web.api(anna, 'GET', `/groups/${id}`)).json,
    list: (await web.api(anna, 'GET', '/groups')).json,
    listPage: await shown('/groups?at=here'),
    page: await shown(`/groups/${id}`),
  });
  const before = await outside();
  expect(before.one).toMatchObject({ name: 'Closed', memberCount: null, postCount: null });
  expect(before.listPage).toContain('Closed');
  await web.api(owner, 'POST', `/groups/${id}/invitations`, { person: bert.id });
  await web.api(bert, 'POST', `/groups/${id}/join`);
  await transact(web.context, { kind: 'system', what: 'test' }, async (work) => {
    for (let post = 0; post < 41; post += 1) await countPost(work, id, 1);
  });
  expect(await outside()).toEqual(before);
  const within = (await web.api(bert, 'GET', `/groups/${id}`)).json;
  expect(within).toMatchObject({ memberCount: 2, postCount: 41 });
  const asBert = await web.signedIn(bert);
  expect((await asBert.get('/groups?at=here')).html).toMatch(/2 members.*41 posts.*last post/s);
});

test('pages of the list go on where they ended', async () => {
  await using world = await open();
  for (const handle of ['one', 'two', 'three']) await world.make({ handle });
  const first = await world.web.api(world.owner, 'GET', '/groups?limit=2');
  const second = await world.web.api(world.owner, 'GET', `/groups?limit=2&cursor=${first.json.next}`);
  const handles = [...first.json.items, ...second.json.items].map((item: { handle: string }) => item.handle);
  expect([handles, second.json.next]).toEqual([['three', 'two', 'one'], null]);
});

test('a group elsewhere is joined or followed by its link, and waits for its node', async () => {
  let id = '';
  const resolve = async () => ({ kind: 'groups', id, uri: 'https://dept.example/groups/1' });
  const history = async () => ({ complete: true, fetched: 0 });
  const arrived = async () => {};
  await using world = await open({
    actors: { resolve, history, arrived, listedGroups: async () => ({ groups: [], complete: true }) },
  });
  const { web, anna, bert } = world;
  const document = { id: 'https://dept.example/groups/1', type: 'Group', name: 'Far', 'joinery:joining': 'open' };
  const how = { fetchedAt: new Date().toISOString(), verified: 'origin' as const };
  id = await transact(web.context, { kind: 'system', what: 'test' }, (work) =>
    rememberRemoteGroup(work, document, how),
  );
  const joined = await web.api(anna, 'POST', '/memberships/remote', { uri: document.id });
  expect([joined.status, joined.json]).toMatchObject([
    201,
    { home: 'https://dept.example', membership: { state: 'requested' }, following: false, fetchedAt: how.fetchedAt },
  ]);
  const followed = await web.api(bert, 'POST', '/memberships/remote', { uri: document.id, join: false });
  expect(followed.json).toMatchObject({ membership: { state: 'none' }, following: false });
});

test('who asks to join answers by the ids of the questions, and those who run the group decide about one or many', async () => {
  await using world = await open();
  const { web, owner, anna, bert } = world;
  const { id } = await world.make({ joining: 'request' });
  await transact(web.context, { kind: 'system', what: 'test' }, (work) =>
    setQuestions(work, id, owner.id, [
      { text: 'Why?', required: true },
      { text: 'Since when?', required: false },
    ]),
  );
  const questions = await web.api(anna, 'GET', `/groups/${id}/questions`);
  expect(questions.json).toEqual({
    items: [
      { id: '1', text: 'Why?', required: true },
      { id: '2', text: 'Since when?', required: false },
    ],
    next: null,
  });
  for (const [answers, field, code] of [
    [{}, 'answers.1', 'required'],
    [{ 1: ' ' }, 'answers.1', 'required'],
    [{ 1: 'x'.repeat(1_001) }, 'answers.1', 'too_long'],
    [{ 1: 'Budget', 3: 'Yes' }, 'answers.3', 'bad_choice'],
  ] as const) {
    const refused = await web.api(anna, 'POST', `/groups/${id}/join`, { answers });
    expect([refused.status, refused.json.errors]).toMatchObject([422, [{ field, code }]]);
  }
  for (const person of [anna, bert]) {
    const asked = await web.api(person, 'POST', `/groups/${id}/join`, { answers: { 1: `I am ${person.name}` } });
    expect(asked.json.membership).toMatchObject({ state: 'requested' });
  }
  expect((await web.api(anna, 'GET', `/groups/${id}/requests`)).status).toBe(403);
  const queue = await web.api(owner, 'GET', `/groups/${id}/requests`);
  expect(queue.json.items).toMatchObject([
    { person: { id: anna.id }, answers: [{ question: 'Why?', answer: `I am ${anna.name}` }] },
    { person: { id: bert.id }, answers: [{ question: 'Why?', answer: `I am ${bert.name}` }] },
  ]);
  const both = { people: [anna.id, bert.id], decision: 'approve' };
  expect((await web.api(anna, 'POST', `/groups/${id}/requests`, both)).status).toBe(403);
  expect((await web.api(owner, 'POST', `/groups/${id}/requests`, both)).json).toEqual({ decided: 2, faster: 0 });
  expect((await web.api(owner, 'POST', `/groups/${id}/requests`, both)).json).toEqual({ decided: 0, faster: 2 });
  expect((await web.api(anna, 'GET', `/groups/${id}`)).json.membership).toMatchObject({ state: 'member' });
});

test('owners label their group by id or word, and members read it', async () => {
  await using world = await open();
  const { web, owner, anna } = world;
  const { id } = await world.make();
  const label = `/groups/${id}/label`;
  expect((await web.api(anna, 'GET', label)).json).toEqual({ label: null });
  const internal = { label: { id: 'internal', en: 'Internal', nl: 'Intern' } };
  for (const named of ['internal', 'INTERN'])
    expect((await web.api(owner, 'PUT', label, { label: named, reason: 'Names' })).json).toEqual(internal);
  expect((await web.api(anna, 'PUT', label, { label: null, reason: 'No' })).status).toBe(403);
  const refused = await web.api(owner, 'PUT', label, { label: 'Secret', reason: 'Names' });
  expect([refused.status, refused.json.errors]).toMatchObject([422, [{ field: 'label' }]]);
  expect((await web.api(anna, 'GET', label)).json).toEqual(internal);
  expect((await web.api(owner, 'PUT', label, { label: null, reason: 'Over' })).json).toEqual({ label: null });

  // Whether it introduces nodes is for its owners; only a closed group does.
  const introductions = `/groups/${id}/introductions`;
  expect((await web.api(anna, 'GET', introductions)).status).toBe(403);
  expect((await web.api(owner, 'GET', introductions)).json).toEqual({ introduced: false });
  expect((await web.api(owner, 'PUT', introductions, { introduced: true })).status).toBe(422);
  const closed = await world.make({ handle: 'closed-one', reading: 'members', joining: 'request' });
  const asked = await web.api(owner, 'PUT', `/groups/${closed.id}/introductions`, { introduced: true });
  expect([asked.status, asked.json]).toEqual([200, { introduced: true }]);
});
