import { createHash } from 'node:crypto';
import { type ByteRange, type Context, pieceBytes, refuse } from '@joinery/core';
import { holderOf } from './holders.ts';
import type { FileRow } from './tables.ts';

/** For whom a file of another node is read: for somebody who reads it; for the record copy of this node; or for somebody, at the node whose record copy it is. */
export type RemoteReading = 'reader' | 'record' | { copyAt: string };

/** Another node sent something else. */
class Differs extends Error {}

function addressFor(file: FileRow, reading: RemoteReading): string {
  if (reading === 'reader') return file.uri;
  if (reading === 'record') return `${file.uri}?record`;
  const { origin, pathname } = new URL(file.uri);
  return `${reading.copyAt}${pathname}?home=${encodeURIComponent(origin)}`;
}

/**
 * Reads part of a file at the node where it lies. Each MiB is compared with the hash that came with the post before any of it is passed on; nothing is stored.
 * @throws {Refusal} not_found when that node does not show it (any more); unavailable when it does not answer; no_agreement when this node does not ask it
 */
export async function readRemote(
  context: Context,
  file: FileRow,
  range: ByteRange,
  reading: RemoteReading = 'reader',
): Promise<ReadableStream<Uint8Array>> {
  const hashes = file.pieces.split(' ');
  const first = Math.floor(range.start / pieceBytes);
  const last = Math.floor(range.end / pieceBytes);
  const whole = { start: first * pieceBytes, end: Math.min((last + 1) * pieceBytes, file.bytes) - 1 };
  const group = (await holderOf(context, file)?.closedGroup?.(context.db.reader, file.holder_id ?? '')) ?? null;
  const ask = (start: number) => context.ports.files.read(addressFor(file, reading), { start, end: whole.end }, group);
  const answer = await ask(whole.start);
  if (!answer.ok) {
    const code = answer.away ? 'unavailable' : answer.asked ? 'not_found' : 'no_agreement';
    refuse(code, 'The node where this file lies does not hand it out');
  }
  let source = answer.body[Symbol.asyncIterator]();
  let number = first;
  /** The piece that the connection began with. */
  let opened = first;
  let isWanted = true;
  let rest: Uint8Array | null = null;

  /** The parts of the next piece, none of which is passed on before all of them are what was announced: hashed as they come, and never put together. @throws when the other node sends anything but the file */
  async function nextPiece(): Promise<Uint8Array[]> {
    let missing = Math.min(pieceBytes, file.bytes - number * pieceBytes);
    const hash = createHash('sha256');
    const parts: Uint8Array[] = [];
    while (missing > 0) {
      const { value, done }: IteratorResult<Uint8Array> = rest ? { value: rest } : await source.next();
      if (done) throw new Error('A file of another node ended too early');
      const part = value.subarray(0, missing);
      rest = value.length > missing ? value.subarray(missing) : null;
      hash.update(part);
      parts.push(part);
      missing -= part.length;
    }
    if (hash.digest('base64url') !== hashes[number]) {
      context.logger.warn('files.remote_differs', { home: new URL(file.uri).origin });
      throw new Differs('A file of another node is not what was announced');
    }
    return parts;
  }

  /**
   * The next piece, over another connection where this one ended: the node of a file of a closed group elsewhere breaks off once the token that it was asked with is over, after minutes, and goes on for a fresh one.
   * Whoever may read no more gets none. Never twice without a piece between, and never after something else than the file came: then it is not asked again. What is fetched for the record copy goes on by itself (`copying.ts`).
   */
  async function nextOrOn(): Promise<Uint8Array[]> {
    const parts = await nextPiece().catch((error: unknown) => {
      if (error instanceof Differs || !isWanted || group === null || reading === 'record' || number === opened)
        throw error;
      return null;
    });
    if (parts !== null) return parts;
    await source.return?.();
    const again = await ask(number * pieceBytes);
    if (!again.ok) throw new Error('A file of another node ended too early');
    source = again.body[Symbol.asyncIterator]();
    [opened, rest] = [number, null];
    if (isWanted) return nextPiece();
    await source.return?.();
    throw new Error('Nobody wants it any more');
  }

  /** What was asked for of a piece. */
  function* wantedOf(parts: Uint8Array[]): Generator<Uint8Array> {
    let at = number * pieceBytes;
    for (const part of parts) {
      const wanted = part.subarray(Math.max(0, range.start - at), Math.max(0, range.end + 1 - at));
      at += part.length;
      if (wanted.length > 0) yield wanted;
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const parts = await nextOrOn();
          for (const part of wantedOf(parts)) controller.enqueue(part);
          number += 1;
          if (number <= last) return;
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        await source.return?.();
      },
      cancel: async () => {
        isWanted = false;
        await source.return?.();
      },
    },
    // Counted in bytes: the next piece is fetched while this one goes out, and no more.
    new ByteLengthQueuingStrategy({ highWaterMark: pieceBytes }),
  );
}
