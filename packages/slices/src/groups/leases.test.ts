import { createActorKeys, eventsAfter, type Lease, runNextJob, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { createPerson, people } from '../people/index.ts';
import { rememberRemoteGroup } from './activities-remote.ts';
import { groups, requesterMayRead } from './index.ts';
import { beginLease, leaseOf } from './leases.ts';
import { groupById, putMembership } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;
const start = Date.UTC(2026, 10, 22, 9);
const hour = 3_600_000;

describeStores('A closed group of another node', (open) => {
  it('is shown while its host confirms it, for three days more while that is away, and its copies go after thirty', async () => {
    let said: Lease = { state: 'held', version: 1, from: 0 };
    const forgotten: string[] = [];
    let now = start;
    await using store = await open({
      slices: [people, groups],
      now: () => new Date(now),
      ports: {
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
    said = { state: 'held', version: 1, from: 0 };
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
    said = { state: 'away' };
    await pass(30 * 24 * hour);
    expect([await reads(), (await lost()) > 0]).toEqual([false, true]);

    await transact(context, by, (work) => putMembership(work, id, person, { state: 'none' }));
    await pass(hour);
    expect([await leaseOf(db, id), forgotten]).toEqual([undefined, [uri]]);
  });
});
