import { createActorKeys, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { createPerson, people } from '../people/index.ts';
import { rememberRemoteGroup } from './activities-remote.ts';
import { receiveConversation } from './contacts.ts';
import { groups } from './index.ts';
import { membershipOf, putMembership } from './store.ts';

describeStores('Conversations that another node brings somebody into', (open) => {
  it('wait twenty at a time, and those that were left wait no more', async () => {
    await using store = await open({ slices: [people, groups] });
    const keys = await createActorKeys();
    await transact(store.context, { kind: 'system', what: 'test' }, async (work) => {
      const { id: person } = await createPerson(work, {
        ...{ name: 'Anna', agency: 'Here', language: 'en', timeZone: 'UTC', keys },
      });
      const bring = async (number: number) => {
        const uri = `https://other.example/groups/${number}`;
        const document = {
          id: uri,
          type: 'Group',
          name: '',
          'joinery:reading': 'members',
          'joinery:joining': 'invited',
        };
        const group = await rememberRemoteGroup(work, document, { fetchedAt: work.now, verified: 'origin' });
        await work.db.updateTable('groups').set({ kind: 'conversation' }).where('id', '=', group).execute();
        await receiveConversation(work, { group, person, activity: `${uri}/invite`, by: null, from: null });
        return { group, state: (await membershipOf(work.db, group, person))?.state };
      };
      const first = await bring(0);
      for (let number = 1; number < 20; number += 1) expect((await bring(number)).state).toBe('member');
      expect((await bring(20)).state).not.toBe('member');
      await putMembership(work, first.group, person, { state: 'none' });
      expect((await bring(21)).state).toBe('member');
    });
  });
});
