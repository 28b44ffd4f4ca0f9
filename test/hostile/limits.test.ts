import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { JsonObject } from '@joinery/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activityStreams, type RawAnswer, raw } from '../harness/rogue.ts';
import { create, expectRefused, expectWithoutEffect, startWorld, type World } from './world.ts';

// Group F: size, depth, processor time. The attacker runs in this process too: what is measured is an upper bound.
let world: World;
beforeAll(async () => {
  world = await startWorld();
  // What is compiled and opened at first use is not the attack's doing.
  const { good, node, alice, group } = world;
  for (let turn = 0; turn < 5; turn += 1) await good.send(node, alice, create(good, alice, group));
  await node.settle();
});
afterAll(() => world[Symbol.asyncDispose]());

const type = { 'content-type': 'application/activity+json' };
const signature = `keyId="http://127.0.0.1:9/a#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"`;
const honest = (change: JsonObject = {}) => create(world.good, world.alice, world.group, change);

/**
 * Longest delay of the event loop while something runs, in milliseconds: the smallest of three measurements, since other programs on the machine
 * can only add to it.
 */
async function delayDuring(run: () => Promise<unknown>): Promise<number> {
  const measured: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await run();
    delay.disable();
    measured.push(delay.max / 1e6);
  }
  return Math.min(...measured);
}

/** The oracle for a body, sent as text: signed by an honest key, so that nothing but the body is wrong. */
async function refusedBody(text: string, outcome: { status: number; code: string }): Promise<RawAnswer> {
  const { good, alice, node } = world;
  return expectRefused(world, outcome, () => good.send(node, alice, {}, { text }));
}

it('80: 30 MB are refused without being read, said beforehand or not', async () => {
  const body = Buffer.alloc(30_000_000, 0x20);
  for (const chunked of [false, true]) {
    const memory = process.memoryUsage().rss;
    let answer: RawAnswer | null = null;
    await expectRefused(world, { status: 413, code: 'body_too_large' }, async () => {
      answer = await raw(world.node, {
        method: 'POST',
        path: '/inbox',
        headers: { ...type, signature },
        body,
        chunked,
      });
      return answer;
    });
    expect(answer).not.toBeNull();
    // Twice the body would show that it was kept; the sender's own buffers are in this process as well.
    expect(process.memoryUsage().rss - memory).toBeLessThan(60_000_000);
  }
});

it.each([25, 200, 500, 1_000, 2_000, 200_000])('82: nesting of %i is refused at once', async (depth) => {
  const nested = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const text = JSON.stringify({ '@context': activityStreams, ...honest() }).replace(
    '"object":',
    `"x":${nested},"object":`,
  );
  const outcome =
    text.length > 1_000_000 ? { status: 413, code: 'body_too_large' } : { status: 400, code: 'json_too_deep' };
  await refusedBody(text, outcome);
  const lists = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  await refusedBody(lists, { status: 400, code: 'json_too_deep' });
});

it.each([
  ['50,000 tags', { tag: Array.from({ length: 50_000 }, () => ({})) }, 400, 'json_too_many_values'],
  ['100,000 recipients', { to: Array.from({ length: 100_000 }, () => 'x') }, 400, 'json_too_many_values'],
  ['10,000 attachments', { attachment: Array.from({ length: 10_000 }, () => 'x') }, 400, 'json_too_many_values'],
  [
    '501 recipients',
    { to: Array.from({ length: 501 }, (_, index) => `https://x.example/${index}`) },
    400,
    'too_many_recipients',
  ],
  [
    '21 attachments',
    { attachment: Array.from({ length: 21 }, () => ({ type: 'Image' })) },
    400,
    'too_many_attachments',
  ],
] as [string, JsonObject, number, string][])('83: %s are refused', async (_, change, status, code) => {
  const text = JSON.stringify({ '@context': activityStreams, ...honest(change) });
  await refusedBody(text, { status, code });
});

it('84: an unsigned 5 MB document is refused before it is read', async () => {
  const body = JSON.stringify({ '@context': activityStreams, ...honest({ content: 'x'.repeat(5_000_000) }) });
  await expectRefused(world, { status: 401, code: 'signature_missing' }, () =>
    raw(world.node, { method: 'POST', path: '/inbox', headers: type, body }),
  );
  const own = { ...type, signature };
  const small = JSON.stringify({ '@context': activityStreams, ...honest({ content: 'x'.repeat(900_000) }) });
  await expectRefused(world, { status: 403, code: 'no_agreement' }, () =>
    raw(world.node, { method: 'POST', path: '/inbox', headers: own, body: small }),
  );
});

it('82, 83, 84: all of them together do not hold up the event loop', async () => {
  const { good, alice, node } = world;
  const base = JSON.stringify({ '@context': activityStreams, ...honest() });
  const deep = base.replace('"object":', `"x":${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)},"object":`);
  const many = JSON.stringify({
    '@context': activityStreams,
    ...honest({ tag: Array.from({ length: 50_000 }, () => ({})) }),
  });
  const keys = base.replace(
    '"object":',
    `${Array.from({ length: 4_900 }, (_, index) => `"k${index}":${index}`).join(',')},"object":`,
  );
  const texts = [deep, many, keys, '['.repeat(900_000), `"${'\\u0061'.repeat(150_000)}"`, `[${'"",'.repeat(4_000)}""]`];
  const delay = await delayDuring(async () => {
    for (const text of texts) {
      const answer = await good.send(node, alice, {}, { text });
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(500);
    }
  });
  // Sender and receiver share this process: 50 ms for each.
  expect(delay).toBeLessThan(100);
  await node.settle();
});

it('85: HTML where a document was asked for is not even looked at', async () => {
  const { evil, node, mallory } = world;
  const page = '<a '.repeat(300_000);
  const id = evil.serve('/notes/html', (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(page),
  );
  const delay = await delayDuring(async () => {
    await expect(node.context.ports.actors.resolve(id)).rejects.toMatchObject({ code: 'unavailable' });
  });
  expect(delay).toBeLessThan(100);
  const activity = { ...create(evil, mallory, world.group), object: id } as JsonObject;
  await expectWithoutEffect(world, () => evil.send(node, mallory, activity));
});
