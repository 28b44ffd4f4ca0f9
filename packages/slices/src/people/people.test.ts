import { createActorKeys, eventsAfter, transact, type Work } from '@joinery/core';
import { beforeAll, expect, test } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { rememberRemotePerson } from './activities-remote.ts';
import { people } from './index.ts';
import { followAgencyName } from './onboarding.ts';
import { createPerson, deletePerson, disablePerson, enablePerson, markPublic, updateProfile } from './people.ts';
import { localPeople, peopleByIds, personById, personByUri, personSummary } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;
let keys: Awaited<ReturnType<typeof createActorKeys>>;
beforeAll(async () => {
  keys = await createActorKeys();
});

const add = (work: Work, name: string, handle?: string) =>
  createPerson(work, { name, handle, agency: 'Harrowdean Council', language: 'en', timeZone: 'Europe/London', keys });

describeStores('people', (open) => {
  test('a new person has an address, a handle made of the name, keys, and an event on their own stream', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    const zoe = await transact(context, by, (work) => add(work, 'Zoë van den Berg'));
    expect(zoe).toMatchObject({
      handle: 'zoe-van-den-berg',
      uri: `${context.config.origin}/people/${zoe.id}`,
      local: 1,
    });
    expect(await personByUri(context.db.reader, zoe.uri)).toEqual(await personById(context.db.reader, zoe.id));
    const saved = await context.db.reader.selectFrom('key').select('algorithm').where('actor', '=', zoe.uri).execute();
    expect(saved.map((key) => key.algorithm).sort()).toEqual(['ed25519', 'rsa']);
    expect(await eventsAfter(context.db.reader, 0, 10)).toMatchObject([
      { name: 'person.created', stream: 'local', data: { person: zoe.id } },
    ]);
  });

  test('equal names get different handles, reserved ones are refused, and a name of other scripts gets one too', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    const made = await transact(context, by, async (work) => [
      await add(work, 'Jan Jansen'),
      await add(work, 'Jan Jansen'),
      await add(work, 'Ελένη'),
    ]);
    expect(made.map((person) => person.handle)).toEqual(['jan-jansen', 'jan-jansen-2', 'person']);
    await expect(transact(context, by, (work) => add(work, 'X', 'admin'))).rejects.toMatchObject({ code: 'invalid' });
    await expect(transact(context, by, (work) => add(work, 'X', 'jan-jansen'))).rejects.toMatchObject({
      code: 'handle_taken',
    });
    await expect(transact(context, by, (work) => add(work, '\u200b'))).rejects.toMatchObject({ code: 'invalid' });
    expect(await localPeople(context.db.reader, { limit: 10 })).toHaveLength(3);
  });

  test('a profile changes once: the same values again say nothing to anybody', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    const { id } = await transact(context, by, (work) => add(work, 'Jan'));
    const change = { name: 'Jan Jansen', role: 'Planner', summary: 'Ask me about **permits**' };
    await transact(context, by, (work) => updateProfile(work, id, change));
    await transact(context, by, (work) => updateProfile(work, id, change));
    expect(await personById(context.db.reader, id)).toMatchObject({
      name: 'Jan Jansen',
      role: 'Planner',
      summary: expect.stringContaining('<strong>permits</strong>'),
      summary_source: 'Ask me about **permits**',
    });
    const names = (await eventsAfter(context.db.reader, 0, 10)).map((event) => event.name);
    expect(names).toEqual(['person.created', 'person.updated']);
  });

  test('the list is by name without case and accents, in pages, and finds parts of names literally', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    await transact(context, by, async (work) => {
      for (const name of ['émile', 'Zoë', 'Anna', 'Emma', '100% Bob_x']) await add(work, name);
    });
    const { reader } = context.db;
    const first = await localPeople(reader, { limit: 3 });
    expect(first.map((person) => person.name)).toEqual(['100% Bob_x', 'Anna', 'émile']);
    const last = first[2];
    const rest = await localPeople(reader, {
      limit: 3,
      after: last ? { sortName: last.sort_name, id: last.id } : null,
    });
    expect(rest.map((person) => person.name)).toEqual(['Emma', 'Zoë']);
    const find = async (search: string) =>
      (await localPeople(reader, { search, limit: 9 })).map((person) => person.name);
    expect(await find('EM')).toEqual(['émile', 'Emma']);
    expect(await find('%')).toEqual(['100% Bob_x']);
    expect(await find('b_x')).toEqual(['100% Bob_x']);
    expect(await find("\\' or 1=1 --")).toEqual([]);
  });

  test('another name of the agency in the settings reaches everybody here and nobody else', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    const { id } = await transact(context, by, (work) => add(work, 'Jan'));
    const remote = await transact(context, by, (work) =>
      rememberRemotePerson(
        work,
        { id: 'https://ministry.example/people/anna', type: 'Person', name: 'Anna' },
        { fetchedAt: work.now, verified: 'origin' },
      ),
    );
    await followAgencyName(context);
    await followAgencyName(context);
    const { reader } = context.db;
    expect((await personById(reader, id))?.agency).toBe(context.config.agency);
    expect((await personById(reader, remote))?.agency).toBe('ministry.example');
    const names = (await eventsAfter(reader, 0, 10)).map((event) => event.name);
    expect(names).toEqual(['person.created', 'person.remembered', 'person.updated']);
  });

  test('a leaver is out of the list, can come back, and is told about once each way', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    const { id } = await transact(context, by, (work) => add(work, 'Jan'));
    expect(await transact(context, by, (work) => disablePerson(work, id))).toBe(true);
    expect(await transact(context, by, (work) => disablePerson(work, id))).toBe(false);
    expect(await localPeople(context.db.reader, { limit: 9 })).toEqual([]);
    expect(await localPeople(context.db.reader, { limit: 9, everybody: true })).toHaveLength(1);
    expect(await transact(context, by, (work) => enablePerson(work, id))).toBe(true);
    const names = (await eventsAfter(context.db.reader, 0, 10)).map((event) => event.name);
    expect(names).toEqual(['person.created', 'person.disabled', 'person.enabled']);
  });

  test('of a deleted person only the address stays', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    const { id } = await transact(context, by, (work) => add(work, 'Jan'));
    await transact(context, by, (work) => deletePerson(work, id));
    expect(await personById(context.db.reader, id)).toMatchObject({ name: '', summary: '', role: '' });
    expect(await personSummary(context.db.reader, id)).toBeNull();
    await expect(transact(context, by, (work) => updateProfile(work, id, { name: 'Jan' }))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('the first public post decides since when strangers may ask', async () => {
    let now = new Date('2026-11-21T09:00:00.000Z');
    await using store = await open({ slices: [people], now: () => now });
    const { context } = store;
    const { id } = await transact(context, by, (work) => add(work, 'Jan'));
    await transact(context, by, (work) => markPublic(work, id));
    now = new Date('2026-11-22T09:00:00.000Z');
    await transact(context, by, (work) => markPublic(work, id));
    expect((await personById(context.db.reader, id))?.public_since).toBe('2026-11-21T09:00:00.000Z');
  });

  test('many people are found at once', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    const { id } = await transact(context, by, (work) => add(work, 'Jan'));
    const found = await peopleByIds(context.db.reader, [
      id,
      ...Array.from({ length: 1_200 }, (_, index) => `none-${index}`),
    ]);
    expect([...found.keys()]).toEqual([id]);
  });
});
