import { setTimeout } from 'node:timers/promises';
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

/** Milliseconds from writing until another node has applied it, 19 of 20 times at most. */
async function latencyTo(other: TestNode, samples: number[], writeOne: () => Promise<string>): Promise<void> {
  const uri = await writeOne();
  const since = performance.now();
  const there = () => other.context.db.reader.selectFrom('post').select('id').where('uri', '=', uri).executeTakeFirst();
  for (let found = await there(); !found; found = await there()) {
    if (performance.now() - since > 20_000) throw new Error('What is new does not arrive');
    await setTimeout(5);
  }
  samples.push(performance.now() - since);
}

const p95 = (samples: number[]) => samples.toSorted((a, b) => a - b)[Math.floor(samples.length * 0.95)] ?? Number.NaN;

it(`a node that missed ${missed} activities has them in order within 60 s at ${latency} ms latency, and delivery to another node is no slower meanwhile`, {
  timeout: 240_000,
}, async () => {
  await using nearLink = await openLink(latency);
  await using farLink = await openLink(latency);
  await using department = await startTestNode('department', { environment: nearLink.environment });
  nearLink.to(department.port ?? 0);
  await using council = await startTestNode('council', { environment: farLink.environment });
  farLink.to(council.port ?? 0);
  await using other = await startTestNode('other');
  await allowEachOther([department, council, other]);
  const ada = await department.person('Ada Owner');
  const group = await openGroup(department, ada.id, 'parking');
  await join(council, await council.person('Bob Council'), group.uri);
  await settleAll([department, council]);

  farLink.cut();
  await write(department, group.id, ada.id, 0, missed);
  expect(await countPosts(council)).toBe(0);
  // Comes later, so that it gets only what is new from now on.
  await join(other, await other.person('Cato Other'), group.uri);
  await settleAll([department, other]);
  let written = 0;
  const writeOne = async () => {
    written += 1;
    const made = await transact(department.context, by, (work) =>
      createTopic(work, { group: group.id, author: ada.id, title: `New ${written}`, ...markdownText('New') }),
    );
    return made.uri;
  };
  const before: number[] = [];
  for (let n = 0; n < 40; n += 1) await latencyTo(other, before, writeOne);

  farLink.mend();
  const since = performance.now();
  department.federation.contact(council.origin);
  const during: number[] = [];
  let took = 0;
  const caughtUp = until(async () => (await countPosts(council)) >= missed, 90_000).then(() => {
    took = performance.now() - since;
  });
  while (took === 0) {
    await latencyTo(other, during, writeOne);
    await setTimeout(100);
  }
  await caughtUp;

  console.log(
    `${missed} missed activities applied in ${(took / 1_000).toFixed(1)} s at ${latency} ms latency; delivery to another node (95 of 100): ` +
      `${p95(before).toFixed(0)} ms before, ${p95(during).toFixed(0)} ms meanwhile (${during.length} topics)`,
  );
  expect(took).toBeLessThan(60_000);
  expect(p95(during)).toBeLessThanOrEqual(2 * p95(before) + 200);
  await until(async () => (await countPosts(council)) === missed + written, 20_000);
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
