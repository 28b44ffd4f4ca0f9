import { type Activities, type InboundHandler, readConfig, type Slice } from '@joinery/core';
import { openNode, slices } from '@joinery/node';
import { expect, it } from 'vitest';
import { commands } from '../../packages/federation/src/commands.ts';
import type { GateRequest } from '../harness/gate.ts';
import { settleAll, startTestNode, type TestNode } from '../harness/node.ts';
import { type Rogue, startRogue } from '../harness/rogue.ts';
import { until } from '../harness/until.ts';
import { lanesWorld, movingClock, openGroup, partnerPage, titles, topic } from './lanes-world.ts';

const isPoison = ({ method, body }: GateRequest) => method === 'POST' && body.includes('poison');

it('a Joinery peer that does not take one item gets the ones behind it, and reads the missing one itself', async () => {
  await using world = await lanesWorld();
  const { gate, ada, council, department, post, lane, settle } = world;
  gate.answer = (request) => (isPoison(request) ? { status: 422, body: 'never' } : null);
  const poison = await post('poison');
  await settle();
  expect(gate.requests.filter(isPoison).length).toBe(2);
  expect(await titles(council)).toEqual([]);
  expect(await lane()).toMatchObject({ lane: 'open', aside: 1 });
  const told = () => ada.api('GET', `/posts/${poison.id}/delivery`).then(({ body }) => body);
  expect(await told()).toMatchObject({
    nodes: 1,
    reached: 0,
    waiting: 0,
    failed: 1,
    detail: [{ home: council.origin, state: 'failed', error: expect.stringContaining('422') }],
  });
  expect(Date.parse((await told()).detail[0].at)).toBeGreaterThan(Date.now() - 60_000);
  await post('two');
  await post('three');
  await settle();
  expect(await titles(council)).toEqual(['poison', 'two', 'three']);
  // What it has asked for next tells that it has the rest.
  await until(async () => (await lane()).aside === 0, 6_000);
  expect(await lane()).toMatchObject({ lane: 'open', parked: [], items: 0 });
  expect(await told()).toMatchObject({ nodes: 1, reached: 1, failed: 0 });
  expect(department.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

it('what a receiver reads in place of a refused item and cannot apply is parked in its ledger, with its text', async () => {
  await using world = await lanesWorld({ slices: [throwing('poison'), ...slices] });
  const { gate, council, post, lane, settle } = world;
  gate.answer = (request) => (isPoison(request) ? { status: 422, body: 'never' } : null);
  for (const title of ['one', 'poison', 'two']) await post(title);
  await settle();
  expect(await titles(council)).toEqual(['one', 'two']);
  expect(await parked(council)).toMatchObject([{ code: 'failed', text: expect.stringContaining('poison') }]);
  await until(async () => (await lane()).aside === 0, 6_000);
  expect((await lane()).parked).toEqual([]);
});

it('an arriving activity whose handler throws is parked with its text, and those behind it are applied', async () => {
  await using world = await lanesWorld({ slices: [throwing('poison'), ...slices] });
  const { council, department, post, lane, settle } = world;
  for (const title of ['one', 'poison', 'two', 'three']) await post(title);
  await settle();
  expect(await titles(council)).toEqual(['one', 'two', 'three']);
  expect(await parked(council)).toMatchObject([
    { state: 'parked', code: 'failed', applied_at: null, text: expect.stringContaining('poison') },
  ]);
  expect(await lane()).toMatchObject({ lane: 'open', items: 0, aside: 0 });
  expect(department.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

it('what cannot be told because of a fault of ours is put aside, and what is behind it goes out', async () => {
  let broken = true;
  const ours: Slice[] = slices.map((slice) => {
    const told = slice.activities?.toActivity?.['post.created'];
    if (!told) return slice;
    const toActivity: Activities['toActivity'] = {
      ...slice.activities?.toActivity,
      'post.created': async (outgoing, event) => {
        const post = await outgoing.db.selectFrom('post').select('title').where('id', '=', event.data.post).execute();
        if (broken && post[0]?.title === 'poison') throw new TypeError('A fault of ours');
        return told(outgoing, event);
      },
    };
    return { ...slice, activities: { ...slice.activities, toActivity } };
  });
  await using world = await lanesWorld({}, { slices: ours });
  const { council, ada, post, lane, settle } = world;
  await post('one');
  const poison = await post('poison');
  for (const title of ['two', 'three']) await post(title);
  await settle();
  expect(await titles(council)).toEqual(['one', 'two', 'three']);
  expect(await lane()).toMatchObject({ lane: 'open', items: 0, aside: 1 });
  const { body } = await ada.api('GET', `/posts/${poison.id}/delivery`);
  expect(body).toMatchObject({ failed: 1, detail: [{ state: 'failed', error: expect.stringContaining('not_built') }] });
  broken = false;
  await world.later(2);
  expect((await titles(council)).sort()).toEqual(['one', 'poison', 'three', 'two']);
  expect(await lane()).toMatchObject({ aside: 0 });
});

it('our own code and retryable decide before the status', async () => {
  await using world = await lanesWorld();
  const { gate, council, post, lane, settle } = world;
  const said = { code: 'activity_malformed', retryable: false, detail: 'Said by the test.' };
  gate.answer = (request) => (isPoison(request) ? { status: 503, body: said } : null);
  await post('poison');
  await settle();
  expect(await lane()).toMatchObject({ lane: 'open', aside: 1 });
  gate.answer = (request) => (isPoison(request) ? { status: 400, body: { ...said, retryable: true } } : null);
  await post('more poison');
  await settle();
  expect(await lane()).toMatchObject({ lane: 'waiting', lastError: expect.stringContaining('activity_malformed') });
  gate.answer = () => null;
  await world.later(120);
  expect(await titles(council)).toEqual(['poison', 'more poison']);
});

it('a node that refuses everything, its own address included, is waited for: nothing is stepped over', async () => {
  await using world = await lanesWorld();
  const { gate, council, post, lane, settle } = world;
  gate.answer = ({ method, path }) =>
    method === 'POST' || path === '/node' ? { status: method === 'POST' ? 422 : 502 } : null;
  await post('one');
  await settle();
  expect(await lane()).toMatchObject({ lane: 'waiting', aside: 0 });
  gate.answer = () => null;
  await world.later(120);
  expect(await titles(council)).toEqual(['one']);
});

it('other software that refuses one item: retried aside, parked after an hour, seen everywhere, sent again by a person', async () => {
  const clock = movingClock();
  await using department = await startTestNode('department', { clock });
  await using rogue = await startRogue();
  await department.allow({ origin: rogue.origin, name: 'Other agency' });
  const ada = await department.person('Ada Owner', { administrator: true });
  const group = await openGroup(department, ada.id, 'parking');
  await follow(rogue, department, group.uri);
  let refuses = true;
  const taken: string[] = [];
  rogue.serve('/inbox', (_request, response) => {
    const body = rogue.requests.at(-1)?.body ?? '';
    response.statusCode = refuses && body.includes('poison') ? 400 : 202;
    if (response.statusCode === 202) taken.push(body);
    response.end();
  });
  const settle = () => settleAll([department]);
  const poison = await topic(department, group.id, ada.id, 'poison');
  await topic(department, group.id, ada.id, 'two');
  await settle();
  expect(taken.some((body) => body.includes('"two"'))).toBe(true);
  const again = async (minutes: number) => {
    clock.forward(minutes);
    department.federation.lanes.wake(rogue.origin);
    await settle();
  };
  const peer = async () => (await ada.api('GET', '/peers')).body.items[0];
  for (const minutes of [2, 6, 16]) await again(minutes);
  expect(await peer()).toMatchObject({ lane: 'open', aside: 1, parked: [] });
  await again(40);
  const [item] = (await peer()).parked;
  expect(item).toMatchObject({ error: expect.stringContaining('400') });
  expect((await ada.api('GET', `/posts/${poison.id}/delivery`)).body).toMatchObject({ failed: 1, reached: 0 });

  expect(await partnerPage(department, ada, rogue.origin)).toContain(item.id);
  const refused = rogue.requests.length;
  await again(600);
  expect(rogue.requests.length).toBe(refused);
  const { dataFolder, port } = department.context.config;
  const config = readConfig({
    JOINERY_DATA: dataFolder,
    JOINERY_PORT: String(port),
    JOINERY_AGENCY: 'department',
    JOINERY_LOOPBACK_PEERS: '1',
  });
  await using operator = await openNode(config, false, { log: () => {}, clock });
  const run = (name: string, ...given: string[]) =>
    commands.find((command) => command.name === name)?.run(operator.context, { arguments: given, options: {} });
  expect((await run('lanes'))?.say).toContain(`parked ${item.id}`);
  refuses = false;
  await run('lanes resend', item.id);
  await until(() => taken.some((body) => body.includes('poison')), 6_000);
  await settle();
  expect(await peer()).toMatchObject({ aside: 0, parked: [] });
  expect((await ada.api('GET', `/posts/${poison.id}/delivery`)).body).toMatchObject({ failed: 0, reached: 1 });
});

/** A slice whose handler fails as if it had a fault. */
function throwing(word: string): Slice {
  const apply: InboundHandler['apply'] = async (_work, inbound) => {
    if (inbound.text.includes(word)) throw new TypeError('A fault of ours');
    return null;
  };
  return { name: 'faulty', activities: { handlers: [{ types: ['Create'], apply }] } };
}

const parked = (node: TestNode) =>
  node.context.db.reader.selectFrom('ledger').selectAll().where('state', '=', 'parked').execute();

async function follow(rogue: Rogue, node: TestNode, group: string): Promise<void> {
  const anna = rogue.actor('anna');
  const asked = { id: rogue.id('/follows'), type: 'Follow', actor: anna.uri, object: group };
  expect((await rogue.send(node, anna, asked)).status).toBe(202);
  await settleAll([node]);
}
