import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { transact } from '../work.ts';
import { epochOf, heedEpoch } from './host-epochs.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const origin = 'https://council.example';
const [first, second] = ['2026-11-20T08:00:00.000Z', '2026-11-22T11:00:00.000Z'];

describeStores('epochs of other nodes', (open) => {
  it('only rise, whatever is said again, and never beyond the present', async () => {
    await using store = await open({ slices: [], now: () => now });
    const heed = (said?: unknown) =>
      transact(store.context, { kind: 'peer', origin }, (work) => heedEpoch(work, origin, said));
    const table: [said: unknown, heeded: string | null, known: string][] = [
      [undefined, '', ''],
      [first, first, first],
      [undefined, null, first],
      [first, first, first],
      [second, second, second],
      [first, null, second],
      ['2026-11-22T12:05:00.001Z', null, second],
      ['9999-12-31T23:59:59.999Z', null, second],
      ['zzzz', null, second],
      ['2026-99-99T12:00:00.000Z', null, second],
      [`${second} `, null, second],
      [1_795_334_400_000, null, second],
      [[second], null, second],
      [null, null, second],
      ['2026-11-22T12:05:00.000Z', '2026-11-22T12:05:00.000Z', '2026-11-22T12:05:00.000Z'],
    ];
    for (const [said, heeded, known] of table)
      expect([said, await heed(said), await epochOf(store.context.db.reader, origin)]).toEqual([said, heeded, known]);
    expect(await epochOf(store.context.db.reader, 'https://other.example')).toBe('');
  });
});
