import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeStores } from '../../../../test/harness/store.ts';
import type { Context } from '../context.ts';
import { streams } from '../log/events.ts';
import type { Slice } from '../slice.ts';
import { transact } from '../work.ts';
import { openDatabase } from './open.ts';

declare module '../log/events.ts' {
  interface Events {
    'changetest.happened': { n: number };
  }
}

const slice: Slice = {
  name: 'changetest',
  events: { 'changetest.happened': { v: 1, data: z.object({ n: z.number() }) } },
};

const happen = (context: Context) =>
  transact(context, { kind: 'system', what: 'test' }, async (work) => {
    work.emit('changetest.happened', streams.local, { n: 1 });
  });

describeStores('A change', (open) => {
  it('of another process is noticed by polling, which takes a quarter of a second at most', async () => {
    await using store = await open({ slices: [slice] });
    await using other = await openDatabase({ ...store.context.config, exclusive: false });
    const noticed = Promise.withResolvers<number>();
    other.changes.start();
    await other.changes.poll();
    other.changes.subscribe(() => noticed.resolve(performance.now()));
    await happen(store.context);
    const committed = performance.now();
    // Twice the interval: this machine may have other things to do.
    expect((await noticed.promise) - committed).toBeLessThan(500);
  });

  it('of this process is told at once, and only after its commit', async () => {
    await using store = await open({ slices: [slice] });
    let heard = 0;
    store.context.db.changes.subscribe(() => {
      heard += 1;
    });
    await transact(store.context, { kind: 'system', what: 'test' }, async (work) => {
      work.emit('changetest.happened', streams.local, { n: 1 });
      expect(heard).toBe(0);
    });
    expect(heard).toBe(1);
    // Nothing happened, nothing is told.
    await transact(store.context, { kind: 'system', what: 'test' }, async () => {});
    expect(heard).toBe(1);
  });

  it('is told no more to who has ended the subscription', async () => {
    await using store = await open({ slices: [slice] });
    let heard = 0;
    const stop = store.context.db.changes.subscribe(() => {
      heard += 1;
    });
    stop();
    await happen(store.context);
    await store.context.db.changes.poll();
    await happen(store.context);
    await store.context.db.changes.poll();
    expect(heard).toBe(0);
  });
});
