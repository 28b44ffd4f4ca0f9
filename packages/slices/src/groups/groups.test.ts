import { classificationOf, eventsAfter, runAfterEffects, runNextJob, streams } from '@joinery/core';
import { describe, expect, test } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { trustEverybody } from '../../../../test/harness/store.ts';
import { openNode } from '../../../../test/harness/two-nodes.ts';
import { disablePerson } from '../people/index.ts';
import { groupDocument } from './activities-document.ts';
import { rememberRemoteGroup } from './activities-remote.ts';
import { labelGroup } from './classify.ts';
import { countPost } from './counts.ts';
import { deleteGroup, updateGroup } from './groups.ts';
import { invite } from './invitations.ts';
import {
  groupsOf,
  groupsWithoutOwner,
  knownGroups,
  listedGroups,
  listMembers,
  newNodesAmong,
  sharedWith,
} from './lists.ts';
import { followGroup, joinGroup, leaveGroup } from './membership.ts';
import { approve, ban, removeMember, setRole } from './moderation.ts';
import { countedNodes, groupById, membershipOf, membersPerNode, requesterMayRead } from './store.ts';

for (const dialect of ['sqlite', 'postgres'] as const) {
  describe.skipIf(dialect === 'postgres' && postgresMissing)(`groups of one node on ${dialect}`, () => {
    async function setUp(options: { now?: () => Date } = {}) {
      const node = await openNode(dialect, options);
      const owner = await node.addPerson('Olga Owner');
      const anna = await node.addPerson('Anna Ålund');
      const group = await node.addGroup(owner);
      const db = node.context.db.reader;
      const standing = (person: { id: string }) => membershipOf(db, group.id, person.id);
      const join = (person: { id: string }) =>
        node.act((work) => joinGroup(work, { group: group.id, person: person.id }));
      return { node, owner, anna, group, db, standing, join, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
    }

    test('a handle is taken once, in one namespace with people', async () => {
      await using world = await setUp();
      const { node, owner, anna } = world;
      await expect(node.addGroup(owner, { handle: anna.handle })).rejects.toMatchObject({ code: 'handle_taken' });
      await expect(node.addGroup(owner, { handle: 'groups' })).rejects.toMatchObject({ code: 'invalid' });
      const keys = await world.db
        .selectFrom('key')
        .select('id')
        .where('actor', '=', world.group.uri)
        .orderBy('id')
        .execute();
      expect(keys.map((key) => key.id)).toEqual([`${world.group.uri}#ed25519-key`, `${world.group.uri}#main-key`]);
    });

    test('the last owner cannot leave, be removed, be banned or step down; with a second one all of that works', async () => {
      await using world = await setUp();
      const { node, owner, anna, group } = world;
      await world.join(anna);
      const him = { group: group.id, person: owner.id, by: null };
      const attempts = [
        () => node.act((work) => leaveGroup(work, him)),
        () => node.act((work) => removeMember(work, him)),
        () => node.act((work) => ban(work, { ...him, until: null })),
        () => node.act((work) => setRole(work, { ...him, role: 'member' })),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'last_owner' });
      await node.act((work) => setRole(work, { group: group.id, person: anna.id, by: owner.id, role: 'owner' }));
      await node.act((work) => leaveGroup(work, him));
      expect(await world.standing(owner)).toMatchObject({ state: 'none', role: 'member', following: 0 });
      await expect(node.act((work) => leaveGroup(work, { group: group.id, person: anna.id }))).rejects.toMatchObject({
        code: 'last_owner',
      });
    });

    test('who leaves the agency leaves its groups, and a facilitator takes over from a last owner', async () => {
      await using world = await setUp();
      const { node, owner, anna, group, db } = world;
      const bert = await node.addPerson('Bert');
      for (const person of [bert, anna]) await world.join(person);
      await node.act((work) => setRole(work, { group: group.id, person: anna.id, by: owner.id, role: 'facilitator' }));
      const alone = await node.addGroup(owner);
      await node.act((work) => disablePerson(work, owner.id));
      while ((await runAfterEffects(node.context)) > 0);
      expect(await world.standing(owner)).toMatchObject({ state: 'none', following: 0 });
      expect(await world.standing(anna)).toMatchObject({ role: 'owner' });
      expect(await world.standing(bert)).toMatchObject({ role: 'member' });
      expect((await groupsWithoutOwner(db)).map((row) => row.id)).toEqual([alone.id]);
      expect(await groupById(db, alone.id)).toMatchObject({ member_count: 0, deleted_at: null });
      await expect(world.join(owner)).rejects.toMatchObject({ code: 'disabled' });
    });

    test('a closed group is read by members only, here and at other nodes', async () => {
      await using world = await setUp();
      const { node, owner, anna, db } = world;
      const closed = await node.addGroup(owner, { reading: 'members', joining: 'request' });
      const anybody = { kind: 'person', person: anna.id, administrator: true, guest: false } as const;
      expect(await requesterMayRead(db, anybody, closed)).toBe(false);
      const asks = { group: closed.id, person: anna.id };
      await expect(node.act((work) => followGroup(work, asks))).rejects.toMatchObject({ code: 'forbidden' });
      await node.act((work) => joinGroup(work, asks));
      expect(await requesterMayRead(db, anybody, closed)).toBe(false);
      await node.act((work) => approve(work, { ...asks, by: owner.id }));
      expect(await requesterMayRead(db, anybody, closed)).toBe(true);
      const remote = await node.know({
        ...anna,
        id: 'x',
        uri: 'https://council.example/people/1',
        home: 'https://council.example',
      });
      const peer = { kind: 'peer', origin: remote.home, actor: `${remote.home}/node`, trust: trustEverybody } as const;
      await node.act((work) => invite(work, { group: closed.id, person: remote.id, by: owner.id }));
      expect(await requesterMayRead(db, peer, closed)).toBe(false);
      const joined = { group: closed.id, person: remote.id, activity: `${remote.home}/a/1` };
      await node.act((work) => joinGroup(work, joined));
      expect(await requesterMayRead(db, peer, closed)).toBe(true);
      expect(await requesterMayRead(db, { ...peer, origin: 'https://other.example' }, closed)).toBe(false);
      await expect(node.act((work) => updateGroup(work, world.group.id, anna.id, { name: 'x' }))).rejects.toMatchObject(
        { code: 'forbidden' },
      );
    });

    test('a group in which people of other nodes take part is not closed any more, and a closed one not opened, also after they left', async () => {
      await using world = await setUp();
      const { node, owner, anna, group } = world;
      const remote = await node.know({
        ...anna,
        id: 'x',
        uri: 'https://council.example/people/1',
        home: 'https://council.example',
      });
      await node.act((work) => updateGroup(work, group.id, owner.id, { reading: 'members' }));
      await node.act((work) => updateGroup(work, group.id, owner.id, { reading: 'partners' }));
      await node.act((work) =>
        joinGroup(work, { group: group.id, person: remote.id, activity: 'https://council.example/a/1' }),
      );
      await expect(
        node.act((work) => updateGroup(work, group.id, owner.id, { reading: 'members' })),
      ).rejects.toMatchObject({ code: 'conflict' });
      const closed = await node.addGroup(owner, { reading: 'members', joining: 'open' });
      await node.act((work) => invite(work, { group: closed.id, person: remote.id, by: owner.id }));
      const entering = { group: closed.id, person: remote.id, activity: 'https://council.example/a/2' };
      await node.act((work) => joinGroup(work, entering));
      await node.act((work) => removeMember(work, { group: closed.id, person: remote.id, by: owner.id }));
      for (const reading of ['partners', 'web'] as const)
        await expect(node.act((work) => updateGroup(work, closed.id, owner.id, { reading }))).rejects.toMatchObject({
          code: 'conflict',
        });
      const shared = [{ origin: remote.home, group: group.id, name: group.name, closed: false, people: [remote.id] }];
      expect(await sharedWith(world.db, [remote.home])).toEqual(shared);
    });

    test('an owner labels the group with a reason; its document carries the words, and another node keeps them', async () => {
      await using world = await setUp();
      const { node, owner, anna, group, db } = world;
      await world.join(anna);
      const label = (person: { id: string }, to: string | null) =>
        node.act((work) =>
          labelGroup(work, { group: group.id, person: person.id, label: to, by: 'Olga', reason: 'Names of suppliers' }),
        );
      await expect(label(anna, 'internal')).rejects.toMatchObject({ code: 'forbidden' });
      await expect(label(owner, 'secret')).rejects.toMatchObject({ code: 'invalid' });
      expect(await groupDocument(db, world.node.context.config.origin, group, true)).not.toHaveProperty(
        'joinery:classification',
      );
      await label(owner, 'internal');
      const said = { name: 'Internal', nameMap: { en: 'Internal', nl: 'Intern' } };
      const document = await groupDocument(db, world.node.context.config.origin, group, true);
      expect(document).toMatchObject({ 'joinery:classification': said });
      const told = (await eventsAfter(db, 0, 1_000)).filter(({ name }) => name === 'group.updated');
      expect(told.map(({ stream }) => stream)).toEqual([streams.group(group.id)]);
      const uri = 'https://council.example/groups/0199f5a0-0000-7000-8000-000000000007';
      const save = (also: object) =>
        node.act((work) =>
          rememberRemoteGroup(
            work,
            { ...document, ...also, id: uri, inbox: `${uri}/inbox` },
            { fetchedAt: new Date().toISOString(), verified: 'origin' },
          ),
        );
      const id = await save({});
      expect(await classificationOf(db, id)).toEqual({ en: 'Internal', nl: 'Intern', label: null });
      await save({ 'joinery:classification': undefined });
      expect(await classificationOf(db, id)).toBeNull();
    });

    test('members per node are told at most once a minute, however many join', async () => {
      let time = Date.parse('2026-11-21T12:00:00.000Z');
      await using world = await setUp({ now: () => new Date(time) });
      const { node, group, db } = world;
      const told = async () =>
        (await eventsAfter(db, 0, 1_000)).filter(
          (event) => event.name === 'group.summarised' && event.stream === streams.group(group.id),
        ).length;
      while (await runNextJob(node.context));
      expect(await told(), 'nobody to tell').toBe(0);
      const remote = await node.know({
        ...world.anna,
        id: 'x',
        uri: 'https://council.example/people/1',
        home: 'https://council.example',
      });
      await node.act((work) =>
        joinGroup(work, { group: group.id, person: remote.id, activity: 'https://council.example/a/1' }),
      );
      while (await runNextJob(node.context));
      expect(await told()).toBe(1);
      for (const name of ['A', 'B', 'C']) await world.join(await node.addPerson(name));
      while (await runNextJob(node.context));
      expect(await told()).toBe(1);
      time += 60_000;
      while (await runNextJob(node.context));
      expect(await told()).toBe(2);
      expect(await membersPerNode(db, group)).toMatchObject([
        { origin: node.origin, members: 4 },
        { origin: 'https://council.example', members: 1 },
      ]);
      expect(await countedNodes(db, group.id)).toMatchObject([
        { origin: node.origin, members: 4, measuredAt: new Date(time).toISOString() },
        {},
      ]);
    });

    test('posts are counted here, and the last one is remembered', async () => {
      await using world = await setUp();
      const { node, group, db } = world;
      await node.act((work) => countPost(work, group.id, 1));
      await node.act((work) => countPost(work, group.id, 1));
      await node.act((work) => countPost(work, group.id, -1));
      expect(await groupById(db, group.id)).toMatchObject({ post_count: 1, last_post_at: expect.any(String) });
    });

    test('lists show what one may know of, by folded name, and page on', async () => {
      await using world = await setUp();
      const { node, owner, anna, db } = world;
      await node.addGroup(owner, { name: 'Älteste 100% groep' });
      await node.addGroup(owner, { name: 'Zebra', reading: 'web' });
      const hidden = await node.addGroup(owner, { name: 'Hidden', reading: 'members', listed: false });
      const gone = await node.addGroup(owner, { name: 'Gone' });
      await node.act((work) => deleteGroup(work, gone.id, owner.id));
      const names = async (options: Partial<Parameters<typeof listedGroups>[1]>) =>
        (await listedGroups(db, { where: 'here', person: anna.id, limit: 10, ...options })).map(
          (row) => row.group.name,
        );
      expect(await names({})).toEqual(['Älteste 100% groep', 'Open data', 'Zebra']);
      expect(await names({ search: 'ALTESTE 100%' })).toEqual(['Älteste 100% groep']);
      expect(await names({ search: '%' })).toEqual(['Älteste 100% groep']);
      expect(await names({ webOnly: true, person: null })).toEqual(['Zebra']);
      expect(await names({ after: { sortName: 'open data', id: world.group.id } })).toEqual(['Zebra']);
      expect(await names({ where: 'elsewhere', origins: [] })).toEqual([]);
      expect((await groupsOf(db, anna.id)).map((row) => row.group.name)).toEqual([]);
      await world.join(anna);
      expect((await groupsOf(db, anna.id)).map((row) => row.group.name)).toEqual(['Open data']);
      const known = await knownGroups(db, { person: anna.id, before: null, guest: false, limit: 10 });
      expect(known.map((row) => row.group.id)).not.toContain(hidden.id);
      const found = await listMembers(db, world.group.id, { states: ['member'], search: 'alund', limit: 10 });
      expect(found.map((row) => row.person.name)).toEqual(['Anna Ålund']);
      expect([...(await newNodesAmong(db, world.group.id, ['https://new.example', node.origin]))]).toEqual([
        'https://new.example',
      ]);
    });

    test('two owners who leave at the same time leave one behind', async () => {
      await using world = await setUp();
      const { node, owner, anna, group } = world;
      await world.join(anna);
      await node.act((work) => setRole(work, { group: group.id, person: anna.id, by: owner.id, role: 'owner' }));
      const leave = (person: { id: string }) =>
        node.act((work) => leaveGroup(work, { group: group.id, person: person.id }));
      const outcomes = await Promise.allSettled([leave(owner), leave(anna)]);
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect((await groupById(world.db, group.id))?.member_count).toBe(1);
    });

    test('two that ask at the same time both end with one standing each', async () => {
      await using world = await setUp();
      const { node, anna, group } = world;
      await Promise.all([
        world.join(anna),
        world.join(anna),
        node.act((work) => followGroup(work, { group: group.id, person: anna.id })),
      ]);
      expect(await world.standing(anna)).toMatchObject({ state: 'member', following: 1 });
      expect((await groupById(world.db, group.id))?.member_count).toBe(2);
      const joined = (await eventsAfter(world.db, 0, 1_000)).filter((event) => event.name === 'group.joined');
      expect(joined).toHaveLength(1);
    });

    test('a unit of work that fails leaves neither group nor handle', async () => {
      await using world = await setUp();
      const { node, owner, db } = world;
      const count = async () => (await listedGroups(db, { where: 'here', person: null, limit: 50 })).length;
      const before = await count();
      await expect(node.addGroup(owner, { name: '  ', handle: 'half-made' })).rejects.toMatchObject({
        code: 'invalid',
      });
      expect(await count()).toBe(before);
      await node.addGroup(owner, { handle: 'half-made' });
    });
  });
}
