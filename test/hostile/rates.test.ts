import { countAttempt, limits } from '@joinery/core';
import { linkFor } from '@joinery/slices/people';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNetworkBrowser } from '../harness/network-browser.ts';
import { expectHonestWorks, startWorld, type World } from './world.ts';

// Group O: how often something may be tried.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

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
  expect((await say()).status).toBe(429);

  const poster = await node.person('Paul Poster');
  const group = await poster.api('POST', '/groups', { name: 'Parking', handle: 'parking-rates' });
  const post = () => poster.api('POST', `/groups/${group.body.id}/posts`, { title: 'A', content: 'B' });
  for (let round = 1; round < limits.postsByProgram.times; round += 1)
    countAttempt(node.context, `postsByProgram ${poster.account}`, limits.postsByProgram);
  expect((await post()).status).toBe(201);
  expect(await post()).toMatchObject({ status: 429, body: { code: 'too_many' } });
});

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
