import { isObject, type JsonObject, transact } from '@joinery/core';
import { approve, type GroupRow, membershipOf } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, like, lock, markdownText, removeFromGroup, reply } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import type { RogueActor } from '../harness/rogue.ts';
import { type FediverseServer, inside } from './server.ts';
import { lemmy, mastodon, nodebb } from './shapes.ts';
import { by, errors, openGroup, startWorld, type World } from './world.ts';

async function follow({ node, server }: World, person: RogueActor, group: GroupRow): Promise<JsonObject> {
  const asked = { ...mastodon.follow(server, person, group.uri), to: [group.uri] };
  expect(await server.send(person, asked)).toMatchObject({ status: 202 });
  await node.settle();
  return asked;
}

async function standing({ node }: World, group: GroupRow, person: RogueActor) {
  const known = await personByUri(node.context.db.reader, person.uri);
  return known && membershipOf(node.context.db.reader, group.id, known.id);
}

const topic = ({ node, owner }: World, group: GroupRow, title: string) =>
  transact(node.context, by, (work) =>
    createTopic(work, { group: group.id, author: owner.id, title, ...markdownText('How do *you* do it?') }),
  );

/** Reads an actor of ours as NodeBB does: the document, then WebFinger from its name back to exactly its id. */
async function assertActor(server: FediverseServer, reader: RogueActor, uri: string): Promise<JsonObject> {
  const document = await server.read(reader, uri);
  const { host, origin } = new URL(String(document.id));
  expect(document.id).toBe(uri);
  expect(uri).not.toContain('@');
  const resource = `acct:${document.preferredUsername}@${host}`;
  const answer = await fetch(`${origin}/.well-known/webfinger?resource=${encodeURIComponent(resource)}`);
  const found = (await answer.json()) as { subject?: string; links: { rel: string; type?: string; href?: string }[] };
  expect(found.subject).toBe(resource);
  const self = found.links.filter((link) => link.rel === 'self' && link.type === 'application/activity+json');
  expect(self.map((link) => link.href)).toEqual([uri]);
  expect(document).toMatchObject({
    inbox: expect.any(String),
    outbox: expect.any(String),
    endpoints: { sharedInbox: `${origin}/inbox` },
    publicKey: { id: `${uri}#main-key`, owner: uri, publicKeyPem: expect.stringContaining('BEGIN PUBLIC KEY') },
  });
  return document;
}

it('a plain Follow from Lemmy is both following and joining, and its node gets everything in the shapes that Lemmy and Mastodon read', async () => {
  await using world = await startWorld({ signs: 'rfc9421' });
  const { node, server, owner } = world;
  const group = await openGroup(world, 'parking');
  const [anna, ben] = [lemmy.person(server, 'anna'), lemmy.person(server, 'ben')];
  const document = await assertActor(server, anna, group.uri);
  expect(document).toMatchObject({ type: 'Group', manuallyApprovesFollowers: false, name: 'Parking permits' });
  const moderators = await server.read(anna, String(document.attributedTo));
  expect(moderators).toMatchObject({ type: 'OrderedCollection', orderedItems: [owner.uri] });
  const followers = await server.read(anna, String(document.followers));
  expect(followers).toMatchObject({ type: 'Collection', totalItems: expect.any(Number), items: [] });
  const pinned = await server.read(anna, String(document.featured));
  expect(pinned).toMatchObject({ type: 'OrderedCollection', orderedItems: [] });

  const asked = await follow(world, anna, group);
  expect(await standing(world, group, anna)).toMatchObject({ state: 'member', following: 1 });
  const accepts = server.take();
  expect(accepts).toMatchObject([
    { type: 'Accept', actor: group.uri, object: { id: asked.id, type: 'Follow', actor: anna.uri, object: group.uri } },
  ]);

  const made = await topic(world, group, 'Blue badges');
  await node.settle();
  const [create, shown, ...more] = server.take();
  expect(more).toEqual([]);
  expect(create).toMatchObject({
    type: 'Announce',
    actor: group.uri,
    object: {
      type: 'Create',
      actor: owner.uri,
      audience: group.uri,
      object: { id: made.uri, type: 'Article', name: 'Blue badges', attributedTo: owner.uri, audience: group.uri },
    },
  });
  expect(shown).toMatchObject({ type: 'Announce', actor: group.uri, object: made.uri });
  expect(shown?.id).not.toBe(create?.id);
  const inner = inside(create?.object);
  expect(new Set([create?.id, shown?.id, inner.id]).size).toBe(3);
  expect([inner.to, inner.cc].flat()).toContain('https://www.w3.org/ns/activitystreams#Public');
  const article = await server.read(anna, made.uri);
  expect(article).toMatchObject({
    id: made.uri,
    name: 'Blue badges',
    content: expect.stringContaining('<em>you</em>'),
  });
  await assertActor(server, anna, owner.uri);

  const answer = await transact(node.context, by, (work) =>
    reply(work, { replyTo: made.id, author: owner.id, ...markdownText('By post.') }),
  );
  await node.settle();
  expect(server.take()).toMatchObject([
    { type: 'Announce', object: { type: 'Create', object: { id: answer.uri, type: 'Note', inReplyTo: made.uri } } },
  ]);

  await transact(node.context, by, (work) => like(work, { post: made.id, by: { uri: owner.uri, person: owner.id } }));
  await node.settle();
  expect(server.take()).toMatchObject([
    { type: 'Announce', actor: group.uri, object: { type: 'Like', actor: owner.uri, object: made.uri } },
  ]);

  await transact(node.context, by, async (work) => {
    await lock(work, { post: made.id, by: owner.id });
    await removeFromGroup(work, { post: answer.id, by: owner.id, reason: 'Off topic' });
  });
  await node.settle();
  expect(server.take().map((activity) => activity.object)).toMatchObject([
    { type: 'Lock', actor: owner.uri, object: made.uri },
    { type: 'Delete', actor: owner.uri, object: answer.uri, summary: 'Off topic' },
  ]);

  // Members of one node get one delivery each time.
  await follow(world, ben, group);
  server.take();
  await topic(world, group, 'Second');
  await node.settle();
  expect(server.take()).toHaveLength(2);
  expect(server.refused).toEqual([]);
  expect(errors(node)).toEqual([]);
});

it('a Follow waits where joining needs approval, and is accepted when a facilitator says so', async () => {
  await using world = await startWorld();
  const { node, server, owner } = world;
  const group = await openGroup(world, 'permits', { joining: 'request' });
  const femke = mastodon.person(server, 'femke');
  expect(await server.read(femke, group.uri)).toMatchObject({ manuallyApprovesFollowers: true });
  const asked = await follow(world, femke, group);
  expect(await standing(world, group, femke)).toMatchObject({ state: 'requested', following: 0 });
  await topic(world, group, 'Not for them yet');
  await node.settle();
  expect(server.take()).toEqual([]);

  const person = await personByUri(node.context.db.reader, femke.uri);
  await transact(node.context, by, (work) =>
    approve(work, { group: group.id, person: person?.id ?? '', by: owner.id }),
  );
  await node.settle();
  expect(server.take()).toMatchObject([{ type: 'Accept', object: { id: asked.id, type: 'Follow' } }]);
  expect(await standing(world, group, femke)).toMatchObject({ state: 'member', following: 1 });

  // Mastodon shows what the group announces by its address, and can read it.
  const made = await topic(world, group, 'For them');
  await node.settle();
  const announced = server.take();
  expect(announced.map((activity) => activity.object)).toContain(made.uri);
  expect(await server.read(femke, made.uri)).toMatchObject({ name: 'For them' });
  expect(isObject(announced[0]?.object)).toBe(true);

  expect(
    await server.send(femke, {
      id: `${femke.uri}#follows/1/undo`,
      type: 'Undo',
      actor: femke.uri,
      object: { id: asked.id ?? '', type: 'Follow', actor: femke.uri, object: group.uri },
    }),
  ).toMatchObject({ status: 202 });
  await node.settle();
  expect(await standing(world, group, femke)).toMatchObject({ state: 'none', following: 0 });
  server.take();
  await topic(world, group, 'After they left');
  await node.settle();
  expect(server.take()).toEqual([]);
  expect(errors(node)).toEqual([]);
});

it('NodeBB understands draft-cavage only: refused in the newer form, we sign in the older one at once and from then on', async () => {
  await using world = await startWorld({ understands: ['draft-cavage'] });
  const { node, server, owner } = world;
  const group = await openGroup(world, 'parking');
  const carla = nodebb.person(server, 5, 'carla');
  await assertActor(server, carla, group.uri);
  await follow(world, carla, group);
  expect(server.refused).toEqual(['rfc9421 is not understood']);
  expect(server.delivered).toMatchObject([{ form: 'draft-cavage', keyId: `${group.uri}#main-key` }]);
  await topic(world, group, 'Blue badges');
  await node.settle();
  expect(server.refused).toHaveLength(1);
  expect(server.delivered.map((delivery) => delivery.form)).toEqual(Array(3).fill('draft-cavage'));
  await assertActor(server, carla, owner.uri);
  expect(errors(node)).toEqual([]);
});

it('a server that understands RFC 9421 gets one request for each delivery', async () => {
  await using world = await startWorld({ understands: ['rfc9421'], signs: 'rfc9421' });
  const group = await openGroup(world, 'parking');
  await follow(world, mastodon.person(world.server, 'femke'), group);
  expect(world.server.delivered).toMatchObject([{ form: 'rfc9421', keyId: `${group.uri}#main-key` }]);
  expect(world.server.refused).toEqual([]);
});
