import {
  type ActivityDocument,
  type Decision,
  heedEpoch,
  isObject,
  type JsonObject,
  limits,
  runAfterEffects,
  runNextJob,
  streams,
  subscribers,
  type Trust,
} from '@joinery/core';
import { describe, expect, test } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { carry, openNode, type TestNode } from '../../../../test/harness/two-nodes.ts';
import { type PersonRow, personByUri } from '../people/index.ts';
import { accessOf } from './access.ts';
import { agreementJobs } from './agreements.ts';
import { updateGroup } from './groups.ts';
import { declineInvitation, invite } from './invitations.ts';
import { followGroup, joinGroup, leaveGroup, unfollowGroup } from './membership.ts';
import { approve, ban, decline, removeMember, setRole, unban } from './moderation.ts';
import { answersOf } from './requests/answers.ts';
import { groupById, membershipOf, membersPerNode } from './store.ts';
import type { GroupRow } from './tables.ts';

const dialects = ['sqlite', 'postgres'] as const;

/** A department that hosts a group, and a council with Anna in it. */
async function setUp(dialect: 'sqlite' | 'postgres', input: Parameters<TestNode['addGroup']>[1] = {}, trust?: Trust) {
  const department = await openNode(dialect, trust ? { trust } : {});
  const council = await openNode(dialect);
  const owner = await department.addPerson('Owen Owner');
  const anna = await council.addPerson('Anna Asks');
  const annaThere = await department.know(anna);
  const hosted = await department.addGroup(owner, input);
  const group = await council.knowGroup(department, hosted);
  const there = () => membershipOf(department.context.db.reader, hosted.id, annaThere.id);
  const here = () => membershipOf(council.context.db.reader, group.id, anna.id);
  const close = async () => {
    await department[Symbol.asyncDispose]();
    await council[Symbol.asyncDispose]();
  };
  return {
    department,
    council,
    owner,
    anna,
    annaThere,
    hosted,
    group,
    there,
    here,
    asks: { group: group.id, person: anna.id },
    decides: { group: hosted.id, person: annaThere.id, by: owner.id },
    listeners: () => subscribers(department.context.db.reader, streams.group(hosted.id)),
    [Symbol.asyncDispose]: close,
  };
}

type World = Awaited<ReturnType<typeof setUp>>;

async function becomeMember(world: World): Promise<void> {
  await world.council.act((work) => joinGroup(work, world.asks));
  await carry(world.council, world.department);
  await carry(world.department, world.council);
  expect(await world.here()).toMatchObject({ state: 'member', following: 1 });
}

for (const dialect of dialects) {
  describe.skipIf(dialect === 'postgres' && postgresMissing)(`memberships between two nodes on ${dialect}`, () => {
    test('whoever joins and leaves without end is told to the other nodes a few times an hour and no more, whoever of a node it is', async () => {
      let now = Date.UTC(2026, 10, 22, 9);
      await using department = await openNode(dialect, { now: () => new Date(now) });
      await using council = await openNode(dialect);
      await using region = await openNode(dialect);
      const owner = await department.addPerson('Owen Owner');
      const { id: group } = await department.addGroup(owner, { reading: 'members', joining: 'open' });
      const come = async (node: TestNode, name: string) => department.know(await node.addPerson(name));
      const rita = await come(region, 'Rita Reader');
      let asked = 0;
      const join = async (person: string) => {
        asked += 1;
        const activity = `${council.origin}/activities/${asked}`;
        return department
          .act((work) => joinGroup(work, { group, person, activity }))
          .then(
            () => 'joined',
            (error: { code?: string }) => error.code,
          );
      };
      expect(await join(rita.id)).toBe('joined');
      // All but those that go to the node itself.
      const told = async () => {
        const rows = department.context.db.reader.selectFrom('log').select('stream').where('stream', '<>', 'local');
        return (await rows.where('stream', '<>', `node:${council.origin}`).execute()).length;
      };
      const turns = async (people: string[], times: number) => {
        const before = await told();
        const answers = new Set<string | undefined>();
        for (let turn = 0; turn < times; turn += 1) {
          const person = people[turn % people.length] ?? '';
          answers.add(await join(person));
          await department.act((work) => leaveGroup(work, { group, person }));
        }
        return { told: (await told()) - before, answers: [...answers] };
      };
      const anna = await come(council, 'Anna Asks');
      expect(await turns([anna.id], dialect === 'sqlite' ? 200 : 40)).toEqual({
        told: 10,
        answers: ['joined', 'too_many'],
      });
      // Others of the same node come in as before.
      const dora = await come(council, 'Dora Asks');
      expect(await join(dora.id)).toBe('joined');
      await department.act((work) => leaveGroup(work, { group, person: dora.id }));
      // Nor by taking turns.
      now += 3_600_000;
      const others = [anna.id, (await come(council, 'Bert Asks')).id, (await come(council, 'Cas Asks')).id];
      expect(await turns(others, 40)).toEqual({ told: 30, answers: ['joined', 'too_many'] });
      // Those of other nodes are not held up, and an hour later it is as before.
      expect(await join((await come(region, 'Rob Reader')).id)).toBe('joined');
      now += 3_600_000;
      expect(await join(anna.id)).toBe('joined');
      // Where the whole node comes and goes too often, an invitation still holds.
      const losses = { subject: `losses ${council.origin}`, times: limits.lossesOfNode.times };
      await department.act(async (work) => {
        await work.db.deleteFrom('group_turns').execute();
        await work.db
          .insertInto('group_turns')
          .values({ group_id: group, ...losses, since: work.now })
          .execute();
      });
      const [invited, other] = [await come(council, 'Ines Invited'), await come(council, 'Otto Asks')];
      expect(await join(other.id)).toBe('too_many');
      await department.act((work) => invite(work, { group, person: invited.id, by: owner.id }));
      expect(await join(invited.id)).toBe('joined');
    });

    test('whoever asks again and again is counted too, and nobody is told of it who decides elsewhere', async () => {
      await using department = await openNode(dialect);
      await using council = await openNode(dialect);
      await using region = await openNode(dialect);
      const owner = await department.addPerson('Owen Owner');
      const { id: group } = await department.addGroup(owner, { reading: 'members', joining: 'request' });
      const rita = await department.know(await region.addPerson('Rita Runs'));
      const anna = await department.know(await council.addPerson('Anna Asks'));
      await department.act((work) => invite(work, { group, person: rita.id, by: owner.id }));
      await department.act((work) => joinGroup(work, { group, person: rita.id, activity: `${region.origin}/a/1` }));
      await department.act((work) => setRole(work, { group, person: rita.id, by: owner.id, role: 'facilitator' }));
      const said = [{ question: 'Why?', answer: 'To plan' }];
      const answers: string[] = [];
      for (let asked = 0; asked < 12; asked += 1)
        await department
          .act((work) =>
            joinGroup(work, {
              ...{ group, person: anna.id, activity: `${council.origin}/a/${asked}` },
              answers: asked === 0 ? said : [],
            }),
          )
          .then(
            ({ state }) => answers.push(state),
            (error: { code?: string }) => answers.push(error.code ?? ''),
          );
      expect(answers).toEqual([...Array(10).fill('requested'), 'too_many', 'too_many']);
      const told = department.context.db.reader
        .selectFrom('log')
        .select('data')
        .where('name', '=', 'group.request_told');
      expect(await told.where('stream', '=', streams.node(region.origin)).execute()).toHaveLength(1);
      const [kept] = (await answersOf(department.context.db.reader, group, [anna.id])).values();
      expect(kept).toEqual(said);
    });

    test('joining an open group holds only when its node has said so, and its node then gets the group', async () => {
      await using world = await setUp(dialect);
      const { council, department, asks } = world;
      await council.act((work) => joinGroup(work, asks));
      expect(await world.here()).toMatchObject({ state: 'requested', following: 0 });
      expect(await carry(council, department)).toMatchObject([{ type: 'Join', outcome: 'applied' }]);
      expect(await world.there()).toMatchObject({ state: 'member', following: 1 });
      expect(await world.listeners()).toEqual([council.origin]);
      expect(await world.here()).toMatchObject({ state: 'requested' });
      const answers = await carry(department, council);
      expect(answers.filter(({ type }) => type === 'Accept')).toMatchObject([{ outcome: 'applied' }]);
      expect(await world.here()).toMatchObject({ state: 'member', following: 1 });
      expect((await groupById(department.context.db.reader, world.hosted.id))?.member_count).toBe(2);
    });

    test('a request waits for a facilitator, is accepted only after approval, and asking twice asks once', async () => {
      await using world = await setUp(dialect, { joining: 'request' });
      const { council, department, asks, decides } = world;
      await council.act((work) => joinGroup(work, asks));
      await council.act((work) => joinGroup(work, asks));
      const [join, ...rest] = await council.outbox(department);
      expect(rest).toEqual([]);
      expect(await department.receive(join as ActivityDocument)).toBe('applied');
      expect(await department.receive(join as ActivityDocument)).toBe('ignored');
      expect(await world.there()).toMatchObject({ state: 'requested' });
      expect(await carry(department, council)).toEqual([]);
      expect(await world.listeners()).toEqual([]);
      await department.act((work) => approve(work, decides));
      await carry(department, council);
      expect(await world.here()).toMatchObject({ state: 'member' });
    });

    test('a declined request ends with the answer, and may be repeated', async () => {
      await using world = await setUp(dialect, { joining: 'request' });
      const { council, department, asks, decides } = world;
      await council.act((work) => joinGroup(work, asks));
      await carry(council, department);
      await department.act((work) => decline(work, { ...decides, reason: 'For planners only' }));
      const [rejected] = await carry(department, council);
      expect(rejected?.activity).toMatchObject({ type: 'Reject', 'joinery:code': 'forbidden' });
      expect(await world.here()).toMatchObject({ state: 'none', reason: 'For planners only' });
      await council.act((work) => joinGroup(work, asks));
      expect(await world.here()).toMatchObject({ state: 'requested', reason: null });
    });

    test('following needs no approval and gives no vote; the last one to stop ends what the node gets', async () => {
      await using world = await setUp(dialect, { joining: 'request' });
      const { council, department, asks } = world;
      await council.act((work) => followGroup(work, asks));
      await carry(council, department);
      await carry(department, council);
      expect(await world.here()).toMatchObject({ state: 'none', following: 1 });
      expect(await world.there()).toMatchObject({ state: 'none', following: 1 });
      expect(await world.listeners()).toEqual([council.origin]);
      await council.act((work) => unfollowGroup(work, asks));
      expect(await carry(council, department)).toMatchObject([{ type: 'Undo', outcome: 'applied' }]);
      expect(await world.there()).toMatchObject({ following: 0 });
      expect(await world.listeners()).toEqual([]);
    });

    test('leaving reaches the host, and ends what the node gets', async () => {
      await using world = await setUp(dialect);
      await becomeMember(world);
      await world.council.act((work) => leaveGroup(work, world.asks));
      expect(await world.here()).toMatchObject({ state: 'none', following: 0 });
      expect(await carry(world.council, world.department)).toMatchObject([{ type: 'Leave', outcome: 'applied' }]);
      expect(await world.there()).toMatchObject({ state: 'none', following: 0 });
      expect(await world.listeners()).toEqual([]);
    });

    test('an invited person joins without waiting, or declines; nobody becomes a member by an invitation alone', async () => {
      await using world = await setUp(dialect, { joining: 'invited' });
      const { council, department, asks, decides } = world;
      await council.act((work) => joinGroup(work, asks));
      expect(await carry(council, department)).toMatchObject([{ outcome: 'invitation_needed' }]);
      await council.act((work) => leaveGroup(work, asks));
      await carry(council, department);
      await department.act((work) => invite(work, decides));
      expect(await carry(department, council)).toMatchObject([{ type: 'Invite', outcome: 'applied' }]);
      expect(await world.here()).toMatchObject({ state: 'invited' });
      await council.act((work) => declineInvitation(work, asks));
      expect(await carry(council, department)).toMatchObject([{ type: 'Reject', outcome: 'applied' }]);
      expect(await world.there()).toMatchObject({ state: 'none' });
      await department.act((work) => invite(work, decides));
      await carry(department, council);
      await becomeMember(world);
    });

    test('a removal and a ban reach the person also when their node gets the group no more; a banned one is refused', async () => {
      await using world = await setUp(dialect);
      const { council, department, asks, decides } = world;
      await becomeMember(world);
      await department.act((work) => removeMember(work, { ...decides, reason: 'Left the project' }));
      await carry(department, council);
      expect(await world.here()).toMatchObject({ state: 'none', following: 0, reason: 'Left the project' });
      await becomeMember(world);
      const until = new Date(Date.now() + 86_400_000).toISOString();
      await department.act((work) => ban(work, { ...decides, until, reason: 'Spam' }));
      await carry(department, council);
      expect(await world.here()).toMatchObject({ state: 'banned', banned_until: until, reason: 'Spam' });
      await expect(council.act((work) => joinGroup(work, asks))).rejects.toMatchObject({ code: 'banned' });
      const join = {
        id: `${council.origin}/activities/x`,
        type: 'Join',
        actor: world.anna.uri,
        object: world.group.uri,
      };
      expect(await department.receive(join)).toBe('banned');
      expect(await department.receive({ ...join, type: 'Follow' })).toBe('banned');
      await department.act((work) => unban(work, decides));
      expect(await department.receive(join)).toBe('applied');
    });

    test('roles, bans and removals that the group announces hold at the nodes of its members', async () => {
      await using world = await setUp(dialect);
      const { council, department, decides } = world;
      const bert = await council.addPerson('Bert Bystander');
      await becomeMember(world);
      await becomeMember({ ...world, ...(await asPerson(world, bert)) } as World);
      await department.act((work) => setRole(work, { ...decides, role: 'facilitator' }));
      expect(await carry(department, council)).toMatchObject([{ type: 'Announce', outcome: 'applied' }]);
      expect(await world.here()).toMatchObject({ role: 'facilitator' });
      await department.act((work) => setRole(work, { ...decides, role: 'member' }));
      await carry(department, council);
      expect(await world.here()).toMatchObject({ role: 'member' });
      await department.act((work) => ban(work, { ...decides, until: null }));
      const told = await carry(department, council);
      expect(told.map(({ type, outcome }) => `${type} ${outcome}`)).toContain('Announce applied');
      expect(await world.here()).toMatchObject({ state: 'banned' });
      await department.act((work) => unban(work, decides));
      await carry(department, council);
      expect(await world.here()).toMatchObject({ state: 'none' });
    });

    test('a removal or ban that arrives after its person has asked again leaves the new request to its answer', async () => {
      await using world = await setUp(dialect);
      const { council, department, asks, decides } = world;
      const bert = await council.addPerson('Bert Bystander');
      await becomeMember({ ...world, ...(await asPerson(world, bert)) } as World);
      const late = async (decide: () => Promise<unknown>, arrives: 'asked again' | 'let in again') => {
        await becomeMember(world);
        await decide();
        const told = await department.outbox(council);
        // What is for the node itself comes first, and the group's word, in another stream, after all else.
        const [decided, ...others] = told.filter(({ type }) => type === 'Announce');
        for (const one of [...told.filter(({ type }) => type !== 'Announce'), ...others]) await council.receive(one);
        expect(await world.here()).toMatchObject({ state: 'none' });
        await council.act((work) => joinGroup(work, asks));
        await carry(council, department);
        if (arrives === 'asked again') {
          expect(await council.receive(decided as ActivityDocument)).toBe('ignored');
          expect(await world.here()).toMatchObject({ state: 'requested' });
        }
        await carry(department, council);
        expect(await world.here()).toMatchObject({ state: 'member' });
        // For the first time, or once more.
        for (const _ of [1, 2]) expect(await council.receive(decided as ActivityDocument)).toBe('ignored');
        expect(await world.here()).toMatchObject({ state: 'member', following: 1 });
        return decided as ActivityDocument;
      };
      const again = async () => {
        await council.act((work) => leaveGroup(work, asks));
        await carry(council, department);
      };
      const remove = () => department.act((work) => removeMember(work, decides));
      const banAndEnd = async () => {
        await department.act((work) => ban(work, { ...decides, until: null }));
        await department.act((work) => unban(work, decides));
      };
      const removals = [await late(remove, 'asked again')];
      await again();
      removals.push(await late(remove, 'let in again'));
      await again();
      removals.push(await late(banAndEnd, 'asked again'));
      await again();
      removals.push(await late(banAndEnd, 'let in again'));
      // Whom its node has removed since is out with the group's word alone.
      await remove();
      const removal = (await department.outbox(council)).find(({ type }) => type === 'Announce');
      expect(await council.receive(removal as ActivityDocument)).toBe('applied');
      expect(await world.here()).toMatchObject({ state: 'none' });
      // Neither does what is older take an invitation away.
      await department.act((work) => invite(work, decides));
      await carry(department, council);
      for (const older of removals) expect(await council.receive(older)).toBe('ignored');
      expect(await world.here()).toMatchObject({ state: 'invited' });
    });

    test('what a node that says no version decides counts as it comes, and so does what it says within an epoch', async () => {
      await using world = await setUp(dialect);
      const { council, department, decides } = world;
      const bert = await council.addPerson('Bert Bystander');
      await becomeMember({ ...world, ...(await asPerson(world, bert)) } as World);
      const removal = async (more: JsonObject, less: string[] = []) => {
        await becomeMember(world);
        await department.act((work) => removeMember(work, decides));
        const told = (await department.outbox(council)).find(({ type }) => type === 'Announce');
        const said = Object.entries(told?.object as JsonObject).filter(([name]) => !less.includes(name));
        const outcome = await council.receive({
          ...(told as ActivityDocument),
          object: { ...Object.fromEntries(said), ...more },
        });
        const { state } = (await world.here()) ?? {};
        await council.act((work) => leaveGroup(work, world.asks));
        await carry(council, department);
        return [outcome, state];
      };
      expect(await removal({}, ['joinery:standing'])).toEqual(['applied', 'none']);
      expect(await removal({ 'joinery:standing': 'many' })).toEqual(['applied', 'none']);
      expect(await removal({ 'joinery:standing': 1 })).toEqual(['ignored', 'member']);
      // In a later epoch the node counts anew; an earlier one counts no more.
      const epoch = new Date().toISOString();
      const [before, after] = [new Date(Date.now() - 1_000), new Date(Date.now() + 1_000)].map((at) =>
        at.toISOString(),
      );
      await council.act((work) => heedEpoch(work, department.origin, epoch));
      expect(await removal({ 'joinery:standing': 1, 'joinery:hostEpoch': epoch })).toEqual(['applied', 'none']);
      expect(await removal({ 'joinery:hostEpoch': before ?? '' })).toEqual(['ignored', 'member']);
      // With the group's key alone nobody makes an epoch known; a removal is one in any.
      expect(await removal({ 'joinery:standing': 1, 'joinery:hostEpoch': after ?? '' })).toEqual(['applied', 'none']);
    });

    test('a facilitator of another node removes and bans through the group; a plain member cannot', async () => {
      await using world = await setUp(dialect);
      const { council, department, decides } = world;
      const bert = await department.addPerson('Bert Member');
      await department.act((work) => joinGroup(work, { group: world.hosted.id, person: bert.id }));
      const bertHere = await council.know(bert);
      await becomeMember(world);
      const block = {
        id: `${council.origin}/activities/b`,
        type: 'Block',
        actor: world.anna.uri,
        object: bert.uri,
        target: world.hosted.uri,
      };
      expect(await department.receive(block)).toBe('ignored');
      await department.act((work) => setRole(work, { ...decides, role: 'facilitator' }));
      await carry(department, council);
      const bans = { group: world.group.id, person: bertHere.id, by: world.anna.id, until: null, reason: 'Spam' };
      await council.act((work) => ban(work, bans));
      expect(await carry(council, department)).toMatchObject([{ type: 'Block', outcome: 'applied' }]);
      const banned = await membershipOf(department.context.db.reader, world.hosted.id, bert.id);
      expect(banned).toMatchObject({ state: 'banned', reason: 'Spam' });
    });

    test('an answer that answers nothing, or comes from somebody else, changes nothing', async () => {
      await using world = await setUp(dialect);
      const { council, department, asks, group } = world;
      await council.act((work) => joinGroup(work, asks));
      const [join] = await council.outbox(department);
      const accept = (actor: string, object: string): ActivityDocument => ({
        id: `${department.origin}/activities/1`,
        type: 'Accept',
        actor,
        object: { id: object, type: 'Join', actor: world.anna.uri, object: group.uri },
      });
      expect(await council.receive(accept(group.uri, `${council.origin}/activities/never`))).toBe('not understood');
      expect(await council.receive(accept(`${department.origin}/people/x`, String(join?.id)))).toBe('ignored');
      expect(await council.receive(accept(world.owner.uri, String(join?.id)))).toBe('ignored');
      expect(await council.receive(accept(group.uri, String(join?.id)), { verified: 'unchecked' })).toBe('ignored');
      expect(await world.here()).toMatchObject({ state: 'requested', following: 0 });
      expect(await council.receive(accept(group.uri, String(join?.id)))).toBe('applied');
      expect(await council.receive(accept(group.uri, String(join?.id)))).toBe('ignored');
      expect(await world.here()).toMatchObject({ state: 'member' });
    });

    test('nobody outside can decide about a group elsewhere, and nobody is made a member by others', async () => {
      await using world = await setUp(dialect);
      const { council, department, group } = world;
      const target = `${group.uri}/moderators`;
      const add = {
        id: `${department.origin}/activities/2`,
        type: 'Add',
        actor: world.owner.uri,
        object: world.anna.uri,
        target,
      };
      expect(await council.receive(add)).toBe('ignored');
      expect(
        await council.receive({ id: 'x', type: 'Announce', actor: `${department.origin}/groups/other`, object: add }),
      ).toBe('ignored');
      expect(await council.receive({ id: 'x', type: 'Announce', actor: group.uri, object: add })).toBe('ignored');
      expect(await world.here()).toBeUndefined();
      const update = {
        id: 'u',
        type: 'Update',
        actor: world.owner.uri,
        object: { id: group.uri, type: 'Group', name: 'Taken over' },
      };
      expect(await council.receive(update)).toBe('ignored');
      expect((await groupById(council.context.db.reader, group.id))?.name).toBe('Open data');
    });

    test('hidden and missing groups answer another node alike', async () => {
      await using world = await setUp(dialect);
      const { department, council, owner } = world;
      const closed = await department.addGroup(owner, { reading: 'members', joining: 'invited', listed: false });
      for (const type of ['Follow', 'Join', 'Leave']) {
        const ask = (object: string) =>
          department.receive({ id: `${council.origin}/a/1`, type, actor: world.anna.uri, object });
        expect(await ask(closed.uri)).toBe('not_found');
        expect(await ask(`${department.origin}/groups/missing`)).toBe('not_found');
      }
      expect(await department.outbox(council)).toEqual([]);
    });

    test('a closed group takes people of other nodes after approval, and raises the version of a node when its last member goes', async () => {
      await using world = await setUp(dialect, { reading: 'members', joining: 'request' });
      const { council, department, asks, decides, hosted } = world;
      const db = department.context.db.reader;
      const told = () => subscribers(db, streams.members(hosted.id));
      await council.act((work) => joinGroup(work, asks));
      await carry(council, department);
      expect(await told()).toEqual([]);
      await department.act((work) => approve(work, decides));
      await carry(department, council);
      expect(await world.here()).toMatchObject({ state: 'member' });
      expect(await told()).toEqual([council.origin]);
      expect(await accessOf(db, hosted.id, council.origin)).toMatchObject({ version: 1, revoked_at: null });
      await department.act((work) => removeMember(work, decides));
      expect(await told()).toEqual([]);
      expect(await accessOf(db, hosted.id, council.origin)).toMatchObject({ version: 2, reads_from: 0 });
      const sent = await carry(department, council);
      const revoke = sent.find(({ activity }) => 'joinery:version' in activity);
      expect(revoke).toMatchObject({
        outcome: 'applied',
        activity: { type: 'Remove', actor: hosted.uri, object: `${council.origin}/node`, 'joinery:version': 2 },
      });
      const noted = { version: 2, revoked_at: expect.any(String) };
      expect(await accessOf(council.context.db.reader, asks.group, council.origin)).toMatchObject(noted);
      // An earlier notice that comes late takes nothing back.
      const late = {
        ...(revoke?.activity as ActivityDocument),
        id: `${department.origin}/a/late`,
        'joinery:version': 1,
      };
      expect(await council.receive(late)).toBe('ignored');
      expect(await council.receive({ ...late, actor: world.anna.uri, 'joinery:version': 9 })).toBe('ignored');
    });

    test('other software is refused at Follow, and a node without the scope is told nothing', async () => {
      let closedToo = true;
      const trust: Trust = {
        mayFederate: (_origin, scope) =>
          scope !== 'closed-groups' || closedToo
            ? { allowed: true, reason: 'allowed' }
            : { allowed: false, reason: 'scope_missing' },
      };
      await using world = await setUp(dialect, { reading: 'members', joining: 'request' }, trust);
      const { department, hosted, anna } = world;
      const shapes: Record<string, ActivityDocument> = {
        mastodon: { '@context': 'https://www.w3.org/ns/activitystreams', type: 'Follow', object: hosted.uri },
        nodebb: {
          '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
          type: 'Follow',
          object: hosted.uri,
          to: [hosted.uri],
        },
        mbin: {
          '@context': ['https://www.w3.org/ns/activitystreams', { ostatus: 'http://ostatus.org#' }],
          type: 'Follow',
          object: hosted.uri,
        },
        lemmy: {
          '@context': ['https://join-lemmy.org/context.json'],
          type: 'Follow',
          to: [hosted.uri],
          object: hosted.uri,
        },
      };
      for (const [name, shape] of Object.entries(shapes)) {
        const follow = { ...shape, id: `https://other.example/${name}`, actor: anna.uri };
        expect([name, await department.receive(follow)]).toEqual([name, 'software_unsupported']);
      }
      closedToo = false;
      for (const [name, shape] of Object.entries(shapes)) {
        const follow = { ...shape, id: `https://other.example/2/${name}`, actor: anna.uri };
        expect([name, await department.receive(follow)]).toEqual([name, 'not_found']);
      }
      expect(await world.there()).toBeUndefined();
    });

    test('without an agreement for the group nobody joins or follows', async () => {
      let allowed = true;
      const trust: Trust = { mayFederate: () => ({ allowed, reason: allowed ? 'allowed' : 'group_not_named' }) };
      await using world = await setUp(dialect, {}, trust);
      allowed = false;
      const ask = { id: `${world.council.origin}/a/1`, type: 'Join', actor: world.anna.uri, object: world.hosted.uri };
      expect(await world.department.receive(ask)).toBe('no_agreement');
      expect(await world.department.receive({ ...ask, type: 'Follow' })).toBe('no_agreement');
      expect(await world.there()).toBeUndefined();
    });

    test('a node forgets who asks once whoever runs the group there has left it', async () => {
      await using world = await setUp(dialect, { joining: 'request' });
      const { council, department, hosted, asks, decides } = world;
      await council.act((work) => joinGroup(work, asks));
      await carry(council, department);
      await department.act(async (work) => {
        await approve(work, decides);
        await setRole(work, { ...decides, role: 'facilitator' });
      });
      const bea = await department.addPerson('Bea Asks');
      await department.act((work) => joinGroup(work, { group: hosted.id, person: bea.id }));
      await carry(department, council);
      const known = async () => {
        while (await runAfterEffects(council.context));
        const person = await personByUri(council.context.db.reader, bea.uri);
        return (await membershipOf(council.context.db.reader, asks.group, person?.id ?? ''))?.state;
      };
      expect(await known()).toBe('requested');
      await council.act((work) => leaveGroup(work, asks));
      expect(await known()).toBe('none');
    });

    test('only people of the agencies that may ask join or follow, in an open group too', async () => {
      await using world = await setUp(dialect);
      const { council, department, hosted, owner, anna } = world;
      const given = async (change: Parameters<typeof updateGroup>[3], number: number) => {
        await department.act((work) => updateGroup(work, hosted.id, owner.id, change));
        const ask = { id: `${council.origin}/a/${number}`, type: 'Join', actor: anna.uri, object: hosted.uri };
        return department.receive(ask);
      };
      const others = ['https://other.example'];
      expect(await given({ asking: 'node' }, 1)).toBe('invitation_needed');
      expect(await given({ asking: 'agencies', agencies: others }, 2)).toBe('invitation_needed');
      expect(await world.there()).toBeUndefined();
      expect(await given({ asking: 'agencies', agencies: [...others, council.origin] }, 3)).toBe('applied');
      expect(await world.there()).toMatchObject({ state: 'member' });
    });

    test('what stands for no decision takes no access; after one, a node reads again only while somebody there is a member', async () => {
      let why: Decision['reason'] = 'allowed';
      const trust: Trust = { mayFederate: () => ({ allowed: why === 'allowed', reason: why }) };
      await using world = await setUp(dialect, { reading: 'members', joining: 'request' }, trust);
      const { council, department, hosted, asks, decides } = world;
      const db = department.context.db.reader;
      const weigh = async (reason: Decision['reason']) => {
        why = reason;
        await agreementJobs['groups.agreements']?.(department.context);
        const told = await subscribers(db, streams.members(hosted.id));
        const { revoked_at, version } = (await accessOf(db, hosted.id, council.origin)) ?? {};
        return { ended: revoked_at !== null, told, version };
      };
      await council.act((work) => joinGroup(work, asks));
      await carry(council, department);
      await department.act((work) => approve(work, decides));
      const reads = { ended: false, told: [council.origin], version: 1 };
      for (const reason of ['list_unreadable', 'quarantine', 'key_changed'] as const)
        expect([reason, await weigh(reason)]).toEqual([reason, reads]);
      expect(await weigh('suspended')).toMatchObject({ ended: true, told: [] });
      expect(await weigh('allowed')).toMatchObject({ ended: false, told: [council.origin] });
      await weigh('suspended');
      await department.act((work) => removeMember(work, decides));
      expect(await weigh('allowed')).toMatchObject({ ended: true, told: [] });
    });

    test('a change of the group and its members per node reach the members’ nodes', async () => {
      await using world = await setUp(dialect);
      const { council, department, hosted, group } = world;
      await becomeMember(world);
      await department.act((work) =>
        updateGroup(work, hosted.id, world.owner.id, { name: 'Open data, new', summary: 'Why <b>' }),
      );
      while (await runNextJob(department.context));
      await carry(department, council);
      expect(await groupById(council.context.db.reader, group.id)).toMatchObject({
        name: 'Open data, new',
        summary: 'Why <b>',
        member_count: 2,
      });
      const rows = await membersPerNode(council.context.db.reader, group);
      expect(
        rows.map(({ origin, members }) => ({ origin, members })).sort((a, b) => (a.origin < b.origin ? -1 : 1)),
      ).toEqual([department.origin, council.origin].sort().map((origin) => ({ origin, members: 1 })));
    });

    test('a plain Follow of other software is both following and joining, and Undo ends both', async () => {
      await using world = await setUp(dialect);
      const { department, council, anna, hosted } = world;
      const follow = { id: `${council.origin}/follow/1`, type: 'Follow', actor: anna.uri, object: hosted.uri };
      expect(await department.receive(follow)).toBe('applied');
      expect(await world.there()).toMatchObject({ state: 'member', following: 1 });
      const [accept] = (await department.outbox(council)).filter((activity) => activity.type === 'Accept');
      expect(isObject(accept?.object) && accept.object.id).toBe(follow.id);
      const undo = {
        id: `${council.origin}/undo/1`,
        type: 'Undo',
        actor: anna.uri,
        object: { ...follow, id: `${council.origin}/other` },
      };
      expect(await department.receive(undo)).toBe('applied');
      expect(await world.there()).toMatchObject({ state: 'none', following: 0 });
    });
  });
}

/** The same world, seen by somebody else of the council. */
async function asPerson(world: World, person: PersonRow) {
  const known = await world.department.know(person);
  const group: GroupRow = world.group;
  return {
    asks: { group: group.id, person: person.id },
    here: () => membershipOf(world.council.context.db.reader, group.id, person.id),
    there: () => membershipOf(world.department.context.db.reader, world.hosted.id, known.id),
  };
}
