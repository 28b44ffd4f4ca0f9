import { generateKeyPairSync } from 'node:crypto';
import { type JsonObject, newId, transact } from '@joinery/core';
import { joinGroup, membershipOf } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeMultikey } from '../../packages/federation/src/multikey.ts';
import { createProof } from '../../packages/federation/src/proof.ts';
import { activityStreams, proven, type Rogue, type RogueActor, rsaKeys } from '../harness/rogue.ts';
import { by, create, join, ledger, objectOf, openGroup, postRow, startWorld, type World } from './world.ts';

// What an allowed node that means harm may find out, fill up or leave behind without anything being refused.
let world: World;
/** Groups elsewhere in which a person here is a member. */
let evilGroup: RogueActor;
let goodGroup: RogueActor;
beforeAll(async () => {
  world = await startWorld();
  [evilGroup, goodGroup] = [await groupAt(world.evil), await groupAt(world.good)];
});
afterAll(() => world[Symbol.asyncDispose]());

async function groupAt(rogue: Rogue): Promise<RogueActor> {
  const { node, owner } = world;
  const group = rogue.actor('group', { type: 'Group', 'joinery:joining': 'open' });
  const found = await node.context.ports.actors.resolve(group.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: owner.id }));
  await node.settle();
  const asked = rogue.requests.map(({ body }) => body).find((body) => body.includes('"Join"'));
  const accept = { id: rogue.id('/accepts'), type: 'Accept', actor: group.uri, object: JSON.parse(asked ?? '{}').id };
  await rogue.send(node, group, accept);
  await node.settle();
  expect(await membershipOf(node.context.db.reader, found.id, owner.id)).toMatchObject({ state: 'member' });
  return group;
}

/** The server actor of another node, which alone speaks of its streams. */
function serverActor(rogue: Rogue): RogueActor {
  const uri = `${rogue.origin}/node`;
  const keyId = `${uri}#main-key`;
  const named = rogue.actor('server');
  const document = { ...named.document, id: uri, type: 'Application', assertionMethod: [] };
  const publicKey = { ...(named.document.publicKey as JsonObject), id: keyId, owner: uri };
  rogue.serve('/node', { ...document, publicKey });
  return { ...named, uri, keyId };
}

async function announce(rogue: Rogue, group: RogueActor, object: JsonObject, more: JsonObject = {}) {
  const activity = { id: rogue.id('/announces'), type: 'Announce', actor: group.uri, object, ...more };
  expect((await rogue.send(world.node, group, activity)).status).toBe(202);
  await world.node.settle();
  return activity;
}

it('an unlisted group that an agreement does not cover is answered like a missing one', async () => {
  const { node, evil, owner } = world;
  const unlisted = await openGroup(node, owner, 'unlisted', { listed: false });
  const missing = { uri: unlisted.uri.replace(unlisted.id, newId()) };
  await node.decide('change', evil, { groups: [world.group.id] });
  const outsider = evil.actor('curious');
  /** What comes back for each thing that can be tried, without ids. */
  const answers = async (group: { uri: string }) => {
    const before = evil.requests.length;
    const said: unknown[] = [];
    const ways: JsonObject[] = [
      create(evil, outsider, group),
      ...['Follow', 'Join', 'Leave'].map((type) => ({
        id: evil.id('/asks'),
        type,
        actor: outsider.uri,
        object: group.uri,
      })),
    ];
    for (const activity of ways) {
      expect((await evil.send(node, outsider, activity)).status).toBe(202);
      await node.settle();
      const row = await ledger(node, String(activity.id));
      said.push([activity.type, row?.state]);
    }
    for (const path of ['', '/outbox', '/followers'])
      said.push((await evil.get(node, outsider, `${new URL(group.uri).pathname}${path}`)).status);
    const told = evil.requests.slice(before).filter(({ method }) => method === 'POST');
    for (const { body } of told) {
      const { type, actor, 'joinery:code': code } = JSON.parse(body) as JsonObject;
      said.push([type, actor, code]);
    }
    return said;
  };
  expect(await answers(unlisted)).toEqual(await answers(missing));
  await node.decide('change', evil, { groups: null });
});

it('a partner that names ever new streams fills no table, and what it says in them still counts', async () => {
  const { node, good, alice, group } = world;
  const { reader } = node.context.db;
  const count = async () => {
    const { rows } = await reader
      .selectFrom('peer_stream')
      .select((eb) => eb.fn.countAll<number>().as('rows'))
      .where('origin', '=', good.origin)
      .executeTakeFirstOrThrow();
    return Number(rows);
  };
  const rows = (from: number) =>
    Array.from({ length: 500 }, (_, index) => ({
      ...{
        origin: good.origin,
        stream: `${good.origin}/streams/${from + index}/log`,
        epoch: 'one',
        position: 1,
        head: 1,
      },
    }));
  await transact(node.context, by, async (work) => {
    for (let from = 0; from < 20_000; from += 500) await work.db.insertInto('peer_stream').values(rows(from)).execute();
  });
  const before = await count();
  const server = serverActor(good);
  for (let turn = 0; turn < 3; turn += 1) {
    const place = {
      'joinery:stream': `${good.origin}/streams/new-${turn}/log`,
      ...{ 'joinery:epoch': 'one', 'joinery:sequence': 7, 'joinery:after': 6 },
    };
    const activity = { ...create(good, alice, group), ...place };
    expect((await good.send(node, alice, activity)).status).toBe(202);
    await node.settle();
    expect(await postRow(node, objectOf(activity).id)).toMatchObject({ status: 'accepted' });
    const head = {
      ...{ id: good.id('/heads'), type: 'Update', actor: server.uri },
      object: {
        id: `${good.origin}/streams/head-${turn}/log`,
        ...{ type: 'OrderedCollection', 'joinery:epoch': 'one', 'joinery:head': 9, 'joinery:from': 0 },
      },
    };
    expect((await good.send(node, server, head)).status).toBe(202);
    await node.settle();
  }
  expect(await count()).toBe(before);
  await transact(node.context, by, async (work) => {
    await work.db.deleteFrom('peer_stream').where('epoch', '=', 'one').execute();
  });
});

it('a key that is read while another takes its place is not kept, nor one that was never committed', async () => {
  const { node, good, group } = world;
  const { remoteKeys } = node.federation.bridge;
  const { reader } = node.context.db;
  const rotating = good.actor('turning');
  await join(node, good, rotating, group);
  const pem = async () => (await remoteKeys.known(reader, rotating.keyId))?.key.export({ type: 'spki', format: 'pem' });
  const first = await pem();
  const turned = good.actor('turning', {}, rsaKeys());
  await expect(
    transact(node.context, by, async (work) => {
      await remoteKeys.saveFromActor(work, turned.document);
      expect((await remoteKeys.known(work.db, rotating.keyId))?.owner).toBe(rotating.uri);
      throw new Error('Taken back');
    }),
  ).rejects.toThrow('Taken back');
  expect(await pem()).toBe(first);
  // Others read the key all the time while the new one is written.
  world.forward(61_000);
  let done = false;
  const reading = (async () => {
    while (!done) {
      await remoteKeys.known(reader, rotating.keyId);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await remoteKeys.fetch(rotating.keyId);
  done = true;
  await reading;
  world.forward(-61_000);
  expect(await pem()).toBe(turned.keys.publicKey.export({ type: 'spki', format: 'pem' }));
});

it('an answer that was asked for before keys were renewed, and is stored after them, ends none of them', async () => {
  const { node, good } = world;
  const { remoteKeys } = node.federation.bridge;
  const renewed = good.actor('renewed');
  const second = `${renewed.uri}#second`;
  const sentAt = node.context.clock.now().getTime();
  const save = (document: JsonObject, seconds: number) =>
    transact(node.context, by, (work) =>
      remoteKeys.saveFromActor(work, document, new Date(sentAt + seconds * 1_000).toISOString()),
    );
  const holds = () =>
    Promise.all(
      [renewed.keyId, second].map(async (id) => (await remoteKeys.known(node.context.db.reader, id)) !== undefined),
    );
  await save(renewed.document, -3);
  expect(await holds()).toEqual([true, false]);
  const { publicKey } = renewed.document;
  await save({ ...renewed.document, publicKey: { ...(publicKey as JsonObject), id: second } }, -1);
  expect(await holds()).toEqual([false, true]);
  await save(renewed.document, -2);
  expect(await holds()).toEqual([false, true]);
});

it('a post of ours that a group elsewhere has not taken in is shown to that group’s node only', async () => {
  const { node, owner, good, alice, evil, mallory } = world;
  const { id } = await node.context.ports.actors.resolve(goodGroup.uri);
  const topic = await transact(node.context, by, (work) =>
    createTopic(work, { group: id, author: owner.id, title: 'Not taken in', ...markdownText('Secret') }),
  );
  await node.settle();
  const paths = ['', '/context?page=', '/replies?page=', '/history?page='].map((path) => `/posts/${topic.id}${path}`);
  const shown = async (rogue: Rogue, actor: RogueActor) =>
    (await Promise.all(paths.map((path) => rogue.get(node, actor, path)))).filter(({ body }) => body.includes(topic.id))
      .length;
  for (const status of ['waiting', 'refused'] as const) {
    await transact(node.context, by, async (work) => {
      await work.db.updateTable('post').set({ status }).where('id', '=', topic.id).execute();
    });
    expect([status, await shown(evil, mallory)]).toEqual([status, 0]);
    expect((await good.get(node, alice, `/posts/${topic.id}`)).status).toBe(200);
  }
  await transact(node.context, by, async (work) => {
    await work.db.updateTable('post').set({ status: 'accepted' }).where('id', '=', topic.id).execute();
  });
  expect(await shown(evil, mallory)).toBeGreaterThan(0);
});

it('a group that vouches for a key it made up keeps no post out of other groups, nor anybody’s like', async () => {
  const { node, good, evil, alice, stranger, group } = world;
  // Somebody at a node that we may not ask: known through groups only.
  const far = stranger.actor('far');
  const theirs = generateKeyPairSync('ed25519');
  const keyed = (key: { publicKey: typeof theirs.publicKey }, id: string) => ({
    'joinery:authorKey': {
      ...{ id, type: 'Multikey', controller: far.uri, publicKeyMultibase: encodeMultikey(key.publicKey) },
      ...{ name: 'Far', agency: { id: `${stranger.origin}/agency`, name: 'Far agency' } },
    },
  });
  const written = create(stranger, far, goodGroup);
  const { id } = objectOf(written);
  const removal = {
    '@context': [activityStreams, 'https://w3id.org/security/data-integrity/v1'],
    ...{ id: `${id}/delete`, type: 'Delete', actor: far.uri, object: id },
  };
  const made = `${far.uri}#made-up`;
  const proof = createProof(removal, { verificationMethod: made, privateKey: theirs.privateKey, created: new Date() });
  await announce(evil, evilGroup, { ...removal, proof }, keyed(theirs, made));
  await announce(good, goodGroup, proven(written, far), keyed(far.proofKeys, `${far.uri}#ed25519-key`));
  expect(await postRow(node, id)).toMatchObject({ status: 'accepted', deleted_at: null });
  // What its own group said was deleted before it came stays away, as far as that group tells it.
  const gone = create(stranger, far, goodGroup);
  const deleted = { id: `${objectOf(gone).id}/delete`, type: 'Delete', actor: far.uri, object: objectOf(gone).id };
  await announce(good, goodGroup, proven(deleted, far), keyed(far.proofKeys, `${far.uri}#ed25519-key`));
  await announce(good, goodGroup, proven(gone, far), keyed(far.proofKeys, `${far.uri}#ed25519-key`));
  expect(await postRow(node, objectOf(gone).id)).toBeUndefined();
  // Nor does it take back a like that has yet to come.
  const topic = create(good, alice, group);
  await good.send(node, alice, topic);
  await node.settle();
  const like = { id: good.id('/likes'), type: 'Like', actor: alice.uri, object: objectOf(topic).id };
  await announce(evil, evilGroup, {
    id: `${like.id}/undo`,
    type: 'Undo',
    actor: alice.uri,
    object: { id: like.id, type: 'Like' },
  });
  await good.send(node, alice, like);
  await node.settle();
  expect(await postRow(node, objectOf(topic).id)).toMatchObject({ likes: 1 });
});
