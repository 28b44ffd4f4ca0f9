import { type JsonObject, originOf } from '@joinery/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestNode } from '../harness/node.ts';
import { activityStreams, proven, type Rogue, raw, startRogue } from '../harness/rogue.ts';
import { create, expectRefused, expectWithoutEffect, join, objectOf, startWorld, type World } from './world.ts';

// Group K: who is on the allow-list, and every way around it.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

it('131: only the listed origin passes, in its own spelling or another of the same', async () => {
  await using node = await startTestNode('list');
  const { trust } = node.context.ports;
  await node.allow({ origin: 'https://good.gov', name: 'Good government' });
  const passes = (uri: string) => {
    const origin = originOf(uri);
    return origin !== null && trust.mayFederate(origin, null, 'in').allowed;
  };
  for (const host of ['good.gov', 'GOOD.GOV', 'good.gov.', 'good.gov:443'])
    expect([host, passes(`https://${host}/u`)]).toEqual([host, true]);
  const others =
    'good.gov:8443 g\u043e\u043ed.gov xn--gd-mlca.gov good.gov.evil.com evil-good.gov good.gov@evil.com evil.com#good.gov good.gov%2eevil.com sub.good.gov good%2egov good.gov\\.evil.com evil.com/good.gov good.gov:443@evil.com'.split(
      ' ',
    );
  for (const host of others) expect([host, passes(`https://${host}/u`)]).toEqual([host, false]);
  expect(passes('http://good.gov/u')).toBe(false);
});

it('131: and the inbox says so before it asks anybody', async () => {
  const { node, stranger, good } = world;
  const outsider = stranger.actor('outsider');
  for (const keyId of [
    outsider.keyId,
    outsider.keyId.replace('127.0.0.1', 'localhost'),
    `${good.origin.replace(/:\d+$/, ':1')}/users/alice#main-key`,
    `${good.origin.replace('127.0.0.1', '127.0.0.1.evil.example')}/users/alice#main-key`,
  ]) {
    const answer = await expectRefused(world, { status: [401, 403] }, () =>
      stranger.send(node, outsider, create(stranger, outsider, world.group), { keyId }),
    );
    expect(['no_agreement', 'signature_malformed']).toContain(answer.code);
  }
  expect(stranger.connections()).toBe(0);
});

it('132: one function decides at every door: nothing of a node that is not listed comes in, goes out or is asked for', async () => {
  const { node, stranger, evil, mallory, owner, group } = world;
  const outsider = stranger.actor('outsider');
  const note = stranger.serve('/notes/1', {
    '@context': activityStreams,
    ...objectOf(create(stranger, outsider, group)),
  });
  // Signed GET, inboxes.
  for (const path of [new URL(group.uri).pathname, '/agency'])
    await expectRefused(world, { status: 403, code: 'no_agreement' }, () => stranger.get(node, outsider, path));
  for (const path of ['/inbox', `${new URL(group.uri).pathname}/inbox`])
    await expectRefused(world, { status: 403, code: 'no_agreement' }, () =>
      stranger.send(node, outsider, create(stranger, outsider, group), { path }),
    );
  // What a person asks for by link or handle.
  for (const uri of [outsider.uri, note, `@outsider@${new URL(stranger.origin).host}`]) {
    const answer = await owner.api('POST', '/memberships/remote', { uri });
    expect(answer).toMatchObject({ status: 403, body: { code: 'no_agreement' } });
  }
  // What an allowed node mentions: announced, replied to, attributed, attached.
  for (const activity of [
    { id: evil.id('/announces'), type: 'Announce', actor: mallory.uri, object: note },
    create(evil, mallory, group, { id: note }),
    { ...create(evil, mallory, group), object: note },
    {
      id: evil.id('/invites'),
      type: 'Invite',
      actor: mallory.uri,
      object: `${stranger.origin}/groups/1`,
      target: owner.uri,
    },
    { id: evil.id('/adds'), type: 'Add', actor: mallory.uri, object: outsider.uri, target: `${group.uri}/moderators` },
    { id: evil.id('/blocks'), type: 'Block', actor: mallory.uri, object: outsider.uri, target: group.uri },
    create(evil, mallory, group, { inReplyTo: note }),
  ] as JsonObject[])
    await expectWithoutEffect(world, () => evil.send(node, mallory, activity));
  await evil.send(
    node,
    mallory,
    create(evil, mallory, group, { attachment: [{ type: 'Image', url: note }], icon: note, image: note, url: note }),
  );
  await node.settle();
  expect(stranger.connections()).toBe(0);
});

it('133: a redirect of an allowed node is not followed', async () => {
  const { evil, stranger, owner } = world;
  for (const status of [301, 302, 303, 307, 308]) {
    const uri = evil.serve(`/users/moved${status}`, (_, response) =>
      response.writeHead(status, { location: stranger.actor('outsider').uri }).end(),
    );
    expect((await owner.api('POST', '/memberships/remote', { uri })).status).toBeGreaterThanOrEqual(400);
  }
  const page = evil.serve('/users/meta', (_, response) =>
    response
      .writeHead(200, {
        'content-type': 'text/html',
        link: `<${stranger.origin}/users/outsider>; rel="alternate"; type="application/activity+json"`,
      })
      .end(
        `<meta http-equiv="refresh" content="0;url=${stranger.origin}/"><link rel="alternate" type="application/activity+json" href="${stranger.origin}/users/outsider">`,
      ),
  );
  expect((await owner.api('POST', '/memberships/remote', { uri: page })).status).toBeGreaterThanOrEqual(400);
  expect(stranger.connections()).toBe(0);
});

it('134: an allowed actor whose key, inbox or collections are on another node gets no use of them', async () => {
  const { node, evil, stranger, group } = world;
  const keyId = `${stranger.origin}/users/split#main-key`;
  const { publicKey } = world.mallory.document;
  const split = evil.actor('split', {
    inbox: `${stranger.origin}/inbox`,
    endpoints: { sharedInbox: `${stranger.origin}/inbox` },
    outbox: `${stranger.origin}/outbox`,
    followers: `${stranger.origin}/followers`,
    publicKey: [
      { ...(publicKey as JsonObject), id: keyId },
      { ...(publicKey as JsonObject), id: `${evil.origin}/users/split#main-key`, owner: `${evil.origin}/users/split` },
    ],
  });
  await expectRefused(world, { status: 403, code: 'no_agreement' }, () =>
    evil.send(node, split, create(evil, split, group), { keyId }),
  );
  await join(node, evil, split, group);
  await node.settle();
  const row = await node.context.db.reader
    .selectFrom('person')
    .select(['inbox', 'shared_inbox'])
    .where('uri', '=', split.uri)
    .executeTakeFirst();
  expect(row).toEqual({ inbox: null, shared_inbox: null });
  const far = evil.actor('far', {
    type: 'Group',
    outbox: `${stranger.origin}/outbox`,
    followers: `${stranger.origin}/f`,
    attributedTo: `${stranger.origin}/m`,
  });
  await node.context.ports.actors.resolve(far.uri);
  await node.context.ports.actors.history(far.uri, 'topics').catch(() => {});
  expect(stranger.connections()).toBe(0);
});

it('136: what a blocked node wrote and proved is not taken from an allowed one', async () => {
  const { node, evil } = world;
  await using blocked = await startRogue();
  await node.decide('block', { origin: blocked.origin }, { agency: 'Blocked agency' });
  const author = blocked.actor('blocked');
  const group = evil.actor('relay', { type: 'Group' });
  await node.context.ports.actors.resolve(group.uri);
  const inner = proven(create(blocked, author, group), author);
  const key = (author.document.assertionMethod as JsonObject[])[0];
  for (const extra of [{}, { 'joinery:authorKey': { ...key, name: 'Blocked' } }]) {
    const activity = {
      id: evil.id('/announces'),
      type: 'Announce',
      actor: group.uri,
      object: inner,
      ...extra,
    } as JsonObject;
    await expectWithoutEffect(world, () => evil.send(node, group, activity));
  }
  await expectRefused(world, { status: 401 }, () => evil.send(node, group, inner));
  expect(blocked.connections()).toBe(0);
});

it('137: blocking stops what waits at once, keeps it, and ends reading', async () => {
  const { node, group, owner } = world;
  await using peer = await startRogue();
  await node.allow({ origin: peer.origin, name: 'Peer' });
  const member = peer.actor('member');
  await join(node, peer, member, group);
  let open = true;
  peer.serve('/inbox', (_, response) => response.writeHead(open ? 202 : 503).end());
  open = false;
  for (let turn = 0; turn < 20; turn += 1)
    expect(
      (await owner.api('POST', `/groups/${group.id}/posts`, { title: `Waiting ${turn}`, content: 'Waits' })).status,
    ).toBe(201);
  await node.settle();
  await node.decide('block', { origin: peer.origin });
  open = true;
  const before = peer.requests.length;
  node.federation.lanes.wake(peer.origin);
  await node.settle();
  expect(peer.requests.length).toBe(before);
  expect(await peer.get(node, member, new URL(group.uri).pathname)).toMatchObject({ status: 403 });
  await node.decide('suspend', { origin: peer.origin });
  await node.decide('allow', { origin: peer.origin });
  world.forward(3_600_000);
  node.federation.lanes.wake(peer.origin);
  await node.settle();
  world.forward(-3_600_000);
  const arrived = peer.requests
    .slice(before)
    .filter(({ method, body }) => method === 'POST' && body.includes('Waiting '));
  expect(arrived.length).toBeGreaterThanOrEqual(20);
});

it('139: an empty list is closed', async () => {
  await using node = await startTestNode('empty');
  await using rogue = await startRogue();
  const someone = rogue.actor('someone');
  const ask = async (from: Rogue) => (await from.get(node, someone, '/agency')).status;
  expect(await ask(rogue)).toBe(403);
  await node.allow({ origin: rogue.origin });
  expect(await ask(rogue)).toBe(200);
  await node.decide('suspend', { origin: rogue.origin });
  expect(await ask(rogue)).toBe(403);
});

it('140: an entry that is no node is refused with an explanation, another spelling is brought into form', async () => {
  const { node } = world;
  const officer = await node.person('Olga Officer', { administrator: true });
  const add = (origin: string) =>
    officer.api('POST', '/partners', { agency: 'Some agency', reason: 'Test', hosts: [origin], origin });
  for (const text of [
    '*',
    '*.gov',
    'gov',
    'https://good.example/path',
    'https://user@good.example',
    'ftp://good.example',
    'https://10.0.0.1',
    'https://good.example?x',
    '',
    ' ',
  ]) {
    const answer = await add(text);
    expect([text, answer.status]).toEqual([text, expect.toSatisfy((status: number) => [400, 422].includes(status))]);
  }
  expect((await raw(node, { method: 'GET', path: '/api/v1/partners' })).status).toBe(401);
});
