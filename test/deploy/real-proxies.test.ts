import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { accountOfPerson, createToken, type Environment, type Slice, transact } from '@joinery/core';
import { createPartnersSlice } from '@joinery/federation';
import { slices, startNode } from '@joinery/node';
import { addPerson } from '@joinery/slices/people';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProposal } from '../../packages/federation/src/trust/proposals.ts';
import { type ProxyName, proxyProgram, type ReverseProxy, startReverseProxy } from '../harness/reverse-proxy.ts';
import { openStore } from '../harness/store.ts';
import { until } from '../harness/until.ts';

const host = 'samen.example.gov';
const origin = `https://${host}`;

/** Lets the test say when a stream goes on. */
let goOn: () => void = () => {};

/** Tells what of a request arrived, and begins a stream that waits. */
const echo: Slice = {
  name: 'echo',
  routes: (app: Hono<Environment>) => {
    app.get('/echo/stream', (c) => {
      const text = new TextEncoder();
      const body = new ReadableStream<Uint8Array>({
        start: async (stream) => {
          stream.enqueue(text.encode('data: first\n\n'));
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
          stream.enqueue(text.encode('data: second\n\n'));
          stream.close();
        },
      });
      return c.body(body, 200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    });
    app.get('/echo/*', (c) => {
      const url = new URL(c.req.url);
      return c.json({ address: c.var.clientAddress, url: `${url.pathname}${url.search}`, host: c.req.header('host') });
    });
  },
};

type Asked = { method?: string; headers?: Record<string, string>; body?: string | Buffer; from?: string };

/** Asks as a client of the public name would, and leaves the answer to be read. */
function open(proxy: ReverseProxy, path: string, asked: Asked = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        ...{ host: '127.0.0.1', port: proxy.https, path, servername: host, ca: proxy.certificate, agent: false },
        ...{ method: asked.method ?? 'GET', localAddress: asked.from, headers: { host, ...asked.headers } },
      },
      resolve,
    );
    request.on('error', reject).end(asked.body);
  });
}

async function ask(proxy: ReverseProxy, path: string, asked: Asked = {}) {
  const answer = await open(proxy, path, asked);
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(pieces).toString() };
}

describe.each<ProxyName>(['nginx', 'Caddy'])('A node behind %s as the example says', (name) => {
  const program = proxyProgram(name);
  if (program === null) {
    it.skip(`needs ${name}, which this machine does not have`, () => {});
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'joinery-behind-'));
  let node: Awaited<ReturnType<typeof startNode>>;
  let proxy: ReverseProxy;

  beforeAll(async () => {
    node = await startNode(
      { JOINERY_DATA: folder, JOINERY_ORIGIN: origin, JOINERY_PORT: '0', JOINERY_TRUSTED_PROXIES: '127.0.0.1,::1' },
      { slices: [...slices, echo], log: () => {} },
    );
    proxy = await startReverseProxy(name, program, node.port ?? 0, host);
  }, 60_000);

  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await node?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('knows the client by the address that the proxy saw, whatever the client says of itself', async () => {
    const said: Record<string, string>[] = [
      {},
      { 'x-forwarded-for': '198.51.100.7, 127.0.0.1' },
      { forwarded: 'for=198.51.100.7' },
    ];
    for (const headers of said) {
      const { text } = await ask(proxy, '/echo/x', { from: '127.0.0.9', headers });
      expect(JSON.parse(text)).toMatchObject({ address: '127.0.0.9', host });
    }
  });

  it('gets paths and queries as they were sent, since signatures cover them', async () => {
    for (const path of ['/echo/%7Ea/%C3%A9', '/echo/~a/b.c', '/echo/a+b%20c?x=%2F&y=a+b&z=&x=//'])
      expect(JSON.parse((await ask(proxy, path)).text).url).toBe(path);
    // What could be read in two ways reaches the node, which refuses it.
    for (const path of ['/echo//a', '/echo/a%2Fb', '/echo/a%2e%2e/b'])
      expect([path, (await ask(proxy, path)).status]).toEqual([path, 404]);
  });

  it('believes a signed request of another node, and none that was signed for another place', async () => {
    const sender = { slices: [createPartnersSlice({})], identity: true };
    for (const [number, to, path, status] of [
      [1, origin, '/node/proposals', 202],
      [2, origin, '/node//proposals', 404],
      [3, 'https://other.example.gov', '/node/proposals', 401],
    ] as const) {
      await using asking = await openStore('sqlite', { ...sender, origin: `https://asking-${number}.example.gov` });
      const { headers, body } = await buildProposal(asking.context, to, {
        ...{ agency: 'Asking', identifier: null, kind: 'government', scopes: ['discover'], direction: 'both' },
        ...{ reason: 'Test', contact: null, expires: null },
      });
      const answer = await ask(proxy, path, { method: 'POST', headers: { ...headers, host }, body });
      expect([path, answer.status, answer.text]).toEqual([path, status, expect.anything()]);
    }
  });

  it('passes on live updates as they come', async () => {
    const answer = await open(proxy, '/echo/stream', { headers: { 'accept-encoding': 'gzip' } });
    const pieces = answer[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toContain('first');
    goOn();
    expect(String((await pieces.next()).value)).toContain('second');
    answer.destroy();
  });

  it('says itself what is too large, and the proxy stops what no node would take', async () => {
    const headers = { 'content-type': 'application/activity+json' };
    // Answered before it is read: the answer must not get lost on the way.
    for (let time = 0; time < 10; time += 1) {
      const own = await ask(proxy, '/inbox', { method: 'POST', headers, body: Buffer.alloc(2_000_000, ' ') });
      expect([own.status, JSON.parse(own.text).code]).toEqual([401, 'signature_missing']);
    }
    const endless = { ...headers, 'content-length': String(200 * 1024 * 1024), expect: '100-continue' };
    const refused = await new Promise<number>((resolve, reject) => {
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port: proxy.https,
          path: '/inbox',
          servername: host,
          ca: proxy.certificate,
          method: 'POST',
        },
        (answer) => resolve(answer.statusCode ?? 0),
      );
      for (const [key, value] of Object.entries({ host, ...endless })) request.setHeader(key, value);
      request.on('error', reject).flushHeaders();
    });
    // nginx stops it; Caddy asks the node, which refuses before it reads.
    expect([401, 413]).toContain(refused);
  });

  it('gets uploads as they come: a part may be as large as a file, and of a part that breaks off what came counts', async () => {
    const { context } = node;
    const by = { kind: 'system', what: 'test' } as const;
    const roles = { administrator: false, federationOfficer: false };
    const anna = await addPerson(context, by, { name: 'Anna Archivist', email: 'anna@example.test', ...roles });
    const account = await accountOfPerson(context.db.reader, anna.id);
    const { token } = await transact(context, by, (work) =>
      createToken(work, { account: account?.id ?? '', name: 'test' }),
    );
    const signed = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' };
    const largest = String(context.config.files.largest);
    const begun = await ask(proxy, '/api/v1/uploads', {
      method: 'POST',
      headers: { ...signed, 'upload-length': largest, 'content-length': '0' },
    });
    expect(begun.status).toBe(201);
    const path = begun.headers.location ?? '';
    const offset = async () => Number((await ask(proxy, path, { headers: signed })).headers['upload-offset']);
    const sending = httpsRequest({
      ...{ host: '127.0.0.1', port: proxy.https, path, servername: host, ca: proxy.certificate, agent: false },
      ...{ method: 'PATCH', headers: { host, ...signed, 'upload-offset': '0', 'content-length': largest } },
    });
    sending.setHeader('content-type', 'application/offset+octet-stream');
    const ended = new Promise((resolve) => sending.once('error', resolve).once('response', resolve));
    // The node has begun to write: then the line breaks.
    sending.write(Buffer.alloc(300_000, 'x'));
    const arriving = join(folder, 'files', 'incoming', path.split('/').at(-1) ?? '');
    await until(() => existsSync(arriving) && statSync(arriving).size >= 200_000, 15_000);
    sending.destroy();
    await ended;
    await until(async () => (await offset()) >= 200_000, 15_000);
  });

  it('keeps its own headers and cookies, and the proxy adds nothing that names its version', async () => {
    const { headers } = await ask(proxy, '/sign-in');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d+/);
    expect(headers['set-cookie']?.join()).toMatch(/^__Host-joinery[^;]*=.*Secure/);
    expect(headers.server ?? '').not.toMatch(/\d/);
  });

  it('is offered over HTTP/2, and leads from http to https', async () => {
    const socket = connect({
      host: '127.0.0.1',
      port: proxy.https,
      servername: host,
      ca: proxy.certificate,
      ALPNProtocols: ['h2'],
    });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    expect(socket.alpnProtocol).toBe('h2');
    socket.destroy();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: proxy.http, path: '/groups?x=1', headers: { host }, agent: false };
      httpRequest(options, resolve).on('error', reject).end();
    });
    expect([301, 308]).toContain(answer.statusCode);
    expect(new URL(answer.headers.location ?? '').pathname).toBe('/groups');
    answer.resume();
  });

  it('answers to its own name only', async () => {
    const other = await ask(proxy, '/echo/x', { headers: { host: 'evil.example' } }).catch(() => ({
      status: 0,
      text: '',
    }));
    expect(other.text).not.toContain('127.0.0.1');
    expect(other.status).not.toBe(500);
  });
});
