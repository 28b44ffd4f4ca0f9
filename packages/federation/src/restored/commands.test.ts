import { type CommandAnswer, type Slice, transact, withheldRows, withhold } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { federationSlice } from '../slice.ts';
import { restoredCommands } from './commands.ts';

describeStores('joinery restore rules', (open) => {
  it('ends nobody’s role at another node before naming them and being told to', async () => {
    const done: string[] = [];
    const rule: NonNullable<Slice['withheld']>[string] = {
      order: 1,
      describe: async (_, { subject }) => ({ title: subject, says: 'Was open', href: `/groups/${subject}/confirm` }),
      ends: async (_, { subject }) => (subject === 'run' ? ['Bob Borough (facilitator)'] : []),
      putBack: async (_, { subject }) => void done.push(subject),
    };
    await using store = await open({ slices: [federationSlice, { name: 'other', withheld: { 'other.open': rule } }] });
    const { context } = store;
    await transact(context, { kind: 'system', what: 'test' }, async (work) => {
      for (const subject of ['run', 'own', 'free']) await withhold(work, 'other.open', subject);
    });
    const rules = async (options: Record<string, string | boolean>) => {
      const command = restoredCommands.find(({ name }) => name === 'restore rules');
      return (await command?.run(context, { arguments: [], options })) as CommandAnswer;
    };
    const left = async () => (await withheldRows(context.db.reader)).map(({ subject }) => subject);
    // By name: free, own, run.
    await expect(rules({ on: '1,3' })).rejects.toThrow(/--yes[\s\S]*run \(\/groups\/run\/confirm\): Bob Borough/);
    expect([done, await left()]).toEqual([[], ['free', 'own', 'run']]);
    expect((await rules({ on: '1' })).say).not.toContain('Bob');
    const all = await rules({ 'all-on': true });
    expect(all.say).toMatch(/^Left off[\s\S]*Bob Borough/);
    expect(all.json).toMatchObject([{ subject: 'run', ends: ['Bob Borough (facilitator)'] }]);
    expect([done, await left()]).toEqual([['free', 'own'], ['run']]);
    const forced = await rules({ on: '1', yes: true });
    expect(forced.say).toMatch(/do no more[\s\S]*Bob Borough/);
    expect([done, await left()]).toEqual([['free', 'own', 'run'], []]);
  });
});
