import { streams, subscribe, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import { federationSlice } from '../../slice.ts';
import { allowPartner } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';
import { trafficOf } from './traffic.ts';

const by = { kind: 'system', what: 'test' } as const;
const origin = 'https://good.gov';

describeStores('What leaves the node', (open) => {
  it('is counted per partner from what it has acknowledged since it gets a stream, and what came from it', async () => {
    const exchanging = {
      name: 'x',
      exchanged: async (_db: unknown, origins: readonly string[]) =>
        origins.includes(origin) ? [{ origin, group: 'g', items: 7 }] : [],
    };
    await using store = await open({ slices: [federationSlice, createPartnersSlice({}), exchanging] });
    const { context } = store;
    const db = context.db.reader;
    const item = { item: 'x' };
    const stream = streams.node('https://elsewhere.gov');
    // Before the partner gets the stream: history, which nobody sent to it.
    await transact(context, by, async (work) => void work.emit('federation.resent', stream, item));
    await transact(context, by, async (work) => {
      const fields = {
        agency: 'Good',
        hosts: [
          { origin, role: 'node' },
          { origin: 'https://media.good.gov', role: 'media' },
        ],
      };
      await allowPartner(work, { origin, fields, by: 'Olga', reason: 'Test' });
      await allowPartner(work, { origin: 'https://quiet.gov', by: 'Olga', reason: 'Test' });
      await subscribe(work, stream, origin);
    });
    await transact(context, by, async (work) => {
      for (let index = 0; index < 3; index += 1) work.emit('federation.resent', stream, item);
    });
    await transact(context, by, async (work) => {
      await work.db
        .updateTable('subscription')
        .set({ acknowledged: 3 })
        .where('stream', '=', stream)
        .where('origin', '=', origin)
        .execute();
      const row = {
        actor: origin,
        type: 'Create',
        object: null,
        text: null,
        code: null,
        verified: 'signature' as const,
      };
      const rest = {
        stream: null,
        epoch: null,
        sequence: null,
        waits_for: null,
        attempts: 0,
        received_at: work.now,
        applied_at: null,
      };
      for (const [index, state] of (['applied', 'applied', 'refused'] as const).entries())
        await work.db
          .insertInto('ledger')
          .values({ id: `${origin}/${index}`, origin, state, ...row, ...rest })
          .execute();
    });
    const [good, quiet] = await trafficOf(context, db);
    expect(good).toMatchObject({ sent: 2, received: 3, refused: 1, copies: 7, groups: 1 });
    expect(quiet).toMatchObject({ sent: 0, received: 0, refused: 0, copies: 0, groups: 0 });
  });
});
