import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeStores } from '../../../test/harness/store.ts';
import { hashPassword, passwordFits } from './accounts/passwords.ts';
import type { Context } from './context.ts';
import { refuse } from './errors.ts';
import { streams } from './log/events.ts';
import { eventsAfter, streamEventsAfter } from './log/read.ts';
import { subscribe, subscribers, unsubscribe } from './log/subscriptions.ts';
import type { Slice } from './slice.ts';
import { savepoint, transact } from './work.ts';

declare module './log/events.ts' {
  interface Events {
    'worktest.happened': { n: number };
  }
}

const slice: Slice = {
  name: 'worktest',
  events: { 'worktest.happened': { v: 1, data: z.object({ n: z.number() }) } },
};
const by = { kind: 'system', what: 'test' } as const;

describeStores('A unit of work', (open) => {
  it('numbers its events densely per stream and in order of commits', async () => {
    await using store = await open({ slices: [slice] });
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        transact(store.context, by, async (work) => {
          work.emit('worktest.happened', streams.group(String(n % 2)), { n });
          work.emit('worktest.happened', streams.local, { n });
        }),
      ),
    );
    const all = await eventsAfter(store.context.db.reader, 0, 100);
    expect(all.map((event) => event.seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    for (const stream of ['group:0', 'group:1']) {
      const events = await streamEventsAfter(store.context.db.reader, stream, 0, 100);
      expect(events.map((event) => event.streamSeq)).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
    }
  });

  it('leaves nothing behind when it fails, in tables or log', async () => {
    await using store = await open({ slices: [slice] });
    await expect(
      transact(store.context, by, async (work) => {
        await work.db.insertInto('meta').values({ name: 'x', value: 'y' }).execute();
        work.emit('worktest.happened', streams.local, { n: 1 });
        refuse('conflict');
      }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.context.db.reader.selectFrom('meta').selectAll().execute()).toEqual([]);
    expect(await eventsAfter(store.context.db.reader, 0, 10)).toEqual([]);
  });

  it('undoes only the part of a savepoint that failed, with the events of savepoints inside it', async () => {
    await using store = await open({ slices: [slice] });
    await transact(store.context, by, async (work) => {
      work.emit('worktest.happened', streams.local, { n: 1 });
      await savepoint(work, async (part) => {
        await savepoint(part, async (inner) => {
          inner.emit('worktest.happened', streams.local, { n: 2 });
        });
        refuse('banned');
      }).catch(() => {});
      await savepoint(work, async (part) => {
        part.emit('worktest.happened', streams.local, { n: 3 });
      });
    });
    const events = await eventsAfter(store.context.db.reader, 0, 10);
    expect(events.map((event) => event.data)).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it.each<[string, (context: Context) => Promise<unknown>]>([
    ['the reader', ({ db }) => db.reader.selectFrom('meta').selectAll().execute()],
    ['the reader with SQL', ({ db }) => sql`select 1`.execute(db.reader)],
    ['the writer', ({ db }) => db.writer.selectFrom('meta').selectAll().execute()],
    ['another unit of work', (context) => transact(context, by, async () => {})],
    ['password hashing', () => hashPassword('a long enough password')],
    ['the check of a password', () => passwordFits('a long enough password', null)],
  ])('refuses %s inside, instead of hanging', async (_name, use) => {
    await using store = await open({ slices: [slice] });
    await expect(transact(store.context, by, () => use(store.context))).rejects.toMatchObject({
      code: 'inside_unit_of_work',
    });
    await use(store.context);
  });

  it('that hangs is undone after five seconds, and holds up nobody after that', async () => {
    await using store = await open({ slices: [slice] });
    const hangs = transact(store.context, by, async (work) => {
      await work.db.insertInto('meta').values({ name: 'x', value: 'y' }).execute();
      await new Promise(() => {});
    });
    const next = transact(store.context, by, async (work) => work.db.selectFrom('meta').selectAll().execute());
    await expect(hangs).rejects.toMatchObject({ code: 'took_too_long', status: 503 });
    expect(await next).toEqual([]);
  });

  it('gives a node only what happens after it subscribed and before it left', async () => {
    await using store = await open({ slices: [slice] });
    const stream = streams.group('g');
    await transact(store.context, by, async (work) => {
      work.emit('worktest.happened', stream, { n: 1 });
    });
    await transact(store.context, by, (work) => subscribe(work, stream, 'https://b.example'));
    expect(await subscribers(store.context.db.reader, stream)).toEqual(['https://b.example']);
    await transact(store.context, by, (work) => unsubscribe(work, stream, 'https://b.example'));
    const row = await store.context.db.reader.selectFrom('subscription').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ acknowledged: 1, ends_after: 1 });
    expect(await subscribers(store.context.db.reader, stream)).toEqual([]);
  });

  it('sorts text by bytes on both databases', async () => {
    await using store = await open();
    const rows = await transact(store.context, by, async (work) => {
      for (const name of ['b', 'B', 'a', 'é', 'Z'])
        await work.db.insertInto('meta').values({ name, value: '' }).execute();
      return sql<{ name: string }>`select name from meta order by name`.execute(work.db);
    });
    expect(rows.rows.map((row) => row.name)).toEqual(['B', 'Z', 'a', 'b', 'é']);
  });
});
