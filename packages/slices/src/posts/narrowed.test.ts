import { createActorKeys, type Lease, newId, runAfterEffects, runNextJob, streams, transact } from '@joinery/core';
import { files, rememberFiles } from '@joinery/slices/files';
import { createGroup, groups, membershipOf } from '@joinery/slices/groups';
import { createPerson, people, rememberRemotePerson } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { createTopic, markdownText, postById, posts } from './index.ts';

const by = { kind: 'system', what: 'test' } as const;

describeStores('Threads for a part of a closed group elsewhere', (openStore) => {
  /** A group elsewhere with Owen of here in it, and threads there for those who run it. */
  async function open(input: { threads: number; dropped: boolean; role: 'member' | 'facilitator'; live?: boolean }) {
    let now = Date.parse('2026-11-02T08:00:00Z');
    let lease: Lease = { state: 'away' };
    const store = await openStore({
      slices: [people, groups, posts, files],
      now: () => new Date(now),
      ports: {
        closedGroups: {
          ...{ lease: async () => lease, token: async () => null, forget: async () => {}, renewKey: async () => {} },
          ...{ receipt: async () => true, ask: async () => true, reference: async () => ({ state: 'away' }) },
        },
      },
    });
    const { context } = store;
    const act = <T>(change: Parameters<typeof transact<T>>[2]) => transact(context, by, change);
    const keys = await createActorKeys();
    const owen = await act((work) =>
      createPerson(work, { name: 'Owen', agency: 'Agency', language: 'en', timeZone: 'UTC', keys }),
    );
    const made = await act(async (work) => {
      const own = await createGroup(work, { name: 'Own', handle: 'own', owner: owen.id, reading: 'members', keys });
      const home = 'https://other.example';
      const actor = { type: 'Person', name: 'Remi', preferredUsername: 'remi', inbox: `${home}/inbox` };
      const author = await rememberRemotePerson(
        work,
        { id: `${home}/people/1`, ...actor },
        { fetchedAt: work.now, verified: 'origin' },
      );
      const keeping = input.live ? { 'joinery:keeping': 'live' } : {};
      const told = { id: `${home}/groups/1`, type: 'Group', name: 'Board', 'joinery:reading': 'members', ...keeping };
      const kind = groups.objects?.find(({ path }) => path === 'groups');
      const group = (await kind?.saveRemote?.(work, told, { fetchedAt: work.now, verified: 'origin' })) ?? '';
      const standing = await membershipOf(work.db, own.id, owen.id);
      if (!standing) throw new Error('not there');
      await work.db
        .insertInto('group_member')
        .values({ ...standing, group_id: group, role: input.role })
        .execute();
      const { id } = await createTopic(work, { group: own.id, author: owen.id, title: 'T', ...markdownText('x') });
      const post = await postById(work.db, id);
      if (!post) throw new Error('not there');
      const there = { group_id: group, author_id: author, local: 0, audience: 'facilitators' } as const;
      const rows = Array.from({ length: input.threads }, (_, n) => {
        const thread = newId();
        return { ...post, ...there, id: thread, topic_id: thread, uri: `${home}/posts/${n}`, context_uri: null };
      });
      for (let from = 0; from < rows.length; from += 50)
        await work.db
          .insertInto('post')
          .values(rows.slice(from, from + 50))
          .execute();
      const revision = { number: 1, title: 'T', content: 'x', source: null, activity: null, at: work.now };
      if (!input.dropped)
        for (const row of rows)
          await work.db
            .insertInto('post_revision')
            .values({ ...revision, post_id: row.id })
            .execute();
      return { group, thread: rows[0]?.id ?? '' };
    });
    await runAfterEffects(context);
    return {
      ...{ ...made, context, act, owen },
      say: (said: Lease) => {
        lease = said;
      },
      later: (milliseconds: number) => {
        now += milliseconds;
      },
      work: async () => {
        await runAfterEffects(context);
        while (await runNextJob(context));
      },
      narrow: (version: number) =>
        act(async (work) => void work.emit('group.narrowed', streams.local, { group: made.group, version })),
      isKept: async () => {
        const rows = context.db.reader.selectFrom('post_revision').select('post_id').where('post_id', '=', made.thread);
        return (await rows.execute()).length > 0;
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  }

  it('all of them are read again once somebody here sees them, also where they are many', async () => {
    await using world = await open({ threads: 401, dropped: true, role: 'facilitator' });
    const { context, act, group, owen } = world;
    await act(async (work) => void work.emit('group.joined', streams.local, { group, person: owen.id }));
    await world.work();
    const wanted = await context.db.reader.selectFrom('post_wanted').select('uri').execute();
    expect(wanted).toHaveLength(401);
  });

  it('go at once where nobody here sees them, whether or not their group gave them an address', async () => {
    await using world = await open({ threads: 1, dropped: false, role: 'member' });
    await world.narrow(0);
    await world.work();
    expect(await world.isKept()).toBe(false);
    const failed = await world.context.db.reader.selectFrom('job').select('last_error').execute();
    expect(failed.filter(({ last_error }) => last_error !== null)).toEqual([]);
  });

  it('go when their node says so, however long it was away', async () => {
    await using world = await open({ threads: 1, dropped: false, role: 'facilitator' });
    await world.narrow(1);
    for (let hours = 0; hours < 24; hours += 1) {
      await world.work();
      world.later(3_600_000);
    }
    expect(await world.isKept()).toBe(true);
    world.say({ state: 'held', version: 1, from: 0, runs: false, began: () => false });
    await world.work();
    expect(await world.isKept()).toBe(false);
  });

  it('keep where their files lie in a group that is read live, of which nothing else is here', async () => {
    await using world = await open({ threads: 1, dropped: true, role: 'member', live: true });
    const uri = 'https://other.example/files/1';
    const said = { uri, name: '1', media_type: 'text/plain', bytes: 1, sha256: '0'.repeat(64), pieces: '', alt: null };
    await world.act((work) => rememberFiles(work, { kind: 'posts', id: world.thread }, [said]));
    await world.narrow(0);
    await world.work();
    const rows = await world.context.db.reader.selectFrom('files_file').select('uri').execute();
    expect(rows).toEqual([{ uri }]);
  });
});
