import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeStores } from '../../../test/harness/store.ts';
import { inOneCommit } from './gathered.ts';
import { eventsAfter, streams } from './index.ts';

declare module './log/events.ts' {
  interface Events {
    'gathertest.happened': { n: number };
  }
}

const by = { kind: 'system', what: 'test' } as const;
const slice = { name: 'gathertest', events: { 'gathertest.happened': { v: 1, data: z.object({ n: z.number() }) } } };

describeStores('Small changes that come together', (open) => {
  it('share one unit of work, and what comes later has the next', async () => {
    await using store = await open({ slices: [slice] });
    const units: number[][] = [];
    const note = inOneCommit<number>(async (work, items) => {
      units.push(items);
      for (const n of items) work.emit('gathertest.happened', streams.local, { n });
    });
    await Promise.all([1, 2, 3].map((n) => note(store.context, by, n)));
    const written = (await eventsAfter(store.context.db.reader, 0, 10)).length;
    await note(store.context, by, 4);
    expect({ units, written }).toEqual({ units: [[1, 2, 3], [4]], written: 3 });
  });

  it('are all told of a failure, and hold up nothing that follows', async () => {
    await using store = await open({ slices: [slice] });
    const note = inOneCommit<string>(async (_work, items) => {
      if (items.includes('bad')) throw new Error('cannot');
    });
    const outcomes = await Promise.allSettled(['good', 'bad'].map((item) => note(store.context, by, item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await note(store.context, by, 'good');
  });
});
