import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type CommandAnswer, transact } from '@joinery/core';
import { type RehearsalStep, rehearsalSteps } from '@joinery/federation';
import type { RunningNode } from '@joinery/node';
import { approve, groupByUri, joinGroup, updateGroup } from '@joinery/slices/groups';
import { addPerson, personByUri } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { rehearse } from '../../apps/node/src/rehearsal.ts';
import { rehearseCommand } from '../../packages/federation/src/trust/rehearsal/command.ts';
import { decideAs } from '../../packages/federation/src/trust/testing.ts';
import { settleAll, startTestNode, type TestNode } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;
/** Milliseconds: three nodes start, and one line waits in vain. */
const timeout = 120_000;

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

it('a rehearsal goes through agreement, joining, posts, deletion and suspension, and leaves nothing behind', {
  timeout,
}, async () => {
  await using node = await startTestNode('department');
  await node.settle();
  const before = await stored(node);
  const { json, say } = await commandOf(node)();
  expect((json as { ok: boolean; detail: string }[]).map(({ ok, detail }) => [ok, detail])).toEqual(
    Array(13).fill([true, '']),
  );
  expect(say.split('\n')).toHaveLength(13);
  expect(await stored(node)).toEqual(before);
  // Others rehearse on this machine too, but theirs come and go.
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith('joinery-rehearsal-'));
  await expect.poll(() => readdirSync(tmpdir()).filter((name) => left.includes(name)), { timeout: 60_000 }).toEqual([]);
  expect(node.logged.filter((line) => /"level":"(error|warn)"/.test(line))).toEqual([]);
});

it('a rehearsal in which nothing works has no green line, and says which step failed and why', {
  timeout,
}, async () => {
  await using node = await startTestNode('department');
  const away = { ...node.context, config: { ...node.context.config, origin: 'http://localhost:1' } };
  const steps = await rehearse(away, {
    longest: 2_000,
    before: async (step, { copy, partner }) => {
      const cut = async () => ({ ok: false, code: 'unreachable', retryable: true, detail: 'The line is cut' }) as const;
      if (step === 'agreed')
        for (const { context } of [copy, partner])
          Object.assign(context.doors.peers, { post: cut, fetchDocument: cut });
    },
  });
  expect(steps.map(({ name, ok }) => [name, ok])).toEqual(rehearsalSteps.map((name) => [name, false]));
  expect(steps.filter(({ detail }) => detail === '')).toEqual([]);
  const failing = rehearseCommand(async () => steps);
  await expect(failing.run(away, { arguments: [], options: {} })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /^FAIL {2}A partner reaches this node at its address.*\n(.*\n)+FAIL {2}Two nodes agree/,
    ),
  });
});

it('a line about refusing is red when something is given, and the others stay green', { timeout }, async () => {
  await using node = await startTestNode('department');
  const closedOf = async ({ context }: RunningNode) => {
    const groups = context.db.reader.selectFrom('groups').selectAll('groups');
    const owned = groups.innerJoin('group_member', (join) =>
      join.onRef('group_member.group_id', '=', 'groups.id').on('group_member.role', '=', 'owner'),
    );
    return owned.select('person_id as owner').where('handle', '=', 'closed').executeTakeFirstOrThrow();
  };
  const change = async (copy: RunningNode, reading: 'members' | 'partners') => {
    const { id, owner } = await closedOf(copy);
    await transact(copy.context, by, (work) => updateGroup(work, id, owner, { reading }));
  };
  const meddle: Partial<Record<RehearsalStep['name'], (copy: RunningNode, partner: RunningNode) => Promise<unknown>>> =
    {
      'reading-refused': async (_, { origin }) => {
        const fields = { agency: 'Partner', privateRanges: true };
        await transact(node.context, by, (work) =>
          decideAs(work, 'allow', { origin, fields, by: 'test', reason: 'By mistake' }),
        );
        await node.federation.bridge.trust.refresh();
      },
      closed: (copy) => change(copy, 'partners'),
      'closed-joined': (copy) => change(copy, 'members'),
      // Somebody else there is in it still.
      'closed-removed': async (copy, partner) => {
        const { id, uri, owner } = await closedOf(copy);
        const input = {
          name: 'Pia Partner',
          email: 'pia@partner.example',
          administrator: false,
          federationOfficer: false,
        };
        const { id: pia, uri: address } = await addPerson(partner.context, by, input);
        const there = await groupByUri(partner.context.db.reader, uri);
        await transact(partner.context, by, (work) => joinGroup(work, { group: there?.id ?? '', person: pia }));
        await settleAll([copy, partner]);
        const person = (await personByUri(copy.context.db.reader, address))?.id ?? '';
        await transact(copy.context, by, (work) => approve(work, { group: id, person, by: owner }));
        await settleAll([copy, partner]);
      },
      suspended: async ({ federation }) => {
        federation.bridge.trust.mayFederate = () => ({ allowed: true, reason: 'allowed' });
      },
    };
  const steps = await rehearse(node.context, {
    longest: 10_000,
    before: async (step, { copy, partner }) => {
      await meddle[step]?.(copy, partner);
    },
  });
  const red = steps.filter(({ ok }) => !ok);
  expect(Object.fromEntries(red.map(({ name, detail }) => [name, detail]))).toEqual({
    'reading-refused': 'It was let in',
    'sending-refused': 'It was let in',
    closed: 'Something was given',
    'closed-removed': expect.stringContaining('The partner could still read'),
    suspended: 'The partner could still read',
  });
});
