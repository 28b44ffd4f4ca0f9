import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { allowEachOther, settleAll, startTestNode, type TestNode } from '../harness/node.ts';
import { type Rogue, startRogue } from '../harness/rogue.ts';
import { join, openGroup, topic } from './lanes-world.ts';

const samples = 30;

it('a node that never answers and one that answers drop by drop do not slow delivery to another', {
  timeout: 60_000,
}, async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  await using silent = await startRogue();
  await using dripping = await startRogue();
  await allowEachOther([department, council]);
  const ada = await department.person('Ada Owner');
  const group = await openGroup(department, ada.id, 'parking');
  await join(council, await council.person('Bob Council'), group.uri);
  await settleAll([department, council]);
  const measure = async () => {
    const taken: number[] = [];
    for (let n = 0; n < samples; n += 1) {
      const { uri } = await topic(department, group.id, ada.id, `Topic ${n}`);
      taken.push(await arrival(council, uri));
    }
    return taken.toSorted((a, b) => a - b);
  };
  await measure();
  const before = await measure();

  for (const rogue of [silent, dripping]) {
    await department.allow({ origin: rogue.origin, name: rogue.origin });
    await follow(rogue, department, group.uri);
  }
  await settleAll([department]);
  let waiting = 0;
  silent.serve('/inbox', () => {
    waiting += 1;
  });
  dripping.serve('/inbox', (_request, response) => {
    waiting += 1;
    response.writeHead(202, { 'content-type': 'text/plain' });
    const drops = setInterval(() => response.write('.'), 500);
    response.on('close', () => clearInterval(drops));
  });
  const during = await measure();
  expect(waiting).toBeGreaterThanOrEqual(2);
  const middle = samples / 2;
  const [quick, slowed] = [before[middle] ?? 0, during[middle] ?? Number.POSITIVE_INFINITY];
  console.log(
    `Delivery to another node: median ${quick.toFixed(0)} ms alone, ${slowed.toFixed(0)} ms beside a silent and a dripping node`,
  );
  // A few milliseconds alone: what else runs on the machine must not decide.
  expect(slowed).toBeLessThan(2 * quick + 50);
});

async function arrival(node: TestNode, uri: string): Promise<number> {
  const since = performance.now();
  const there = () => node.context.db.reader.selectFrom('post').select('id').where('uri', '=', uri).executeTakeFirst();
  for (let found = await there(); !found; found = await there()) {
    if (performance.now() - since > 20_000) throw new Error('What is new does not arrive');
    await setTimeout(2);
  }
  return performance.now() - since;
}

async function follow(rogue: Rogue, node: TestNode, group: string): Promise<void> {
  const anna = rogue.actor('anna');
  const asked = { id: rogue.id('/follows'), type: 'Follow', actor: anna.uri, object: group };
  expect((await rogue.send(node, anna, asked)).status).toBe(202);
  await settleAll([node]);
}
