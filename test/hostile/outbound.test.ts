import path from 'node:path';
import { cookieName, type JsonObject, startSession, transact } from '@joinery/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPeersDoor } from '../../packages/federation/src/door.ts';
import { startChild } from '../faults/child.ts';
import type { TestPerson } from '../harness/node.ts';
import { activityStreams, type RogueActor, startRogue } from '../harness/rogue.ts';
import { until } from '../harness/until.ts';
import {
  by,
  create,
  expectHonestWorks,
  expectWithoutEffect,
  join,
  objectOf,
  openGroup,
  postRow,
  startWorld,
  type World,
} from './world.ts';

// Group C: what this node may be made to ask for, by a node that it allows. Addresses and names are tried beside the door.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const made = () => world.node.federation.door.recent();
const resolve = (uri: string) => world.node.context.ports.actors.resolve(uri);

const inward = [
  'http://127.0.0.1:9/',
  'http://127.1:9/',
  'http://0.0.0.0/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://[::1]:9/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[fd00::1]/',
  'https://[fe80::1%25eth0]/',
  'https://169.254.169.254/',
  'https://100.64.0.1/',
  'https://198.18.0.1/',
  'https://192.0.0.8/',
  'https://224.0.0.1/',
  'https://240.0.0.1/',
  'http://localhost:9/',
  'http://localhost.:9/',
  'http://metadata.google.internal/',
];
const notWeb = [
  'data:application/json,{}',
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'gopher://127.0.0.1/',
  'blob:x',
  'ap://x',
  'javascript:alert(1)',
];

it.each([
  [40, inward],
  [44, notWeb],
])('%i: addresses in documents and activities lead to no connection', async (_, addresses) => {
  const { evil, mallory, node, group, owner } = world;
  for (const [index, address] of addresses.entries()) {
    const name = `aimed${address.length}-${index}`;
    const aimed = evil.actor(name, {
      inbox: address,
      outbox: address,
      followers: address,
      icon: { type: 'Image', url: address },
      url: address,
      endpoints: { sharedInbox: address },
    });
    const before = made();
    const activity = create(evil, aimed, group, {
      attachment: [{ type: 'Document', url: address }],
      icon: address,
      url: address,
      context: address,
      replies: address,
    });
    await evil.send(node, aimed, activity);
    // As the key, and as whoever acts.
    for (const change of [address, `${address}#main-key`]) {
      const tamper = ({ headers }: { headers: Record<string, string> }) => {
        for (const [header, value] of Object.entries(headers)) headers[header] = value.replace(aimed.keyId, change);
      };
      const forged = await evil.send(node, aimed, create(evil, aimed, group), { tamper });
      expect([address, [401, 403].includes(forged.status)]).toEqual([address, true]);
    }
    const acting = await evil.send(node, aimed, { ...create(evil, aimed, group), actor: address });
    expect([address, [400, 401].includes(acting.status)]).toEqual([address, true]);
    for (const change of [{ object: address }, { object: { id: address, type: 'Note', attributedTo: aimed.uri } }])
      await evil.send(node, mallory, { ...create(evil, mallory, group), ...change } as JsonObject);
    await evil.send(node, mallory, create(evil, mallory, group, { inReplyTo: address }));
    await node.settle();
    const answer = await owner.api('POST', '/memberships/remote', { uri: address });
    expect([address, answer.status >= 400 && answer.status < 500]).toEqual([address, true]);
    const asked = made().filter((connection) => !before.includes(connection));
    expect([
      address,
      asked.filter(({ url }) => !url.startsWith(evil.origin) && !url.startsWith(world.good.origin)),
    ]).toEqual([address, []]);
  }
  await expectHonestWorks(world);
});

it('41: a redirect to the node’s own machine is not followed', async () => {
  const { evil, stranger } = world;
  const uri = evil.serve('/users/redirecting', (_, response) =>
    response.writeHead(302, { location: `${stranger.origin}/admin` }).end(),
  );
  await expect(resolve(uri)).rejects.toMatchObject({ code: 'unavailable' });
  expect(stranger.connections()).toBe(0);
});

describe('46: a delivery that', () => {
  /** A group with a member of the evil node, and how its lane is shown. */
  async function followed(handle: string, member: RogueActor, origin: string) {
    const { evil, node, owner } = world;
    const group = await openGroup(node, owner, handle);
    const id = (path: string) => evil.id(path).replace(evil.origin, origin);
    await join(node, { ...evil, id }, member, group);
    const lane = async () => {
      const { body } = await officer.api('GET', '/peers');
      return (body.items as JsonObject[]).find((peer) => peer.origin === origin);
    };
    const page = async () => {
      const { id } = await node.context.db.reader
        .selectFrom('partner_host')
        .select('partner_id as id')
        .where('origin', '=', origin)
        .executeTakeFirstOrThrow();
      return (await fetch(`${node.origin}/administration/partners/${id}`, { headers: { cookie } })).text();
    };
    const post = async (title: string) => {
      await owner.api('POST', `/groups/${group.id}/posts`, { title, content: 'Text' });
      await node.settle();
    };
    const arrived = (title: string) => evil.requests.filter(({ body }) => body.includes(title)).length;
    return { lane, page, post, arrived };
  }
  let officer: TestPerson;
  let cookie = '';
  beforeAll(async () => {
    const { node } = world;
    officer = await node.person('Olga Officer', { administrator: true });
    const session = await transact(node.context, by, (work) => startSession(work, officer.account));
    cookie = `${cookieName(node.origin, 'session')}=${session}`;
  });

  it('is redirected goes no further, counts as a wrong setting, and goes on when that is mended', async () => {
    const { evil, stranger, node } = world;
    const { lane, page, post, arrived } = await followed('redirected', world.mallory, evil.origin);
    evil.serve('/inbox', (_, response) => response.writeHead(307, { location: `${stranger.origin}/admin` }).end());
    await post('To be redirected');
    expect(stranger.connections()).toBe(0);
    expect(
      made().some(({ method, url, status }) => method === 'POST' && url === `${evil.origin}/inbox` && status === 307),
    ).toBe(true);
    // The whole lane stands still, which is not the fault of any item; tried daily, not every few minutes.
    expect(await lane()).toMatchObject({
      ...{ lane: 'halted', misconfigured: true, aside: 0, parked: [] },
      lastError: expect.stringMatching(/^redirect_refused: The peer redirects/),
    });
    expect(await page()).toMatch(/Stopped: a setting is wrong.*leads to another address.*Try to deliver now/s);
    const tried = arrived('To be redirected');
    world.forward(23 * 3_600_000);
    node.federation.lanes.wake(evil.origin);
    await node.settle();
    world.forward(-23 * 3_600_000);
    expect(arrived('To be redirected')).toBe(tried);
    // They mend it, and an operator here tries again.
    evil.serve('/inbox', (_, response) => response.writeHead(202).end());
    const retry = node.context.slices
      .flatMap(({ commands }) => commands ?? [])
      .find(({ name }) => name === 'lanes retry');
    await retry?.run(node.context, { arguments: [evil.origin], options: {} });
    await node.settle();
    await until(() => arrived('To be redirected') > tried, 15_000);
    await node.settle();
    expect(await lane()).toMatchObject({ lane: 'open', misconfigured: false, lastError: null, lag: { items: 0 } });
    expect(stranger.connections()).toBe(0);
  });

  it('would go to a private address is not made, counts as a wrong setting, and goes on when that is mended', async () => {
    const { evil, node } = world;
    const origin = evil.origin.replace('127.0.0.1', 'localhost');
    await node.allow({ origin, name: 'Moving agency' });
    const uri = `${origin}/users/moving`;
    const keyId = `${uri}#main-key`;
    const moving = evil.actor('moving', {
      ...{ id: uri, inbox: `${uri}/inbox`, outbox: `${uri}/outbox`, endpoints: { sharedInbox: `${origin}/inbox` } },
      publicKey: { ...(world.mallory.document.publicKey as JsonObject), id: keyId, owner: uri },
      assertionMethod: [],
    });
    const { lane, page, post, arrived } = await followed('private', { ...moving, uri, keyId }, origin);
    // From now on its name leads into a private network.
    const { peers } = node.context.doors;
    const rebound = createPeersDoor({
      mayReach: () => ({ allowed: true, reason: 'allowed' }),
      ...{ userAgent: 'test', loopbackPeers: true, privateRanges: [] },
      resolve: async () => [{ address: '10.0.0.5', family: 4 }],
    });
    node.context.doors.peers = rebound;
    const before = evil.connections();
    await post('To be kept inside');
    expect(await lane()).toMatchObject({
      ...{ lane: 'halted', misconfigured: true, aside: 0, parked: [] },
      lastError: expect.stringMatching(/^address_refused: /),
    });
    expect(rebound.recent().map(({ outcome, status }) => [outcome, status])).toContainEqual(['address_refused', null]);
    expect([arrived('To be kept inside'), evil.connections() - before]).toEqual([0, 0]);
    const shown = await page();
    expect(shown).toMatch(/Stopped: a setting is wrong.*not on the public internet.*Try to deliver now/s);
    // The name is mended, and an officer here tries again from the page.
    await rebound[Symbol.asyncDispose]();
    node.context.doors.peers = peers;
    const csrf = /name="csrf" value="([^"]+)"/.exec(shown)?.[1] ?? '';
    const answer = await fetch(`${node.origin}${/action="([^"]+\/deliver)"/.exec(shown)?.[1]}`, {
      ...{ method: 'POST', body: new URLSearchParams({ csrf }), redirect: 'manual' },
      headers: { cookie, origin: node.origin },
    });
    expect(answer.status).toBe(303);
    await until(() => arrived('To be kept inside') > 0, 15_000);
    await node.settle();
    expect(await lane()).toMatchObject({ lane: 'open', misconfigured: false, lag: { items: 0 } });
  });
});

it('49: a link in a post causes no request', async () => {
  const { node, owner, group, stranger } = world;
  const before = made();
  const content = `See ${stranger.origin}/page and http://10.0.0.5/ and ![x](${stranger.origin}/x.png)`;
  expect((await owner.api('POST', `/groups/${group.id}/posts`, { title: 'Links', content })).status).toBe(201);
  await node.settle();
  expect(stranger.connections()).toBe(0);
  expect(
    made()
      .filter((connection) => !before.includes(connection))
      .every(({ method }) => method === 'POST'),
  ).toBe(true);
});

it('50: line ends in addresses reach no request', async () => {
  const { evil, mallory, node, group } = world;
  for (const end of ['%0d%0aX-Injected:%201', '\r\nX-Injected: 1', '%0aX-Injected: 1', '\u0000', '\u2028']) {
    const activity = { ...create(evil, mallory, group), object: `${evil.origin}/notes/${end}` } as JsonObject;
    await evil.send(node, mallory, activity);
    await expect(resolve(`${evil.origin}/users/${end}`)).rejects.toMatchObject({ code: expect.any(String) });
  }
  await node.settle();
  expect(evil.requests.some(({ headers, url }) => 'x-injected' in headers || url.includes('njected'))).toBe(false);
});

describe('peers that do not let go', () => {
  it('51: an inbox request whose key is never answered is answered within the deadline, and others meanwhile', async () => {
    const { evil, node, mallory, group } = world;
    evil.serve('/users/hanging', () => {});
    const hanging = { ...mallory, uri: `${evil.origin}/users/hanging`, keyId: `${evil.origin}/users/hanging#main-key` };
    const waiting = evil.send(node, hanging, create(evil, hanging, group));
    const start = performance.now();
    await expectHonestWorks(world);
    expect(performance.now() - start).toBeLessThan(2_000);
    const answer = await waiting;
    expect(answer).toMatchObject({ status: 401, code: 'key_refused' });
    expect(answer.milliseconds).toBeLessThan(5_000);
  });

  it('51: a delivery that is never answered ends within ten seconds, and others arrive meanwhile', async () => {
    const { evil, good, owner, group } = world;
    const begun = Promise.withResolvers<void>();
    evil.serve('/inbox', () => begun.resolve());
    const text = { title: 'Past the silent one', content: 'Text' };
    expect((await owner.api('POST', `/groups/${group.id}/posts`, text)).status).toBe(201);
    await begun.promise;
    const arrived = () => good.requests.some(({ body }) => body.includes('Past the silent one'));
    await until(arrived, 2_000);
    const ended = () =>
      made().find(
        ({ method, url, outcome }) =>
          method === 'POST' && url === `${evil.origin}/inbox` && outcome === 'deadline_exceeded',
      );
    await until(() => ended() !== undefined, 15_000);
    expect(Math.round((ended()?.milliseconds ?? Number.POSITIVE_INFINITY) / 1_000)).toBeLessThanOrEqual(10);
    evil.serve('/inbox', (_, response) => response.writeHead(202).end());
  });

  it('52: one that sends a byte now and then ends with the whole deadline', async () => {
    const { evil } = world;
    let timer: NodeJS.Timeout | undefined;
    const uri = evil.serve('/users/dripping', (_, response) => {
      response.writeHead(200, { 'content-type': 'application/activity+json' });
      timer = setInterval(() => response.write(' '), 20);
    });
    await using door = createPeersDoor({
      mayReach: () => ({ allowed: true, reason: 'allowed' }),
      userAgent: 'test',
      loopbackPeers: true,
      privateRanges: [],
      deadlineMilliseconds: 300,
    });
    expect(await door.fetchDocument(uri, { purpose: 'delivery' })).toMatchObject({
      ok: false,
      code: 'deadline_exceeded',
    });
    clearInterval(timer);
  });
});

it('53: two documents that name each other cost one request each at most', async () => {
  const { evil, node, group } = world;
  const other = await startRogue();
  await node.allow({ origin: other.origin });
  const link =
    (uri: string) =>
    (
      _: unknown,
      response: { writeHead: (status: number, headers: Record<string, string>) => { end: (text: string) => void } },
    ) =>
      response
        .writeHead(200, {
          'content-type': 'text/html',
          link: `<${uri}>; rel="alternate"; type="application/activity+json"`,
        })
        .end(`<link rel="alternate" type="application/activity+json" href="${uri}">`);
  const [one, two] = [`${evil.origin}/ping`, `${other.origin}/pong`];
  evil.serve('/ping', link(two));
  other.serve('/pong', link(one));
  const pinging = { ...world.mallory, uri: one, keyId: `${one}#main-key` };
  const before = made();
  expect(await evil.send(node, pinging, { ...create(evil, pinging, group) })).toMatchObject({
    status: 401,
    code: 'key_refused',
  });
  await node.settle();
  const asked = made().filter((connection) => !before.includes(connection) && /ping|pong/.test(connection.url));
  expect(asked).toHaveLength(1);
  // The same with documents that name each other as owner of a key.
  evil.serve('/a', { '@context': activityStreams, id: `${evil.origin}/a`, owner: `${evil.origin}/b` });
  evil.serve('/b', { '@context': activityStreams, id: `${evil.origin}/b`, owner: `${evil.origin}/a` });
  const looping = { ...world.mallory, uri: `${evil.origin}/a`, keyId: `${evil.origin}/a#key` };
  const start = evil.requests.length;
  expect((await evil.send(node, looping, create(evil, looping, group))).status).toBe(401);
  expect(evil.requests.slice(start).filter(({ url }) => url === '/a' || url === '/b').length).toBeLessThanOrEqual(2);
  await other[Symbol.asyncDispose]();
});

it('55: a document without end is cut off at its limit, and takes no memory', async () => {
  const { evil } = world;
  let sent = 0;
  const [large, endless] = [1_100_000, 300_000_000].map((size) =>
    evil.serve(`/users/of${size}`, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/activity+json' });
      const chunk = Buffer.alloc(64_000, 0x20);
      let written = 0;
      const pump = () => {
        if (response.destroyed || written >= size) return void response.end();
        sent += chunk.length;
        written += chunk.length;
        // One piece for each turn of the event loop: what was sent is then little more than what was read.
        if (response.write(chunk)) setImmediate(pump);
        else response.once('drain', pump);
      };
      pump();
    }),
  ) as [string, string];
  await expect(resolve(endless)).rejects.toMatchObject({ code: 'unavailable' });
  expect(sent).toBeLessThan(2_000_000);
  const child = startChild([path.join(import.meta.dirname, 'fetch-workload.ts'), large, endless]);
  expect(await child.ended, child.output()).toBe(0);
  const { code, growth } = JSON.parse(child.output());
  expect(code).toBe('answer_too_large');
  expect(growth).toBeLessThan(20_000_000);
});

it('56: a compressed document is not unpacked', async () => {
  const { evil } = world;
  for (const encoding of ['gzip', 'br', 'deflate', 'zstd']) {
    const uri = evil.serve(`/users/${encoding}`, (_, response) =>
      response.writeHead(200, { 'content-type': 'application/activity+json', 'content-encoding': encoding }).end('x'),
    );
    await expect(resolve(uri)).rejects.toMatchObject({ code: 'unavailable' });
  }
  expect(evil.requests.at(-1)?.headers['accept-encoding']).toBe('identity');
});

it('after all of it an honest topic is taken in', async () => {
  const { good, alice, node, group } = world;
  const activity = create(good, alice, group);
  await good.send(node, alice, activity);
  await node.settle();
  expect(await postRow(node, objectOf(activity).id)).toMatchObject({ status: 'accepted' });
  await expectWithoutEffect(world, () => good.send(node, alice, activity), activity);
});
