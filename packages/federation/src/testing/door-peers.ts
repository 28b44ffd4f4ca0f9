import http from 'node:http';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { createPeersDoor, type PeersDoor, type PeersDoorOptions } from '../door.ts';

// Doors and peers for the tests of the door; all are closed after each test.
const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

export function openDoor(options: Partial<PeersDoorOptions> = {}): PeersDoor {
  const door = createPeersDoor({
    mayReach: () => ({ allowed: true, reason: 'allowed' }),
    userAgent: 'Joinery/test',
    loopbackPeers: true,
    privateRanges: [],
    ...options,
  });
  opened.push(() => door[Symbol.asyncDispose]());
  return door;
}

export async function listen(server: http.Server | net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if (server instanceof http.Server) server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export const serve = (handler: http.RequestListener): Promise<string> => listen(http.createServer(handler));

/** A peer that serves any address as a document with that id. */
export async function servePeer(): Promise<{ origin: string; requests: http.IncomingMessage[] }> {
  const requests: http.IncomingMessage[] = [];
  const origin = await serve((request, response) => {
    requests.push(request);
    request.resume();
    response.setHeader('content-type', 'application/activity+json');
    const id = `http://${request.headers.host}${request.url}`;
    response.end(JSON.stringify({ '@context': 'https://www.w3.org/ns/activitystreams', id, type: 'Note' }));
  });
  return { origin, requests };
}

export const purpose = 'delivery';
export const codeOf = (answer: { ok: boolean; code?: string }): string | undefined => (answer.ok ? 'ok' : answer.code);
