import { countAttempt, limits, readConfig, transact } from '@joinery/core';
import { openNode } from '@joinery/node';
import { expect, it } from 'vitest';
import { decideAs } from '../../packages/federation/src/trust/testing.ts';
import type { GateAnswer, GateRequest } from '../harness/gate.ts';
import { until } from '../harness/until.ts';
import { lanesWorld, partnerPage, titles } from './lanes-world.ts';

const isDelivery = ({ method, path }: GateRequest) => method === 'POST' && path.endsWith('inbox');
const problem = (status: number, code: string, retryable: boolean): GateAnswer => ({
  status,
  body: { type: 'about:blank', status, code, retryable, detail: 'Said by the test.' },
});

const passing: [string, GateAnswer][] = [
  ['breaks off the connection', { status: 0 }],
  ['answers 500', { status: 500 }],
  ['answers 503', { status: 503, body: 'busy' }],
  ['answers 408', { status: 408 }],
  ['answers 429', { status: 429 }],
  ['answers 401 without saying why', { status: 401, body: '<p>no</p>' }],
  ['answers 403 without saying why', { status: 403, body: '<p>no</p>' }],
  ['says with 400 that it can be tried again', problem(400, 'come_back', true)],
];

it('a peer that cannot or does not want to take anything now gets everything later, in order, and nothing is stepped over', {
  timeout: 60_000,
}, async () => {
  await using world = await lanesWorld();
  const { gate, council, post, lane, settle, later } = world;
  for (const [what, answer] of passing) {
    const before = await titles(council);
    gate.answer = (request) => (isDelivery(request) ? answer : null);
    const written = ['one', 'two', 'three'].map((number) => `${what}: ${number}`);
    for (const title of written) await post(title);
    await settle();
    expect(await titles(council), what).toEqual(before);
    expect(await lane(), what).toMatchObject({ lane: 'waiting', aside: 0, parked: [], alarm: false });
    gate.answer = () => null;
    await later(120);
    expect(await titles(council), what).toEqual([...before, ...written]);
    expect(await lane(), what).toMatchObject({ lane: 'open', items: 0, lastError: null });
  }
});

it('a peer is left alone for as long as it asks, and for an hour at most', async () => {
  await using world = await lanesWorld();
  const { gate, department, council, clock, post, settle } = world;
  const waits = async () => {
    const peer = await department.context.db.reader
      .selectFrom('peer')
      .selectAll()
      .where('origin', '=', council.origin)
      .executeTakeFirstOrThrow();
    return Math.round((Date.parse(peer.retry_at ?? '') - clock.now().getTime()) / 1_000);
  };
  const answers = async (headers: Record<string, string>) => {
    gate.answer = (request) => (isDelivery(request) ? { status: 429, headers } : null);
    await world.later(120);
    return waits();
  };
  gate.answer = (request) => (isDelivery(request) ? { status: 429 } : null);
  await post('one');
  await settle();
  expect(await waits()).toBeLessThan(10);
  expect(Math.abs((await answers({ 'retry-after': '900' })) - 900)).toBeLessThan(15);
  const instant = new Date(Date.now() + 1_200_000).toUTCString();
  expect(Math.abs((await answers({ 'retry-after': instant })) - 1_200)).toBeLessThan(15);
  expect(Math.abs((await answers({ 'retry-after': '999999' })) - 3_600)).toBeLessThan(15);
  expect(await answers({ 'retry-after': 'soon' })).toBeLessThan(60);
});

it('a peer that has had enough for this minute gets the rest after it, in order', async () => {
  await using world = await lanesWorld();
  const { department, council, clock, post, lane, settle } = world;
  // Another minute than that in which they met.
  clock.forward(2);
  const began = clock.now().getTime();
  for (let left = limits.deliveries.times; left > 2; left -= 1)
    countAttempt(council.context, `deliveries of ${department.origin}`, limits.deliveries);
  const written = ['one', 'two', 'three', 'four', 'five'];
  for (const title of written) await post(title);
  await settle();
  expect(await titles(council)).toEqual(written.slice(0, 2));
  expect(await lane()).toMatchObject({ lane: 'waiting', aside: 0, parked: [], alarm: false });
  const { retry_at } = await department.context.db.reader
    .selectFrom('peer')
    .select('retry_at')
    .where('origin', '=', council.origin)
    .executeTakeFirstOrThrow();
  expect(Date.parse(retry_at ?? '')).toBeGreaterThanOrEqual(began + 60_000);
  await world.later(2);
  expect(await titles(council)).toEqual(written);
  expect(await lane()).toMatchObject({ lane: 'open', items: 0, aside: 0, lastError: null });
});

it('a peer that refuses our signature for 15 minutes raises an alarm; one that has no agreement with us does not', async () => {
  await using world = await lanesWorld();
  const { gate, clock, ada, council, post, lane, settle } = world;
  gate.answer = (request) => (isDelivery(request) ? { status: 401, body: 'no' } : null);
  await post('one');
  await settle();
  await world.later(10);
  expect(await lane()).toMatchObject({ alarm: false, lane: 'waiting' });
  clock.forward(6);
  expect(await lane()).toMatchObject({ alarm: true });
  const { body } = await ada.api('GET', '/peers');
  expect(body.items).toMatchObject([{ origin: council.origin, alarm: true }]);
  expect(await partnerPage(world.department, ada, council.origin)).toContain('refuses our signature since');
  gate.answer = (request) => (isDelivery(request) ? problem(403, 'no_agreement', true) : null);
  await world.later(60);
  clock.forward(60);
  expect(await lane()).toMatchObject({ alarm: false, lane: 'waiting', refusedSince: null });
  gate.answer = () => null;
  await world.later(120);
  expect(await titles(council)).toEqual(['one']);
});

it.each([404, 410])('%i halts the lane, which is tried daily; the agreement stays', async (status) => {
  await using world = await lanesWorld();
  const { gate, department, council, clock, post, lane, settle } = world;
  gate.answer = (request) => (isDelivery(request) ? { status } : null);
  await post('one');
  await settle();
  expect(await lane()).toMatchObject({ lane: 'halted', aside: 0 });
  const tried = gate.requests.filter(isDelivery).length;
  await world.later(23 * 60);
  expect(gate.requests.filter(isDelivery).length).toBe(tried);
  await world.later(61);
  expect(gate.requests.filter(isDelivery).length).toBe(tried + 1);
  expect(department.federation.bridge.trust.mayFederate(council.origin, 'open-groups', 'out').allowed).toBe(true);
  gate.answer = () => null;
  clock.forward(1);
  department.federation.contact(council.origin);
  await until(async () => (await titles(council)).length === 1, 15_000);
  await until(async () => (await lane()).lane === 'open', 15_000);
  expect(await lane()).toMatchObject({ items: 0 });
});

it('any message from a peer wakes its waiting lane', async () => {
  await using world = await lanesWorld();
  const { gate, council, bob, clock, post, lane, settle } = world;
  gate.answer = (request) => (isDelivery(request) ? { status: 503 } : null);
  await post('one');
  await settle();
  clock.forward(1);
  await world.later(0.5);
  expect(await lane()).toMatchObject({ lane: 'waiting' });
  gate.answer = () => null;
  clock.forward(1 / 30);
  const here = await council.context.db.reader.selectFrom('groups').select('id').executeTakeFirstOrThrow();
  expect((await bob.api('POST', `/groups/${here.id}/posts`, { title: 'hello', content: 'hello' })).status).toBe(201);
  await until(async () => (await titles(council)).includes('one'), 6_000);
});

it('a suspension stops what waits within a second, also by another process', async () => {
  await using world = await lanesWorld();
  const { gate, department, council, post, lane, settle } = world;
  gate.answer = async (request) => {
    if (isDelivery(request)) await new Promise((resolve) => setTimeout(resolve, 100));
    return null;
  };
  for (let n = 0; n < 60; n += 1) await post(`Topic ${n}`);
  await until(async () => (await titles(council)).length > 2, 6_000);
  {
    const { dataFolder, port } = department.context.config;
    const config = readConfig({
      JOINERY_DATA: dataFolder,
      JOINERY_PORT: String(port),
      JOINERY_AGENCY: 'department',
      JOINERY_LOOPBACK_PEERS: '1',
    });
    await using second = await openNode(config, false, { log: () => {} });
    await transact(second.context, { kind: 'command', by: 'test' }, (work) =>
      decideAs(work, 'suspend', { origin: council.origin, fields: {}, by: 'test', reason: 'test' }),
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const announced = () =>
    gate.requests.filter((request) => isDelivery(request) && request.body.includes('"Announce"')).length;
  const after = announced();
  await settle();
  await world.later(120);
  expect(announced()).toBe(after);
  expect(after).toBeLessThan(60);
  expect((await lane()).items).toBeGreaterThan(0);
  await department.allow(council);
  await settle();
  expect((await titles(council)).length).toBe(60);
});
