import { runAfterEffects } from '@joinery/core';
import { expect, it } from 'vitest';
import { allowEachOther, settleAll, startTestNode } from '../harness/node.ts';
import { temporaryFolder } from './child.ts';
import { openFaultNode, writeEntry } from './node.ts';
import { expectWhole } from './oracle.ts';

const twoHours = 7_200_000;

it('A clock that jumps back two hours changes neither the order of the log nor that of ids', async () => {
  using folder = temporaryFolder();
  let skew = 0;
  await using node = await openFaultNode({
    folder: folder.path,
    databaseUrl: null,
    now: () => new Date(Date.now() + skew),
  });
  const written: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    if (n === 5) skew = -twoHours;
    written.push(await writeEntry(node.context, 0));
  }
  await expectWhole(node.context, { tried: new Set(written), acknowledged: new Set(written) });
  const log = await node.context.db.reader.selectFrom('log').selectAll().orderBy('seq').execute();
  expect(log.map((row) => JSON.parse(row.data).entry)).toEqual(written);
  expect(log.map((row) => row.id)).toEqual(log.map((row) => row.id).sort());
  // The fault is there: instants do go back.
  expect((log[5]?.at ?? '') < (log[4]?.at ?? '')).toBe(true);
  while ((await runAfterEffects(node.context)) > 0);
  const effects = await node.context.db.reader.selectFrom('faults_effect').selectAll().orderBy('position').execute();
  expect(effects.map((effect) => effect.entry)).toEqual(written);
});

it('A node whose clock is two hours behind is refused with a code that says so on both sides, and heals when the clock is set', async () => {
  let skew = -twoHours;
  await using department = await startTestNode('department');
  await using council = await startTestNode('council', { clock: { now: () => new Date(Date.now() + skew) } });
  const nodes = [department, council];
  await allowEachOther(nodes);
  const owner = await department.person('Olga Owner');
  const member = await council.person('Max Member');
  const officer = await council.person('Ada Admin', { administrator: true });
  const group = await owner.api('POST', '/groups', { name: 'Bridges', handle: 'bridges' });
  const ask = () => member.api('POST', '/memberships/remote', { uri: group.body.uri });
  expect((await ask()).status).toBeGreaterThanOrEqual(400);
  await settleAll(nodes);

  expect(department.logged.join('\n')).toContain('"refusal":"signature_clock"');
  const { body } = await officer.api('GET', '/peers');
  expect(body.items).toMatchObject([
    {
      origin: department.origin,
      lane: 'waiting',
      parked: [],
      lastError: expect.stringContaining('differs by 2 h (behind'),
    },
  ]);

  skew = 0;
  expect((await ask()).status).toBe(201);
  await settleAll(nodes);
  const joined = await member.api('GET', '/groups');
  expect(joined.body.items).toMatchObject([{ uri: group.body.uri, membership: { state: 'member' } }]);
});
