import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { transact, type Work } from '../work.ts';

/** Each piece of a file that can be checked by itself. */
export const pieceBytes = 1024 * 1024;
const unusedHours = 24;

/** What bytes are known by. */
export type BlobSummary = {
  /** 64 hexadecimal digits. */
  sha256: string;
  bytes: number;
  /** SHA-256 of each MiB in turn, base64url. */
  pieces: string[];
};

type FileContext = Pick<Context, 'db' | 'clock' | 'config' | 'logger' | 'slices' | 'secret' | 'ports' | 'files'>;
const by = { kind: 'system', what: 'files' } as const;

/** Reads a local file once, piece by piece. */
export async function summarise(path: string): Promise<BlobSummary> {
  const whole = createHash('sha256');
  const pieces: string[] = [];
  let bytes = 0;
  let piece = createHash('sha256');
  let filled = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>) {
    whole.update(chunk);
    bytes += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + pieceBytes - filled);
      piece.update(part);
      filled += part.length;
      at += part.length;
      if (filled < pieceBytes) continue;
      pieces.push(piece.digest('base64url'));
      piece = createHash('sha256');
      filled = 0;
    }
  }
  if (filled > 0 || bytes === 0) pieces.push(piece.digest('base64url'));
  return { sha256: whole.digest('hex'), bytes, pieces };
}

/**
 * Keeps the bytes of a local file, which is gone afterwards. They stay for a day unless a row of a unit of work refers to them by then: see `useBlob`.
 * @throws {Refusal} unavailable while the same bytes are being removed; with the code ENOSPC when there is no space
 */
export async function keepBlob(context: FileContext, path: string, summary: BlobSummary): Promise<void> {
  // Named before they are kept: whoever removes what is unused sees that they were wanted a moment ago.
  await transact(context, by, async (work) => {
    const { sha256, bytes } = summary;
    const row = { sha256, bytes, pieces: summary.pieces.join(' '), kept: 0, unused_since: work.now, going: 0 };
    await work.db
      .insertInto('blob')
      .values(row)
      .onConflict((conflict) => conflict.column('sha256').doNothing())
      .execute();
    const known = await work.db
      .updateTable('blob')
      .set((eb) => ({
        unused_since: eb.case().when('unused_since', 'is', null).then(null).else(work.now).end(),
      }))
      .where('sha256', '=', sha256)
      .where('going', '=', 0)
      .returning('sha256')
      .executeTakeFirst();
    if (!known) refuse('unavailable', 'The same bytes are being deleted at this moment: try again in a minute');
  });
  await context.files.keep(path, summary.sha256);
}

/** Something refers to these bytes from this change on. They have been kept within the last day. @throws {Refusal} unavailable when they have gone meanwhile */
export async function useBlob(work: Work, sha256: string): Promise<void> {
  const row = await work.db
    .updateTable('blob')
    .set({ kept: 1, unused_since: null })
    .where('sha256', '=', sha256)
    .where('going', '=', 0)
    .returning('sha256')
    .executeTakeFirst();
  if (!row) refuse('unavailable', 'The bytes of this file are no longer here: send it again');
}

/**
 * Nothing refers to these bytes any more, as the caller has made sure: they go a day from now.
 * @param atOnce they go as soon as somebody looks, since another node was promised that; whoever sends the same bytes at that moment is told to send them again
 */
export async function leaveBlob(work: Work, sha256: string, atOnce = false): Promise<void> {
  const hours = atOnce ? unusedHours : 0;
  const unused_since = new Date(Date.parse(work.now) - hours * 3_600_000 - Number(atOnce)).toISOString();
  await work.db.updateTable('blob').set({ unused_since }).where('sha256', '=', sha256).execute();
}

/** Whether bytes are still here that nothing refers to, and that were to go by now (`leaveBlob`). */
export async function hasGoingBlobs({ db, clock }: Pick<FileContext, 'db' | 'clock'>): Promise<boolean> {
  const row = await db.reader
    .selectFrom('blob')
    .select('sha256')
    .where((eb) => eb.or([eb('going', '=', 1), eb('unused_since', '<', unusedBefore(clock.now()))]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

const unusedBefore = (now: Date) => new Date(now.getTime() - unusedHours * 3_600_000).toISOString();

/**
 * Removes bytes that nothing has referred to for a day. Ended in the middle, it goes on the next time.
 * @returns how many contents went
 */
export async function removeUnusedBlobs(context: FileContext): Promise<number> {
  const before = unusedBefore(context.clock.now());
  const going = await transact(context, by, async (work) => {
    await work.db.updateTable('blob').set({ going: 1 }).where('unused_since', '<', before).execute();
    const rows = await work.db.selectFrom('blob').select('sha256').where('going', '=', 1).limit(500).execute();
    return rows.map((row) => row.sha256);
  });
  for (const sha256 of going) {
    await context.files.remove(sha256);
    await transact(context, by, async (work) => {
      await work.db.deleteFrom('blob').where('sha256', '=', sha256).where('going', '=', 1).execute();
    });
  }
  return going.length;
}
