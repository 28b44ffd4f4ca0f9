import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWebApp, type Environment, type Slice, serve } from '@joinery/core';
import type { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { read } from '../boundaries/rules.ts';
import { openStore } from '../harness/store.ts';

/** Tells who the node thinks is asking. */
const echo: Slice = {
  name: 'echo',
  routes: (app: Hono<Environment>) => {
    app.get('/echo', (c) => c.json({ address: c.var.clientAddress, network: c.var.clientNetwork }));
  },
};

type Asked = { host: string; remote: string; forwardedFor: string | undefined };
type Setting = { header: string; value: (asked: Asked) => string };

/** What stands in the examples, as the proxy would fill it in. Anything else in them fails here. */
const variables: Record<string, (asked: Asked) => string> = {
  $host: ({ host }) => host,
  $http_host: ({ host }) => host,
  '{host}': ({ host }) => host,
  $scheme: () => 'https',
  '{scheme}': () => 'https',
  '{remote_host}': ({ remote }) => remote,
  $proxy_add_x_forwarded_for: ({ remote, forwardedFor }) => (forwardedFor ? `${forwardedFor}, ${remote}` : remote),
  '""': () => '',
};

function settingsIn(file: string, pattern: RegExp): Setting[] {
  return [...read(file).matchAll(pattern)].map(([, header = '', variable = '']) => {
    const value = variables[variable];
    if (!value) throw new Error(`${file} uses ${variable}, which this test does not know`);
    return { header: header.toLowerCase(), value };
  });
}

const proxies = {
  nginx: settingsIn('deploy/proxy/nginx.conf', /^\s*proxy_set_header\s+(\S+)\s+(\S+);/gm),
  Caddy: settingsIn('deploy/proxy/Caddyfile', /^\s*header_up\s+(\S+)\s+(\S+)\s*$/gm),
};

/** A reverse proxy that passes on what the client sent, with the headers of an example set anew. */
async function startProxy(settings: readonly Setting[], target: number) {
  const server = createServer((incoming, outgoing) => {
    const forwardedFor = incoming.headers['x-forwarded-for'];
    const asked = {
      host: incoming.headers.host ?? '',
      remote: incoming.socket.remoteAddress ?? '',
      forwardedFor: Array.isArray(forwardedFor) ? forwardedFor.join(', ') : forwardedFor,
    };
    const headers = { ...incoming.headers };
    for (const { header, value } of settings) {
      const text = value(asked);
      if (text === '') delete headers[header];
      else headers[header] = text;
    }
    const onward = httpRequest(
      { host: '127.0.0.1', port: target, method: incoming.method, path: incoming.url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @param from address on this machine that the client has */
async function ask(port: number, from: string, headers: Record<string, string>) {
  return new Promise<{ status: number; body: { address?: string } }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/echo', localAddress: from, headers, agent: false };
    const request = httpRequest(options, async (answer) => {
      const pieces: Buffer[] = [];
      for await (const piece of answer) pieces.push(piece as Buffer);
      const text = Buffer.concat(pieces).toString();
      resolve({ status: answer.statusCode ?? 0, body: answer.statusCode === 200 ? JSON.parse(text) : {} });
    });
    request.on('error', reject).end();
  });
}

const origin = 'https://samen.example.gov';
const host = 'samen.example.gov';

async function openNode(trustedProxies: string[]) {
  const store = await openStore('sqlite', { slices: [echo], origin });
  const webApp = createWebApp({ slices: [echo], errorPage: () => '' });
  webApp.addNode({ ...store.context, config: { ...store.context.config, trustedProxies } });
  const server = await serve(webApp, { host: '127.0.0.1', port: 0 });
  return {
    port: server.port,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

describe.each(Object.entries(proxies))('Behind %s as in the example', (_name, settings) => {
  it('a node knows the client by the address that the proxy saw, whatever the client says of itself', async () => {
    await using node = await openNode(['127.0.0.1/32']);
    await using proxy = await startProxy(settings, node.port);
    const plain = await ask(proxy.port, '127.0.0.9', { host });
    expect(plain).toMatchObject({ status: 200, body: { address: '127.0.0.9' } });
    const forged = await ask(proxy.port, '127.0.0.9', { host, 'x-forwarded-for': '198.51.100.7, 127.0.0.1' });
    expect(forged.body.address).toBe('127.0.0.9');
  });

  it('a node finds itself by the public name, and no other', async () => {
    await using node = await openNode(['127.0.0.1/32']);
    await using proxy = await startProxy(settings, node.port);
    const other = { host: 'evil.example', 'x-forwarded-host': host };
    expect((await ask(proxy.port, '127.0.0.9', other)).status).toBe(421);
  });

  it('a proxy that the settings do not name is believed nothing', async () => {
    await using node = await openNode(['192.0.2.1/32']);
    await using proxy = await startProxy(settings, node.port);
    const answer = await ask(proxy.port, '127.0.0.9', { host, 'x-forwarded-for': '198.51.100.7' });
    expect(answer.body.address).toBe('127.0.0.1');
  });
});

it('both examples say the same of the client, and pass the name on', () => {
  for (const settings of Object.values(proxies))
    expect(settings.map(({ header }) => header)).toEqual(
      expect.arrayContaining(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']),
    );
  expect(proxies.nginx.map(({ header }) => header)).toContain('host');
});

it('both examples let the largest file of a form through, and say so where the setting is explained', async () => {
  await using store = await openStore('sqlite', {});
  // A form has fields beside its files.
  const needed = store.context.config.files.largest + 1_000_000;
  const [, mebibytes = 0] = /client_max_body_size (\d+)m;/.exec(read('deploy/proxy/nginx.conf')) ?? [];
  const [, megabytes = 0] = /max_size (\d+)MB/.exec(read('deploy/proxy/Caddyfile')) ?? [];
  expect(Number(mebibytes) * 1024 * 1024).toBeGreaterThan(needed);
  expect(Number(megabytes) * 1_000_000).toBeGreaterThan(needed);
  expect(read('docs/operators.md')).toContain(`let ${megabytes} MB`);
});
