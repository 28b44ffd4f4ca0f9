import { createActorKeys, eventsAfter, isRefusal, runNextJob, streams, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, groupById, groups, joinGroup, membershipOf, setRole, updateGroup } from '@joinery/slices/groups';
import { createPerson, type PersonRow, people } from '@joinery/slices/people';
import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { audienceChoices } from './audience.ts';
import { deletePost } from './changes.ts';
import { tellCounts } from './counts.ts';
import { fileHolders } from './file-holders.ts';
import { createTopic, editPost, like, markdownText, postById, posts, reply, report } from './index.ts';
import { unlike } from './likes.ts';
import { findPost, listReplies, listTopics, newestTopics, textsOf } from './lists.ts';
import { listFeed, listTagged } from './lists-feed.ts';
import { migrations } from './migrations.ts';
import { lock, markAnswered, pin, removeFromGroup } from './moderation.ts';
import type { ChosenAudience } from './posts.ts';
import { newAmong, newByGroup } from './unread.ts';
import { maySeeThread, seenPosts, seesPost } from './visibility.ts';
import { want } from './wanted.ts';

const by = { kind: 'system', what: 'test' } as const;

describeStores('Who sees a thread', (openStore) => {
  async function open() {
    let time = Date.parse('2026-11-02T08:00:00Z');
    const store = await openStore({
      slices: [people, groups, posts, files],
      now: () => {
        time += 1_000;
        return new Date(time);
      },
    });
    const { context } = store;
    const keys = await createActorKeys();
    const act = <T>(change: Parameters<typeof transact<T>>[2]) => transact(context, by, change);
    const person = (name: string) =>
      act((work) => createPerson(work, { name, agency: 'Agency', language: 'en', timeZone: 'UTC', keys }));
    const owner = await person('Owner');
    const group = await act((work) =>
      createGroup(work, {
        name: 'Closed',
        handle: 'closed',
        owner: owner.id,
        reading: 'members',
        joining: 'open',
        keys,
      }),
    );
    return {
      ...{ store, context, act, person, owner, group },
      join: (who: PersonRow) => act(async (work) => void (await joinGroup(work, { group: group.id, person: who.id }))),
      write: (author: PersonRow, audience?: ChosenAudience) =>
        act((work) =>
          createTopic(work, { group: group.id, author: author.id, title: 'T', audience, ...markdownText('Text #tag') }),
        ),
      answer: (author: PersonRow, replyTo: string) =>
        act((work) => reply(work, { replyTo, author: author.id, ...markdownText('Answer') })),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  }

  it('what was told before it was noted to whom is gone at every node that may have heard, and at no other', async () => {
    await using world = await open();
    const { context, act, owner, group, write } = world;
    const [one, two] = ['https://one.example', 'https://two.example'];
    const facilitators = { kind: 'facilitators', origin: null } as const;
    const topics = {
      all: await write(owner),
      run: await write(owner, facilitators),
      agency: await write(owner, { kind: 'agency', origin: context.config.origin }),
      gone: await write(owner, facilitators),
      later: await write(owner, facilitators),
    };
    const answer = await world.answer(owner, topics.run.id);
    await act(async (work) => {
      const access = { group_id: group.id, version: 1, epoch: '', reads_from: 0, lease_ends_at: null };
      const receipt = { receipt_at: null, receipt_items: null };
      for (const [origin, revoked_at] of [
        [one, null],
        [two, work.now],
      ] as const)
        await work.db
          .insertInto('group_access')
          .values({ ...access, ...receipt, origin, revoked_at })
          .execute();
      const change = (id: string, row: object) => work.db.updateTable('post').set(row).where('id', '=', id).execute();
      await change(topics.agency.id, { audience_origin: two });
      await change(topics.gone.id, { deleted_at: work.now });
      await change(topics.later.id, { received_at: '2999-01-01T00:00:00.000Z' });
      const db = work.db as unknown as Kysely<unknown>;
      await migrations['2026-12-08-posts-told-before']?.(db, context.db.dialect);
    });
    const told = await context.db.reader.selectFrom('post_told').select(['post_id', 'origin']).execute();
    const named = new Map(Object.entries({ ...topics, answer }).map(([name, { id }]) => [id, name]));
    expect(told.map(({ post_id, origin }) => `${named.get(post_id)} ${origin}`).sort()).toEqual(
      [`agency ${two}`, `answer ${one}`, `answer ${two}`, `run ${one}`, `run ${two}`].sort(),
    );
    await act((work) => deletePost(work, { post: topics.run.id, author: owner.id }));
    const events = await eventsAfter(context.db.reader, 0, 1_000);
    const gone = events.filter(
      ({ name, data }) => name === 'post.passed_on' && JSON.stringify(data).includes(topics.run.id),
    );
    expect(gone.map(({ stream }) => stream).sort()).toEqual([streams.node(one), streams.node(two)]);
  });

  it('one address announced by two groups is asked for by both: the first keeps it from nobody', async () => {
    const asked: string[] = [];
    await using store = await openStore({
      slices: [people, groups, posts, files],
      ports: {
        closedGroups: {
          ...{ lease: async () => ({ state: 'away' }), token: async () => null },
          ...{ forget: async () => {}, renewKey: async () => {} },
          ...{ receipt: async () => true, ask: async () => true },
          reference: async (uri, { uri: group }) => {
            asked.push(`${group} ${uri}`);
            return { state: 'refused' };
          },
        },
      },
    });
    const { context } = store;
    const uris = ['https://hostile.example/groups/1', 'https://other.example/groups/2'];
    const uri = 'https://author.example/posts/1';
    await transact(context, by, async (work) => {
      for (const id of [...uris, ...uris]) {
        const told = { id, type: 'Group', 'joinery:reading': 'members' };
        const kind = groups.objects?.find(({ path }) => path === 'groups');
        const group = await kind?.saveRemote?.(work, told, { fetchedAt: work.now, verified: 'origin' });
        const row = group === undefined ? undefined : await groupById(work.db, group);
        if (row) await want(work, row, { uri, group_id: row.id, number: 1, history: 0 });
      }
    });
    while (await runNextJob(context));
    expect(asked.toSorted()).toEqual(uris.map((group) => `${group} ${uri}`));
    const rows = await context.db.reader.selectFrom('post_wanted').select(['state', 'tries']).execute();
    expect(rows).toEqual([
      { state: 'refused', tries: 1 },
      { state: 'refused', tries: 1 },
    ]);
  });

  it('is one rule, for one thread and as a condition of every list', async () => {
    await using world = await open();
    const { context, act, owner, group, person, join, write, answer } = world;
    const db = context.db.reader;
    const home = context.config.origin;
    const [early, late, chair, out] = [
      await person('Early'),
      await person('Late'),
      await person('Chair'),
      await person('Outsider'),
    ];
    await join(early);
    const agency = { kind: 'agency', origin: home } as const;
    const facilitators = { kind: 'facilitators', origin: null } as const;
    const old = [await write(owner), await write(early, facilitators), await write(early, agency)];
    await act((work) => updateGroup(work, group.id, owner.id, { history: 'joining' }));
    await join(late);
    await join(chair);
    await act((work) => setRole(work, { group: group.id, person: chair.id, by: owner.id, role: 'facilitator' }));
    const fresh = [await write(owner), await write(early, facilitators), await write(late, agency)];
    const topics = [...old, ...fresh];
    const replies = await Promise.all(topics.map((topic) => answer(owner, topic.id).catch(() => null)));
    expect(replies.every(Boolean)).toBe(true);
    const expected: [PersonRow, boolean[]][] = [
      [owner, [true, true, true, true, true, true]],
      [early, [true, true, true, true, true, true]],
      [late, [false, false, false, true, false, true]],
      [chair, [true, true, true, true, true, true]],
      [out, [false, false, false, false, false, false]],
    ];
    const place = await groupById(db, group.id);
    for (const [who, sees] of expected) {
      const standing = await membershipOf(db, group.id, who.id);
      const found = await db.selectFrom('post').select('id').where(seenPosts(who.id)).execute();
      const visible = new Set(found.map(({ id }) => id));
      const viewer = { person: who.id, moderates: standing?.role === 'owner' || standing?.role === 'facilitator' };
      for (const [index, topic] of topics.entries()) {
        const answered = replies[index];
        const label = `${who.name} ${index}`;
        const reads = sees[index];
        if (who !== out && place) expect(maySeeThread(place, topic, who, standing), label).toBe(reads);
        // Whoever may not read the group sees nothing of what is narrower than it; its readers' own rule keeps the rest.
        if (who !== out || topic.audience !== 'group') expect(visible.has(topic.id), label).toBe(reads);
        if (who === out || !answered) continue;
        expect(visible.has(answered.id), label).toBe(reads);
        expect(await seesPost(db, who.id, answered), label).toBe(reads);
        expect((await findPost(db, topic.id, viewer)) !== undefined, label).toBe(reads);
        expect((await textsOf(db, [topic.id, answered.id], viewer)).length, label).toBe(reads ? 2 : 0);
        expect((await listReplies(db, topic.id, viewer, { limit: 10 })).items.length, label).toBe(reads ? 1 : 0);
      }
      const wanted = topics.filter((_, index) => sees[index]).map(({ id }) => id);
      const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).sort();
      if (who === out) continue;
      expect(ids((await listTopics(db, group.id, viewer, { limit: 50 })).items), who.name).toEqual(wanted);
      expect(ids((await listTagged(db, 'tag', who.id, { limit: 50, guest: false })).items), who.name).toEqual(wanted);
      const feed = (await listFeed(db, who.id, { limit: 50 })).items;
      expect(ids(feed.filter(({ reply_to }) => reply_to === null)), who.name).toEqual(wanted);
      const now = context.clock.now();
      const all = [...topics, ...replies].flatMap((post) => (post ? [post.id] : []));
      for (const id of await newAmong(db, who.id, all, now)) expect(visible.has(id), who.name).toBe(true);
    }
    // Nothing of it is in the feed that anybody may read, and its figures are of what is for all.
    expect((await newestTopics(db, group.id)).length).toBe(0);
    expect((await groupById(db, group.id))?.post_count).toBe(4);
    const [news] = await newByGroup(db, late.id, context.clock.now());
    expect(news?.count).toBe(3);

    // While a restore keeps it shut, whoever runs it sees what they have to look at; the others what they wrote.
    await act(async (work) => {
      await work.db.updateTable('groups').set({ shut_at: work.now }).where('id', '=', group.id).execute();
      await work.db
        .updateTable('group_member')
        .set({ state: 'unconfirmed' })
        .where('group_id', '=', group.id)
        .execute();
    });
    const whileShut: [PersonRow, boolean[]][] = [
      [chair, [true, true, true, true, true, true]],
      [early, [false, true, true, false, true, false]],
    ];
    for (const [who, sees] of whileShut) {
      const standing = await membershipOf(db, group.id, who.id);
      const found = await db.selectFrom('post').select('id').where(seenPosts(who.id)).execute();
      for (const [index, topic] of topics.entries()) {
        const label = `${who.name} ${index} shut`;
        expect(
          found.some(({ id }) => id === topic.id),
          label,
        ).toBe(sees[index]);
        expect(place && maySeeThread(place, topic, who, standing), label).toBe(sees[index]);
      }
    }
  });

  it('holds for what is done to a thread: who does not see it cannot answer, like or report it', async () => {
    await using world = await open();
    const { act, owner, group, person, join, write, answer } = world;
    const member = await person('Member');
    await join(member);
    const topic = await write(owner, { kind: 'facilitators', origin: null });
    const like1 = () => act((work) => like(work, { post: topic.id, by: { uri: member.uri, person: member.id } }));
    const report1 = () => act((work) => report(work, { post: topic.id, reporter: member.id, reason: 'why' }));
    for (const attempt of [() => answer(member, topic.id), like1, report1])
      await expect(attempt()).rejects.toSatisfy((error) => isRefusal(error) && error.code === 'not_found');
    // Made a facilitator, she sees it; what a reply is for does not change with that.
    await act((work) => setRole(work, { group: group.id, person: member.id, by: owner.id, role: 'facilitator' }));
    const answered = await answer(member, topic.id);
    expect(answered.audience).toBe('facilitators');
    await act((work) => setRole(work, { group: group.id, person: member.id, by: owner.id, role: 'member' }));
    expect(await seesPost(world.context.db.reader, member.id, answered)).toBe(false);
  });

  it('tells other nodes nothing of what is not for all of the group: neither that it is there nor that something happens to it', async () => {
    await using world = await open();
    const { context, act, owner, group, write, answer } = world;
    const narrow = await write(owner, { kind: 'facilitators', origin: null });
    const answered = await answer(owner, narrow.id);
    await act((work) => like(work, { post: narrow.id, by: { uri: owner.uri, person: owner.id } }));
    await act((work) => unlike(work, { post: narrow.id, by: { uri: owner.uri } }));
    await act((work) => pin(work, { post: narrow.id, by: owner.id }));
    await act((work) => lock(work, { post: narrow.id, by: owner.id }));
    await act((work) => markAnswered(work, { topic: narrow.id, answer: answered.id, by: owner.id }));
    await act((work) => editPost(work, { post: narrow.id, author: owner.id, ...markdownText('Other words') }));
    await act((work) => removeFromGroup(work, { post: answered.id, by: owner.id, reason: null }));
    await act((work) => deletePost(work, { post: narrow.id, author: owner.id }));
    await act((work) => tellCounts(work, group.id));
    const toldTo = () =>
      context.db.reader
        .selectFrom('log')
        .select('name')
        .where('stream', '=', streams.members(group.id))
        .where('name', 'like', 'post.%')
        .execute();
    expect(await toldTo()).toEqual([]);
    const wide = await write(owner);
    await act((work) => like(work, { post: wide.id, by: { uri: owner.uri, person: owner.id } }));
    await act((work) => tellCounts(work, group.id));
    expect((await toldTo()).map(({ name }) => name)).toEqual(['post.created', 'post.liked', 'post.counted']);
  });

  it('is the rule for its files too, and what was answered to a removed topic has none for anybody but its author', async () => {
    await using world = await open();
    const { context, act, owner, person, join, write, answer } = world;
    const [member, other] = [await person('Member'), await person('Other')];
    await join(member);
    await join(other);
    const narrow = await write(owner, { kind: 'facilitators', origin: null });
    const wide = await write(owner);
    const answered = await answer(member, wide.id);
    const reads = (who: PersonRow, post: string) =>
      fileHolders[0]?.mayRead(
        context.db.reader,
        { kind: 'person', person: who.id, administrator: false, guest: false },
        post,
      );
    expect([await reads(owner, narrow.id), await reads(member, narrow.id)]).toEqual([true, false]);
    expect([await reads(other, wide.id), await reads(other, answered.id)]).toEqual([true, true]);
    await act((work) => removeFromGroup(work, { post: wide.id, by: owner.id, reason: null }));
    expect([await reads(other, wide.id), await reads(other, answered.id)]).toEqual([false, false]);
    expect(await reads(member, answered.id)).toBe(true);
  });

  it('is narrowed in closed groups alone, to agencies that are in the group; guests are of another', async () => {
    await using world = await open();
    const { context, act, owner, person, join, write, group } = world;
    const keys = await createActorKeys();
    const wide = await act((work) => createGroup(work, { name: 'Wide', handle: 'wide', owner: owner.id, keys }));
    const narrow = { kind: 'facilitators', origin: null } as const;
    const input = { group: wide.id, author: owner.id, title: 'T', audience: narrow, ...markdownText('x') };
    await expect(act((work) => createTopic(work, input))).rejects.toMatchObject({ code: 'invalid' });
    await expect(write(owner, { kind: 'agency', origin: 'https://nobody.example' })).rejects.toMatchObject({
      code: 'invalid',
    });
    const guest = await person('Guest');
    await join(guest);
    await act((work) =>
      work.db
        .updateTable('person')
        .set({ guest_until: '2027-01-01T00:00:00.000Z' })
        .where('id', '=', guest.id)
        .execute(),
    );
    const topic = await write(owner, { kind: 'agency', origin: context.config.origin });
    expect(await seesPost(context.db.reader, guest.id, topic)).toBe(false);
    expect(await findPost(context.db.reader, topic.id, { person: guest.id, moderates: false })).toBeUndefined();
    // Opened later, what was for few stays for few.
    await act((work) => updateGroup(work, group.id, owner.id, { reading: 'partners' }));
    expect(await seesPost(context.db.reader, null, topic)).toBe(false);
    expect(await postById(context.db.reader, topic.id)).toMatchObject({ audience: 'agency' });
  });

  it('is narrowed in a group of another node where that says that it heeds it: any other would pass it on to all', async () => {
    await using world = await open();
    const { context, act, owner } = world;
    const uri = 'https://other.example/groups/1';
    const say = (narrows: object) =>
      act(async (work) => {
        const told = { id: uri, type: 'Group', name: 'Board', 'joinery:reading': 'members', ...narrows };
        const kind = groups.objects?.find(({ path }) => path === 'groups');
        return (await kind?.saveRemote?.(work, told, { fetchedAt: work.now, verified: 'origin' })) ?? '';
      });
    const group = await say({});
    const own = await membershipOf(context.db.reader, world.group.id, owner.id);
    if (!own) throw new Error('not there');
    await act((work) =>
      work.db
        .insertInto('group_member')
        .values({ ...own, group_id: group, role: 'member' })
        .execute(),
    );
    const audience = { kind: 'facilitators', origin: null } as const;
    const write = () =>
      act((work) => createTopic(work, { group, author: owner.id, title: 'T', audience, ...markdownText('x') }));
    const choices = async () => {
      const row = await groupById(context.db.reader, group);
      return row && audienceChoices(context.db.reader, row, 'Agency');
    };
    await expect(write()).rejects.toMatchObject({ code: 'invalid' });
    expect(await choices()).toBeNull();
    await say({ 'joinery:narrows': true });
    expect(await write()).toMatchObject({ audience: 'facilitators' });
    expect(await choices()).toMatchObject({ host: expect.any(String) });
  });
});
