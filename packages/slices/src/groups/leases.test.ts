import {
  createActorKeys,
  type Decision,
  eventsAfter,
  type Lease,
  runNextJob,
  startWorker,
  transact,
} from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores, trustEverybody } from '../../../../test/harness/store.ts';
import { createPerson, people } from '../people/index.ts';
import { rememberRemoteGroup } from './activities-remote.ts';
import { groups, requesterMayRead } from './index.ts';
import { beginLease, leaseOf, retryLeases } from './leases.ts';
import { groupById, putMembership } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;
const start = Date.UTC(2026, 10, 22, 9);
const hour = 3_600_000;
const nothing = { runs: false, began: () => false };

describeStores('A closed group of another node', (open) => {
  it('is shown while its host confirms it, for three days more while that is away, and its copies go after thirty', async () => {
    let said: Lease = { state: 'held', version: 1, from: 0, ...nothing };
    const forgotten: string[] = [];
    let now = start;
    let trust: Decision['reason'] | null = null;
    await using store = await open({
      slices: [people, groups],
      now: () => new Date(now),
      ports: {
        trust: {
          ...trustEverybody,
          mayFederate: (...asked) =>
            trust === null ? trustEverybody.mayFederate(...asked) : { allowed: false, reason: trust },
        },
        closedGroups: {
          lease: async () => said,
          token: async () => null,
          renewKey: async () => {},
          forget: async (group) => void forgotten.push(group),
          reference: async () => ({ state: 'away' }),
          receipt: async () => true,
          ask: async () => true,
        },
      },
    });
    const { context } = store;
    const db = context.db.reader;
    const uri = 'https://other.example/groups/1';
    const keys = await createActorKeys();
    const { id, person } = await transact(context, by, async (work) => {
      const anna = await createPerson(work, { name: 'Anna', agency: 'Here', language: 'en', timeZone: 'UTC', keys });
      const document = {
        id: uri,
        type: 'Group',
        name: 'Fraud board',
        'joinery:reading': 'members',
        'joinery:joining': 'request',
      };
      const group = await rememberRemoteGroup(work, document, { fetchedAt: work.now, verified: 'origin' });
      await putMembership(work, group, anna.id, { state: 'member' });
      return { id: group, person: anna.id };
    });
    const group = async () => {
      const row = await groupById(db, id);
      if (!row) throw new Error('not there');
      return row;
    };
    const reads = async () =>
      requesterMayRead(db, { kind: 'person', person, administrator: false, guest: false }, await group());
    const lost = async () =>
      (await eventsAfter(db, 0, 1_000)).filter(({ name }) => name === 'group.access_lost').length;
    const pass = async (milliseconds: number) => {
      now += milliseconds;
      while (await runNextJob(context));
    };
    const first = await group();
    await transact(context, by, (work) => beginLease(work, first));
    await pass(0);
    expect(await leaseOf(db, id)).toMatchObject({ state: 'held', failed_at: null });
    // Asked for again by a second member: two plans become one.
    await transact(context, by, (work) => beginLease(work, first));
    await pass(8 * 60_000);
    const planned = await db.selectFrom('job').selectAll().where('name', '=', 'groups.lease').execute();
    expect(planned).toHaveLength(1);

    said = { state: 'away' };
    await pass(hour);
    expect(await leaseOf(db, id)).toMatchObject({ state: 'away', failed_at: new Date(now).toISOString() });
    expect(await reads()).toBe(true);
    await pass(70 * hour);
    expect(await reads()).toBe(true);
    await pass(3 * hour);
    expect([await reads(), await lost()]).toEqual([false, 0]);
    said = { state: 'held', version: 1, from: 0, ...nothing };
    await pass(hour);
    expect(await reads()).toBe(true);
    // One that calls the group open is not believed when it confirms the members of a closed one all the same.
    const told = { id: uri, type: 'Group', name: 'Fraud board', 'joinery:joining': 'request' };
    const say = (reading: string) =>
      transact(context, by, (work) =>
        rememberRemoteGroup(work, { ...told, 'joinery:reading': reading }, { fetchedAt: work.now, verified: 'origin' }),
      );
    await say('web');
    await pass(hour);
    expect([await reads(), (await group()).reading]).toEqual([false, 'members']);
    await say('members');
    await pass(hour);
    expect(await reads()).toBe(true);
    // A host that says no is heeded at once.
    said = { state: 'refused' };
    await pass(hour);
    expect([await reads(), await lost()]).toEqual([false, 0]);
    // Confirmed again, with a label of which nobody here has said what it means: those who decide are asked, once, and again when it has lost a meaning that hid it as well.
    const asked = async () =>
      (await eventsAfter(db, 0, 1_000)).filter(({ name }) => name === 'group.label_unknown').length;
    said = { state: 'held', version: 1, from: 0, ...nothing };
    for (const [why, times] of [
      ['classification_unmapped', 1],
      ['classification_unmapped', 1],
      ['classification_too_high', 1],
      ['classification_unmapped', 2],
    ] as const) {
      trust = why;
      await pass(hour);
      expect([why, await asked(), await reads()]).toEqual([why, times, false]);
    }
    trust = null;
    await pass(hour);
    expect([await asked(), await reads()]).toEqual([2, true]);
    said = { state: 'refused' };
    await pass(hour);
    said = { state: 'away' };
    await pass(30 * 24 * hour);
    expect([await reads(), await lost()]).toEqual([false, 1]);
    await pass(hour);
    // Its copies went then: nothing is left to forget at every renewal that fails. A host that says no hears of it.
    expect(await lost()).toBe(1);
    said = { state: 'refused' };
    await pass(hour);
    await pass(hour);
    expect(await lost()).toBe(2);

    await transact(context, by, (work) => putMembership(work, id, person, { state: 'none' }));
    await pass(hour);
    expect([await leaseOf(db, id), forgotten]).toEqual([undefined, [uri]]);
  });

  it('is confirmed with all others of its host, every seven minutes, whatever another host or the process does', async () => {
    const hosts = ['one', 'two', 'silent'].map((name) => `https://${name}.example`);
    const each = 60;
    let now = start;
    const confirmed = new Map<string, number>();
    const longest = { milliseconds: 0 };
    const asked = { silent: 0, atOnce: 0, most: 0 };
    let dies = 30;
    const never = new Promise<Lease>(() => {});
    const slow = Promise.withResolvers<Lease>();
    const lease = async (uri: string): Promise<Lease> => {
      if (uri.startsWith(hosts[2] ?? '')) {
        asked.silent += 1;
        return slow.promise;
      }
      dies -= 1;
      if (dies === 0) return never;
      asked.atOnce += 1;
      asked.most = Math.max(asked.most, asked.atOnce);
      await new Promise(setImmediate);
      asked.atOnce -= 1;
      const before = confirmed.get(uri);
      if (before !== undefined) longest.milliseconds = Math.max(longest.milliseconds, now - before);
      confirmed.set(uri, now);
      return { state: 'held', version: 1, from: 0, ...nothing };
    };
    await using store = await open({
      slices: [people, groups],
      now: () => new Date(now),
      ports: { closedGroups: { ...noGroups, lease } },
    });
    const { context } = store;
    const db = context.db.reader;
    const keys = await createActorKeys();
    const anna = await transact(context, by, (work) =>
      createPerson(work, { name: 'Anna', agency: 'Here', language: 'en', timeZone: 'UTC', keys }),
    );
    const join = (number: number) =>
      transact(context, by, async (work) => {
        const id = `${hosts[number % hosts.length]}/groups/${number}`;
        const closed = { 'joinery:reading': 'members', 'joinery:joining': 'request' };
        const told = { id, type: 'Group', name: `Board ${number}`, ...closed };
        const saved = await rememberRemoteGroup(work, told, { fetchedAt: work.now, verified: 'origin' });
        const row = await groupById(work.db, saved);
        if (!row) throw new Error('not there');
        await putMembership(work, row.id, anna.id, { state: 'member' });
        await beginLease(work, row);
      });
    for (let number = 0; number < each * hosts.length; number += 1) await join(number);
    const planned = async () =>
      (await db.selectFrom('job').select('id').where('name', 'like', 'groups.lease%').execute()).length;
    // One job for each host, however many groups it has.
    expect(await planned()).toBe(hosts.length);

    // A process that ends while it asks for the thirtieth.
    const dead = { ...context };
    void runNextJob(dead);
    await expect.poll(() => dies).toBeLessThanOrEqual(0);
    expect(confirmed.size).toBeLessThan(each);
    now += 3 * 60_000;
    await using worker = startWorker(context);
    const all = each * 2;
    await expect.poll(() => confirmed.size, { timeout: 15_000 }).toBe(all);
    expect(asked.silent).toBe(4);
    expect(asked.most).toBeLessThanOrEqual(12);

    // Minute by minute: nobody waits longer than a token lives, and the silent host holds up none of them.
    const held = async () => {
      const rows = await db.selectFrom('group_lease').select('next_at').where('state', '=', 'held').execute();
      return rows.length === all && rows.every(({ next_at }) => Date.parse(next_at) > now);
    };
    for (let minute = 0; minute < 24; minute += 1) {
      now += 60_000;
      context.db.changes.announce(false);
      await expect.poll(held, { timeout: 15_000 }).toBe(true);
    }
    expect(longest.milliseconds).toBeLessThanOrEqual(8 * 60_000);
    expect(asked.silent).toBe(4);
    expect(await planned()).toBeLessThanOrEqual(2 * hosts.length);

    // What is silent for four groups is not asked about the others, which wait as those do.
    slow.resolve({ state: 'away' });
    const away = async () =>
      (
        await db
          .selectFrom('group_lease')
          .select('group_id')
          .where('state', '=', 'away')
          .where('failed_at', 'is not', null)
          .execute()
      ).length;
    await expect.poll(away, { timeout: 15_000 }).toBe(each);
    expect(asked.silent).toBeLessThanOrEqual(8);
    // It is heard of: asked at once.
    const before = asked.silent;
    await transact(context, by, (work) => retryLeases(work, hosts[2] ?? ''));
    await expect.poll(() => asked.silent, { timeout: 15_000 }).toBeGreaterThan(before);
    await worker.drain();
  });
});

const noGroups = {
  token: async () => null,
  renewKey: async () => {},
  forget: async () => {},
  reference: async () => ({ state: 'away' as const }),
  receipt: async () => true,
  ask: async () => true,
};
