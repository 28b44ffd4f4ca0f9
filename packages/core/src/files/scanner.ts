import { once } from 'node:events';
import { connect } from 'node:net';
import { assertOutsideUnitOfWork } from '../work.ts';
import type { ScannerPlace } from './settings.ts';

/** What the scanner says. `away`: it said nothing that can be relied upon. */
export type Scanned = { kind: 'clean' } | { kind: 'infected'; threat: string } | { kind: 'away'; detail: string };

const silentFor = 30_000;

/**
 * Asks clamd about bytes (INSTREAM, clamd(8)). They go to it piece by piece; it decides after the last.
 * @param place where clamd listens
 * @param silent milliseconds after which a scanner that says nothing is away
 */
export async function scanBytes(
  place: ScannerPlace,
  bytes: AsyncIterable<Uint8Array>,
  silent = silentFor,
): Promise<Scanned> {
  assertOutsideUnitOfWork('The virus scanner');
  const socket = connect('path' in place ? { path: place.path } : { host: place.host, port: place.port });
  // It may refuse in the middle, and says why: what it says is read in any case.
  const answered = new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      text = (text + piece).slice(0, 1_000);
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error) => resolve(text || `ERROR ${'code' in error ? error.code : error.message}`));
    socket.setTimeout(silent, () => socket.destroy(new Error('it says nothing')));
  });
  const closed = new AbortController();
  socket.on('close', () => closed.abort());
  const write = async (piece: Uint8Array) => {
    if (!socket.write(piece)) await once(socket, 'drain', { signal: closed.signal });
  };
  try {
    await write(Buffer.from('zINSTREAM\0'));
    for await (const piece of bytes) {
      if (piece.length === 0) continue;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(piece.length);
      await write(length);
      await write(piece);
    }
    socket.end(Buffer.alloc(4));
  } catch {
    // The connection ended: its answer tells.
  }
  const answer = (await answered).replace(/\0[\s\S]*$/, '').trim();
  socket.destroy();
  if (/^stream: OK$/.test(answer)) return { kind: 'clean' };
  const [, threat] = /^stream: (.{1,200}) FOUND$/.exec(answer) ?? [];
  return threat === undefined ? { kind: 'away', detail: answer || 'no answer' } : { kind: 'infected', threat };
}
