import { type Ports, refuse, transact } from '@joinery/core';
import { expect, test } from 'vitest';
import { type PersonRow, people, rememberRemotePerson } from '../people/index.ts';
import { type Browser, openWeb } from '../people/testing/web.ts';
import { groups, invite, joinGroup, setRole, updateGroup } from './index.ts';
import { groupById, membershipOf } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;

async function open(ports: Partial<Ports> = {}) {
  const web = await openWeb([people, groups], { ports });
  const owner = await web.add('Olga Owner');
  const anna = await web.add('Anna Member');
  const bert = await web.add('Bert Outsider');
  const asOwner = await web.signedIn(owner);
  const make = async (fields: Record<string, string> = {}): Promise<string> => {
    const form = {
      name: 'Open data',
      handle: `data-${Math.random().toString(36).slice(2, 10)}`,
      summary: 'Why we share',
      preset: 'open',
    };
    const answer = await asOwner.post('/groups/new', { ...form, ...fields });
    expect(answer.status, answer.html).toBe(303);
    return (answer.location ?? '').split('/').at(-1) ?? '';
  };
  const join = (group: string, person: PersonRow) =>
    transact(web.context, by, (work) => joinGroup(work, { group, person: person.id }));
  const standing = (group: string, person: PersonRow) => membershipOf(web.context.db.reader, group, person.id);
  return {
    web,
    owner,
    anna,
    bert,
    asOwner,
    make,
    join,
    standing,
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}

test('every changing page refuses strangers, and those who may not, and changes nothing', async () => {
  await using world = await open();
  const { web, asOwner, anna, bert } = world;
  const id = await world.make({ preset: 'request' });
  await world.join(id, bert);
  await asOwner.post(`/groups/${id}/members/${bert.id}/answer`, { decision: 'approve' });
  await world.join(id, anna);
  const member = `/groups/${id}/members/${anna.id}`;
  const ownersOnly: [string, Record<string, string>][] = [
    [`/groups/${id}/settings`, { name: 'Taken', summary: '', reading: 'partners', joining: 'open' }],
    [`/groups/${id}/archive`, { archived: '1' }],
    [`/groups/${id}/delete`, { handle: 'data' }],
    [`/groups/${id}/invitations`, { person: anna.id }],
    [`/groups/${id}/requests`, { person: anna.id, decision: 'approve' }],
    [`${member}/answer`, { decision: 'approve' }],
    [`${member}/remove`, {}],
    [`${member}/ban`, { banReason: '', until: '' }],
    [`${member}/unban`, {}],
    [`${member}/role`, { role: 'owner' }],
  ];
  const everybody = ['join', 'follow', 'unfollow', 'leave', 'decline-invitation'].map(
    (verb) => `/groups/${id}/${verb}`,
  );
  const stranger = web.browser();
  const asBert = await web.signedIn(bert);
  const before = await groupById(web.context.db.reader, id);
  const waiting = await world.standing(id, anna);
  for (const [path, fields] of [
    ...ownersOnly,
    ...everybody.map((path): [string, Record<string, string>] => [path, {}]),
  ]) {
    const answer = await stranger.post(path, fields);
    expect([path, answer.status, answer.location?.startsWith('/sign-in')]).toEqual([path, 303, true]);
  }
  for (const [path, fields] of ownersOnly)
    expect([path, (await asBert.post(path, fields)).status]).toEqual([path, 403]);
  for (const path of ['/groups/new', '/groups/join']) {
    expect([path, (await stranger.post(path, { reference: 'x' })).status]).toEqual([path, 303]);
  }
  for (const path of [`/groups/${id}/settings`, `/groups/${id}/invite`, member]) {
    expect([path, (await stranger.get(path)).status]).toEqual([path, 303]);
    expect([path, (await asBert.get(path)).status]).toEqual([path, 403]);
  }
  expect(await groupById(web.context.db.reader, id)).toEqual(before);
  expect(await world.standing(id, anna)).toEqual(waiting);
});

test('a person asks, the owner answers in words, hands the group over and leaves', async () => {
  await using world = await open();
  const { web, asOwner, anna, owner } = world;
  const id = await world.make({ preset: 'request' });
  const asAnna = await web.signedIn(anna);
  const page = await asAnna.get(`/groups/${id}`);
  expect(page.html).toContain('Ask to join');
  expect(page.html).toContain('Why we share');
  expect((await asAnna.post(`/groups/${id}/join`)).location).toBe(`/groups/${id}`);
  expect((await asAnna.get(`/groups/${id}`)).html).toContain('You asked to join');
  expect((await asOwner.get(`/groups/${id}/members`)).html).toContain('1 request waits');
  const answered = await asOwner.post(`/groups/${id}/members/${anna.id}/answer`, {
    decision: 'approve',
    reason: 'Welcome',
  });
  expect(answered.status).toBe(303);
  expect(await world.standing(id, anna)).toMatchObject({ state: 'member', following: 1, reason: 'Welcome' });
  expect((await asOwner.post(`/groups/${id}/leave`)).status).toBe(409);
  await asOwner.post(`/groups/${id}/members/${anna.id}/role`, { role: 'owner' });
  expect((await asOwner.post(`/groups/${id}/leave`)).status).toBe(303);
  expect(await world.standing(id, owner)).toMatchObject({ state: 'none', role: 'member' });
  expect((await asAnna.get(`/groups/${id}/settings`)).status).toBe(200);
});

test('a ban has an end and a reason, keeps out, and ends', async () => {
  await using world = await open();
  const { web, asOwner, anna } = world;
  const id = await world.make();
  await world.join(id, anna);
  const at = `/groups/${id}/members/${anna.id}`;
  const past = await asOwner.post(`${at}/ban`, { banReason: 'Spam', until: '2020-01-01' });
  expect(past.status).toBe(422);
  expect(past.html).toContain('Choose a day that lies ahead');
  expect(past.html).toContain('value="Spam"');
  expect((await asOwner.post(`${at}/ban`, { banReason: 'Spam', until: '2099-12-31' })).status).toBe(303);
  const asAnna = await web.signedIn(anna);
  expect((await asAnna.get(`/groups/${id}`)).html).toContain('banned from this group until 31 December 2099');
  expect((await asAnna.post(`/groups/${id}/join`)).status).toBe(403);
  expect((await asOwner.post(`${at}/unban`)).status).toBe(303);
  expect((await asAnna.post(`/groups/${id}/join`)).status).toBe(303);
  expect(await world.standing(id, anna)).toMatchObject({ state: 'member' });
});

test('strangers read a group only when it is on the web; closed, hidden and missing answer alike', async () => {
  await using world = await open();
  const { web, anna } = world;
  const onWeb = await world.make({ web: '1', name: 'On the web' });
  const partners = await world.make();
  const closed = await world.make({ preset: 'closed', name: 'Closed circle' });
  const hidden = await world.make({ preset: 'hidden', name: 'Hidden circle' });
  const stranger = web.browser();
  expect((await stranger.get(`/groups/${onWeb}`)).html).toContain('On the web');
  const list = (await stranger.get('/groups')).html;
  expect([list.includes('On the web'), list.includes('Open data'), list.includes('Closed circle')]).toEqual([
    true,
    false,
    false,
  ]);
  const missing = await stranger.get('/groups/01900000-0000-7000-8000-000000000000');
  for (const id of [partners, closed, hidden]) {
    const answer = await stranger.get(`/groups/${id}`);
    expect([answer.status, answer.html]).toEqual([404, missing.html]);
  }
  const asAnna = await web.signedIn(anna);
  expect((await asAnna.get('/groups?at=here')).html).toContain('Closed circle');
  const known = await asAnna.get(`/groups/${closed}`);
  expect([known.status, known.html.includes('Only members read this group')]).toEqual([200, true]);
  expect((await asAnna.get(`/groups/${closed}/members`)).status).toBe(403);
  expect((await asAnna.get(`/groups/${hidden}`)).status).toBe(404);
  expect((await asAnna.post(`/groups/${hidden}/join`)).status).toBe(404);
  await transact(web.context, by, (work) => invite(work, { group: hidden, person: anna.id, by: null }));
  expect((await asAnna.get(`/groups/${hidden}`)).html).toContain('You are invited');
  expect((await asAnna.post(`/groups/${hidden}/decline-invitation`)).location).toBe('/groups');
  expect((await asAnna.get(`/groups/${hidden}`)).status).toBe(404);
});

test('the form of a new group keeps what was typed, and refuses a closed group on the web', async () => {
  await using world = await open();
  const answer = await world.asOwner.post('/groups/new', {
    name: 'A <b>',
    handle: 'X y',
    summary: 'Because',
    preset: 'closed',
    web: '1',
  });
  expect(answer.status).toBe(422);
  expect(answer.html).toMatch(/<title>Error: /);
  expect(answer.html).toContain('value="A &lt;b&gt;"');
  expect(answer.html).toContain('href="#field-handle"');
  const contradiction = { name: 'A', handle: 'a-group', summary: '', preset: 'closed', web: '1' };
  const refused = await world.asOwner.post('/groups/new', contradiction);
  expect([refused.status, refused.html.includes('cannot be readable on the web')]).toEqual([422, true]);
  await world.make({ handle: 'taken-one' });
  const taken = await world.asOwner.post('/groups/new', { ...contradiction, handle: 'taken-one', web: '' });
  expect(taken.status).toBe(422);
});

test('a link that leads nowhere says why beside the field, one without agreement leads on to asking for it, one that leads to a group opens it', async () => {
  let found = '';
  const resolve: Ports['actors']['resolve'] = async (reference) => {
    if (reference.includes('stranger')) refuse('no_agreement', 'No agreement with stranger.example');
    if (reference.includes('person')) return { kind: 'people', id: 'x', uri: 'x' };
    return { kind: 'groups', id: found, uri: 'x' };
  };
  await using world = await open({
    actors: {
      resolve,
      history: async () => ({ complete: true, fetched: 0 }),
      arrived: async () => {},
      listedGroups: async () => ({ groups: [], complete: true }),
    },
  });
  found = await world.make();
  const { asOwner } = world;
  const refused = await asOwner.post('/groups/join', { reference: '@data@stranger.example' });
  expect(refused.location).toBe(`/follow?uri=${encodeURIComponent('@data@stranger.example')}`);
  expect((await asOwner.post('/groups/join', { reference: '@person@x.example' })).html).toContain(
    'not the address of a group',
  );
  expect((await asOwner.post('/groups/join', { reference: '' })).status).toBe(422);
  expect((await asOwner.post('/groups/join', { reference: '@data@x.example' })).location).toBe(`/groups/${found}`);
});

test('people of this node are found by name and invited; who joins is shown by agency', async () => {
  await using world = await open();
  const { web, asOwner, anna } = world;
  const id = await world.make();
  expect((await asOwner.get(`/groups/${id}/invite?q=anna`)).html).toContain('Anna Member');
  expect((await asOwner.post(`/groups/${id}/invitations`, { person: anna.id })).status).toBe(303);
  expect((await asOwner.get(`/groups/${id}/members`)).html).toContain('Anna Member');
  const remote = await transact(web.context, by, (work) =>
    rememberRemotePerson(
      work,
      { id: 'https://council.example/people/1', type: 'Person', name: 'Rita Remote', preferredUsername: 'rita' },
      { fetchedAt: new Date().toISOString(), verified: 'origin' },
    ),
  );
  await transact(web.context, by, (work) =>
    joinGroup(work, { group: id, person: remote, activity: 'https://council.example/a/1' }),
  );
  const page: Awaited<ReturnType<Browser['get']>> = await asOwner.get(`/groups/${id}`);
  expect(page.html).toContain('council.example: 1');
  const dutch = await asOwner.post('/language', { language: 'nl' });
  expect(dutch.status).toBe(303);
});

test('every page of a group has one title, one main heading and no repeated id', async () => {
  await using world = await open();
  const { asOwner, anna } = world;
  const id = await world.make({ preset: 'request' });
  await world.join(id, anna);
  const paths = [
    '/groups',
    '/groups?at=here',
    '/groups?at=elsewhere',
    '/groups/new',
    '/groups/join?reference=x',
    `/groups/${id}`,
    `/groups/${id}/members`,
    `/groups/${id}/members/${anna.id}`,
    `/groups/${id}/invite?q=b`,
    `/groups/${id}/settings?saved=1`,
  ];
  for (const path of paths) {
    const { status, html } = await asOwner.get(path);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect([path, status, html.match(/<h1/g)?.length, ids.length - new Set(ids).size]).toEqual([path, 200, 1, 0]);
  }
});

test.each([
  ['en', 'Letting in the first person of council.example sends what is written here to that node', 'Invite them'],
  ['nl', 'Met de eerste van council.example gaat wat hier wordt geschreven naar dat knooppunt', 'Toch uitnodigen'],
])(
  'who invites or lets in the first person of a node is told first what that means (%s)',
  async (language, means, anyway) => {
    let found = '';
    const nothing = async () => {};
    await using world = await open({
      actors: {
        resolve: async () => ({ kind: 'people', id: found, uri: 'x' }),
        history: async () => ({ complete: true, fetched: 0 }),
        arrived: nothing,
        listedGroups: async () => ({ groups: [], complete: true }),
      },
    });
    const { web, asOwner, owner } = world;
    const id = await world.make({ preset: 'request' });
    await web.context.db.writer.updateTable('person').set({ language }).where('id', '=', owner.id).execute();
    const remote = (name: string) =>
      transact(web.context, by, (work) =>
        rememberRemotePerson(
          work,
          { id: `https://council.example/people/${name}`, type: 'Person', name, preferredUsername: name },
          { fetchedAt: new Date().toISOString(), verified: 'origin' },
        ),
      );
    found = await remote('rita');
    const asked = await asOwner.post(`/groups/${id}/invitations`, { reference: '@rita@council.example' });
    expect(asked.html).toContain(means);
    expect(asked.html).toContain(anyway);
    expect(await membershipOf(web.context.db.reader, id, found)).toBeUndefined();
    expect((await asOwner.get(`/groups/${id}/invite`)).html).not.toContain(means);
    // Whoever of that node asks meanwhile is told of on the page of the one person, too, and to programs.
    const other = await remote('sam');
    await transact(web.context, by, (work) =>
      joinGroup(work, { group: id, person: other, activity: 'https://council.example/a/2' }),
    );
    expect((await asOwner.get(`/groups/${id}/members/${other}`)).html).toContain(means);
    const waiting = async () => (await web.api(owner, 'GET', `/groups/${id}/requests`)).json.items;
    expect(await waiting()).toMatchObject([{ person: { id: other }, firstOfNode: true }]);
    expect((await asOwner.get(`/groups/${id}/requests`)).html).toContain(means);
    expect((await asOwner.post(`/groups/${id}/invitations`, { person: found, knowing: '1' })).location).toBe(
      `/groups/${id}/members`,
    );
    expect(await membershipOf(web.context.db.reader, id, found)).toMatchObject({ state: 'invited' });
    const listed = async (state: string) =>
      (await web.api(owner, 'GET', `/groups/${id}/members?state=${state}`)).json.items;
    for (const state of ['invited', 'requested'])
      expect([state, await listed(state)]).toMatchObject([state, [{ firstOfNode: true }]]);
    expect((await listed('member'))[0]).not.toHaveProperty('firstOfNode');
    await transact(web.context, by, (work) =>
      joinGroup(work, { group: id, person: found, activity: 'https://council.example/a/3' }),
    );
    expect(await waiting()).toMatchObject([{ person: { id: other }, firstOfNode: false }]);
    expect((await asOwner.get(`/groups/${id}/requests`)).html).not.toContain(means);
    expect(await listed('requested')).toMatchObject([{ person: { id: other }, firstOfNode: false }]);
    const next = await web.api(owner, 'POST', `/groups/${id}/invitations`, { person: await remote('tom') });
    expect([next.status, next.json.firstOfNode]).toEqual([201, false]);
    expect((await asOwner.get(`/groups/${id}/members/${other}`)).html).not.toContain(means);
  },
);

test.each([
  ['owners', 403, 403],
  ['facilitators', 303, 403],
  ['members', 303, 303],
] as const)('the group says who invites at its node: %s', async (inviting, facilitator, member) => {
  await using world = await open();
  const { web, anna, bert, owner } = world;
  const id = await world.make();
  for (const person of [anna, bert]) await world.join(id, person);
  await transact(web.context, by, async (work) => {
    await setRole(work, { group: id, person: anna.id, by: owner.id, role: 'facilitator' });
    await updateGroup(work, id, owner.id, { inviting });
  });
  for (const [person, status, name] of [
    [anna, facilitator, 'Cato'],
    [bert, member, 'Dirk'],
    [owner, 303, 'Emma'],
  ] as const) {
    const [one, two] = [await web.add(`${name} One`), await web.add(`${name} Two`)];
    const browser = await web.signedIn(person);
    expect([name, (await browser.get(`/groups/${id}/invite`)).status]).toEqual([name, status === 303 ? 200 : 403]);
    expect([name, (await browser.post(`/groups/${id}/invitations`, { person: one.id })).status]).toEqual([
      name,
      status,
    ]);
    const asked = await web.api(person, 'POST', `/groups/${id}/invitations`, { person: two.id });
    expect([name, asked.status]).toEqual([name, status === 303 ? 201 : 403]);
  }
});
