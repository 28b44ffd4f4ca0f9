import { createServer, type Socket } from 'node:net';

/** What every scanner takes for a virus, and nobody else does (EICAR), in two pieces so that this file is none. */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD', '-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/**
 * A server that speaks to clients as clamd does (INSTREAM), and finds EICAR.
 * @param port taken again after it was away
 * @param onFile told when bytes of a file have begun to come
 */
export async function startClamd(
  port = 0,
  onFile: () => void = () => {},
): Promise<{ port: number; scanned: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const state = { scanned: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let waiting = Buffer.alloc(0);
    let content = '';
    let begun = false;
    socket.on('data', (piece: Buffer) => {
      waiting = Buffer.concat([waiting, piece]);
      if (!begun) {
        const command = 'zINSTREAM\0';
        if (waiting.length < command.length) return;
        if (waiting.toString('latin1', 0, command.length) !== command) return socket.end('UNKNOWN COMMAND\0');
        waiting = waiting.subarray(command.length);
        begun = true;
        onFile();
      }
      while (waiting.length >= 4) {
        const length = waiting.readUInt32BE(0);
        if (length === 0) {
          state.scanned += 1;
          return socket.end(content.includes(eicar) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0');
        }
        if (waiting.length < 4 + length) return;
        content = (content + waiting.toString('latin1', 4, 4 + length)).slice(-1_000_000);
        waiting = waiting.subarray(4 + length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get scanned() {
      return state.scanned;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
