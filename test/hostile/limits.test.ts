import type { JsonObject } from '@joinery/core';
import { createNodeWebApp } from '@joinery/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signRequest } from '../../packages/federation/src/signatures.ts';
import { startProcess } from '../harness/process.ts';
import { activityStreams, raw } from '../harness/rogue.ts';
import { until } from '../harness/until.ts';
import { create, expectRefused, expectWithoutEffect, startWorld, type World } from './world.ts';

// Group F: size, depth, processor time.
const webApp = createNodeWebApp();
let world: World;
beforeAll(async () => {
  world = await startWorld({ webApp });
});
afterAll(() => world[Symbol.asyncDispose]());

const type = { 'content-type': 'application/activity+json' };
const signature = `keyId="http://127.0.0.1:9/a#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"`;
const honest = (change: JsonObject = {}) => create(world.good, world.alice, world.group, change);

/**
 * Processor time of this thread for one run, in milliseconds: other programs on the machine do not count. The mean of many, since some systems count in steps
 * of ten milliseconds; the first ones, in which things are compiled, left out.
 */
async function processorTime(run: () => Promise<unknown>): Promise<number> {
  const runs = 25;
  for (let turn = 0; turn < 5; turn += 1) await run();
  const before = process.threadCpuUsage();
  for (let turn = 0; turn < runs; turn += 1) await run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000 / runs;
}

/**
 * The oracle for one POST to the inbox, and for what it costs the node: the whole way from the request line to the answer, body in pieces as they come from a
 * socket, without the sender's own work.
 */
async function expectCheap(
  body: string,
  headers: Record<string, string>,
  outcome: { status: number; code: string },
  milliseconds: number,
): Promise<void> {
  const { node } = world;
  await expectRefused(world, outcome, () => raw(node, { method: 'POST', path: '/inbox', headers, body }));
  const bytes = Buffer.from(body);
  const { host } = new URL(node.origin);
  const post = async () => {
    let start = 0;
    const pieces = new ReadableStream({
      pull: (controller) => {
        if (start < bytes.length) controller.enqueue(bytes.subarray(start, start + 65_536));
        else controller.close();
        start += 65_536;
      },
    });
    const request: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { host, 'content-length': String(bytes.length), ...headers },
      body: pieces,
      duplex: 'half',
    };
    const answer = await webApp.fetch(new Request(`${node.origin}/inbox`, request));
    expect(answer.status).toBe(outcome.status);
  };
  expect(await processorTime(post)).toBeLessThan(milliseconds);
}

/** The same, signed by an honest key, so that nothing but the body is wrong. */
async function expectRefusedBody(body: string, outcome: { status: number; code: string }): Promise<void> {
  const { alice, node } = world;
  const headers = await signRequest({
    method: 'POST',
    url: `${node.origin}/inbox`,
    headers: type,
    body,
    key: { id: alice.keyId, privateKey: alice.keys.privateKey },
    form: 'rfc9421',
    now: new Date(),
  });
  await expectCheap(body, headers, outcome, 10);
}

it.each([
  ['said beforehand', false],
  ['not', true],
])('80: 30 MB are refused without being read: %s', async (_, chunked) => {
  const body = Buffer.alloc(30_000_000, 0x20);
  await expectRefused(world, { status: 413, code: 'body_too_large' }, () =>
    raw(world.node, { method: 'POST', path: '/inbox', headers: { ...type, signature }, body, chunked }),
  );
});

it.skipIf(process.platform !== 'linux')('80: and take no memory', async () => {
  // Alone in its process, so that the figure is its own.
  await using node = await startProcess('large');
  const target = { origin: node.origin, port: Number(new URL(node.origin).port) };
  let refused = 0;
  const post = async (size: number, chunked: boolean) => {
    const body = Buffer.alloc(size, 0x20);
    const headers = { ...type, signature };
    // The node hangs up when it has answered, perhaps while we still write.
    await raw(target, { method: 'POST', path: '/inbox', headers, body, chunked }).catch((error) =>
      expect(['EPIPE', 'ECONNRESET']).toContain(error.code),
    );
    refused += 1;
    await until(() => node.log().split('"body_too_large"').length > refused, 10_000);
  };
  // What any refusal takes at first.
  for (let turn = 0; turn < 20; turn += 1) await post(1_100_000, turn % 2 === 0);
  const before = node.peakMemory();
  for (let turn = 0; turn < 6; turn += 1) await post(30_000_000, turn % 2 === 0);
  expect(node.peakMemory() - before).toBeLessThan(10_000_000);
});

it.each([25, 200, 500, 1_000, 2_000, 200_000])('82: nesting of %i is refused at once', async (depth) => {
  const nested = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const text = JSON.stringify({ '@context': activityStreams, ...honest() }).replace(
    '"object":',
    `"x":${nested},"object":`,
  );
  const outcome =
    text.length > 1_000_000 ? { status: 413, code: 'body_too_large' } : { status: 400, code: 'json_too_deep' };
  await expectRefusedBody(text, outcome);
  const lists = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  await expectRefusedBody(lists, { status: 400, code: 'json_too_deep' });
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
  await expectRefusedBody(text, { status, code });
});

it('84: an unsigned 5 MB document is refused before it is read', async () => {
  const body = JSON.stringify({ '@context': activityStreams, ...honest({ content: 'x'.repeat(5_000_000) }) });
  await expectCheap(body, type, { status: 401, code: 'signature_missing' }, 20);
  const small = JSON.stringify({ '@context': activityStreams, ...honest({ content: 'x'.repeat(900_000) }) });
  await expectCheap(small, { ...type, signature }, { status: 403, code: 'no_agreement' }, 20);
});

it('82, 83: nor does any other body of the largest size take the node long', async () => {
  const base = JSON.stringify({ '@context': activityStreams, ...honest() });
  const keys = base.replace(
    '"object":',
    `${Array.from({ length: 4_900 }, (_, index) => `"k${index}":${index}`).join(',')},"object":`,
  );
  const { good, alice, node } = world;
  for (const text of [keys, `"${'\\u0061'.repeat(150_000)}"`, `[${'"",'.repeat(4_000)}""]`]) {
    const answer = await good.send(node, alice, {}, { text });
    expect(answer.status).toBeGreaterThanOrEqual(200);
    expect(answer.status).toBeLessThan(500);
  }
  await node.settle();
});

it('85: HTML where a document was asked for is not even looked at', async () => {
  const { evil, node, mallory } = world;
  const page = '<a '.repeat(300_000);
  const id = evil.serve('/notes/html', (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(page),
  );
  const spent = await processorTime(() =>
    expect(node.context.ports.actors.resolve(id)).rejects.toMatchObject({ code: 'unavailable' }),
  );
  expect(spent).toBeLessThan(50);
  const activity = { ...create(evil, mallory, world.group), object: id } as JsonObject;
  await expectWithoutEffect(world, () => evil.send(node, mallory, activity));
});
