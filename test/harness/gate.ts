import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the gate answers in place of the node behind it; status 0 breaks off the connection. */
export type GateAnswer = { status: number; headers?: Record<string, string>; body?: unknown };
export type GateRequest = { method: string; path: string; headers: http.IncomingHttpHeaders; body: string };

/** Stands before one node, at the address that is the node's public one: sees every request, and may answer in the node's place. */
export type Gate = AsyncDisposable & {
  environment: Record<string, string>;
  origin: string;
  /** Leads to where the node listens. */
  to: (port: number | null) => void;
  /** What comes back in the node's place; null lets the request through. May take its time. */
  answer: (request: GateRequest) => GateAnswer | null | Promise<GateAnswer | null>;
  /** Every request so far. */
  requests: GateRequest[];
};

/** Opens a gate on a free loopback port. */
export async function openGate(): Promise<Gate> {
  let target = 0;
  const closing = new AbortController();
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method = 'GET', url = '/', headers } = request;
    const seen = { method, path: url, headers, body: body.toString('utf8') };
    gate.requests.push(seen);
    const instead = await gate.answer(seen);
    if (instead?.status === 0) {
      request.socket.destroy();
      return;
    }
    if (instead) {
      const type = typeof instead.body === 'object' ? { 'content-type': 'application/problem+json' } : {};
      response.writeHead(instead.status, { ...type, ...instead.headers });
      response.end(typeof instead.body === 'object' ? JSON.stringify(instead.body) : String(instead.body ?? ''));
      return;
    }
    const onward = http.request(
      { host: '127.0.0.1', port: target, method, path: url, headers, signal: closing.signal },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const gate: Gate = {
    environment: { JOINERY_ORIGIN: origin },
    origin,
    to: (port) => {
      target = port ?? 0;
    },
    answer: () => null,
    requests: [],
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gate;
}
