import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';
import { postgresMissing } from '../../../test/harness/postgres.ts';
import { describeStores, openStore } from '../../../test/harness/store.ts';
import { createAccount } from './accounts/accounts.ts';
import { claimHandle, freeHandle, handleFault, holderOf } from './handles.ts';
import { transact, type Work } from './work.ts';

const by = { kind: 'system', what: 'test' } as const;

it.each([
  ['', 'required'],
  ['a', 'bad_format'],
  ['-ab', 'bad_format'],
  ['Ab', 'bad_format'],
  ['a b', 'bad_format'],
  ['å-team', 'bad_format'],
  ['a'.repeat(64), 'bad_format'],
  ['inbox', 'reserved'],
  ['agency', 'reserved'],
  ['ab', null],
  ['a'.repeat(63), null],
  ['jan_jansen-2', null],
])('The handle %j has the fault %s', (name, fault) => {
  expect(handleFault(name)).toBe(fault);
});

describeStores('A handle', (open) => {
  it('belongs to one thing, whatever its kind, and is never given again', async () => {
    await using store = await open();
    await transact(store.context, by, (work) => claimHandle(work, 'archives', 'group', 'g1'));
    await expect(
      transact(store.context, by, (work) => claimHandle(work, 'archives', 'person', 'p1')),
    ).rejects.toMatchObject({ code: 'handle_taken', faults: [{ field: 'handle', code: 'taken' }] });
    expect(await holderOf(store.context.db.reader, 'archives')).toMatchObject({ kind: 'group', id: 'g1' });

    await transact(store.context, by, async (work) => {
      await work.db.updateTable('handle').set({ retired_at: work.now }).where('name', '=', 'archives').execute();
    });
    expect(await holderOf(store.context.db.reader, 'archives')).toBeUndefined();
    await expect(
      transact(store.context, by, (work) => claimHandle(work, 'archives', 'group', 'g2')),
    ).rejects.toMatchObject({ code: 'handle_taken' });
  });

  it('goes to one of two that claim it at once, and the other is told', async () => {
    await using store = await open();
    const claims = await Promise.allSettled(
      ['g1', 'g2', 'g3', 'g4'].map((id) =>
        transact(store.context, by, (work) => claimHandle(work, 'archives', 'group', id)),
      ),
    );
    expect(claims.filter((claim) => claim.status === 'fulfilled')).toHaveLength(1);
    for (const claim of claims) {
      if (claim.status === 'rejected') expect(claim.reason).toMatchObject({ code: 'handle_taken' });
    }
  });

  it('of node and agency is only theirs', async () => {
    await using store = await open();
    await expect(
      transact(store.context, by, (work) => claimHandle(work, 'agency', 'person', 'p1')),
    ).rejects.toMatchObject({ code: 'invalid', faults: [{ field: 'handle', code: 'reserved' }] });
    await transact(store.context, by, (work) => claimHandle(work, 'agency', 'agency', 'agency'));
  });

  it('is found free near a wish, whatever the wish looks like', async () => {
    await using store = await open();
    const { reader } = store.context.db;
    expect(await freeHandle(reader, 'Zoë Groß-Jansen')).toBe('zoe-gro-jansen');
    for (const wish of ['', 'inbox', '李', '%_', 'x'.repeat(200)]) {
      expect(handleFault(await freeHandle(reader, wish))).toBeNull();
    }
    await transact(store.context, by, async (work) => {
      await claimHandle(work, 'jan_jansen', 'person', 'p0');
      await claimHandle(work, 'jan-jansen', 'person', 'p1');
      await claimHandle(work, 'jan-jansen-3', 'person', 'p3');
    });
    expect(await freeHandle(reader, 'Jan Jansen')).toBe('jan-jansen-2');
  });
});

it.skipIf(postgresMissing).each([
  [
    'handle',
    (work: Work, id: string) => claimHandle(work, 'archives', 'group', id),
    { code: 'handle_taken', faults: [{ field: 'handle', code: 'taken' }] },
  ],
  [
    'mail address',
    (work: Work, id: string) => createAccount(work, { person: id, email: 'jan@agency.example' }),
    { code: 'invalid', faults: [{ field: 'email', code: 'taken' }] },
  ],
])(
  'Of two transactions of PostgreSQL with one %s at once the later one is refused in words',
  async (_, take, refusal) => {
    await using store = await openStore('postgres');
    const { context } = store;
    const [taken, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = transact(context, by, async (work) => {
      await take(work, 'g1');
      taken.resolve();
      await go.promise;
    });
    await taken.promise;
    const second = transact(context, by, async (work) => {
      await take(work, 'g2');
    });
    const refused = expect(second).rejects.toMatchObject(refusal);
    const waiting = sql<{ count: number }>`select count(*) as count from pg_locks
    join pg_stat_activity using (pid) where not granted and datname = current_database()`;
    try {
      // The second has asked, and waits for what the first decides.
      await vi.waitFor(async () => expect((await waiting.execute(context.db.reader)).rows[0]?.count).toBe(1), 4_000);
    } finally {
      go.resolve();
    }
    await first;
    await refused;
  },
);
