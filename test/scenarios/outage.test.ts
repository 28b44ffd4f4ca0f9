import { createActorKeys, transact } from '@joinery/core';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { openLink } from '../harness/link.ts';
import { allowEachOther, settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';

const by = { kind: 'system', what: 'test' } as const;
const missed = 5_000;
const latency = 50;

async function openGroup(node: TestNode, owner: string, handle: string) {
  const keys = await createActorKeys();
  return transact(node.context, by, (work) => createGroup(work, { name: 'Parking permits', handle, owner, keys }));
}

async function join(node: TestNode, person: TestPerson, uri: string): Promise<void> {
  const found = await node.context.ports.actors.resolve(uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: person.id }));
}

async function write(node: TestNode, group: string, author: string, from: number, count: number): Promise<void> {
  for (let first = from; first < from + count; first += 100) {
    await transact(node.context, by, async (work) => {
      for (let n = first; n < Math.min(first + 100, from + count); n += 1) {
        await createTopic(work, { group, author, title: `Topic ${n}`, ...markdownText(`Number ${n}`) });
      }
    });
  }
}

async function countPosts(node: TestNode): Promise<number> {
  const row = await node.context.db.reader
    .selectFrom('post')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

it(`a node that missed ${missed} activities has them in order within 60 s at ${latency} ms latency`, {
  timeout: 240_000,
}, async () => {
  await using nearLink = await openLink(latency);
  await using farLink = await openLink(latency);
  await using department = await startTestNode('department', { environment: nearLink.environment });
  nearLink.to(department.port ?? 0);
  await using council = await startTestNode('council', { environment: farLink.environment });
  farLink.to(council.port ?? 0);
  await using other = await startTestNode('other');
  const nodes = [department, council, other];
  await allowEachOther(nodes);
  const ada = await department.person('Ada Owner');
  const group = await openGroup(department, ada.id, 'parking');
  await join(council, await council.person('Bob Council'), group.uri);
  await join(other, await other.person('Cato Other'), group.uri);
  await settleAll(nodes);

  farLink.cut();
  await write(department, group.id, ada.id, 0, missed);
  await until(async () => (await countPosts(other)) === missed, 120_000);
  expect(await countPosts(council)).toBe(0);

  farLink.mend();
  const since = performance.now();
  department.federation.contact(council.origin);
  await until(async () => (await countPosts(council)) === missed, 90_000);
  const took = performance.now() - since;

  // While one node catches up, what is new reaches the other one as ever.
  console.log(`${missed} missed activities applied in ${(took / 1_000).toFixed(1)} s at ${latency} ms latency`);
  expect(took).toBeLessThan(60_000);
  const order = await council.context.db.reader
    .selectFrom('ledger')
    .select(['sequence', 'state', 'code', 'object'])
    .where('type', '=', 'Announce')
    .orderBy('applied_at')
    .orderBy('sequence')
    .execute();
  const numbers = order.map((row) => row.sequence);
  expect(numbers).toEqual([...numbers].sort((a, b) => Number(a) - Number(b)));
  expect(order.filter((row) => row.state !== 'applied')).toEqual([]);
});
