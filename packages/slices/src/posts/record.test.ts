import { createActorKeys, type LogEvent, nextJobAt, streams, subscribe, takeJob, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, groups, joinGroup } from '@joinery/slices/groups';
import { createPerson, people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { createTopic, markdownText, posts } from './index.ts';
import { recordEffects } from './record.ts';

const by = { kind: 'system', what: 'test' } as const;
const other = 'https://other.example';
const minute = 60_000;
const day = 24 * 60 * minute;

describeStores('Of copies that were read', (open) => {
  it('a node that is away for a week costs few jobs, and hears of it once it is back; one that is gone costs none', async () => {
    let now = new Date('2026-11-10T12:00:30.000Z');
    await using store = await open({ slices: [people, groups, posts, files], now: () => now });
    const { context } = store;
    const act = <T>(change: Parameters<typeof transact<T>>[2]) => transact(context, by, change);
    const keys = await createActorKeys();
    const person = (name: string) =>
      act((work) => createPerson(work, { name, agency: 'Agency', language: 'en', timeZone: 'UTC', keys }));
    const [owner, author] = [await person('Owner'), await person('Author')];
    const form = { name: 'Raid', handle: 'raid', owner: owner.id, keys };
    const group = await act((work) =>
      createGroup(work, { ...form, reading: 'members', joining: 'open', listed: true }),
    );
    const post = await act(async (work) => {
      await joinGroup(work, { group: group.id, person: author.id });
      const topic = await createTopic(work, { group: group.id, author: author.id, title: 'T', ...markdownText('x') });
      await work.db.updateTable('person').set({ home: other, local: 0 }).where('id', '=', author.id).execute();
      await subscribe(work, streams.node(other), other);
      return topic;
    });
    let ran = 0;
    /** Only what tells of copies. */
    const goOn = async (until: number) => {
      for (;;) {
        for (let job = await takeJob(context); job; job = await takeJob(context)) {
          if (job.name === 'posts.record_told') ran += 1;
          await job.run();
        }
        const next = await nextJobAt(context);
        if (next === null || Date.parse(next) > until) break;
        now = new Date(Math.max(now.getTime(), Date.parse(next)));
      }
      now = new Date(until);
    };
    const read = () =>
      act(async (work) => {
        const event = { data: { kind: 'posts', id: post.id } };
        await recordEffects['file.copy_read']?.(work, event as unknown as LogEvent<'file.copy_read'>);
      });
    const told = async () =>
      (await context.db.reader.selectFrom('log').select('seq').where('name', '=', 'post.record_told').execute()).length;
    await read();
    await goOn(now.getTime() + 2 * minute);
    expect(await told()).toBe(1);
    // What was told waits. Somebody reads on, on a day and on the next.
    ran = 0;
    const away = now.getTime();
    await read();
    await goOn(away + day);
    await read();
    await goOn(away + 7 * day);
    expect(await told()).toBe(1);
    expect([ran > 5, ran < 40]).toEqual([true, true]);
    // It is back.
    await act((work) => work.db.updateTable('subscription').set({ acknowledged: 1_000 }).execute());
    await goOn(away + 9 * day);
    expect(await told()).toBe(2);
    await act((work) => work.db.updateTable('subscription').set({ acknowledged: 0 }).execute());
    // It has no agreement any more.
    await read();
    context.ports.trust = { mayFederate: () => ({ allowed: false, reason: 'blocked' }) };
    await goOn(now.getTime() + 2 * day);
    ran = 0;
    await goOn(now.getTime() + 9 * day);
    expect(ran).toBe(0);
  });
});
