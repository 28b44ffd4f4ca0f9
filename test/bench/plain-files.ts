import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCalls } from './children.ts';

/** The least that handing out a file can cost: Node's own server and a stream of the file. */
export async function servePlainFiles(): Promise<void> {
  let path = '';
  const server = createServer((_request, answer) => {
    answer.setHeader('content-length', statSync(path).size);
    createReadStream(path).pipe(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let thread = process.threadCpuUsage();
  answerCalls({
    port: () => (server.address() as AddressInfo).port,
    serve: (file: string) => {
      path = file;
    },
    begin: () => {
      thread = process.threadCpuUsage();
    },
    end: () => ({ thread: process.threadCpuUsage(thread) }),
  });
}
