import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codeOf, listen, openDoor, purpose, serve, servePeer } from './testing/door-peers.ts';

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
