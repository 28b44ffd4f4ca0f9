import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { transact } from '@joinery/core';
import { membershipOf } from '@joinery/slices/groups';
import { expect, it } from 'vitest';
import { membersDigest } from '../../packages/federation/src/participation.ts';
import { settleAll, startTestNode, type TestNode } from '../harness/node.ts';
import { startRogue } from '../harness/rogue.ts';
import { until } from '../harness/until.ts';
import { by, join, type LanesWorld, lanesWorld, movingClock, openGroup, titles, topic } from './lanes-world.ts';

/** Fetches that follow a difference, as the department sees them. */
const compared = (node: TestNode) =>
  node.logged.filter((line) => line.includes('digest.') || line.includes('members.'));

it('the digest of a set does not depend on order, and that of nobody is zero (FEP-8fcf)', () => {
  const [anna, bob] = ['https://a.example/1', 'https://a.example/2'];
  expect(membersDigest([anna, bob])).toBe(membersDigest([bob, anna]));
  expect(membersDigest([])).toBe('0'.repeat(64));
  expect(membersDigest([anna])).toBe(createHash('sha256').update(anna).digest('hex'));
});

it('equal nodes ask each other nothing, whatever likes and counts lie between', async () => {
  await using world = await lanesWorld();
  const { council, clock, post, settle, ada } = world;
  const first = await post('one');
  await settle();
  const asked = watchComparing(council);
  for (let round = 0; round < 3; round += 1) {
    expect((await ada.api('PUT', `/posts/${first.id}/like`)).status).toBeLessThan(300);
    expect((await ada.api('DELETE', `/posts/${first.id}/like`)).status).toBeLessThan(300);
    clock.forward(16);
    await settle();
    await post(`Round ${round}`);
    await settle();
  }
  expect(digestsIn(world).length).toBeGreaterThanOrEqual(3);
  expect(asked()).toBe(0);
  expect(compared(council)).toEqual([]);
});

it.each(['sqlite', 'postgres'] as const)(
  'a lost Accept heals: the member counts as one at both nodes (%s)',
  async (dialect) => {
    await using world = await lanesWorld({ dialect }, { dialect });
    const { council, department, gate, group, clock, post, settle } = world;
    const eve = await council.person('Eve Council');
    let lost = 0;
    // It says that it has it, and has not: as a node does that was restored from a backup.
    gate.answer = ({ method, body }) => {
      if (method !== 'POST' || !body.includes('"Accept"')) return null;
      lost += 1;
      return { status: 202 };
    };
    const here = await join(council, eve, group.uri);
    await settle();
    expect(lost).toBe(1);
    gate.answer = () => null;
    // The numbers of the stream are as if it had come.
    const stream = await department.context.db.reader
      .selectFrom('stream')
      .selectAll()
      .where('id', '=', `node:${council.origin}`)
      .executeTakeFirstOrThrow();
    await transact(council.context, by, async (work) => {
      await work.db
        .updateTable('peer_stream')
        .set({ position: stream.head })
        .where('stream', 'like', `%${stream.token}%`)
        .execute();
    });
    const state = async () => (await membershipOf(council.context.db.reader, here, eve.id))?.state;
    expect(await state()).toBe('requested');
    for (let round = 0; round < 2; round += 1) {
      clock.forward(61);
      await post(`Round ${round}`);
      await settle();
      if (round === 0) expect(await state()).toBe('requested');
    }
    await until(async () => (await state()) === 'member', 6_000);
    expect(compared(council).length).toBeGreaterThan(0);
  },
);

it('who was removed there without our hearing of it is no member here; one wrong digest alone removes nobody (hostile case 95)', async () => {
  await using world = await lanesWorld();
  const { council, department, bob, clock, group, post, settle } = world;
  const eve = await council.person('Eve Council');
  const here = await join(council, eve, group.uri);
  await settle();
  const state = async (person: string) => (await membershipOf(council.context.db.reader, here, person))?.state;
  expect(await state(eve.id)).toBe('member');
  await transact(department.context, by, async (work) => {
    const person = await work.db.selectFrom('person').select('id').where('uri', '=', eve.uri).executeTakeFirstOrThrow();
    await work.db
      .updateTable('group_member')
      .set({ state: 'none', following: 0 })
      .where('person_id', '=', person.id)
      .execute();
  });
  const round = async (title: string) => {
    clock.forward(61);
    await post(title);
    await settle();
  };
  await round('one');
  expect(await state(eve.id)).toBe('member');
  await round('two');
  await until(async () => (await state(eve.id)) === 'none', 6_000);
  expect(await state(bob.id)).toBe('member');
  const before = compared(council).length;
  await round('three');
  await round('four');
  expect(compared(council).length).toBe(before);
});

it('an older database put back at the receiver heals: what is missing is pulled, nothing is doubled', {
  timeout: 30_000,
}, async () => {
  const folder = mkdtempSync(pathOf(tmpdir(), 'joinery-restored-'));
  try {
    await using world = await lanesWorld({ environment: { JOINERY_DATA: folder } });
    const { council, department, gate, clock, group, ada, bob, post, lane } = world;
    const trees = await openGroup(department, ada.id, 'trees');
    await join(council, bob, trees.uri);
    await world.settle();
    await post('one');
    await topic(department, trees.id, ada.id, 'oak');
    await world.settle();
    const file = council.context.config.dataFolder;
    await council[Symbol.asyncDispose]();
    const backup = `${folder}-backup`;
    cpSync(file, backup, { recursive: true });
    const restart = async () => {
      const node = await startTestNode('council', {
        clock,
        environment: { ...gate.environment, JOINERY_DATA: folder },
      });
      gate.to(node.port);
      return node;
    };
    {
      await using newer = await restart();
      for (const title of ['two', 'three']) await post(title);
      await topic(department, trees.id, ada.id, 'elm');
      await settleAll([department, newer]);
      expect((await titles(newer)).length).toBe(5);
    }
    rmSync(folder, { recursive: true });
    cpSync(backup, folder, { recursive: true });
    rmSync(backup, { recursive: true });
    await using restored = await restart();
    expect((await titles(restored)).sort()).toEqual(['oak', 'one']);
    clock.forward(16);
    await topic(department, trees.id, ada.id, 'yew');
    await settleAll([department, restored]);
    const all = ['elm', 'oak', 'one', 'three', 'two', 'yew'];
    await until(async () => (await titles(restored)).length >= all.length, 6_000);
    await settleAll([department, restored]);
    expect((await titles(restored)).sort()).toEqual(all);
    expect(restored.logged.some((line) => line.includes('digest.differs'))).toBe(true);
    // Who runs a group elsewhere is known here too, as its node tells.
    const members = restored.context.db.reader.selectFrom('group_member').selectAll();
    const standing = await members.where('person_id', '=', bob.id).execute();
    expect(standing.map(({ person_id, state }) => [person_id, state])).toEqual([
      [bob.id, 'member'],
      [bob.id, 'member'],
    ]);
    expect(await lane()).toMatchObject({ items: 0, aside: 0 });
    expect(restored.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    expect(group.uri).toContain(department.origin);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('other software gets the digest of its own people with what a group sends, and reads exactly them (FEP-8fcf)', async () => {
  const clock = movingClock();
  await using department = await startTestNode('department', { clock });
  await using rogue = await startRogue();
  await using stranger = await startRogue();
  for (const { origin } of [rogue, stranger]) await department.allow({ origin, name: origin });
  const ada = await department.person('Ada Owner');
  const group = await openGroup(department, ada.id, 'parking');
  const [anna, zoe] = [rogue.actor('anna'), stranger.actor('zoe')];
  for (const [node, actor] of [
    [rogue, anna],
    [stranger, zoe],
  ] as const) {
    const asked = { id: node.id('/follows'), type: 'Follow', actor: actor.uri, object: group.uri };
    expect((await node.send(department, actor, asked)).status).toBe(202);
  }
  await settleAll([department]);
  const headers = () =>
    rogue.requests.flatMap((request) => {
      const header = request.headers['collection-synchronization'];
      return header ? [String(header)] : [];
    });
  clock.forward(16);
  const before = headers().length;
  await topic(department, group.id, ada.id, 'one');
  await settleAll([department]);
  expect(headers().length).toBe(before + 1);
  const [, collection, url, digest] =
    /^collectionId="([^"]*)", url="([^"]*)", digest="([^"]*)"$/.exec(headers().at(-1) ?? '') ?? [];
  expect({ collection, digest }).toEqual({ collection: `${group.uri}/followers`, digest: membersDigest([anna.uri]) });
  const answer = await rogue.get(department, anna, new URL(url ?? '').pathname, { now: clock.now() });
  expect(JSON.parse(answer.body)).toMatchObject({ items: [anna.uri], totalItems: 3 });

  // Case 95: a digest from outside, right or wrong, removes nobody and asks nothing.
  const requests = rogue.requests.length;
  const like = { id: rogue.id('/likes'), type: 'Like', actor: anna.uri, object: group.uri };
  const lie = `collectionId="${group.uri}/followers", url="${rogue.origin}/lie", digest="${'0'.repeat(64)}"`;
  const sent = await rogue.send(department, anna, like, {
    now: clock.now(),
    tamper: (request) => {
      request.headers['collection-synchronization'] = lie;
    },
  });
  expect(sent.status).toBe(202);
  await settleAll([department]);
  expect(rogue.requests.slice(requests).filter(({ url: path }) => path.includes('lie'))).toEqual([]);
  const members = await department.context.db.reader.selectFrom('group_member').select('state').execute();
  expect(members.map(({ state }) => state)).toEqual(['member', 'member', 'member']);
});

/** Digests that the council was sent. */
function digestsIn({ gate }: LanesWorld): string[] {
  return gate.requests.flatMap(({ headers }) => (headers['joinery-digest'] ? [String(headers['joinery-digest'])] : []));
}

/** How many times a node has asked the other for the list of what both have, since now. */
function watchComparing(node: TestNode): () => number {
  const count = () => node.federation.door.recent().filter(({ purpose }) => purpose.startsWith('comparing')).length;
  const before = count();
  return () => count() - before;
}
