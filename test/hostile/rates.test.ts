import { countAttempt, limits, transact } from '@joinery/core';
import { approve, joinGroup, removeMember } from '@joinery/slices/groups';
import { disableLeaver, linkFor } from '@joinery/slices/people';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { muteToken } from '../../packages/slices/src/notifications/mute-token.ts';
import { createNetworkBrowser, type NetworkBrowser } from '../harness/network-browser.ts';
import { by, create, expectHonestWorks, ledger, openGroup, startWorld, type World } from './world.ts';

// Group O: how often something may be tried.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function signedIn(person: string): Promise<NetworkBrowser> {
  const browser = createNetworkBrowser(world.node.origin);
  await browser.post(new URL((await linkFor(world.node.context, by, person)).address).pathname);
  return browser;
}

const wait = (answer: Response): number => Number(answer.headers.get('retry-after'));

it('175: refused deliveries of a node end in 429 with the time to wait, and no honest node is slowed by them', async () => {
  const { node, evil } = world;
  const send = (claimed: string) =>
    fetch(`${node.origin}/inbox`, {
      method: 'POST',
      headers: { 'content-type': 'application/activity+json', signature: `keyId="${claimed}/actor#key",signature="x"` },
      body: '{}',
    });
  const statuses = new Map<number, number>();
  let last: Response | undefined;
  for (let sent = 0; sent < limits.refusedDeliveries.times + 20; sent += 1) {
    last = await send(evil.origin);
    await last.text();
    statuses.set(last.status, (statuses.get(last.status) ?? 0) + 1);
  }
  expect(statuses.get(429)).toBe(20);
  expect(wait(last as Response)).toBeGreaterThan(0);
  expect(wait(last as Response)).toBeLessThanOrEqual(60);
  // From the same network, by another name: judged for itself.
  expect((await send('https://other.example')).status).not.toBe(429);
  await expectHonestWorks(world);
});

it('175: a node that proved itself has its own share of deliveries, which nobody else can use up, and reads on beyond it', async () => {
  const { node, good, alice, evil, mallory, group } = world;
  // Another minute than that of the tests before.
  world.forward(61_000);
  const send = (activity = create(good, alice, group), key = alice.keys.privateKey) =>
    good.send(node, alice, activity, { key });
  for (let round = 1; round < limits.deliveries.times; round += 1)
    countAttempt(node.context, `deliveries of ${good.origin}`, limits.deliveries);
  for (let round = 0; round < 3; round += 1) expect((await send(undefined, mallory.keys.privateKey)).status).toBe(401);
  expect((await send()).status).toBe(202);
  const late = create(good, alice, group);
  const refused = await send(late);
  expect([refused.status, refused.code, JSON.parse(refused.body).retryable]).toEqual([429, 'too_many', true]);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(await ledger(node, String(late.id))).toBeUndefined();
  expect(node.logged.filter((line) => line.includes('"inbox.limited"') && line.includes(good.origin))).toHaveLength(1);
  // What it lacks it can read, and others go on.
  expect((await good.get(node, alice, '/streams')).status).toBe(200);
  await expectHonestWorks(world);
  expect((await evil.send(node, mallory, create(evil, mallory, group))).status).toBe(202);
  world.forward(61_000);
  expect((await send(late)).status).toBe(202);
});

it('175: sign-ins with a provider, words of a provider and posts of a person have their limits, in words', async () => {
  const { node } = world;
  const begin = () =>
    fetch(`${node.origin}/sign-in/with/nothing`, { headers: { accept: 'text/html' }, redirect: 'manual' });
  for (let round = 0; round < limits.providerSignIn.times; round += 1) expect((await begin()).status).toBe(404);
  const refused = await begin();
  expect([refused.status, (await refused.text()).includes('Wait a minute and try again.')]).toEqual([429, true]);
  expect(wait(refused)).toBeGreaterThan(0);

  const say = () =>
    fetch(`${node.origin}/sign-in/with/nothing/logout`, { method: 'POST', body: new URLSearchParams() });
  for (let round = 0; round < limits.providerLogout.times; round += 1) expect((await say()).status).toBe(400);
  const unheard = await say();
  expect([unheard.status, wait(unheard) > 0]).toEqual([429, true]);

  const poster = await node.person('Paul Poster');
  const group = await poster.api('POST', '/groups', { name: 'Parking', handle: 'parking-rates' });
  const post = () => poster.api('POST', `/groups/${group.body.id}/posts`, { title: 'A', content: 'B' });
  for (let round = 1; round < limits.postsByProgram.times; round += 1)
    countAttempt(node.context, `postsByProgram ${poster.account}`, limits.postsByProgram);
  expect((await post()).status).toBe(201);
  expect(await post()).toMatchObject({ status: 429, body: { code: 'too_many' } });

  const browser = await signedIn(poster.id);
  const write = () => browser.post(`/groups/${group.body.id}/new`, { title: 'A', content: 'B' }, { follow: false });
  for (let round = 1; round < limits.posts.times; round += 1)
    countAttempt(node.context, `posts ${poster.account}`, limits.posts);
  expect((await write()).status).toBe(303);
  const tooMuch = await write();
  expect([tooMuch.status, Number(tooMuch.headers.get('retry-after')) > 0]).toEqual([429, true]);

  // Pages and programs together.
  for (let round = 0; round < limits.searches.times - 2; round += 1)
    countAttempt(node.context, `search by ${poster.account}`, limits.searches);
  expect((await browser.get('/search?q=parking')).status).toBe(200);
  expect((await poster.api('GET', '/search?q=parking')).status).toBe(200);
  const slower = await browser.get('/search?q=parking');
  expect([slower.status, Number(slower.headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect((await poster.api('GET', '/search?q=parking')).status).toBe(429);
});

it('175: the limits are below what the attack sends, and above what an honest node sends to catch up', () => {
  const perMinute = ({ times, seconds }: { times: number; seconds: number }) => (times * 60) / seconds;
  expect(perMinute(limits.providerSignIn)).toBeLessThan(200);
  expect(perMinute(limits.passkeySignIn)).toBeLessThan(200);
  expect(perMinute(limits.signInNetwork)).toBeLessThan(200);
  expect(perMinute(limits.searches)).toBeLessThan(1_000);
  expect(perMinute(limits.posts) * 60).toBeLessThanOrEqual(300);
  expect(perMinute(limits.deliveries)).toBeLessThan(10_000);
  expect(perMinute(limits.deliveries) / 60).toBeGreaterThanOrEqual(20);
});

it('178: a link that silences one thing was made by this node for that alone, and cannot be guessed or turned into another', async () => {
  const { node, group } = world;
  const person = await node.person('Mia Muted');
  const link = { person: person.id, scope: 'group', subject: group.id, page: false, mail: true } as const;
  const now = new Date();
  const token = muteToken(node.context.secret, link, now);
  const [text = '', proof = ''] = token.split('.');
  expect(proof).toMatch(/^[\w-]{43}$/);
  const all = Buffer.from(JSON.stringify([person.id, 'everything', '', 1, 1, 40_000])).toString('base64url');
  const mutes = async () => (await node.context.db.reader.selectFrom('notification_mute').selectAll().execute()).length;
  const send = (one: string) => fetch(`${node.origin}/notifications/mute/${one}`, { method: 'POST' });
  for (const forged of [
    ...[`${all}.${proof}`, `${text}.`, text, `.${proof}`, `${text}.${proof.slice(0, -2)}`, `${text}.${proof}x`],
    ...[`${text}.${proof}.${proof}`, `${text}A.${proof}`, `${text}.${'A'.repeat(43)}`],
    `${all}.${node.context.secret.mac('form', all)}`,
    muteToken(node.context.secret, link, new Date(now.getTime() - 740 * 86_400_000)),
  ])
    expect([forged, (await send(forged)).status]).toEqual([forged, 404]);
  expect(await mutes()).toBe(0);
  // Forwarded, it tells nobody whose it is, and silences only what it says.
  const seen = await fetch(`${node.origin}/notifications/mute/${token}`);
  expect([seen.status, (await seen.text()).includes('Mia')]).toEqual([200, false]);
  expect([(await send(token)).status, await mutes()]).toEqual([200, 1]);
});

it('179: a member finds people of a large group and does not carry its list away', async () => {
  const { node, group, owner } = world;
  const [member, other] = [await node.person('Mo Member'), await node.person('Zoe Last')];
  for (const one of [member, other]) await one.api('POST', `/groups/${group.id}/join`);
  const first = await member.api('GET', `/groups/${group.id}/members?limit=1`);
  expect([first.status, first.body.next !== null]).toEqual([200, true]);
  const next = (person: typeof member) =>
    person.api('GET', `/groups/${group.id}/members?limit=1&cursor=${encodeURIComponent(first.body.next)}`);
  for (let round = 1; round < limits.memberPages.times; round += 1)
    countAttempt(node.context, `members read by ${member.account}`, limits.memberPages);
  expect((await next(member)).status).toBe(200);
  expect((await next(member)).status).toBe(429);
  const browser = await signedIn(member.id);
  expect((await browser.get(`/groups/${group.id}/members?q=zoe`)).status).toBe(429);
  expect((await browser.get(`/groups/${group.id}/members`)).status).toBe(200);
  expect(
    node.logged.filter((line) => line.includes(`"members.read_often"`) && line.includes(member.account)),
  ).toHaveLength(2);
  // Who runs the group goes on.
  for (let round = 0; round < 3; round += 1) expect((await next(owner)).status).toBe(200);
  // Who waits, was invited or is banned is for them alone.
  expect((await member.api('GET', `/groups/${group.id}/members?state=banned`)).status).toBe(403);
});

it('179: whoever does not administer the people of this node looks for somebody, and does not carry the directory away', async () => {
  const { node } = world;
  const [colleague, chief] = [
    await node.person('Cas Colleague'),
    await node.person('Hilda Head', { administrator: true }),
  ];
  const first = await colleague.api('GET', '/people?limit=1');
  expect([first.status, first.body.next !== null]).toEqual([200, true]);
  const next = (person: typeof colleague) =>
    person.api('GET', `/people?limit=1&cursor=${encodeURIComponent(first.body.next)}`);
  for (let round = 1; round < limits.peoplePages.times; round += 1)
    countAttempt(node.context, `people read by ${colleague.account}`, limits.peoplePages);
  expect((await next(colleague)).status).toBe(200);
  expect(await next(colleague)).toMatchObject({ status: 429, body: { code: 'too_many' } });
  const browser = await signedIn(colleague.id);
  expect((await browser.get(`/people?cursor=${encodeURIComponent(first.body.next)}`)).status).toBe(429);
  expect((await browser.get('/people')).status).toBe(200);
  // Names can still be looked for, at the pace of a person.
  expect((await browser.get('/people?q=cas')).html).toContain('Cas Colleague');
  for (let round = 1; round < limits.peopleSearches.times; round += 1)
    countAttempt(node.context, `people searched by ${colleague.account}`, limits.peopleSearches);
  expect((await browser.get('/people?q=cas')).status).toBe(429);
  expect((await colleague.api('GET', '/people?q=cas')).status).toBe(429);
  expect(
    node.logged.filter((line) => line.includes('"people.read_often"') && line.includes(colleague.account)),
  ).toHaveLength(4);
  // Whoever administers them goes on.
  for (let round = 0; round < limits.peoplePages.times; round += 1) expect((await next(chief)).status).toBe(200);
});

it('181: whoever may not read a group any more hears nothing of it, and an account that was disabled hears nothing at all', async () => {
  const { node, owner } = world;
  const closed = await openGroup(node, owner, 'crisis', { reading: 'members', joining: 'request' });
  const other = await openGroup(node, owner, 'other');
  const [removed, stays] = [await node.person('Rik Removed'), await node.person('Sia Stays')];
  await transact(node.context, by, async (work) => {
    for (const { id } of [removed, stays]) {
      await joinGroup(work, { group: closed.id, person: id });
      await approve(work, { group: closed.id, person: id, by: owner.id });
    }
  });
  const listen = async (person: string, ...groups: string[]) => {
    const browser = await signedIn(person);
    const cookie = [...browser.cookies(node.origin)].map(([name, value]) => `${name}=${value}`).join('; ');
    const topics: string[] = [];
    for (const group of groups) {
      const { html } = await browser.get(`/groups/${group}`);
      topics.push(/data-topic="([^"]+)"/.exec(html)?.[1] ?? `${group}.${'A'.repeat(43)}`);
    }
    const query = new URLSearchParams(topics.map((topic) => ['topic', topic]));
    return () => fetch(`${node.origin}/events?${query}`, { headers: { cookie }, redirect: 'manual' });
  };
  // Somebody who was never in it has no mark of it, and one made up is none.
  const outsider = await node.person('Otis Outside');
  expect((await (await listen(outsider.id, closed.id))()).status).toBe(204);

  const [open, openStays] = [await listen(removed.id, closed.id, other.id), await listen(stays.id, closed.id)];
  const [stream, staying] = [await open(), await openStays()];
  expect([stream.status, staying.status]).toEqual([200, 200]);
  await transact(node.context, by, (work) =>
    removeMember(work, { group: closed.id, person: removed.id, by: owner.id }),
  );
  const write = (group: string) => owner.api('POST', `/groups/${group}/posts`, { title: 'News', content: 'Text' });
  await write(closed.id);
  expect(await heard(staying, closed.id)).toContain(closed.id);
  await write(other.id);
  expect(await heard(stream, other.id)).not.toContain(closed.id);
  // What is left of it is the other group.
  expect((await (await listen(removed.id, closed.id))()).status).toBe(204);
  const again = await open();
  expect(again.status).toBe(200);

  await node.person('Chief', { administrator: true });
  await disableLeaver(node.context, by, removed.id);
  await write(other.id);
  expect(await heard(again, 'event: changed')).not.toContain('event: changed');
  expect((await open()).status).toBe(303);
});

/** What a stream says until these words, or until it ends. */
async function heard(answer: Response, words: string): Promise<string> {
  const reader = answer.body?.getReader();
  let text = '';
  while (reader && !text.includes(words)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  await reader?.cancel();
  return text;
}

it('176: another case, width or form of a mail address is the same address to the limit', async () => {
  const { node } = world;
  const person = await node.person('Vera Variant');
  const browser = createNetworkBrowser(node.origin);
  const spelled = [
    'vera.variant@example.test',
    'VERA.variant@example.test',
    ' Vera.Variant@Example.Test ',
    'ｖera.variant@example.test',
  ];
  for (const email of [...spelled, spelled[0] ?? ''])
    expect((await browser.post('/sign-in', { email, password: 'wrong wrong wrong' })).status).toBe(422);
  const refused = await browser.post('/sign-in', { email: 'vera.VARIANT@example.test', password: 'wrong wrong wrong' });
  expect([refused.status, refused.headers.get('retry-after') !== null]).toEqual([429, true]);
  // The person gets in by link all the same.
  const link = await linkFor(node.context, { kind: 'command', by: 'test' }, person.id);
  expect((await browser.post(new URL(link.address).pathname)).status).toBe(200);
});
