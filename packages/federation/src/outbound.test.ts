import { expect, it } from 'vitest';
import { describeStores } from '../../../test/harness/store.ts';
import type { DoorConnection } from './door.ts';
import { createOutbound } from './outbound.ts';
import { federationSlice } from './slice.ts';

const connection = (number: number): DoorConnection => ({
  at: new Date(Date.UTC(2026, 10, 22, 0, 0, number)).toISOString(),
  method: 'GET',
  url: `https://good.gov/posts/${number}`,
  purpose: 'catching up',
  outcome: 'ok',
  status: 200,
  milliseconds: number,
});

describeStores('The list of outbound connections', (open) => {
  it('shows the newest hundred of all processes, outlives them, and writes nothing for a single connection', async () => {
    await using store = await open({ slices: [federationSlice] });
    const { context } = store;
    const stored = async () => (await context.db.reader.selectFrom('outbound').select('url').execute()).length;
    const shown = async (outbound: ReturnType<typeof createOutbound>) =>
      (await outbound.recent(context.db.reader)).map(({ milliseconds }) => milliseconds);
    await using web = createOutbound(context);
    {
      await using worker = createOutbound(context);
      for (let number = 0; number < 70; number += 1) worker.note(connection(number));
      expect(await stored()).toBe(0);
      expect(await shown(worker)).toEqual(Array.from({ length: 70 }, (_, index) => 69 - index));
      expect(await shown(web)).toEqual([]);
    }
    expect(await shown(web)).toHaveLength(70);
    for (let number = 70; number < 240; number += 1) web.note(connection(number));
    const newest = Array.from({ length: 100 }, (_, index) => 239 - index);
    expect(await shown(web)).toEqual(newest);
    await web.flush();
    expect(await stored()).toBe(100);
    expect(await shown(createOutbound(context))).toEqual(newest);
  });

  it('loses nothing when it cannot be stored for a while', async () => {
    await using store = await open({ slices: [federationSlice] });
    const { context } = store;
    const fault = context.db.fault;
    Object.assign(context.db, { fault: () => 'no space' });
    const outbound = createOutbound(context);
    outbound.note(connection(1));
    await outbound.flush();
    expect(store.logged.join()).toContain('outbound.not_stored');
    Object.assign(context.db, { fault });
    await outbound[Symbol.asyncDispose]();
    expect(await createOutbound(context).recent(context.db.reader)).toHaveLength(1);
  });
});
