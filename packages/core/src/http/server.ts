import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { limitBodies } from './long-bodies.ts';
import type { WebApp } from './web-app.ts';

/** Enough for an agency behind a proxy; beyond it new connections wait in the kernel instead of eating memory. */
const mostConnections = 5_000;
const drainFor = 10_000;

export type WebServer = {
  port: number;
  /** Stops accepting, lets requests that run finish for at most ten seconds, then cuts the rest. */
  close: () => Promise<void>;
};

/**
 * Listens.
 * @param at.port 0 takes any free port
 * @throws in words when the address cannot be listened on
 */
export async function serve(webApp: Pick<WebApp, 'fetch'>, at: { host: string; port: number }): Promise<WebServer> {
  const server = createAdaptorServer({
    fetch: (request, env) => webApp.fetch(request, env as Parameters<WebApp['fetch']>[1]),
    serverOptions: {
      // A client that sends slowly on purpose holds a connection this long, not longer.
      headersTimeout: 15_000,
      keepAliveTimeout: 30_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16_384,
    },
  }) as Server;
  server.maxConnections = mostConnections;
  limitBodies(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(inWords(error, at)));
    server.listen(at.port, at.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  // A kept-alive connection becomes idle only after its answer: look again until all are gone.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), drainFor);
  server.closeIdleConnections();
  await ended;
  clearInterval(idle);
  clearTimeout(cut);
}

function inWords(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  const words: Record<string, string> = {
    EADDRINUSE: `Port ${port} is in use: stop the program that uses it, or choose another one with JOINERY_PORT`,
    EACCES: `This user may not listen on port ${port}: choose one above 1023 with JOINERY_PORT, and put a proxy in front`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: set JOINERY_HOST, for example to 127.0.0.1 or 0.0.0.0`,
    ENOTFOUND: `${host} is not an address of this machine: set JOINERY_HOST, for example to 127.0.0.1 or 0.0.0.0`,
  };
  return new Error(words[error.code ?? ''] ?? `Cannot listen on ${host} port ${port}: ${error.message}`, {
    cause: error,
  });
}
