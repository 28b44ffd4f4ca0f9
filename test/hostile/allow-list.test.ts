import { globSync, readFileSync } from 'node:fs';
import type http from 'node:http';
import { join as joinPath, resolve } from 'node:path';
import { type JsonObject, originOf, streams, transact } from '@joinery/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestNode } from '../harness/node.ts';
import { activityStreams, proven, type Rogue, raw, startRogue } from '../harness/rogue.ts';
import { until } from '../harness/until.ts';
import {
  by,
  create,
  expectRefused,
  expectWithoutEffect,
  join,
  objectOf,
  openGroup,
  startWorld,
  type World,
} from './world.ts';

// Group K: who is on the allow-list, and every way around it.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

it('131: the listed origin passes in each spelling of itself; everything that only looks like it is refused with 403 before any fetch', async () => {
  const { node, stranger, good } = world;
  const outsider = stranger.actor('outsider');
  const { port } = new URL(good.origin);
  const send = (host: string) => {
    const uri = `${host}/users/outsider`;
    const activity = { ...create(stranger, outsider, world.group), id: `${host}/notes/1/create`, actor: uri };
    // Header fields are bytes: letters outside ASCII as UTF-8.
    const keyId = Buffer.from(`${uri}#main-key`, 'utf8').toString('latin1');
    return stranger.send(node, outsider, activity, {
      form: 'draft-cavage',
      tamper: ({ headers }) => {
        headers.signature = (headers.signature ?? '').replace(outsider.keyId, keyId);
      },
    });
  };
  // A name that leads to this machine, so that the look-up of a key needs no name server.
  await node.allow({ origin: `http://localhost:${port}`, name: 'Local government' });
  await node.settle();
  for (const host of ['localhost', 'LOCALHOST', 'localhost.']) {
    const answer = await send(`http://${host}:${port}`);
    expect([host, answer.status, answer.code]).toEqual([host, 401, 'key_refused']);
  }
  const others = [
    'localhost',
    'localhost:8443',
    `l\u043ecalhost:${port}`,
    `xn--lcalhost-egg:${port}`,
    `localhost.evil.com:${port}`,
    `evil-localhost:${port}`,
    `localhost:${port}@evil.com`,
    `evil.com#localhost:${port}`,
    `localhost%2eevil.com:${port}`,
    `sub.localhost:${port}`,
    `evil.com/localhost:${port}`,
  ];
  const { origin } = stranger;
  for (const address of [...others.map((host) => `http://${host}`), `https://localhost:${port}`, origin]) {
    const answer = await expectRefused(world, { status: 403 }, () => send(address));
    expect([address, ['no_agreement', 'key_address_malformed'].includes(answer.code ?? '')]).toEqual([address, true]);
  }
  expect(stranger.connections()).toBe(0);
});

it('131: with a name of a government as well, and a port or subdomain passes when it is listed itself', async () => {
  await using node = await startTestNode('list');
  const passes = (host: string) => {
    const origin = originOf(`https://${host}/u`);
    return origin !== null && node.context.ports.trust.mayFederate(origin, null, 'in').allowed;
  };
  const others =
    'good.gov:8443 g\u043e\u043ed.gov xn--gd-fmca.gov good.gov.evil.com evil-good.gov good.gov@evil.com evil.com#good.gov good.gov%2eevil.com sub.good.gov good%2egov good.gov\\.evil.com evil.com/good.gov good.gov:443@evil.com'.split(
      ' ',
    );
  await node.allow({ origin: 'https://good.gov', name: 'Good government' });
  for (const host of ['good.gov', 'GOOD.GOV', 'good.gov.', 'good.gov:443'])
    expect([host, passes(host)]).toEqual([host, true]);
  for (const host of others) expect([host, passes(host)]).toEqual([host, false]);
  for (const host of ['good.gov:8443', 'sub.good.gov']) {
    await node.allow({ origin: `https://${host}`, name: host });
    expect([host, passes(host)]).toEqual([host, true]);
  }
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

it('132: and no other code reads a signature, opens the door or looks at the list', () => {
  const root = resolve(import.meta.dirname, '../..');
  const files = globSync('{packages,apps}/*/src/**/*.{ts,tsx}', { cwd: root }).filter(
    (file) => !/\.test\.tsx?$|\/testing/.test(file),
  );
  expect(files.length).toBeGreaterThan(200);
  const using = (call: RegExp) =>
    files.filter((file) => call.test(readFileSync(joinPath(root, file), 'utf8'))).map((file) => file.split('/src/')[1]);
  const asks = (file: string) => readFileSync(joinPath(root, 'packages/federation/src', file), 'utf8');
  // In: whoever signed is asked for on the list. A proposal is what a stranger may send; it is only stored.
  expect(using(/(?<!function )\bparseSignature\(/).sort()).toEqual(['guard.ts', 'requester.ts', 'trust/proposals.ts']);
  expect(asks('guard.ts')).toMatch(/options\.mayReceive\(origin\)/);
  expect(asks('receive.ts')).toMatch(/mayReceive: \(origin\) => bridge\.trust\.mayFederate\(origin/);
  expect(asks('requester.ts')).toMatch(/trust\.mayFederate\(origin/);
  expect(using(/(?<!function )\bguardActivity\(/)).toEqual(['receive.ts']);
  // Out: one door, which asks before each connection (which files may open a socket at all: test/boundaries).
  expect(using(/(?<!function )\bcreatePeersDoor\(/)).toEqual(['federation.ts']);
  expect(asks('federation.ts')).toMatch(/mayReach: \(origin\) => \{\s+const decision = trust\.mayFederate\(origin/);
  // And one function behind them all. Its own file asks it about nodes that a closed group introduces, the preview what a list that is not yet in force would say.
  const deciding = ['trust/decide.ts', 'trust/preview.ts', 'trust/trust.ts'];
  expect(using(/(?<!function )\bdecide\(snapshot/).sort()).toEqual(deciding);
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

it('137: blocking stops ten thousand deliveries that wait and three under way, keeps them, and ends reading', async () => {
  const { node, owner } = world;
  await using peer = await startRogue();
  await node.allow({ origin: peer.origin, name: 'Peer' });
  const member = peer.actor('member');
  const groups = await Promise.all(['busy1', 'busy2', 'busy3'].map((handle) => openGroup(node, owner, handle)));
  for (const group of groups) await join(node, peer, member, group);
  let answer: http.RequestListener = (_, response) => response.writeHead(503).end();
  peer.serve('/inbox', (request, response) => answer(request, response));
  const posts = await Promise.all(
    groups.map(async (group) => {
      const made = await owner.api('POST', `/groups/${group.id}/posts`, { title: 'Held back', content: 'Waits' });
      expect(made.status).toBe(201);
      return { group: group.id, post: String(made.body.id) };
    }),
  );
  // And ten thousand behind one of them: the same post, told again and again.
  const waiting = 10_000;
  const [first] = posts;
  if (!first) throw new Error('There is no post');
  for (let start = 0; start < waiting; start += 1_000)
    await transact(node.context, by, async (work) => {
      for (let turn = 0; turn < 1_000; turn += 1)
        work.emit('post.edited', streams.group(first.group), { ...first, revision: 1 });
    });
  await node.settle();
  // Three deliveries that the peer does not answer yet.
  const underWay: http.ServerResponse[] = [];
  const begun = Promise.withResolvers<void>();
  answer = (_, response) => {
    underWay.push(response);
    if (underWay.length === groups.length) begun.resolve();
  };
  world.forward(3_600_000);
  node.federation.lanes.wake(peer.origin);
  await begun.promise;
  const left = async () => {
    const rows = await node.context.db.reader
      .selectFrom('subscription')
      .innerJoin('stream', 'stream.id', 'subscription.stream')
      .select(['stream.head', 'subscription.acknowledged'])
      .where('subscription.origin', '=', peer.origin)
      .where('stream.id', '=', streams.group(first.group))
      .execute();
    return rows.reduce((sum, row) => sum + row.head - row.acknowledged, 0);
  };
  // That the agreement has ended is the one thing that is still told.
  const toInbox = () =>
    peer.requests.filter(({ method, url, body }) => method === 'POST' && url === '/inbox' && !body.includes('Revoke'))
      .length;
  const began = performance.now();
  await node.decide('block', { origin: peer.origin });
  expect(node.context.ports.trust.mayFederate(peer.origin, null, 'out').reason).toBe('blocked');
  expect(performance.now() - began).toBeLessThan(1_000);
  answer = (_, response) => response.writeHead(202).end();
  const sent = toInbox();
  for (const response of underWay) response.writeHead(202).end();
  node.federation.lanes.wake(peer.origin);
  await node.settle();
  expect(toInbox()).toBe(sent);
  const [group] = groups;
  expect(await peer.get(node, member, new URL(group?.uri ?? '').pathname)).toMatchObject({ status: 403 });
  expect(await left()).toBeGreaterThanOrEqual(waiting);
  await node.decide('suspend', { origin: peer.origin });
  // Allowed again it goes on where it stopped. A few hundred show that; then it is stopped once more, in the middle.
  await node.decide('allow', { origin: peer.origin });
  world.forward(3_600_000);
  node.federation.lanes.wake(peer.origin);
  await until(() => toInbox() >= sent + 200, 20_000);
  await node.decide('block', { origin: peer.origin });
  const stopped = toInbox();
  await node.settle();
  world.forward(-3_600_000);
  // Nothing more than what was under way.
  expect(toInbox() - stopped).toBeLessThanOrEqual(4);
  const delivered = peer.requests.filter(({ body }) => body.includes('"Update"') && body.includes('Held back')).length;
  expect(delivered).toBeGreaterThan(0);
  expect((await left()) + delivered).toBeGreaterThanOrEqual(waiting);
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
    'co.uk',
    'https://[2001:db8::1]',
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
    expect(String(answer.body.detail).length).toBeGreaterThan(10);
  }
  const typed = ' HTTPS://Other-Agency.Example:443/ ';
  const added = await add(typed);
  expect(added.status).toBe(201);
  expect(JSON.stringify(added.body)).toContain('"https://other-agency.example"');
  expect((await raw(node, { method: 'GET', path: '/api/v1/partners' })).status).toBe(401);
});
