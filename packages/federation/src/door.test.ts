import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPeersDoor, type PeersDoorOptions } from './door.ts';

const as = 'https://www.w3.org/ns/activitystreams';
const stopped: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopped.splice(0)) await stop();
});

function openDoor(options: Partial<PeersDoorOptions> = {}) {
  const door = createPeersDoor({
    mayReach: () => ({ allowed: true, reason: 'allowed' }),
    userAgent: 'Joinery/test',
    loopbackPeers: true,
    privateRanges: [],
    ...options,
  });
  stopped.push(() => door[Symbol.asyncDispose]());
  return door;
}

async function listen(server: http.Server | net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stopped.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if (server instanceof http.Server) server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (handler: http.RequestListener) => listen(http.createServer(handler));

/** A peer that serves any address as a document with that id. */
async function servePeer(): Promise<{ origin: string; requests: http.IncomingMessage[] }> {
  const requests: http.IncomingMessage[] = [];
  const origin = await serve((request, response) => {
    requests.push(request);
    request.resume();
    response.setHeader('content-type', 'application/activity+json');
    response.end(JSON.stringify({ '@context': as, id: `http://${request.headers.host}${request.url}`, type: 'Note' }));
  });
  return { origin, requests };
}

const purpose = 'test';
const codeOf = (answer: { ok: boolean; code?: string }) => (answer.ok ? 'ok' : answer.code);

describe('fetchDocument', () => {
  it('gives the document, and says who asks for what', async () => {
    const { origin, requests } = await servePeer();
    const answer = await openDoor().fetchDocument(`${origin}/people/1?a=b#main-key`, {
      purpose,
      headers: { Signature: 'x' },
    });
    expect(answer).toMatchObject({ ok: true, status: 200, document: { id: `${origin}/people/1?a=b`, type: 'Note' } });
    expect(requests[0]?.headers).toMatchObject({
      'user-agent': 'Joinery/test',
      'accept-encoding': 'identity',
      signature: 'x',
      host: origin.slice(7),
    });
    expect(requests[0]?.headers.accept).toContain('application/activity+json');
  });

  it('keeps connections for the next request', async () => {
    const { origin, requests } = await servePeer();
    const door = openDoor();
    for (let n = 0; n < 3; n += 1) expect(codeOf(await door.fetchDocument(`${origin}/${n}`, { purpose }))).toBe('ok');
    expect(new Set(requests.map((request) => request.socket.remotePort)).size).toBe(1);
  });

  it('replaces a kept connection that the peer has closed', async () => {
    const server = http.createServer((_, response) => {
      response.setHeader('content-type', 'application/activity+json');
      response.end(JSON.stringify({ '@context': as }));
    });
    const origin = await listen(server);
    const door = openDoor();
    expect(codeOf(await door.fetchDocument(`${origin}/1`, { purpose, id: null }))).toBe('ok');
    server.closeAllConnections();
    expect(codeOf(await door.fetchDocument(`${origin}/2`, { purpose, id: null }))).toBe('ok');
  });

  it.each([
    'text/plain',
    'text/html',
    'application/json',
    'application/octet-stream',
    'application/activity+json+evil',
    'application/ld+json',
    'application/jrd+json',
    '',
  ])('refuses a document served as %j (case 23)', async (type) => {
    const origin = await serve((request, response) => {
      if (type !== '') response.setHeader('content-type', type);
      response.end(JSON.stringify({ '@context': as, id: `http://${request.headers.host}/x` }));
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('content_type_refused');
  });

  it('reads small documents of discovery where asked', async () => {
    const origin = await serve((request, response) => {
      response.setHeader(
        'content-type',
        request.url === '/jrd' ? 'application/jrd+json; charset=utf-8' : 'application/json; profile="x"',
      );
      response.end('{"subject":"acct:a@b"}');
    });
    const door = openDoor();
    expect(codeOf(await door.fetchDocument(`${origin}/jrd`, { purpose, accept: 'jrd' }))).toBe('ok');
    expect(codeOf(await door.fetchDocument(`${origin}/json`, { purpose, accept: 'json' }))).toBe('ok');
    expect(codeOf(await door.fetchDocument(`${origin}/jrd`, { purpose, accept: 'json' }))).toBe('content_type_refused');
  });

  it.each([
    ['another id (case 22)', 'https://victim.example/people/alice'],
    ['another path', '/y'],
    ['another spelling of the path', '/%78'],
    ['no id', undefined],
  ])('refuses a document with %s', async (_, id) => {
    const origin = await serve((request, response) => {
      response.setHeader('content-type', 'application/activity+json');
      response.end(
        JSON.stringify({ '@context': as, id: id?.startsWith('/') ? `http://${request.headers.host}${id}` : id }),
      );
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('id_mismatch');
  });

  it.each([
    ['not JSON', '<a <a <a'],
    ['a list', '[]'],
    ['too deep', `{"@context":"${as}","a":${'['.repeat(30)}${']'.repeat(30)}}`],
    ['duplicate keys', '{"id":1,"id":2}'],
    ['no ActivityStreams context', '{"id":"x"}'],
    ['a keyword that reshapes it', `{"@context":"${as}","@graph":[]}`],
  ])('refuses a document that is %s', async (_, text) => {
    const origin = await serve((_request, response) => {
      response.setHeader('content-type', 'application/activity+json');
      response.end(text);
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('document_malformed');
  });
});

describe('what comes back', () => {
  it('is never more than the limit, however long the stream (case 55)', async () => {
    let sent = 0;
    const origin = await serve((_, response) => {
      response.setHeader('content-type', 'application/activity+json');
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      const write = (): void => {
        while (sent < 300e6 && response.write(chunk)) sent += chunk.length;
        if (sent < 300e6) response.once('drain', write);
      };
      write();
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('answer_too_large');
    expect(sent).toBeLessThan(20e6);
  });

  it('is not read at all when it says that it is too large', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/activity+json', 'content-length': '1000001' });
      response.flushHeaders();
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('answer_too_large');
  });

  it.each(['gzip', 'br', 'deflate', 'zstd'])('is never decompressed: %s (case 56)', async (encoding) => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/activity+json', 'content-encoding': encoding });
      response.end(bomb);
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('answer_encoded');
  });

  it.each([301, 302, 303, 307, 308])('is never a redirect: %i (cases 8, 41, 46, 133)', async (status) => {
    const target = await servePeer();
    const origin = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { location: `${target.origin}/x` });
      response.end();
    });
    const door = openDoor();
    expect(await door.fetchDocument(`${origin}/x`, { purpose })).toMatchObject({
      code: 'redirect_refused',
      status,
      retryable: false,
    });
    expect(codeOf(await door.post(`${origin}/x`, { purpose, headers: {}, body: '{}' }))).toBe('redirect_refused');
    expect(target.requests).toHaveLength(0);
  });
});

describe('time', () => {
  it('has an end when nobody answers (case 51)', async () => {
    const origin = await listen(net.createServer((socket) => socket.on('error', () => {}).resume()));
    const door = openDoor({ deadlineMilliseconds: 100 });
    expect(await door.fetchDocument(`${origin}/x`, { purpose })).toMatchObject({
      ok: false,
      code: 'deadline_exceeded',
      retryable: true,
    });
    expect(codeOf(await door.post(`${origin}/x`, { purpose, headers: {}, body: '{}' }))).toBe('deadline_exceeded');
  });

  it.each(['headers', 'body'])('has an end when the %s come drop by drop (case 52)', async (part) => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {}).resume();
      socket.write(
        part === 'body' ? 'HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\n\r\n' : 'HTTP/1.1 200 OK\r\n',
      );
      const timer = setInterval(() => socket.write(part === 'body' ? ' ' : 'x: y\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    const start = performance.now();
    expect(
      codeOf(await openDoor({ deadlineMilliseconds: 150 }).fetchDocument(`${await listen(server)}/x`, { purpose })),
    ).toBe('deadline_exceeded');
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  it('has an end when the name is never resolved', async () => {
    const door = openDoor({ deadlineMilliseconds: 50, resolve: () => new Promise(() => {}) });
    expect(codeOf(await door.fetchDocument('https://peer.example/x', { purpose }))).toBe('deadline_exceeded');
  });

  it('ends with the door', async () => {
    const reached = Promise.withResolvers<void>();
    const origin = await listen(
      net.createServer((socket) => {
        socket.on('error', () => {}).resume();
        reached.resolve();
      }),
    );
    const door = openDoor();
    const answer = door.fetchDocument(`${origin}/x`, { purpose });
    await reached.promise;
    await door[Symbol.asyncDispose]();
    expect(codeOf(await answer)).toBe('door_closed');
    expect(codeOf(await door.fetchDocument(`${origin}/x`, { purpose }))).toBe('door_closed');
  });
});

describe('post', () => {
  it('sends what it was given and gives the answer', async () => {
    const received: string[] = [];
    const origin = await serve(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      received.push(
        `${request.method} ${request.url} ${request.headers['x-test']} ${request.headers['content-length']} ${text}`,
      );
      response.writeHead(202, { 'x-answer': 'yes' });
      response.end('stored');
    });
    const answer = await openDoor().post(`${origin}/inbox?a=b`, {
      purpose,
      headers: { 'X-Test': 't' },
      body: '{"a":"é"}',
    });
    expect(answer).toMatchObject({ ok: true, status: 202, text: 'stored', headers: { 'x-answer': 'yes' } });
    expect(received).toEqual(['POST /inbox?a=b t 10 {"a":"é"}']);
  });

  it.each([
    [400, false],
    [401, true],
    [403, true],
    [404, false],
    [410, false],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('with the answer %i is retryable: %s', async (status, retryable) => {
    const origin = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<h1>{"code":"x","retryable":true}</h1>');
    });
    const answer = await openDoor().post(`${origin}/inbox`, { purpose, headers: {}, body: '{}' });
    expect(answer).toMatchObject({ ok: false, code: 'peer_status', status, retryable });
    expect(answer).not.toHaveProperty('body');
  });

  it.each([
    [403, false],
    [400, true],
  ])('with a problem document of ours follows its word over the status %i', async (status, retryable) => {
    const origin = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'signature_clock', retryable, detail: 'Clock of peer differs by 2 h' }));
    });
    const answer = await openDoor().post(`${origin}/inbox`, { purpose, headers: {}, body: '{}' });
    expect(answer).toMatchObject({ ok: false, status, retryable, body: { code: 'signature_clock' } });
  });

  it.each(['a\r\nX-Injected: 1', 'a\nb', 'a\0b'])('refuses the header value %j', async (value) => {
    const { origin, requests } = await servePeer();
    expect(codeOf(await openDoor().post(`${origin}/inbox`, { purpose, headers: { 'x-test': value }, body: '' }))).toBe(
      'request_malformed',
    );
    expect(requests).toHaveLength(0);
  });
});

describe('the list of recent connections', () => {
  it('holds the last hundred, newest first, without queries', async () => {
    const { origin } = await servePeer();
    const onConnection = vi.fn();
    const door = openDoor({ now: () => new Date('2026-11-21T12:00:00Z'), onConnection });
    for (let n = 0; n < 103; n += 1) await door.fetchDocument(`${origin}/${n}?secret`, { purpose: `test ${n}` });
    expect(door.recent()).toHaveLength(100);
    expect(door.recent()[0]).toMatchObject({
      at: '2026-11-21T12:00:00.000Z',
      method: 'GET',
      url: `${origin}/102`,
      purpose: 'test 102',
      outcome: 'ok',
      status: 200,
    });
    expect(onConnection).toHaveBeenCalledTimes(103);
  });
});
