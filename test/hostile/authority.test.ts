import { generateKeyPairSync } from 'node:crypto';
import { cookieName, enqueueJob, type JsonObject, startSession, transact } from '@joinery/core';
import { groupById, joinGroup, membershipOf, removeMember } from '@joinery/slices/groups';
import { createTopic, markdownText, removeFromGroup, reply } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeMultikey } from '../../packages/federation/src/multikey.ts';
import { createProof } from '../../packages/federation/src/proof.ts';
import { activityStreams, proven, type RogueActor } from '../harness/rogue.ts';
import {
  by,
  contentOf,
  create,
  expectRefused,
  expectWithoutEffect,
  join,
  ledger,
  objectOf,
  openGroup,
  postRow,
  standing,
  startWorld,
  type World,
} from './world.ts';

// Group B: who may say what about whom.
let world: World;
let aliceTopic: JsonObject;
/** A group of the allowed node that means harm, and of the honest one; a person here is a member of both. */
let evilGroup: RogueActor;
let goodGroup: RogueActor;
beforeAll(async () => {
  world = await startWorld();
  const { node, good, alice, evil, owner } = world;
  aliceTopic = create(good, alice, world.group);
  await good.send(node, alice, aliceTopic);
  await node.settle();
  const document = { type: 'Group', 'joinery:joining': 'open', followers: '', attributedTo: '' };
  [evilGroup, goodGroup] = [evil, good].map((rogue) => {
    const uri = `${rogue.origin}/users/group`;
    return rogue.actor('group', { ...document, followers: `${uri}/followers`, attributedTo: `${uri}/moderators` });
  }) as [RogueActor, RogueActor];
  for (const group of [evilGroup, goodGroup]) {
    const found = await node.context.ports.actors.resolve(group.uri);
    await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: owner.id }));
    await node.settle();
    const rogue = group === evilGroup ? evil : good;
    const asked = rogue.requests.map(({ body }) => body).find((body) => body.includes('"Join"'));
    const accept = { id: rogue.id('/accepts'), type: 'Accept', actor: group.uri, object: JSON.parse(asked ?? '{}').id };
    await rogue.send(node, group, accept);
    await node.settle();
    expect(await membershipOf(node.context.db.reader, found.id, owner.id)).toMatchObject({ state: 'member' });
  }
});
afterAll(() => world[Symbol.asyncDispose]());

const announce = (group: RogueActor, object: JsonObject | string): JsonObject => ({
  id: world.evil.id('/announces'),
  type: 'Announce',
  actor: group.uri,
  to: [`${group.uri}/followers`],
  object,
});

it('20: an activity in the name of another node is refused, and the genuine one is still taken', async () => {
  const { good, evil, alice, mallory, node, group } = world;
  const genuine = create(good, alice, group);
  await expectRefused(world, { status: 401, code: 'key_origin_mismatch' }, () => evil.send(node, mallory, genuine));
  const borrowed = { ...create(evil, mallory, group), id: genuine.id };
  await expectRefused(world, { status: 401, code: 'activity_origin_mismatch' }, () =>
    evil.send(node, mallory, borrowed as JsonObject),
  );
  expect((await good.send(node, alice, genuine)).status).toBe(202);
  await node.settle();
  expect(await postRow(node, objectOf(genuine).id)).toMatchObject({ status: 'accepted' });
});

it('21: an object of another node is never believed from where it is embedded', async () => {
  const { good, evil, alice, mallory, node, group } = world;
  const id = good.id('/notes');
  const forged = create(evil, mallory, group, { id, attributedTo: alice.uri });
  await expectWithoutEffect(world, () => evil.send(node, mallory, forged), forged);
  // Where the origin has it, the origin's words count, and its author is not whoever sent it.
  const real = { ...objectOf(create(good, alice, group)), id: good.id('/real'), content: '<p>Genuine</p>' };
  good.serve(new URL(real.id).pathname, { '@context': activityStreams, ...real });
  const second = create(evil, mallory, group, { id: real.id, attributedTo: alice.uri });
  await expectWithoutEffect(world, () => evil.send(node, mallory, second), second);
  expect(await postRow(node, real.id)).toBeUndefined();
});

it('22: a document under another id than its address is refused', async () => {
  const { evil, good, mallory, node, group } = world;
  const before = good.requests.length;
  evil.serve('/users/double', { ...mallory.document, id: `${good.origin}/users/victim` });
  await expect(node.context.ports.actors.resolve(`${evil.origin}/users/double`)).rejects.toMatchObject({
    code: 'not_found',
  });
  const note = evil.serve('/notes/double', { '@context': activityStreams, ...objectOf(aliceTopic) });
  const activity = { ...create(evil, mallory, group), object: note };
  await expectWithoutEffect(world, () => evil.send(node, mallory, activity as JsonObject));
  expect(good.requests.slice(before).filter(({ url }) => url.includes('victim'))).toEqual([]);
});

it.each(['text/plain', 'application/json', 'application/octet-stream', 'application/activity+json+evil', 'text/html'])(
  '23: a document sent as %s is refused',
  async (contentType) => {
    const { evil, node, mallory } = world;
    const name = `typed${contentType.replace(/\W/g, '')}`;
    const address = evil.serve(`/users/${name}`, (_, response) => {
      response.setHeader('content-type', contentType);
      response.end(JSON.stringify({ ...mallory.document, id: `${evil.origin}/users/${name}` }));
    });
    await expect(node.context.ports.actors.resolve(address)).rejects.toMatchObject({ code: 'unavailable' });
  },
);

it('25: an Update by another node changes nothing', async () => {
  const { evil, mallory, node } = world;
  const object = { ...objectOf(aliceTopic), content: '<p>Defaced</p>' };
  const update = { id: evil.id('/updates'), type: 'Update', actor: mallory.uri, object };
  expect(await expectWithoutEffect(world, () => evil.send(node, mallory, update), update)).toMatchObject({
    state: 'ignored',
  });
  // What was tried, by whom and why it had no effect stays written down.
  expect(await ledger(node, update.id)).toMatchObject({
    origin: evil.origin,
    actor: mallory.uri,
    type: 'Update',
    code: expect.any(String),
  });
  const remove = { id: evil.id('/deletes'), type: 'Delete', actor: mallory.uri, object: object.id };
  await expectWithoutEffect(world, () => evil.send(node, mallory, remove), remove);
});

it('26: an Update or Delete by another actor of the same node changes nothing', async () => {
  const { good, node, group } = world;
  const bob = good.actor('bob');
  await join(node, good, bob, group);
  const object = { ...objectOf(aliceTopic), content: '<p>Defaced</p>', updated: new Date().toISOString() };
  for (const activity of [
    { id: good.id('/updates'), type: 'Update', actor: bob.uri, object },
    { id: good.id('/deletes'), type: 'Delete', actor: bob.uri, object: object.id },
    { ...create(good, bob, group), object },
    { id: good.id('/updates'), type: 'Update', actor: bob.uri, object: { ...world.alice.document, name: 'Secret' } },
    { id: good.id('/deletes'), type: 'Delete', actor: bob.uri, object: world.alice.uri },
  ])
    await expectWithoutEffect(world, () => good.send(node, bob, activity as JsonObject));
});

it('28: a second Create of the same object neither changes nor widens it', async () => {
  const { good, alice, node, owner } = world;
  const other = await openGroup(node, owner, 'wider');
  await join(node, good, alice, other);
  const { id } = objectOf(aliceTopic);
  const wider = create(good, alice, other, {
    id,
    to: [`${activityStreams}#Public`, other.uri],
    content: '<p>Other</p>',
  });
  expect(await expectWithoutEffect(world, () => good.send(node, alice, wider), wider)).toMatchObject({
    state: 'ignored',
  });
});

it('29: an Accept that was never asked for, or by somebody else, has no effect', async () => {
  const { evil, good, mallory, node, owner } = world;
  const bystander = await node.person('Eve Bystander');
  const never = evil.id('/groups');
  for (const object of [
    { id: `${node.origin}/activities/${crypto.randomUUID()}`, type: 'Follow', actor: owner.uri, object: never },
    { type: 'Join', id: `${bystander.uri}#join`, actor: bystander.uri, object: evilGroup.uri },
  ]) {
    const accept = { id: evil.id('/accepts'), type: 'Accept', actor: evilGroup.uri, object };
    await expectWithoutEffect(world, () => evil.send(node, evilGroup, accept), accept);
  }
  // A request to the honest group, answered by the other node.
  const found = await node.context.ports.actors.resolve(goodGroup.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: bystander.id }));
  await node.settle();
  const asked = JSON.parse(
    good.requests
      .map(({ body }) => body)
      .filter((body) => body.includes('"Join"'))
      .at(-1) ?? '{}',
  );
  for (const actor of [mallory, evilGroup]) {
    const accept = { id: evil.id('/accepts'), type: 'Accept', actor: actor.uri, object: asked.id };
    await expectWithoutEffect(world, () => evil.send(node, actor, accept), accept);
    const embedded = { ...accept, id: evil.id('/accepts'), object: asked };
    await expectWithoutEffect(world, () => evil.send(node, actor, embedded), embedded);
  }
  const own = { id: good.id('/accepts'), type: 'Accept', actor: world.alice.uri, object: asked.id };
  await expectWithoutEffect(world, () => good.send(node, world.alice, own), own);
});

it('30: a request that is never answered stays a request', async () => {
  const { good, alice, node } = world;
  const waiting = await node.person('Wim Waiting');
  const silent = good.actor('silent', { type: 'Group', 'joinery:joining': 'request', 'joinery:reading': 'members' });
  await node.decide('change', good, { scopes: ['discover', 'open-groups', 'closed-groups'] });
  const found = await node.context.ports.actors.resolve(silent.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: waiting.id }));
  await node.settle();
  // Nothing that it says meanwhile is shown to whom it did not accept.
  const topic = create(good, alice, silent);
  const told = { id: good.id('/announces'), type: 'Announce', actor: silent.uri, object: topic };
  await good.send(node, silent, told);
  await node.settle();
  expect((await membershipOf(node.context.db.reader, found.id, waiting.id))?.state).toBe('requested');
  for (const list of ['posts', 'members', 'library/documents', 'library/folders']) {
    const answer = await waiting.api('GET', `/groups/${found.id}/${list}`);
    // There is such a list, of groups that one may read; whoever asked knows of the group, and no more.
    expect((await world.owner.api('GET', `/groups/${world.group.id}/${list}`)).status).toBe(200);
    expect([list, answer.status]).toEqual([list, expect.toSatisfy((status: number) => [403, 404].includes(status))]);
    expect([list, answer.body.items]).toEqual([list, undefined]);
  }
  const value = await transact(node.context, by, (work) => startSession(work, waiting.account));
  const cookie = `${cookieName(node.origin, 'session')}=${value}`;
  const session = (path: string) => fetch(`${node.origin}${path}`, { headers: { cookie } });
  const page = await session(`/groups/${found.id}`);
  expect(await page.text()).toMatch(/waiting|asked/i);
  for (const end of ['', '/members', '/library', '/topics', '/feed.atom'])
    expect([end, /Secret|alice/.test(await (await session(`/groups/${found.id}${end}`)).text())]).toEqual([end, false]);
  for (const path of ['/', '/notifications']) {
    const text = await (await session(path)).text();
    expect([path, /Secret|alice/.test(text)]).toEqual([path, false]);
  }
});

it('31: what a group announces in altered form is not what is shown as the author’s', async () => {
  const { good, alice, evil, node } = world;
  const original = proven(create(good, alice, evilGroup), alice);
  const altered = { ...original, object: { ...objectOf(original), content: '<p>Altered</p>' } };
  const { id } = objectOf(original);
  good.serve(new URL(id).pathname, { '@context': activityStreams, ...objectOf(original) });
  const activity = announce(evilGroup, altered);
  await evil.send(node, evilGroup, activity);
  await node.settle();
  const row = await postRow(node, id);
  // Checked at its origin in the background: the origin's words stand.
  expect(await contentOf(node, id)).toBe('<p>Secret-content</p>');
  expect(row?.verified).toBe('origin');
});

it('31: and a copy by one group does not keep the post out of the group that it was written for', async () => {
  const { good, alice, evil, node, group } = world;
  const genuine = create(good, alice, group);
  const forged = announce(evilGroup, { ...genuine, object: { ...objectOf(genuine), content: '<p>Forged</p>' } });
  await evil.send(node, evilGroup, forged);
  await node.settle();
  expect((await good.send(node, alice, genuine)).status).toBe(202);
  await node.settle();
  expect(await postRow(node, objectOf(genuine).id)).toMatchObject({ group_id: group.id, status: 'accepted' });
  expect(await contentOf(node, objectOf(genuine).id)).toBe('<p>Secret-content</p>');
});

it('31: and nobody’s likes, posts or memberships here can be announced by a group elsewhere', async () => {
  const { evil, node, owner } = world;
  const found = await node.context.ports.actors.resolve(evilGroup.uri);
  const topic = create(evil, evilGroup, evilGroup, { attributedTo: evilGroup.uri });
  const mine = create(evil, world.mallory, evilGroup);
  await evil.send(node, evilGroup, announce(evilGroup, mine));
  await node.settle();
  expect(await postRow(node, objectOf(mine).id)).toMatchObject({ group_id: found.id });
  const id = `${node.origin}/activities/${crypto.randomUUID()}`;
  for (const inner of [
    { id, type: 'Like', actor: owner.uri, object: objectOf(mine).id },
    { id, type: 'Leave', actor: owner.uri, object: world.group.uri },
    { id, type: 'Delete', actor: owner.uri, object: owner.uri },
    {
      id,
      type: 'Create',
      actor: owner.uri,
      object: { ...objectOf(topic), id: `${node.origin}/posts/x`, attributedTo: owner.uri },
    },
    { id, type: 'Update', actor: owner.uri, object: { id: owner.uri, type: 'Person', name: 'Secret' } },
  ]) {
    const activity = announce(evilGroup, inner);
    await expectWithoutEffect(world, () => evil.send(node, evilGroup, activity), activity);
  }
});

it('31: a group passes on nothing in the name of another group', async () => {
  const { good, alice, evil, node, owner } = world;
  const theirs = await node.context.ports.actors.resolve(goodGroup.uri);
  const topic = create(good, alice, goodGroup);
  const told = { id: good.id('/announces'), type: 'Announce', actor: goodGroup.uri, object: topic };
  expect((await good.send(node, goodGroup, told)).status).toBe(202);
  await node.settle();
  const uri = objectOf(topic).id;
  expect(await postRow(node, uri)).toMatchObject({ group_id: theirs.id, status: 'accepted' });
  const like = { id: good.id('/likes'), type: 'Like', actor: alice.uri, object: uri };
  await good.send(node, goodGroup, { ...told, id: good.id('/announces'), object: like });
  await node.settle();
  expect(await postRow(node, uri)).toMatchObject({ likes: 1 });
  const made = await owner.api('POST', `/groups/${theirs.id}/posts`, { title: 'Ours', content: 'Text' });
  expect(made.status).toBe(201);
  await node.settle();
  const ours = await postRow(node, made.body.uri);
  const actor = goodGroup.uri;
  const member = { type: 'Person', id: owner.uri };
  const decisions: JsonObject[] = [
    { type: 'Lock', object: uri },
    { type: 'Remove', object: uri, target: actor },
    { type: 'Delete', object: uri },
    { type: 'Add', object: uri, target: `${actor}/featured` },
    { type: 'Update', object: { ...goodGroup.document, name: 'Secret' } },
    { type: 'Update', object: actor, 'joinery:counts': [{ object: uri, likes: 99, replies: 99, locked: true }] },
    { type: 'Update', object: actor, 'joinery:nodes': [{ origin: evil.origin, agency: 'Secret', members: 7 }] },
    { type: 'Update', object: uri, 'joinery:answer': made.body.uri },
    { type: 'Block', object: owner.uri, target: actor },
    { type: 'Remove', object: owner.uri, target: `${actor}/followers` },
    { type: 'Add', object: owner.uri, target: `${actor}/moderators` },
    { type: 'Delete', object: actor },
    { type: 'Reject', object: `${node.origin}/activities/${ours?.event_id}` },
    { type: 'Undo', actor: alice.uri, object: like },
    { type: 'Undo', actor: alice.uri, object: like.id },
    { type: 'Announce', object: create(good, alice, goodGroup) },
    { type: 'Announce', object: objectOf(create(good, alice, goodGroup)) },
    { type: 'Invite', object: actor, target: member },
  ];
  const worked: string[] = [];
  const tryIt = async (name: string, attempt: () => Promise<unknown>) => {
    await attempt().catch((error: Error) => worked.push(`${name}: ${error.message.slice(0, 60)}`));
  };
  for (const decision of decisions) {
    const whole = { id: good.id('/inner'), actor, ...decision };
    // As it is, and with a genuine proof: it may be an old one.
    const forms = whole.actor === actor ? [whole, proven(whole, goodGroup)] : [whole];
    for (const form of forms) {
      const activity = announce(evilGroup, form);
      await tryIt(`announced ${JSON.stringify(decision).slice(0, 60)}`, () =>
        expectWithoutEffect(world, () => evil.send(node, evilGroup, activity), activity),
      );
    }
    if (whole.actor !== actor || decision.type === 'Announce') continue;
    // And a member who lives where the group lives is not the group.
    const bare = { id: good.id('/decisions'), ...decision, actor: alice.uri };
    if (decision.type === 'Delete' && decision.object === uri) continue;
    await tryIt(`by a member ${JSON.stringify(decision).slice(0, 60)}`, () =>
      expectWithoutEffect(world, () => good.send(node, alice, bare), bare),
    );
  }
  expect(worked).toEqual([]);
});

it('32: a plain member decides nothing, whatever form the decision has', async () => {
  const { evil, good, mallory, alice, node, group } = world;
  const target = (name: string) => `${group.uri}/${name}`;
  const topic = objectOf(aliceTopic).id;
  for (const decision of [
    { type: 'Add', object: mallory.uri, target: target('moderators') },
    { type: ['Add'], object: mallory.uri, target: target('moderators') },
    { type: 'Add', object: mallory.uri, target: target('followers') },
    { type: 'Remove', object: alice.uri, target: target('followers') },
    { type: 'Remove', object: world.owner.uri, target: target('moderators') },
    { type: 'Add', object: topic, target: target('featured') },
    { type: 'Remove', object: topic, target: group.uri },
    { type: 'Remove', object: topic, target: target('outbox') },
    { type: 'Block', object: alice.uri, target: group.uri },
    { type: 'Lock', object: topic },
    { type: 'Delete', object: topic, summary: 'Secret' },
    { type: 'Update', object: { id: group.uri, type: 'Group', name: 'Secret' } },
    { type: 'Delete', object: group.uri },
    { type: 'Undo', object: { type: 'Follow', actor: alice.uri, object: group.uri } },
    { type: 'Announce', object: { id: evil.id('/locks'), type: 'Lock', actor: mallory.uri, object: topic } },
  ]) {
    const activity = { id: evil.id('/decisions'), actor: mallory.uri, ...decision };
    await expectWithoutEffect(world, () => evil.send(node, mallory, activity as JsonObject), activity as JsonObject);
  }
  expect(await standing(node, group, alice)).toMatchObject({ state: 'member', role: 'member' });
  expect(good.requests.some(({ body }) => body.includes('Defaced'))).toBe(false);
});

it('32: a group elsewhere that claims our moderators collection as its own decides nothing here, nor stands in the way', async () => {
  const { evil, good, alice, node, group } = world;
  const claiming = evil.actor('claiming', {
    type: 'Group',
    attributedTo: `${group.uri}/moderators`,
    moderators: `${group.uri}/moderators`,
    followers: `${group.uri}/followers`,
  });
  const found = await node.context.ports.actors.resolve(claiming.uri);
  expect(await groupById(node.context.db.reader, found.id)).toMatchObject({
    moderators_uri: null,
    followers_uri: null,
  });
  const activity = {
    id: evil.id('/decisions'),
    type: 'Add',
    actor: claiming.uri,
    object: alice.uri,
    target: `${group.uri}/moderators`,
  };
  await expectWithoutEffect(world, () => evil.send(node, claiming, activity), activity);
  expect(good.requests.some(({ body }) => body.includes(claiming.uri))).toBe(false);
});

it('34: actors that name the inbox of a third node bring it no delivery', async () => {
  const { evil, good, node, group } = world;
  const before = good.requests.length;
  const victim = `${good.origin}/victim/inbox`;
  const puppets = Array.from({ length: 100 }, (_, count) =>
    evil.actor(`puppet${count}`, { inbox: victim, endpoints: { sharedInbox: victim } }),
  );
  const follow = (puppet: RogueActor) => ({
    id: evil.id('/follows'),
    type: 'Follow',
    actor: puppet.uri,
    object: group.uri,
  });
  for (let start = 0; start < puppets.length; start += 20)
    await Promise.all(puppets.slice(start, start + 20).map((puppet) => evil.send(node, puppet, follow(puppet))));
  await node.settle();
  await transact(node.context, by, (work) =>
    createTopic(work, { group: group.id, author: world.owner.id, title: 'To all', ...markdownText('Hello.') }),
  );
  await node.settle();
  expect(good.requests.slice(before).filter(({ url }) => url.startsWith('/victim'))).toEqual([]);
  // Once to the honest node, for its own member.
  expect(
    good.requests.slice(before).filter(({ method, body }) => method === 'POST' && body.includes('To all')),
  ).toHaveLength(1);
});

it('35: a handle leads only to actors of the host that was asked', async () => {
  const { evil, good, node, mallory, alice } = world;
  const host = new URL(good.origin).host;
  const jrd = (subject: string, href: string) => {
    good.serve('/.well-known/webfinger', (_, response) => {
      response.setHeader('content-type', 'application/jrd+json');
      const links = [{ rel: 'self', type: 'application/activity+json', href }];
      response.end(JSON.stringify({ subject, links }));
    });
  };
  const before = evil.requests.length;
  jrd(`acct:alice@${host}`, mallory.uri);
  await expect(node.context.ports.actors.resolve(`@alice@${host}`)).rejects.toMatchObject({ code: 'not_found' });
  jrd(`acct:alice@${new URL(evil.origin).host}`, alice.uri);
  await expect(node.context.ports.actors.resolve(`@alice@${host}`)).rejects.toMatchObject({ code: 'not_found' });
  expect(evil.requests.slice(before)).toEqual([]);
  jrd(`acct:alice@${host}`, alice.uri);
  expect((await node.context.ports.actors.resolve(`@alice@${host}`)).uri).toBe(alice.uri);
});

it('38: whoever was removed a moment ago, or never was a member, is told no and nothing is written', async () => {
  const { good, evil, mallory, node, group } = world;
  const topic = objectOf(aliceTopic).id;
  const replyBy = (from: typeof good, person: RogueActor) => {
    const activity = create(from, person, group, { inReplyTo: topic });
    return { activity, object: objectOf(activity) };
  };
  const member = await standing(node, group, mallory);
  await transact(node.context, by, async (work) => {
    await removeMember(work, { group: group.id, person: member?.person ?? '', by: world.owner.id });
  });
  const removed = replyBy(evil, mallory);
  expect((await evil.send(node, mallory, removed.activity)).status).toBe(202);
  const outsider = good.actor('outsider');
  const never = replyBy(good, outsider);
  expect((await good.send(node, outsider, never.activity)).status).toBe(202);
  const closed = await openGroup(node, world.owner, 'closed', {
    reading: 'members',
    joining: 'invited',
    listed: false,
  });
  const intoClosed = create(good, outsider, closed);
  expect((await good.send(node, outsider, intoClosed)).status).toBe(202);
  await node.settle();
  for (const object of [removed.object, never.object, objectOf(intoClosed)])
    expect(await postRow(node, object.id)).toBeUndefined();
  expect(await ledger(node, String(removed.activity.id))).toMatchObject({ state: 'refused', code: 'not_member' });
  expect(await ledger(node, String(never.activity.id))).toMatchObject({ state: 'refused', code: 'not_member' });
  // A closed group is nothing that may be spoken of: the same as for one that never was.
  const missing = { ...create(good, outsider, { uri: `${node.origin}/groups/${crypto.randomUUID()}` }) };
  await good.send(node, outsider, missing);
  await node.settle();
  const [one, other] = [await ledger(node, String(intoClosed.id)), await ledger(node, String(missing.id))];
  expect({ state: one?.state, code: one?.code }).toEqual({ state: other?.state, code: other?.code });
  expect(
    evil.requests
      .map(({ body }) => body)
      .filter((body) => body.includes('"Reject"') && body.includes(String(removed.activity.id))),
  ).toHaveLength(1);
});

it('38: whoever is removed while their reply is on its way is told no: it is asked when it is written, not when it came', async () => {
  const { evil, node, owner } = world;
  const group = await openGroup(node, owner, 'late');
  const late = evil.actor('late');
  await join(node, evil, late, group);
  const person = (await standing(node, group, late))?.person ?? '';
  expect(await standing(node, group, late)).toMatchObject({ state: 'member' });
  // What it answers has to be asked for first; by the time that it comes its author is no member any more.
  const removed = Promise.withResolvers<void>();
  const parent = evil.serve('/late/parent', (_, response) => {
    void transact(node.context, by, (work) => removeMember(work, { group: group.id, person, by: owner.id })).then(
      () => {
        response.writeHead(404).end();
        removed.resolve();
      },
      removed.reject,
    );
  });
  const activity = create(evil, late, group, { inReplyTo: parent });
  expect((await evil.send(node, late, activity)).status).toBe(202);
  await node.settle();
  const direct = create(evil, late, group);
  expect((await evil.send(node, late, direct)).status).toBe(202);
  await node.settle();
  for (const one of [activity, direct]) expect(await postRow(node, objectOf(one).id)).toBeUndefined();
  expect(await ledger(node, String(direct.id))).not.toMatchObject({ state: 'applied' });
});

it('a group vouches for no key of a person whose own node can be asked', async () => {
  const { good, evil, alice, node } = world;
  const theirs = generateKeyPairSync('ed25519');
  const key = `${alice.uri}#forged`;
  const forge = (activity: JsonObject) => {
    const whole = { '@context': [activityStreams, 'https://w3id.org/security/data-integrity/v1'], ...activity };
    const options = { verificationMethod: key, privateKey: theirs.privateKey, created: new Date() };
    return {
      ...announce(evilGroup, { ...whole, proof: createProof(whole, options) }),
      'joinery:authorKey': {
        id: key,
        type: 'Multikey',
        controller: alice.uri,
        publicKeyMultibase: encodeMultikey(theirs.publicKey),
      },
    };
  };
  const forged = create(good, alice, evilGroup);
  await evil.send(node, evilGroup, forge(forged));
  await node.settle();
  expect((await postRow(node, objectOf(forged).id))?.verified).not.toBe('proof');
  const { id } = objectOf(aliceTopic);
  const removal = { id: `${id}/delete`, type: 'Delete', actor: alice.uri, object: id };
  await expectWithoutEffect(world, () => evil.send(node, evilGroup, forge(removal)));
  expect(await postRow(node, id)).toMatchObject({ deleted_at: null });
});

it('nobody elsewhere likes what is in a closed group, or in one that their agreement does not cover', async () => {
  const { evil, mallory, node, owner, group } = world;
  const closed = await openGroup(node, owner, 'closed-likes', { reading: 'members', joining: 'invited' });
  const likes = async (topic: { id: string; uri: string }) => {
    await evil.send(node, mallory, { id: evil.id('/likes'), type: 'Like', actor: mallory.uri, object: topic.uri });
    await node.settle();
    return (await postRow(node, topic.uri))?.likes;
  };
  const topicIn = (id: string) =>
    transact(node.context, by, (work) =>
      createTopic(work, { group: id, author: owner.id, title: 'Plans', ...markdownText('Secret') }),
    );
  expect(await likes(await topicIn(closed.id))).toBe(0);
  const open = await topicIn(group.id);
  await node.decide('change', evil, { groups: [closed.id] });
  expect(await likes(open)).toBe(0);
  await node.decide('change', evil, { groups: null });
  expect(await likes(open)).toBe(1);
});

it('what its group says was deleted is deleted here too once its own node says that it is gone', async () => {
  const { good, alice, node } = world;
  const taken = create(good, alice, goodGroup);
  const { id } = objectOf(taken);
  await good.send(node, goodGroup, { ...announce(goodGroup, taken), id: good.id('/announces') });
  await node.settle();
  expect(await contentOf(node, id)).toContain('Secret-content');
  good.serve(new URL(id).pathname, (_, response) => response.writeHead(410).end());
  await transact(node.context, by, (work) => enqueueJob(work, 'posts.check', { uri: id }, { key: `${id} gone` }));
  await node.settle();
  expect(await contentOf(node, id)).toBeUndefined();
  expect(await postRow(node, id)).toMatchObject({ deleted_at: expect.any(String) });
});

it('what was answered to a removed topic is told to no other node', async () => {
  const { good, alice, node, owner, group } = world;
  const { topic, answer } = await transact(node.context, by, async (work) => {
    const common = { author: owner.id, ...markdownText('Removed-words') };
    const topic = await createTopic(work, { ...common, group: group.id, title: 'Removed-title' });
    return { topic, answer: await reply(work, { ...common, replyTo: topic.id }) };
  });
  const read = async () => {
    const paths = [`/posts/${answer.id}`, ...['context', 'history'].map((name) => `/posts/${topic.id}/${name}?page=`)];
    const answers = [...paths, `/groups/${group.id}/outbox?page=`].map((path) => good.get(node, alice, path));
    return (await Promise.all(answers)).filter(({ body }) => body.includes(answer.id)).length;
  };
  expect(await read()).toBe(4);
  await transact(node.context, by, (work) => removeFromGroup(work, { post: topic.id, by: owner.id, reason: null }));
  expect(await read()).toBe(0);
});
