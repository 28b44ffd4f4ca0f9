import { createActorKeys, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, groupById, groups, invite, joinGroup } from '@joinery/slices/groups';
import { createPerson, people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { postsExchanged } from './exchanged.ts';
import { createTopic, markdownText, posts } from './index.ts';
import { unreachedIn } from './unreached.ts';

const by = { kind: 'system', what: 'test' } as const;

describeStores('Of a closed group', (open) => {
  it('whoever mentions somebody learns who is no member, and of no invitation; who looks after agreements no hidden name', async () => {
    await using store = await open({ slices: [people, groups, posts, files] });
    const { context } = store;
    const db = context.db.reader;
    const keys = await createActorKeys();
    const act = <T>(change: Parameters<typeof transact<T>>[2]) => transact(context, by, change);
    const person = (name: string) =>
      act((work) => createPerson(work, { name, agency: 'Agency', language: 'en', timeZone: 'UTC', keys }));
    const [owner, member, invited, stranger] = [
      await person('Owner'),
      await person('Member'),
      await person('Invited'),
      await person('Stranger'),
    ];
    const group = await act((work) =>
      createGroup(work, {
        ...{ name: 'Raid', handle: 'raid', owner: owner.id, keys },
        ...{ reading: 'members', joining: 'open', listed: true },
      }),
    );
    await act((work) => joinGroup(work, { group: group.id, person: member.id }));
    await act((work) => invite(work, { group: group.id, person: invited.id, by: owner.id }));
    const row = await groupById(db, group.id);
    if (!row) throw new Error('not there');
    const source = [member, invited, stranger].map(({ handle }) => `@${handle}`).join(' ');
    expect(await unreachedIn(context, row, source, 'en')).toEqual(['Invited', 'Stranger']);

    const other = 'https://other.example';
    await act(async (work) => {
      await createTopic(work, { group: group.id, author: owner.id, title: 'T', ...markdownText('x') });
      await work.db.updateTable('person').set({ home: other }).where('id', '=', member.id).execute();
    });
    expect(await postsExchanged(db, [other])).toEqual([{ origin: other, group: group.id, name: 'Raid', items: 1 }]);
    await act((work) => work.db.updateTable('groups').set({ listed: 0 }).where('id', '=', group.id).execute());
    expect(await postsExchanged(db, [other])).toEqual([{ origin: other, group: group.id, items: 1 }]);
  });
});
