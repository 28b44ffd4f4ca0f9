import {
  type CommandAnswer,
  createActorKeys,
  publicKeysOf,
  restoredState,
  transact,
  writeRestored,
} from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { createPerson, people } from '../people/index.ts';
import { commands } from './commands.ts';
import { createGroup } from './groups.ts';
import { groupsWithEndedKeys } from './keys.ts';
import { groups } from './slice.ts';

describeStores('Keys of groups that came back from a backup', (open) => {
  it('are renewed together where other nodes have told that they ended, and no others', async () => {
    await using store = await open({ slices: [people, groups] });
    const { context } = store;
    const keys = await createActorKeys();
    const rules = { reading: 'members', joining: 'request' } as const;
    const [anna, ended, other] = await transact(context, { kind: 'system', what: 'test' }, async (work) => {
      const owner = await createPerson(work, { name: 'Anna', agency: 'Here', language: 'en', timeZone: 'UTC', keys });
      const make = (handle: string) => createGroup(work, { name: handle, handle, owner: owner.id, keys, ...rules });
      return [owner, await make('ended'), await make('other')] as const;
    });
    const { reader } = context.db;
    expect(await groupsWithEndedKeys(reader)).toEqual([]);
    const at = '2026-11-22T08:00:00.000Z';
    // Of a person, of nobody, and of what was renewed since: none of them is asked about.
    const endedKeys = [
      `${ended.uri}#main-key`,
      `${ended.uri}#ed25519-key`,
      `${anna.uri}#main-key`,
      `${other.uri}#main-key-1`,
    ];
    await transact(context, { kind: 'system', what: 'test' }, (work) =>
      writeRestored(work.db, { at, asOf: at, confirmedAt: at, waiting: [], endedKeys }),
    );
    expect(await groupsWithEndedKeys(reader)).toEqual([ended.id]);
    const run = async () => {
      const command = commands.find(({ name }) => name === 'group rotate-key');
      const options = { by: 'Anna', reason: 'A backup', 'after-restore': true };
      return (await command?.run(context, { arguments: [], options })) as CommandAnswer;
    };
    const before = await publicKeysOf(reader, other.uri);
    expect((await run()).json).toEqual({ groups: 1 });
    const now = (await publicKeysOf(reader, ended.uri)).filter(({ retired_at }) => retired_at === null);
    expect([now.length, now.some(({ id }) => endedKeys.includes(id))]).toEqual([2, false]);
    expect(await publicKeysOf(reader, other.uri)).toEqual(before);
    expect([await groupsWithEndedKeys(reader), (await run()).json]).toEqual([[], { groups: 0 }]);
    expect((await restoredState(reader))?.endedKeys).toEqual(endedKeys);
  });
});
