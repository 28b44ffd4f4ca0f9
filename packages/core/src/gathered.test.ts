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
    const units = new Map<unknown, number[]>();
    const note = inOneCommit<number>(async (work, n) => {
      units.set(work.db, [...(units.get(work.db) ?? []), n]);
      work.emit('gathertest.happened', streams.local, { n });
    });
    await Promise.all([1, 2, 3].map((n) => note(store.context, by, n)));
    const written = (await eventsAfter(store.context.db.reader, 0, 10)).length;
    await note(store.context, by, 4);
    expect({ units: [...units.values()], written }).toEqual({ units: [[1, 2, 3], [4]], written: 3 });
  });

  it('are undone one by one, and who asked for one that failed is told', async () => {
    await using store = await open({ slices: [slice] });
    const note = inOneCommit<number>(async (work, n) => {
      work.emit('gathertest.happened', streams.local, { n });
      if (n === 2) throw new Error('cannot');
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => note(store.context, by, n)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const events = await eventsAfter(store.context.db.reader, 0, 10);
    expect(events.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('are made one by one where the database undid them for the company', async () => {
    await using store = await open({ slices: [slice] });
    let together = true;
    const note = inOneCommit<number>(async (work, n) => {
      work.emit('gathertest.happened', streams.local, { n });
      if (n !== 3 || !together) return;
      together = false;
      throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
    });
    await Promise.all([1, 2, 3].map((n) => note(store.context, by, n)));
    const events = await eventsAfter(store.context.db.reader, 0, 10);
    expect(events.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('are all told of a disk that is full', async () => {
    await using store = await open({ slices: [slice] });
    const note = inOneCommit<number>(async (work, n) => {
      work.emit('gathertest.happened', streams.local, { n });
      if (n === 2) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    });
    const outcomes = await Promise.allSettled([1, 2].map((n) => note(store.context, by, n)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await eventsAfter(store.context.db.reader, 0, 10)).toEqual([]);
  });
});
