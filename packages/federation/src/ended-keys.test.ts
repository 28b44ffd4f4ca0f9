import { newId, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../test/harness/store.ts';
import { endedKeysOf } from './remote-keys.ts';
import { federationSlice } from './slice.ts';

describeStores('Keys that have ended', (open) => {
  it('are told to the node whose actors named them, and to no other', async () => {
    await using store = await open({ slices: [federationSlice] });
    const [one, other] = ['https://one.example', 'https://one.example.org'];
    const row = (origin: string, more: object) => {
      const owner = `${origin}/groups/${newId()}`;
      const dates = { fetched_at: '2026-11-20T00:00:00.000Z', ended_at: '2026-11-21T00:00:00.000Z' };
      return { id: `${owner}#main-key`, owner, public: 'key', through: null, ...dates, ...more };
    };
    const rows = [
      row(one, {}),
      row(one, { ended_at: '2026-11-22T00:00:00.000Z' }),
      row(one, { ended_at: null }),
      row(one, { through: 'https://two.example/groups/1' }),
      row(other, {}),
      row('https://one.example:8443', {}),
    ];
    await transact(store.context, { kind: 'system', what: 'test' }, (work) =>
      work.db.insertInto('remote_key').values(rows).execute(),
    );
    const { reader } = store.context.db;
    expect(await endedKeysOf(reader, one)).toEqual([rows[1]?.id, rows[0]?.id]);
    expect(await endedKeysOf(reader, other)).toEqual([rows[4]?.id]);
    expect(await endedKeysOf(reader, 'https://two.example')).toEqual([]);
  });
});
