import { takeJob, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { groups } from '@joinery/slices/groups';
import { people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { planReceipts } from './copies.ts';
import { posts } from './index.ts';

const by = { kind: 'system', what: 'test' } as const;
const other = 'https://other.example';
const minute = 60_000;

describeStores('Of copies', (open) => {
  it('that go one by one, all are erased together, and each has its receipt', async () => {
    let now = new Date();
    await using store = await open({ slices: [people, groups, posts, files], now: () => now });
    const { context } = store;
    const sent: unknown[] = [];
    context.ports.closedGroups.receipt = async (_origin, { item, items }) => {
      sent.push(item ?? items);
      return true;
    };
    const erase = context.db.erase.bind(context.db);
    let [erasures, held] = [0, true];
    context.db.erase = async (tables) => {
      erasures += 1;
      return held ? false : erase(tables);
    };
    const group = 'https://here.example/groups/1';
    const item = (number: number) => `${other}/posts/${number}`;
    await transact(context, by, async (work) => {
      for (let number = 0; number < 300; number += 1) {
        const receipt = { origin: other, items: 1, item: item(number) };
        await planReceipts(work, { group, version: 0, receipts: [receipt], bytes: number % 3 === 0 });
      }
      // Two of the same group say different numbers.
      for (const items of [7, 5]) await planReceipts(work, { group, version: 1, receipts: [{ origin: other, items }] });
    });
    const run = async (name: string) => {
      for (let job = await takeJob(context); job; job = await takeJob(context)) await job.run();
      return context.db.reader.selectFrom('job').select('id').where('name', '=', name).execute();
    };
    // While a backup reads, all wait together.
    expect(await run('posts.forget')).toHaveLength(302);
    expect([erasures <= 6, sent]).toEqual([true, []]);
    [erasures, held] = [0, false];
    now = new Date(now.getTime() + 2 * minute);
    expect(await run('posts.forget')).toEqual([]);
    expect(erasures).toBeLessThanOrEqual(6);
    const items = Array.from({ length: 300 }, (_, number) => item(number));
    expect(sent.sort()).toEqual([5, 7, ...items].sort());
  });
});
