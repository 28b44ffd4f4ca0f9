import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { CommandAnswer } from '@joinery/core';
import { expect, it } from 'vitest';
import { startTestNode, type TestNode } from '../harness/node.ts';

const commandOf = (node: TestNode) => {
  const command = node.context.slices.flatMap(({ commands }) => commands ?? []).find(({ name }) => name === 'rehearse');
  if (!command) throw new Error('There is no command');
  return (): Promise<CommandAnswer> => command.run(node.context, { arguments: [], options: {} });
};
const stored = async ({ context: { db } }: TestNode) => {
  const tables = [
    'log',
    'partner',
    'partner_decision',
    'peer',
    'ledger',
    'person',
    'groups',
    'post',
    'handle',
  ] as const;
  const counts = await Promise.all(
    tables.map((table) =>
      db.reader
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .executeTakeFirst(),
    ),
  );
  return counts.map((row) => Number(row?.n));
};

it('a rehearsal goes through agreement, joining, posts, deletion and suspension, and leaves nothing behind', async () => {
  await using node = await startTestNode('department');
  await node.settle();
  const before = await stored(node);
  const { json, say } = await commandOf(node)();
  expect((json as { ok: boolean; detail: string }[]).map(({ ok, detail }) => [ok, detail])).toEqual(
    Array(10).fill([true, '']),
  );
  expect(say.split('\n')).toHaveLength(10);
  expect(await stored(node)).toEqual(before);
  // Others rehearse on this machine too, but theirs come and go.
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith('joinery-rehearsal-'));
  await expect.poll(() => readdirSync(tmpdir()).filter((name) => left.includes(name)), { timeout: 60_000 }).toEqual([]);
  expect(node.logged.filter((line) => /"level":"(error|warn)"/.test(line))).toEqual([]);
});

it('a rehearsal says which step failed, and why, when the node cannot be reached at its address', async () => {
  await using node = await startTestNode('department');
  const away = { ...node.context, config: { ...node.context.config, origin: 'http://localhost:1' } };
  const command = node.context.slices.flatMap(({ commands }) => commands ?? []).find(({ name }) => name === 'rehearse');
  await expect(command?.run(away, { arguments: [], options: {} })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /^FAIL {2}A partner reaches this node at its address.*\n(.*\n)+ok {4}Two nodes agree/,
    ),
  });
});
