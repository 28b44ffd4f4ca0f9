import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import {
  arrivingPath,
  type Context,
  dropArriving,
  enqueueJob,
  keepBlob,
  refusalOf,
  refuse,
  type Scanned,
  scanBytes,
  summarise,
  transact,
  type Work,
} from '@joinery/core';
import { addFile } from './files.ts';
import { cleanFile, mediaTypeOf } from './inspect.ts';
import type { FileRow } from './tables.ts';

export const checkJob = 'files.check';

/** A file that lies whole in the folder of what is arriving. */
export type ReceivedFile = {
  id: string;
  path: string;
  name: string;
  owner: string;
  alt?: string | null;
  again?: boolean;
};

/**
 * Makes a file of what arrived: its type by its content, images without what they say of people and places, looked at by the virus scanner where there is one, its bytes
 * kept. When the scanner is away the file waits for it.
 * @param also done in the same change, with the file
 * @param input.again whoever sent it can finish it later: while the place of files or the database is away, what arrived stays
 * @returns the file, which hangs on nothing yet: see `attachFile`
 * @throws {Refusal} invalid (field `file`) when it is infected; storage_full; whatever else it throws, nothing is left
 */
export async function receiveFile(
  context: Context,
  input: ReceivedFile,
  also: (work: Work, file: FileRow) => Promise<void> = async () => {},
): Promise<FileRow> {
  const clean = arrivingPath(context.files, `${basename(input.path)}.clean`);
  let isAway = false;
  try {
    const found = await mediaTypeOf(input.path);
    const { mediaType, metadata, isNew } = await cleanFile(input.path, found, clean);
    const path = isNew ? clean : input.path;
    const scanned = await scanFile(context, path);
    if (scanned.kind === 'infected')
      refuse('invalid', `The virus scanner refused this file: ${scanned.threat}`, [
        { field: 'file', code: 'infected', values: { threat: scanned.threat } },
      ]);
    const blob = await summarise(path);
    await keepBlob(context, path, blob);
    const { id, owner, name, alt } = input;
    const state = scanned.kind === 'away' ? ('checking' as const) : ('ready' as const);
    return await transact(context, { kind: 'person', person: owner }, async (work) => {
      const file = await addFile(work, { id, owner, name, mediaType, blob, state, alt: alt ?? null, metadata });
      if (state === 'checking') await enqueueCheck(work, file.id);
      await also(work, file);
      return file;
    });
  } catch (error) {
    isAway = isPlaceAway(error);
    throw error;
  } finally {
    await dropArriving(clean);
    if (!(isAway && input.again)) await dropArriving(input.path);
  }
}

/** The place of files or the database does not answer just now: the same may work in a minute. */
export function isPlaceAway(error: unknown): boolean {
  return error instanceof Error && refusalOf(error).code === 'unavailable';
}

/** Without a scanner in the settings every file passes. */
async function scanFile(context: Context, path: string): Promise<Scanned> {
  const { scanner } = context.config.files;
  if (scanner === null) return { kind: 'clean' };
  return noteAway(context, await scanBytes(scanner, createReadStream(path)));
}

/** @returns the same */
export function noteAway(context: Pick<Context, 'logger'>, scanned: Scanned): Scanned {
  if (scanned.kind === 'away') context.logger.warn('files.scanner_away', { reason: scanned.detail });
  return scanned;
}

const minute = 60_000;

/**
 * Asks the scanner again with the next full minute. That is part of the key: the one that runs just now holds its own until it has ended, and the next would be lost with it. Two
 * that were planned become one again.
 */
export async function enqueueCheck(work: Work, file: string): Promise<void> {
  const runAt = new Date((Math.floor(Date.parse(work.now) / minute) + 1) * minute).toISOString();
  await enqueueJob(work, checkJob, { file }, { key: `${file} ${runAt}`, runAt });
}
