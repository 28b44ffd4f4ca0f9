import { createActorKeys, newId, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import {
  createGroup,
  followGroup,
  groups,
  joinGroup,
  leaveGroup,
  type NewGroup,
  unfollowGroup,
} from '@joinery/slices/groups';
import { createPerson, people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { describeStores, type StoreOptions } from '../../../../test/harness/store.ts';
import { createTopic, deletePost, markdownText, posts, removeFromGroup, reply } from './index.ts';
import { markAllRead, markTopicRead, newAmong, newByGroup, newInTopics } from './unread.ts';

const by = { kind: 'system', what: 'test' } as const;
const day = 86_400_000;

describeStores('what is new to a person', (openStore) => {
  async function open(options: StoreOptions = {}) {
    let time = Date.parse('2026-11-02T08:00:00Z');
    // Every change has an instant of its own.
    const store = await openStore({
      slices: [people, files, groups, posts],
      now: () => {
        time += 1_000;
        return new Date(time);
      },
      ...options,
    });
    const { context } = store;
    const keys = await createActorKeys();
    const act = <T>(change: Parameters<typeof transact<T>>[2]) => transact(context, by, change);
    const person = (name: string) =>
      act((work) => createPerson(work, { name, agency: 'Agency', language: 'en', timeZone: 'UTC', keys }));
    const [ada, bob] = [await person('Ada Owner'), await person('Bob Member')];
    const group = (name: string, rules: Partial<NewGroup> = {}) =>
      act((work) => createGroup(work, { name, handle: `g-${newId().slice(-12)}`, owner: ada.id, keys, ...rules }));
    const counts = async (who = bob) => {
      const rows = await newByGroup(context.db.reader, who.id, context.clock.now());
      return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
    };
    return {
      ...{ store, context, act, ada, bob, group, counts },
      wait: (milliseconds: number) => {
        time += milliseconds;
      },
      join: (id: string) => act(async (work) => void (await joinGroup(work, { group: id, person: bob.id }))),
      write: (id: string, author = ada.id) =>
        act((work) => createTopic(work, { group: id, author, title: 'Title', ...markdownText('Text') })),
      answer: (replyTo: string, author = ada.id) =>
        act((work) => reply(work, { replyTo, author, ...markdownText('Reply') })),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  }

  it('counts from joining on, per group, until a topic is opened or all is marked as read', async () => {
    await using world = await open();
    const { act, ada, bob, group, counts, join, write, answer, context } = world;
    const [maps, roads] = [await group('Maps'), await group('Roads')];
    await write(maps.id);
    await join(maps.id);
    await join(roads.id);
    expect(await counts()).toEqual({});
    const topic = await write(maps.id);
    const second = await answer(topic.id);
    await answer(topic.id, bob.id);
    await write(roads.id);
    expect(await counts()).toEqual({ Maps: 2, Roads: 1 });
    expect(await counts(ada)).toEqual({ Maps: 1 });
    const now = context.clock.now();
    expect(await newInTopics(context.db.reader, bob.id, [topic.id], now)).toEqual(new Map([[topic.id, 2]]));
    expect(await newAmong(context.db.reader, bob.id, [second.id, newId()], now)).toEqual(new Set([second.id]));
    expect(await newAmong(context.db.reader, null, [second.id], now)).toEqual(new Set());

    const at = String(second.news_at);
    await act((work) => markTopicRead(work, { person: bob.id, topic, at }));
    expect(await counts()).toEqual({ Roads: 1 });
    // An older page of the topic, shown later, takes nothing back.
    await act((work) => markTopicRead(work, { person: bob.id, topic, at: String(topic.news_at) }));
    expect(await counts()).toEqual({ Roads: 1 });
    await answer(topic.id);
    expect(await counts()).toEqual({ Maps: 1, Roads: 1 });
    await act((work) => markAllRead(work, bob.id, roads.id));
    expect(await counts()).toEqual({ Maps: 1 });
    await act((work) => markAllRead(work, bob.id, null));
    expect(await counts()).toEqual({});
    expect(await context.db.reader.selectFrom('post_read_topic').selectAll().execute()).toEqual([]);
  });

  it('counts nothing that the person may not read, and nothing of groups that they left', async () => {
    await using world = await open();
    const { act, ada, bob, group, counts, join, write, answer } = world;
    const [maps, closed] = [await group('Maps'), await group('Closed', { reading: 'members' })];
    await join(maps.id);
    await join(closed.id);
    const [removed, gone] = [await write(maps.id), await write(maps.id)];
    await answer(removed.id);
    await write(closed.id);
    expect(await counts()).toEqual({ Maps: 3, Closed: 1 });
    await act((work) => removeFromGroup(work, { post: removed.id, by: ada.id, reason: 'Twice' }));
    await act((work) => deletePost(work, { post: gone.id, author: ada.id }));
    expect(await counts()).toEqual({ Closed: 1 });
    await act((work) => leaveGroup(work, { group: closed.id, person: bob.id }));
    expect(await counts()).toEqual({});
    await act(async (work) => void (await followGroup(work, { group: maps.id, person: bob.id })));
    await write(maps.id);
    expect(await counts()).toEqual({ Maps: 1 });
    await act((work) => leaveGroup(work, { group: maps.id, person: bob.id }));
    await act((work) => unfollowGroup(work, { group: maps.id, person: bob.id }));
    expect(await counts()).toEqual({});
  });

  it('never counts history, nor what is older than a month, nor beyond a hundred', async () => {
    await using world = await open();
    const { act, ada, group, counts, join, write, wait } = world;
    const maps = await group('Maps');
    await join(maps.id);
    await act((work) =>
      createTopic(work, {
        ...{ group: maps.id, author: ada.id, title: 'Old', ...markdownText('Text') },
        arrival: { uri: 'https://other.example/posts/1', verified: 'origin', history: true },
      }),
    );
    expect(await counts()).toEqual({});
    await write(maps.id);
    wait(31 * day);
    expect(await counts()).toEqual({});
    for (let more = 0; more < 102; more += 1) await write(maps.id);
    expect(await counts()).toEqual({ Maps: 100 });
  });
});
