import { createHmac, createSign, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '@joinery/core';
import { startNode } from '@joinery/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activityStreams, raw, rsaKeys } from '../harness/rogue.ts';
import { until } from '../harness/until.ts';
import {
  create,
  expectRefused,
  expectWithoutEffect,
  join,
  objectOf,
  postRow,
  startWorld,
  type World,
} from './world.ts';

// Group A: signatures and keys. The numbers are those of the list of attacks.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const honest = () => create(world.good, world.alice, world.group);
const type = { 'content-type': 'application/activity+json' };

it('1: a Create without signature is refused', async () => {
  const body = JSON.stringify({ '@context': activityStreams, ...honest() });
  await expectRefused(world, { status: 401, code: 'signature_missing' }, () =>
    raw(world.node, { method: 'POST', path: '/inbox', headers: type, body }),
  );
});

describe.each(['rfc9421', 'draft-cavage'] as const)('%s', (form) => {
  it('2: a body with one byte flipped is refused', async () => {
    await expectRefused(world, { status: 401, code: 'signature_digest' }, () =>
      world.good.send(world.node, world.alice, honest(), {
        form,
        tamper: (request) => {
          request.body = request.body.replace('Secret-title', 'Secret-titlf');
        },
      }),
    );
  });

  it('4: a signature that does not cover method and target is refused', async () => {
    await expectRefused(world, { status: 401, code: 'signature_incomplete' }, () =>
      world.good.send(world.node, world.alice, honest(), {
        form,
        tamper: ({ headers }) => {
          headers.signature = headers.signature?.replace('(request-target) ', '') ?? '';
          if (headers['signature-input'])
            headers['signature-input'] = headers['signature-input'].replace('"@method" ', '');
        },
      }),
    );
  });

  it('4: and one that covers another target is refused', async () => {
    await expectRefused(world, { status: 401, code: 'signature_invalid' }, () =>
      world.good.send(world.node, world.alice, honest(), {
        form,
        tamper: (request) => {
          request.path = '/node/inbox';
        },
      }),
    );
  });

  it('5: a request signed for another node and repeated here is refused', async () => {
    const elsewhere = { origin: 'http://127.0.0.1:9', port: world.node.port };
    // Byte for byte, its own host included.
    await expectRefused(world, { status: 401, code: 'signature_wrong_host' }, () =>
      world.good.send(elsewhere, world.alice, honest(), { form }),
    );
    await expectRefused(world, { status: 401, code: 'signature_wrong_host' }, () =>
      world.good.get(elsewhere, world.alice, new URL(world.group.uri).pathname, { form }),
    );
    // Unsigned, nothing of this node is even asked.
    expect((await raw(elsewhere, { method: 'POST', path: '/inbox', body: '{}' })).status).toBe(421);
    // With our host put in, it is not what was signed any more.
    await expectRefused(world, { status: 401, code: 'signature_invalid' }, () =>
      world.good.send(elsewhere, world.alice, honest(), {
        form,
        tamper: ({ headers }) => {
          headers.host = new URL(world.node.origin).host;
        },
      }),
    );
  });

  it('13: a signature of another time is refused', async () => {
    for (const hours of [2, -2, -24 * 30]) {
      await expectRefused(world, { status: 401, code: 'signature_clock' }, () =>
        world.good.send(world.node, world.alice, honest(), { form, now: new Date(Date.now() + hours * 3_600_000) }),
      );
    }
  });
});

it('7: a key that names another actor of another node as its owner speaks for nobody', async () => {
  const { evil, good, alice, mallory, node } = world;
  const keyId = `${evil.origin}/stolen-key`;
  const publicKeyPem = mallory.keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  evil.serve('/stolen-key', { '@context': activityStreams, id: keyId, owner: alice.uri, publicKeyPem });
  await expectRefused(world, { status: 401, code: 'key_origin_mismatch' }, () =>
    evil.send(node, mallory, create(good, alice, world.group), { keyId }),
  );
  const own = { ...create(evil, mallory, world.group), actor: `${evil.origin}/users/someone` };
  await expectRefused(world, { status: 401, code: 'key_refused' }, () => evil.send(node, mallory, own, { keyId }), 1);
  expect(good.requests.filter((request) => request.url.includes('stolen'))).toEqual([]);
});

it('8: an actor whose address redirects to another node cannot act, by its own key or the other', async () => {
  const { evil, good, mallory, node } = world;
  good.serve('/users/bob', (_, response) => response.writeHead(302, { location: mallory.uri }).end());
  const bob = { ...mallory, uri: `${good.origin}/users/bob`, keyId: `${good.origin}/users/bob#main-key` };
  const activity = create(good, bob, world.group);
  const before = evil.requests.length;
  await expectRefused(world, { status: 401, code: 'key_origin_mismatch' }, () => evil.send(node, mallory, activity));
  await expectRefused(world, { status: 401, code: 'key_refused' }, () => evil.send(node, bob, activity), 2);
  expect(evil.requests.slice(before)).toEqual([]);
});

it('10: a shared-secret signature made with the public key is refused', async () => {
  const pem = String((world.alice.document.publicKey as JsonObject).publicKeyPem);
  for (const algorithm of ['hmac-sha256', 'rsa-sha256', 'hs2019']) {
    await expectRefused(
      world,
      { status: 401 },
      () =>
        world.good.send(world.node, world.alice, honest(), {
          form: 'draft-cavage',
          tamper: ({ headers, method, path }) => {
            const target = `(request-target): ${method.toLowerCase()} ${path}`;
            const lines = ['host', 'date', 'digest', 'content-type'].map((name) => `${name}: ${headers[name]}`);
            const mac = createHmac('sha256', pem)
              .update([target, ...lines].join('\n'))
              .digest('base64');
            headers.signature = (headers.signature ?? '')
              .replace(/algorithm="[^"]*"/, `algorithm="${algorithm}"`)
              .replace(/signature="[^"]*"/, `signature="${mac}"`);
          },
        }),
      1,
    );
  }
});

it('11: weak keys are refused and not kept', async () => {
  for (const bits of [512, 1024]) {
    const keys = rsaKeys(bits);
    const weak = world.evil.actor(`weak${bits}`, {}, keys);
    await expectRefused(
      world,
      { status: 401, code: 'key_refused' },
      () =>
        world.evil.send(world.node, weak, create(world.evil, weak, world.group), {
          form: 'draft-cavage',
          // Signed by hand: our own signer would not.
          key: world.mallory.keys.privateKey,
          tamper: ({ headers, method, path }) => {
            const lines = ['host', 'date', 'digest', 'content-type'].map((name) => `${name}: ${headers[name]}`);
            const text = [`(request-target): ${method.toLowerCase()} ${path}`, ...lines].join('\n');
            const value = createSign('sha256').update(text).sign(keys.privateKey, 'base64');
            headers.signature = (headers.signature ?? '').replace(/signature="[^"]*"/, `signature="${value}"`);
          },
        }),
      2,
    );
  }
});

it('14: a rotated key is noticed with one look-up, and forged signatures ask no more than once a minute', async () => {
  const { good, node, group, forward } = world;
  const rotating = good.actor('rotating');
  await join(node, good, rotating, group);
  const asked = () => good.requests.filter(({ url }) => url === '/users/rotating').length;
  const forge = () => good.send(node, rotating, create(good, rotating, group), { key: world.mallory.keys.privateKey });
  forward(61_000);
  const before = asked();
  for (let turn = 0; turn < 5; turn += 1)
    expect(await forge()).toMatchObject({ status: 401, code: 'signature_invalid' });
  expect(asked() - before).toBe(1);
  forward(61_000);
  const turned = good.actor('rotating', {}, rsaKeys());
  for (let turn = 0; turn < 3; turn += 1)
    expect((await good.send(node, turned, create(good, turned, group))).status).toBe(202);
  expect(asked() - before).toBe(2);
});

it('14: signatures with ever new keys of an allowed node soon cost that node nothing more', async () => {
  const { good, node, group, stranger, forward } = world;
  forward(61_000);
  const before = good.requests.length;
  const outsider = stranger.actor('outsider');
  for (let turn = 0; turn < 60; turn += 1) {
    const nobody = { ...outsider, uri: `${good.origin}/users/nobody${turn}` };
    const answer = await stranger.send(node, nobody, create(good, nobody, group), { keyId: `${nobody.uri}#main-key` });
    expect(answer).toMatchObject({ status: 401, code: 'key_refused' });
  }
  expect(good.requests.length - before).toBeLessThanOrEqual(40);
  expect(stranger.requests).toEqual([]);
  forward(61_000);
  // What is told a minute later of the posts above is told now, and not while the next attack is watched.
  const reports = node.context.db.reader.selectFrom('log').select('id').where('name', '=', 'post.delivered');
  await until(async () => (await reports.execute()).length > 0, 15_000);
  await node.settle();
});

it('16: the Delete of somebody who is gone and was never seen costs one look-up at most', async () => {
  const { good, node } = world;
  good.serve('/users/gone', (_, response) => response.writeHead(410).end());
  const gone = { ...world.alice, uri: `${good.origin}/users/gone`, keyId: `${good.origin}/users/gone#main-key` };
  const activity = () => ({ id: good.id('/deletes'), type: 'Delete', actor: gone.uri, object: gone.uri });
  await expectRefused(world, { status: 401, code: 'key_refused' }, () => good.send(node, gone, activity()), 1);
  await expectRefused(world, { status: 401 }, () => good.send(node, gone, activity()));
  // The quickest of eight, since other programs on the machine can only add to it: the first time with its look-up, then without.
  const [first, again]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 8; turn += 1) {
    const uri = `${good.origin}/users/gone${turn}`;
    good.serve(`/users/gone${turn}`, (_, response) => response.writeHead(410).end());
    const other = { ...gone, uri, keyId: `${uri}#main-key` };
    const remove = { id: good.id('/deletes'), type: 'Delete', actor: uri, object: uri };
    for (const times of [first, again]) {
      const answer = await good.send(node, other, remove);
      expect(answer.status).toBe(401);
      times.push(answer.milliseconds);
    }
  }
  expect(Math.min(...first)).toBeLessThan(50);
  expect(Math.min(...again)).toBeLessThan(50);
});

it('17: a Linked Data signature stands for nothing', async () => {
  const signature = { type: 'RsaSignature2017', creator: world.alice.keyId, signatureValue: 'AAAA' };
  const body = JSON.stringify({ '@context': activityStreams, ...honest(), signature });
  await expectRefused(world, { status: 401, code: 'signature_missing' }, () =>
    raw(world.node, { method: 'POST', path: '/inbox', headers: type, body }),
  );
});

it('19: a node does not start with a secret that others can read (its exit code and words: test/faults/start)', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'joinery-secret-'));
  const secret = path.join(folder, 'secret');
  writeFileSync(secret, randomBytes(32).toString('base64'), { mode: 0o644 });
  chmodSync(secret, 0o644);
  const environment = { JOINERY_DATA: folder, JOINERY_PORT: '0', JOINERY_AGENCY: 'Open', JOINERY_SECRET_FILE: secret };
  await expect(startNode(environment, { log: () => {} })).rejects.toThrow(/can be read by|others|0600/i);
  rmSync(folder, { recursive: true });
});

it('14: first deliveries that come together share one look-up, and all are taken', async () => {
  const { good, node, group } = world;
  const busy = good.actor('busy');
  const answers = await Promise.all(Array.from({ length: 5 }, () => good.send(node, busy, create(good, busy, group))));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  await node.settle();
  const looked = node.federation.door.recent().filter(({ url }) => url === busy.uri);
  expect(looked.filter(({ purpose }) => purpose === 'key of an actor')).toHaveLength(1);
});

it('after all of it an honest Create is taken in', async () => {
  const activity = honest();
  expect((await world.good.send(world.node, world.alice, activity)).status).toBe(202);
  await world.node.settle();
  expect(await postRow(world.node, objectOf(activity).id)).toMatchObject({ title: 'Secret-title', status: 'accepted' });
  await expectWithoutEffect(world, () => world.good.send(world.node, world.alice, activity), activity);
});
