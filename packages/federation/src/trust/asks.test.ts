import { newId, transact, type Work } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores, type StoreOptions, type TestStore } from '../../../../test/harness/store.ts';
import { asks, declineAsks, openAsks } from './asks.ts';
import { allowPartner } from './partners.ts';
import { createPartnersSlice } from './slice.ts';
import { decisions } from './store.ts';
import { createTrust } from './trust.ts';

const [anna, bram] = [newId(), newId()];
const wanted = { person: anna, origin: 'https://good.gov', reason: 'Winter roads' };

async function start(open: (options?: StoreOptions) => Promise<TestStore>) {
  const store = await open({ slices: [createPartnersSlice({})] });
  const { context } = store;
  const trust = createTrust(context);
  context.ports.trust = trust;
  await trust.refresh();
  const as = <T>(does: (work: Work) => Promise<T>) => transact(context, { kind: 'system', what: 'test' }, does);
  return {
    as,
    trust,
    db: context.db.reader,
    events: async () => {
      const rows = await context.db.reader.selectFrom('log').select(['name', 'data']).orderBy('seq').execute();
      return rows.filter(({ name }) => name.startsWith('partner.ask'));
    },
    [Symbol.asyncDispose]: async () => {
      await trust[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

describeStores('Asking for an agreement', (open) => {
  it('reaches the officer once per person and node, however often it is asked', async () => {
    await using node = await start(open);
    const first = await node.as((work) => asks.ask(work, wanted));
    const again = await node.as((work) => asks.ask(work, { ...wanted, origin: 'HTTPS://Good.gov/', reason: 'Roads' }));
    expect(again).toMatchObject({ id: first.id, state: 'open', reason: 'Roads', askedAt: first.askedAt, answer: null });
    const group = 'https://good.gov/groups/1';
    await node.as((work) => asks.ask(work, { ...wanted, group }));
    await node.as((work) => asks.ask(work, { ...wanted, person: bram }));
    await node.as((work) => asks.ask(work, { ...wanted, origin: 'https://other.gov' }));
    expect(await asks.waiting(node.db, 'https://good.gov')).toBe(2);
    const open_ = await openAsks(node.db);
    expect(open_.map(({ origin, asks }) => [origin, asks.length])).toEqual([
      ['https://good.gov', 3],
      ['https://other.gov', 1],
    ]);
    expect((await node.events()).map(({ name }) => name)).toEqual(Array(4).fill('partner.asked'));
  });

  it('is answered for everybody who asked, with the officer’s words, and can be asked again', async () => {
    await using node = await start(open);
    const mine = await node.as((work) => asks.ask(work, wanted));
    const theirs = await node.as((work) => asks.ask(work, { ...wanted, person: bram }));
    const answer = { origin: 'https://good.gov', answer: 'They have no agreement yet', by: 'Olga' };
    await node.as((work) => declineAsks(work, answer));
    expect(await asks.byId(node.db, mine.id)).toMatchObject({ state: 'declined', answer: answer.answer });
    expect((await asks.of(node.db, bram)).map(({ id, state }) => [id, state])).toEqual([[theirs.id, 'declined']]);
    const told = (await node.events()).filter(({ name }) => name === 'partner.ask_answered');
    expect(told.map(({ data }) => JSON.parse(data).person).sort()).toEqual([anna, bram].sort());
    const [row] = await decisions(node.db);
    expect(row).toMatchObject({ what: 'ask-declined', by: 'Olga', reason: answer.answer, origin: answer.origin });
    await expect(node.as((work) => declineAsks(work, answer))).rejects.toMatchObject({ code: 'not_found' });
    expect(await node.as((work) => asks.ask(work, wanted))).toMatchObject({ id: mine.id, state: 'open', answer: null });
  });

  it('is answered by the agreement itself, and refused where there is one', async () => {
    await using node = await start(open);
    const mine = await node.as((work) => asks.ask(work, wanted));
    const hosts = [
      { origin: 'https://main.gov', role: 'node' },
      { origin: 'https://good.gov', role: 'other' },
    ];
    const input = { origin: 'https://main.gov', fields: { hosts }, by: 'Olga', reason: 'Agreement 17' };
    await node.as((work) => allowPartner(work, input));
    expect(await asks.byId(node.db, mine.id)).toMatchObject({ state: 'agreed', answer: null });
    expect((await node.events()).at(-1)?.name).toBe('partner.ask_answered');
    await node.trust.refresh();
    await expect(node.as((work) => asks.ask(work, wanted))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is refused for what is no other node, without a reason, and beyond twenty open ones', async () => {
    await using node = await start(open);
    const refused = (input: Partial<typeof wanted> & { group?: string }, code: string) =>
      expect(node.as((work) => asks.ask(work, { ...wanted, ...input }))).rejects.toMatchObject({ code });
    await refused({ origin: 'nothing' }, 'invalid');
    await refused({ origin: await node.as(async (work) => work.home) }, 'invalid');
    await refused({ group: 'https://elsewhere.gov/groups/1' }, 'invalid');
    await refused({ reason: '  ' }, 'invalid');
    await refused({ reason: 'x'.repeat(1001) }, 'invalid');
    for (let index = 0; index < 20; index++)
      await node.as((work) => asks.ask(work, { ...wanted, origin: `https://node-${index}.gov` }));
    await refused({}, 'too_many');
    expect(await node.as((work) => asks.ask(work, { ...wanted, person: bram }))).toMatchObject({ state: 'open' });
  });
});
