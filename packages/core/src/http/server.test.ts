import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { serve } from './server.ts';

const hello = { fetch: () => new Response('hello') };

it('A server listens on a free port and says in words when one is taken', async () => {
  const server = await serve(hello, { host: '127.0.0.1', port: 0 });
  try {
    expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('hello');
    await expect(serve(hello, { host: '127.0.0.1', port: server.port })).rejects.toThrow(
      `Port ${server.port} is in use: stop the program that uses it, or choose another one with JOINERY_PORT`,
    );
  } finally {
    await server.close();
  }
  await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow();
  await expect(serve(hello, { host: '192.0.2.1', port: 0 })).rejects.toThrow(/JOINERY_HOST/);
});

it('A server that closes lets requests finish that have begun', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
  const slow = {
    fetch: async () => {
      begin();
      await allowed;
      return new Response('finished');
    },
  };
  const server = await serve(slow, { host: '127.0.0.1', port: 0 });
  const answer = fetch(`http://127.0.0.1:${server.port}/`);
  await begun;
  const closed = server.close();
  allow();
  expect(await (await answer).text()).toBe('finished');
  await closed;
});

it('A server answers broken requests with 400 and goes on', async () => {
  const server = await serve(hello, { host: '127.0.0.1', port: 0 });
  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.end(text, 'latin1'));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk));
      socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
      socket.on('error', reject);
    });
  try {
    expect(await raw('GARBAGE\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
    expect(await raw('GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 (400|200)/);
    expect(await raw('GET / HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n')).toMatch(/ 400 /);
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/ 431 /);
    expect(await raw('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toBe('HTTP/1.1 200 OK');
  } finally {
    await server.close();
  }
});
