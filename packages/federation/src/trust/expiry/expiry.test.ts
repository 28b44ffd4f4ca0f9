import { type Context, runNextJob, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import { type DecisionInput, decideAs } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';
import { planAllWarnings } from './plan.ts';

const by = { kind: 'system', what: 'test' } as const;
const origin = 'https://good.gov';

describeStores('The end of an agreement', (open) => {
  const openNode = async () => {
    const clock = { now: new Date('2026-11-01T00:00:00.000Z') };
    const store = await open({ slices: [createPartnersSlice({})], now: () => clock.now });
    const { context } = store;
    return {
      ...{ store, context },
      decide: (what: 'allow' | 'change' | 'suspend', fields: DecisionInput['fields'] = {}) =>
        transact(context, by, (work) => decideAs(work, what, { origin, fields, by: 'Olga', reason: 'Test' })),
      /** Days before the end of which somebody was told so far. */
      until: async (day: string) => {
        clock.now = new Date(`${day}T00:00:00.000Z`);
        while (await runNextJob(context));
        return warnings(context);
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  };
  const warnings = async ({ db }: Context) => {
    const rows = await db.reader.selectFrom('log').select('data').where('name', '=', 'partner.expires_soon').execute();
    return rows.map(({ data }) => JSON.parse(data).days);
  };

  it('is said 30, 7 and 1 days before, and not when it was extended or stopped', async () => {
    await using node = await openNode();
    const { decide, until } = node;
    await decide('allow', { agency: 'Good', expiresAt: '2026-12-20T00:00:00.000Z' });
    expect(await until('2026-11-19')).toEqual([]);
    expect(await until('2026-11-20')).toEqual([30]);
    expect(await until('2026-11-21')).toEqual([30]);
    // Extended: what was planned for the old end says nothing any more.
    await decide('change', { expiresAt: '2027-01-20T00:00:00.000Z' });
    expect(await until('2026-12-20')).toEqual([30]);
    expect(await until('2026-12-21')).toEqual([30, 30]);
    expect(await until('2027-01-13')).toEqual([30, 30, 7]);
    await decide('suspend');
    expect(await until('2027-01-19')).toEqual([30, 30, 7]);
  });

  it('is said for agreements for which nobody planned it, once', async () => {
    await using node = await openNode();
    const { context, decide, until } = node;
    await decide('allow', { agency: 'Good', expiresAt: '2026-12-20T00:00:00.000Z' });
    await transact(context, by, (work) => work.db.deleteFrom('job').execute());
    expect(await until('2026-11-20')).toEqual([]);
    await planAllWarnings(context);
    await planAllWarnings(context);
    expect(await until('2026-12-13')).toEqual([7]);
    await planAllWarnings(context);
    expect(await until('2026-12-19')).toEqual([7, 1]);
    await planAllWarnings(context);
    expect(await until('2026-12-20')).toEqual([7, 1]);
  });
});
