import { createHash } from 'node:crypto';
import { type ByteRange, type Context, pieceBytes, refuse } from '@joinery/core';
import { holderOf } from './readers.ts';
import type { FileRow } from './tables.ts';

/**
 * Reads part of a file at the node where it lies. Each MiB is compared with the hash that came with the post before any of it is passed on; nothing is stored.
 * @throws {Refusal} not_found when that node does not show it (any more); unavailable when it does not answer
 */
export async function readRemote(
  context: Context,
  file: FileRow,
  range: ByteRange,
): Promise<ReadableStream<Uint8Array>> {
  const hashes = file.pieces.split(' ');
  const first = Math.floor(range.start / pieceBytes);
  const last = Math.floor(range.end / pieceBytes);
  const whole = { start: first * pieceBytes, end: Math.min((last + 1) * pieceBytes, file.bytes) - 1 };
  const group = (await holderOf(context, file)?.closedGroup?.(context.db.reader, file.holder_id ?? '')) ?? null;
  const answer = await context.ports.files.read(file.uri, whole, group);
  if (!answer.ok)
    refuse(answer.away ? 'unavailable' : 'not_found', 'The node where this file lies does not hand it out');
  const source = answer.body[Symbol.asyncIterator]();
  let number = first;
  let rest: Buffer = Buffer.alloc(0);

  /** The next piece, whole. @throws when the other node sends anything but the file */
  async function nextPiece(): Promise<Buffer> {
    const length = Math.min(pieceBytes, file.bytes - number * pieceBytes);
    const parts = [rest];
    let have = rest.length;
    while (have < length) {
      const { value, done } = await source.next();
      if (done) throw new Error('A file of another node ended too early');
      parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      have += value.byteLength;
    }
    const joined = parts.length === 1 ? rest : Buffer.concat(parts, have);
    const piece = joined.subarray(0, length);
    rest = joined.subarray(length);
    if (createHash('sha256').update(piece).digest('base64url') !== hashes[number]) {
      context.logger.warn('files.remote_differs', { home: new URL(file.uri).origin });
      throw new Error('A file of another node is not what was announced');
    }
    return piece;
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const from = number * pieceBytes;
          const piece = await nextPiece();
          controller.enqueue(piece.subarray(Math.max(0, range.start - from), range.end + 1 - from));
          number += 1;
          if (number <= last) return;
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        await source.return?.();
      },
      cancel: async () => {
        await source.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}
