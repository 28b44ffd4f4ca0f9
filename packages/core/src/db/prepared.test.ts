import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { transact } from '../work.ts';
import { prepareQuery } from './prepared.ts';

const by = { kind: 'system', what: 'test' } as const;

describeStores('A prepared query', (open) => {
  const readerOf = prepareQuery((db, { name, least }: { name: string; least: number }) =>
    db.selectFrom('log_reader').selectAll().where('name', '=', name).where('seq', '>=', least),
  );
  const add = prepareQuery((db, row: { name: string; seq: number }) =>
    db.insertInto('log_reader').values({ name: row.name, seq: row.seq }),
  );

  it('gives each time what belongs to the values it is run with', async () => {
    await using store = await open({ slices: [] });
    const { context } = store;
    await transact(context, by, async (work) => {
      await add(work.db, { name: 'one', seq: 1 });
      await add(work.db, { name: "two'; --", seq: 2 });
      expect(await readerOf(work.db, { name: 'one', least: 0 })).toEqual([{ name: 'one', seq: 1 }]);
    });
    const { reader } = context.db;
    expect(await readerOf(reader, { name: "two'; --", least: 2 })).toEqual([{ name: "two'; --", seq: 2 }]);
    expect(await readerOf(reader, { name: "two'; --", least: 3 })).toEqual([]);
    expect(await readerOf(reader, { name: 'three', least: 0 })).toEqual([]);
  });

  it('refuses the outer database inside a unit of work', async () => {
    await using store = await open({ slices: [] });
    const { context } = store;
    const reading = transact(context, by, async () => readerOf(context.db.reader, { name: 'one', least: 0 }));
    await expect(reading).rejects.toMatchObject({ code: 'inside_unit_of_work' });
  });
});
