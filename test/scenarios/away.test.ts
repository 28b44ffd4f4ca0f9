import { expect, it } from 'vitest';
import { settleAll } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { join, lanesWorld, titles, topic } from './lanes-world.ts';

it('what a node delivers just before it goes away is applied when it is back, in order, although its sender could not be looked up meanwhile', {
  timeout: 60_000,
}, async () => {
  await using world = await lanesWorld();
  const { department, council, gate, group, settle } = world;
  const dina = await council.person('Dina Council');
  let asked = 0;
  // The key is still given out; then the node is away, as after a kill between two requests.
  gate.answer = ({ method, path }) => {
    if (method !== 'GET' || !path.startsWith('/people/')) return null;
    asked += 1;
    return asked > 1 ? { status: 0 } : null;
  };
  const there = await join(council, dina, group.uri);
  await settle();
  await topic(council, there, world.bob.id, 'Written after she asked to join');
  await settle();
  expect(asked).toBeGreaterThan(1);
  expect(await titles(department)).toEqual([]);
  const received = await department.context.db.reader
    .selectFrom('ledger')
    .select(['type', 'state'])
    .where('actor', 'in', [dina.uri, world.bob.uri])
    .where('state', '!=', 'applied')
    .orderBy('sequence')
    .execute();
  expect(received).toEqual([
    { type: 'Join', state: 'received' },
    { type: 'Create', state: 'received' },
  ]);

  gate.answer = () => null;
  await until(async () => (await titles(department)).length === 1, 20_000);
  await settleAll([department, council]);
  expect(await titles(department)).toEqual(['Written after she asked to join']);
  expect((await dina.api('GET', `/groups/${there}`)).body.membership.state).toBe('member');
});
