import { transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { allowEachOther, startTestNode } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;

it('The door to peers does not open inside a unit of work, which would keep the only writer waiting for another node', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  await allowEachOther([department, council]);
  const { peers } = council.context.doors;
  const fetchNode = () => peers.fetchDocument(`${department.origin}/node`, { purpose: 'delivery' });
  const post = () => peers.post(`${department.origin}/inbox`, { purpose: 'delivery', headers: {}, body: '{}' });
  for (const use of [fetchNode, post]) {
    const logged = department.logged.length;
    await expect(transact(council.context, by, use)).rejects.toMatchObject({ code: 'inside_unit_of_work' });
    expect(department.logged.length).toBe(logged);
  }
  expect(await fetchNode()).toMatchObject({ ok: true });
});
