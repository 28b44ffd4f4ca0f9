import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCalls } from './children.ts';

/** Many nodes that only receive: each on a port of its own, so that each is an origin and keeps its own connections. */
export async function serveSinks(): Promise<void> {
  let received = 0;
  const server = (): http.Server =>
    http.createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        if (request.method === 'POST') received += 1;
        response.writeHead(request.method === 'POST' ? 202 : 404, { 'content-length': 0 }).end();
      });
    });
  answerCalls({
    open: async (count: number) => {
      const ports: number[] = [];
      for (let index = 0; index < count; index += 1) {
        const one = server();
        one.keepAliveTimeout = 60_000;
        await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
        ports.push((one.address() as AddressInfo).port);
      }
      return ports;
    },
    received: () => received,
  });
}
