import { expect, it } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { describeStores, openStore } from '../../../../test/harness/store.ts';
import type { Context } from '../context.ts';
import { openDatabase } from '../db/open.ts';
import type { Slice } from '../slice.ts';
import { transact } from '../work.ts';
import { enqueueJob, nextJobAt, runNextJob } from './jobs.ts';
import { startWorker } from './worker.ts';

const by = { kind: 'system', what: 'test' } as const;
const start = Date.UTC(2026, 10, 21);
const minute = 60_000;

/** A slice whose job does what the test says, and a clock that the test moves. */
function bench(run: (n: number) => void | Promise<void>) {
  const clock = { at: start };
  const slice: Slice = { name: 'jobtest', jobs: { 'jobtest.run': async (_context, data) => run(Number(data.n)) } };
  return { clock, options: { slices: [slice], now: () => new Date(clock.at) } };
}

const enqueue = (context: Context, n: number, options?: { key?: string; runAt?: string }) =>
  transact(context, by, (work) => enqueueJob(work, 'jobtest.run', { n }, options));

const jobs = (context: Context) => context.db.reader.selectFrom('job').selectAll().execute();

describeStores('A job', (open) => {
  it('runs once when it is due, earliest first, and is gone then', async () => {
    const ran: number[] = [];
    const { clock, options } = bench((n) => void ran.push(n));
    await using store = await open(options);
    await enqueue(store.context, 1, { runAt: new Date(start + 2 * minute).toISOString() });
    await enqueue(store.context, 2, { runAt: new Date(start + minute).toISOString() });
    expect(await runNextJob(store.context)).toBe(false);
    expect(await nextJobAt(store.context)).toBe(new Date(start + minute).toISOString());
    clock.at += 3 * minute;
    while (await runNextJob(store.context));
    expect(ran).toEqual([2, 1]);
    expect(await jobs(store.context)).toEqual([]);
    expect(await nextJobAt(store.context)).toBeNull();
  });

  it('exists only if its cause was committed', async () => {
    const { options } = bench(() => {});
    await using store = await open(options);
    await transact(store.context, by, async (work) => {
      await enqueueJob(work, 'jobtest.run', { n: 1 });
      throw new Error('undone');
    }).catch(() => {});
    expect(await jobs(store.context)).toEqual([]);
  });

  it('with a key is asked for once while unfinished, and again afterwards', async () => {
    const ran: number[] = [];
    const { options } = bench((n) => void ran.push(n));
    await using store = await open(options);
    for (const n of [1, 2]) await enqueue(store.context, n, { key: 'digest' });
    while (await runNextJob(store.context));
    await enqueue(store.context, 3, { key: 'digest' });
    while (await runNextJob(store.context));
    expect(ran).toEqual([1, 3]);
  });

  it('that fails is tried again ever later, and given up after ten times, with the reason', async () => {
    const tried: number[] = [];
    const { clock, options } = bench(() => {
      tried.push(clock.at);
      throw new Error('no luck');
    });
    await using store = await open(options);
    await enqueue(store.context, 1, { key: 'digest' });
    for (let next = await nextJobAt(store.context); next !== null; next = await nextJobAt(store.context)) {
      clock.at = Date.parse(next);
      expect(await runNextJob(store.context)).toBe(true);
    }
    const waits = tried.slice(1).map((at, index) => (at - (tried[index] ?? 0)) / 1_000);
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560]);
    expect(await jobs(store.context)).toMatchObject([
      { state: 'failed', attempts: 10, last_error: 'no luck', key: null },
    ]);
    // Its key is free for a new one.
    await enqueue(store.context, 2, { key: 'digest' });
    expect(await jobs(store.context)).toHaveLength(2);
  });

  it('that no slice handles is kept, with the reason', async () => {
    await using store = await open();
    await enqueue(store.context, 1);
    expect(await runNextJob(store.context)).toBe(true);
    expect(await jobs(store.context)).toMatchObject([
      { state: 'waiting', last_error: expect.stringContaining('No slice') },
    ]);
  });

  it('of a worker that died is taken by another when the lease has run out, not before', async () => {
    const hangs = Promise.withResolvers<void>();
    const ran: string[] = [];
    let dies = true;
    const { clock, options } = bench(async () => {
      ran.push(dies ? 'dead' : 'alive');
      if (dies) await hangs.promise;
    });
    await using store = await open(options);
    await enqueue(store.context, 1);
    const dead = runNextJob(store.context);
    await expect.poll(() => ran).toEqual(['dead']);
    dies = false;
    clock.at += minute;
    expect(await runNextJob(store.context)).toBe(false);
    expect(await nextJobAt(store.context)).toBe(new Date(start + 2 * minute).toISOString());
    clock.at += 2 * minute;
    expect(await runNextJob(store.context)).toBe(true);
    expect(ran).toEqual(['dead', 'alive']);
    // The dead one comes back: its word counts no more.
    await enqueue(store.context, 2);
    hangs.resolve();
    expect(await dead).toBe(true);
    expect(await jobs(store.context)).toMatchObject([{ data: '{"n":2}' }]);
  });

  it('that ends its process each time is given up too', async () => {
    const { clock, options } = bench(() => new Promise(() => {}));
    await using store = await open(options);
    await enqueue(store.context, 1);
    await transact(store.context, by, async (work) => {
      const leased = { attempts: 10, lease: 'x', leased_until: new Date(clock.at + minute).toISOString() };
      await work.db.updateTable('job').set(leased).execute();
    });
    clock.at += 2 * minute;
    expect(await runNextJob(store.context)).toBe(false);
    expect(await jobs(store.context)).toMatchObject([
      { state: 'failed', last_error: 'The process ended while it ran' },
    ]);
  });

  it('is run by a worker as soon as it is asked for, without waiting for the next look', async () => {
    const done = Promise.withResolvers<number>();
    const { options } = bench((n) => done.resolve(n));
    await using store = await open(options);
    await using worker = startWorker(store.context);
    await worker.drain();
    const since = performance.now();
    // Planned without an event in the log, and nobody else wakes the worker.
    await enqueue(store.context, 7);
    expect(await done.promise).toBe(7);
    expect(performance.now() - since).toBeLessThan(3_000);
  });

  it('of a kind of which many wait for others leaves room for those of another kind', async () => {
    const slow = Promise.withResolvers<void>();
    const quick = Promise.withResolvers<number>();
    let started = 0;
    const waits = async () => {
      started += 1;
      await slow.promise;
    };
    const slice: Slice = {
      name: 'jobtest',
      jobs: { 'jobtest.waits': waits, 'jobtest.run': async (_context, data) => quick.resolve(Number(data.n)) },
    };
    await using store = await open({ slices: [slice] });
    await transact(store.context, by, async (work) => {
      for (let n = 0; n < 20; n += 1) await enqueueJob(work, 'jobtest.waits', { n });
      await enqueueJob(work, 'jobtest.run', { n: 7 });
    });
    await using worker = startWorker(store.context);
    expect(await quick.promise).toBe(7);
    expect(started).toBeLessThan(6);
    slow.resolve();
    await worker.drain();
    expect(started).toBe(20);
  });

  it('that takes long holds up no other, and both end before the worker does', async () => {
    const slow = Promise.withResolvers<void>();
    const quick = Promise.withResolvers<void>();
    const ended: number[] = [];
    const { options } = bench(async (n) => {
      if (n === 1) await slow.promise;
      ended.push(n);
      if (n === 2) quick.resolve();
    });
    await using store = await open(options);
    const worker = startWorker(store.context);
    await enqueue(store.context, 1);
    await enqueue(store.context, 2);
    await quick.promise;
    expect(ended).toEqual([2]);
    slow.resolve();
    await worker[Symbol.asyncDispose]();
    expect(ended).toEqual([2, 1]);
    expect(await jobs(store.context)).toEqual([]);
  });
});

it.skipIf(postgresMissing)('Two workers on PostgreSQL share jobs and never run one twice', async () => {
  const ran: number[] = [];
  const { options } = bench(async (n) => void ran.push(n));
  await using store = await openStore('postgres', options);
  await using second = await openDatabase({ ...store.context.config, exclusive: false });
  const other: Context = { ...store.context, db: second };
  for (let n = 0; n < 40; n += 1) await enqueue(store.context, n);
  const work = async (context: Context) => {
    let count = 0;
    while (await runNextJob(context)) count += 1;
    return count;
  };
  const counts = await Promise.all([work(store.context), work(other), work(store.context), work(other)]);
  while (await runNextJob(other));
  expect(ran.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1);
});
