import { createActorKeys, type Referenced, runNextJob, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { files } from '../../packages/slices/src/files/index.ts';
import { rememberRemoteGroup } from '../../packages/slices/src/groups/activities-remote.ts';
import { groups } from '../../packages/slices/src/groups/index.ts';
import { putMembership } from '../../packages/slices/src/groups/store.ts';
import { createPerson, people, rememberRemotePerson } from '../../packages/slices/src/people/index.ts';
import { planDrop } from '../../packages/slices/src/posts/copies.ts';
import { posts } from '../../packages/slices/src/posts/index.ts';
import { nodesOfThread } from '../../packages/slices/src/posts/narrow.ts';
import { postByUri } from '../../packages/slices/src/posts/store.ts';
import { want } from '../../packages/slices/src/posts/wanted.ts';
import { describeStores } from '../harness/store.ts';

const by = { kind: 'system', what: 'test' } as const;
const [home, author] = ['https://home.example', 'https://author.example/people/1'];
const uri = `${home}/groups/1`;

describeStores('What is announced of a closed group elsewhere', (open) => {
  it('is not kept when the group was dropped or withheld while it was read', async () => {
    let meanwhile = async () => {};
    await using store = await open({
      slices: [people, files, groups, posts],
      ports: {
        closedGroups: {
          lease: async () => ({ state: 'away' }),
          token: async () => null,
          renewKey: async () => {},
          forget: async () => {},
          reference: async (item): Promise<Referenced> => {
            await meanwhile();
            return { state: 'found', document: postAt(item) };
          },
          receipt: async () => true,
          ask: async () => true,
        },
      },
    });
    const { context } = store;
    const db = context.db.reader;
    const receipt = { fetchedAt: new Date().toISOString(), verified: 'origin' } as const;
    const keys = await createActorKeys();
    const group = await transact(context, by, async (work) => {
      const anna = await createPerson(work, { name: 'Anna', agency: 'Here', language: 'en', timeZone: 'UTC', keys });
      const closed = { 'joinery:reading': 'members', 'joinery:joining': 'request' };
      const id = await rememberRemoteGroup(work, { id: uri, type: 'Group', name: 'Fraud board', ...closed }, receipt);
      await putMembership(work, id, anna.id, { state: 'member' });
      const person = { id: author, type: 'Person', preferredUsername: 'bob', name: 'Bob', inbox: `${author}/inbox` };
      await rememberRemotePerson(work, person, receipt);
      return work.db.selectFrom('groups').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    });
    const read = async (item: string, change: () => Promise<void>) => {
      meanwhile = change;
      await transact(context, by, (work) =>
        want(work, group, { uri: item, group_id: group.id, number: 1, history: 0 }),
      );
      while (await runNextJob(context));
      const waits = await db.selectFrom('post_wanted').select('state').where('uri', '=', item).executeTakeFirst();
      return [(await postByUri(db, item)) !== undefined, waits?.state ?? null];
    };
    expect(await read('https://author.example/posts/1', async () => {})).toEqual([true, null]);
    const drop = async () => {
      meanwhile = async () => {};
      await transact(context, by, (work) => planDrop(work, { group: group.id, version: 1, of: null }));
      while (await runNextJob(context));
    };
    expect(await read('https://author.example/posts/2', drop)).toEqual([false, null]);
    const withhold = () =>
      transact(context, by, async (work) => {
        await work.db.updateTable('groups').set({ withheld_at: work.now }).where('id', '=', group.id).execute();
      });
    expect(await read('https://author.example/posts/3', withhold)).toEqual([false, 'away']);
  });

  it('goes, of a thread for those who run it, to whoever began it only while they are a member', async () => {
    await using store = await open({ slices: [people, files, groups, posts] });
    const { context } = store;
    const receipt = { fetchedAt: new Date().toISOString(), verified: 'origin' } as const;
    await transact(context, by, async (work) => {
      const id = await rememberRemoteGroup(work, { id: uri, type: 'Group', name: 'Fraud board' }, receipt);
      const document = { id: author, type: 'Person', preferredUsername: 'bob', name: 'Bob', inbox: `${author}/inbox` };
      const bob = await rememberRemotePerson(work, document, receipt);
      const nodes = () =>
        nodesOfThread(work.db, { id, home }, { audience: 'facilitators', audience_origin: null, author_id: bob });
      await putMembership(work, id, bob, { state: 'member' });
      expect(await nodes()).toEqual(['https://author.example']);
      await putMembership(work, id, bob, { state: 'none' });
      expect(await nodes()).toEqual([]);
    });
  });
});

function postAt(id: string) {
  const published = '2026-11-22T09:00:00.000Z';
  return { id, type: 'Note', attributedTo: author, audience: uri, to: [uri], content: '<p>Salt</p>', published };
}
