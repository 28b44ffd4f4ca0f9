import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Context as HonoContext } from 'hono';
import type { Environment } from './environment.ts';

const bodyWithin = 30_000;
/** Bytes that must come within that time of a body that may take long. */
const leastProgress = 16 * 1024;

const long = new WeakSet<IncomingMessage>();

/** The body of this request may take as long as it flows: a file of somebody who may send one. */
export function allowLongBody(c: HonoContext<Environment>): void {
  const incoming = c.env?.incoming;
  if (incoming) long.add(incoming as IncomingMessage);
}

/**
 * Whoever sends a body slowly on purpose holds a connection for half a minute, not longer (RFC 9110 §15.5.9): a body that may take long must go on coming. In place of Node's
 * own `requestTimeout`, which is the same for all requests.
 */
export function limitBodies(server: Server): void {
  server.requestTimeout = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    let seen = request.socket.bytesRead;
    const timer = setInterval(() => {
      if (request.complete) return clearInterval(timer);
      const come = request.socket.bytesRead - seen;
      seen += come;
      if (long.has(request) && come >= leastProgress) return;
      clearInterval(timer);
      if (!response.headersSent) request.socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
      request.socket.destroy();
    }, bodyWithin);
    const stop = () => clearInterval(timer);
    request.on('end', stop);
    response.on('close', stop);
  });
}
