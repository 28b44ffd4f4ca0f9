import { expect, it } from 'vitest';
import { z } from 'zod';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { describeStores, openStore } from '../../../../test/harness/store.ts';
import type { Context } from '../context.ts';
import { openDatabase } from '../db/open.ts';
import { refuse } from '../errors.ts';
import type { Slice } from '../slice.ts';
import { transact, type Work } from '../work.ts';
import { runAfterEffects } from './after-effects.ts';
import { streams } from './events.ts';

declare module './events.ts' {
  interface Events {
    'effecttest.happened': { n: number };
  }
}
declare module '../db/schema.ts' {
  interface Schema {
    effecttest_seen: { n: number };
  }
}

const by = { kind: 'system', what: 'test' } as const;

/** Counts each event in a table without a key, so that doubles show. */
function counting(name: string, before: (work: Work, n: number) => Promise<void> = async () => {}): Slice {
  return {
    name,
    events: { 'effecttest.happened': { v: 1, data: z.object({ n: z.number() }) } },
    migrations: {
      '2026-11-21-effecttest': async (db) => {
        await db.schema.createTable('effecttest_seen').addColumn('n', 'integer').execute();
      },
    },
    on: {
      'effecttest.happened': async (work, event) => {
        await work.db.insertInto('effecttest_seen').values({ n: event.data.n }).execute();
        await before(work, event.data.n);
      },
    },
  };
}

/** Another slice that counts the same events. */
function also(name: string, before?: (work: Work, n: number) => Promise<void>): Slice {
  const { on } = counting(name, before);
  return { name, ...(on ? { on } : {}) };
}

async function happen(context: Context, count: number): Promise<void> {
  await transact(context, by, async (work) => {
    for (let n = 0; n < count; n += 1) work.emit('effecttest.happened', streams.local, { n });
  });
}

async function seen(context: Context): Promise<number[]> {
  const rows = await context.db.reader.selectFrom('effecttest_seen').select('n').execute();
  return rows.map((row) => row.n);
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describeStores('An after-effect', (open) => {
  it('runs once per event, in order, over any number of rounds', async () => {
    await using store = await open({ slices: [counting('effecttest')] });
    await happen(store.context, 250);
    while ((await runAfterEffects(store.context)) > 0);
    expect(await seen(store.context)).toEqual(numbers(250));
    expect(await runAfterEffects(store.context)).toBe(0);
    expect(await seen(store.context)).toHaveLength(250);
  });

  it('that fails is undone, logged and stepped over', async () => {
    const slice = counting('effecttest', async (_work, n) => {
      if (n === 1) throw new Error('cannot');
      if (n === 2) refuse('conflict');
    });
    await using store = await open({ slices: [slice] });
    await happen(store.context, 4);
    while ((await runAfterEffects(store.context)) > 0);
    expect(await seen(store.context)).toEqual([0, 3]);
    const failures = store.logged.map((line) => JSON.parse(line)).filter((line) => line.code === 'after_effect.failed');
    expect(failures).toMatchObject([{ seq: 2 }, { seq: 3 }]);
  });

  it.each([
    ['a full disk', 'SQLITE_FULL'],
    ['tables that another process has changed', '0A000'],
  ])('that met %s is done again, with all of its batch', async (_what, code) => {
    let full = true;
    const slice = counting('effecttest', async (_work, n) => {
      if (n === 2 && full) throw Object.assign(new Error('the database is at fault'), { code });
    });
    await using store = await open({ slices: [slice] });
    await happen(store.context, 4);
    await expect(runAfterEffects(store.context)).rejects.toThrow('at fault');
    expect(await seen(store.context)).toEqual([]);
    full = false;
    while ((await runAfterEffects(store.context)) > 0);
    expect(await seen(store.context)).toEqual(numbers(4));
  });

  it('that is slow ends its batch early, so that the batch is not undone for taking too long', async () => {
    const slice = counting('effecttest', async () => {
      const until = performance.now() + 300;
      while (performance.now() < until);
    });
    await using store = await open({ slices: [slice] });
    await happen(store.context, 6);
    await runAfterEffects(store.context);
    const first = (await seen(store.context)).length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(6);
    while ((await runAfterEffects(store.context)) > 0);
    expect(await seen(store.context)).toEqual(numbers(6));
  });

  it('shares one unit of work with those of other slices, so that all of them wait for the disk once', async () => {
    const units = new Set<unknown>();
    const note = async (work: Work) => void units.add(work.db);
    await using store = await open({
      slices: [counting('effecttest', note), also('second', note), also('third', note)],
    });
    await happen(store.context, 3);
    while ((await runAfterEffects(store.context)) > 0);
    expect(await seen(store.context)).toHaveLength(9);
    expect(units.size).toBe(1);
  });

  it('that is slow leaves those of other slices for a unit of their own, and they are done once', async () => {
    const units: unknown[] = [];
    const slow = counting('effecttest', async () => {
      const until = performance.now() + 700;
      while (performance.now() < until);
    });
    await using store = await open({ slices: [slow, also('second', async (work) => void units.push(work.db))] });
    await happen(store.context, 2);
    while ((await runAfterEffects(store.context)) > 0);
    expect(await seen(store.context)).toHaveLength(4);
    expect(units).toHaveLength(2);
  });

  it('that breaks its unit of work is tried by itself, and those of other slices are done without it', async () => {
    let broken = true;
    const breaking = counting('effecttest', async (work) => {
      if (broken) work.emit('effecttest.happened', streams.local, { n: Number.NaN });
    });
    await using store = await open({ slices: [breaking, also('second')] });
    await happen(store.context, 2);
    await expect(runAfterEffects(store.context)).rejects.toThrow();
    expect(await seen(store.context)).toEqual([0, 1]);
    broken = false;
    while ((await runAfterEffects(store.context)) > 0);
    expect(await seen(store.context)).toEqual([0, 1, 0, 1]);
  });
});

it.skipIf(postgresMissing)('Two workers on PostgreSQL do each after-effect once', async () => {
  await using store = await openStore('postgres', { slices: [counting('effecttest')] });
  await using second = await openDatabase({ ...store.context.config, exclusive: false });
  const other: Context = { ...store.context, db: second };
  for (let round = 0; round < 5; round += 1) {
    await happen(store.context, 60);
    await Promise.all([store.context, other, store.context, other].map((context) => runAfterEffects(context)));
  }
  while ((await runAfterEffects(other)) > 0);
  expect((await seen(store.context)).sort((a, b) => a - b)).toEqual(numbers(60).flatMap((n) => Array(5).fill(n)));
});
