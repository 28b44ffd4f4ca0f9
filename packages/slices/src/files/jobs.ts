import { readdir, stat } from 'node:fs/promises';
import {
  arrivingPath,
  type Context,
  dropArriving,
  isRefusal,
  type JsonObject,
  removeUnusedBlobs,
  savepoint,
  scanBytes,
  transact,
  type Work,
} from '@joinery/core';
import { copyJobs } from './copying.ts';
import { condemnFile, passFile, removeFile } from './files.ts';
import { forgetJob, forgetReaders } from './readers.ts';
import { checkJob, enqueueCheck, noteAway } from './receive.ts';
import { fileById } from './store.ts';
import { enqueueSweep, sweepJob } from './sweep.ts';
import type { FileRow } from './tables.ts';

const by = { kind: 'system', what: 'files' } as const;
const day = 24 * 3_600_000;

/** Looks again at a file that came while the scanner was away. */
async function check(context: Context, id: string): Promise<void> {
  const { scanner } = context.config.files;
  const file = await fileById(context.db.reader, id);
  if (file?.state !== 'checking') return;
  const scanned =
    scanner === null
      ? ({ kind: 'clean' } as const)
      : noteAway(context, await scanBytes(scanner, await context.files.read(file.sha256)));
  await transact(context, by, async (work) => {
    if (scanned.kind === 'away') return enqueueCheck(work, id);
    const changed = scanned.kind === 'clean' ? await passFile(work, id) : await condemnFile(work, id, scanned.threat);
    if (changed) await tellHolder(context, work, changed);
  });
}

/**
 * What the file hangs on may not change any more (its author was banned or has left, the agreement ended): the file is what the scanner found all the same, or the job would
 * undo that each time and begin anew for ever.
 */
async function tellHolder(context: Context, work: Work, file: FileRow): Promise<void> {
  const { holder_kind, holder_id } = file;
  if (holder_id === null) return;
  for (const holder of context.slices.flatMap(({ fileHolders }) => fileHolders ?? [])) {
    if (holder.kind !== holder_kind) continue;
    try {
      await savepoint(work, async (part) => holder.onChanged?.(part, holder_id));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      context.logger.warn('files.holder_not_told', { file: file.id, fault: error.code });
    }
  }
}

/** Removes what nobody came back for: uploads that were not finished, files that hang on nothing, bytes that nothing refers to. Each a day after it was last wanted. */
export async function sweep(context: Context): Promise<void> {
  const before = new Date(context.clock.now().getTime() - day).toISOString();
  const uploads = await transact(context, by, async (work) => {
    const loose = await work.db
      .selectFrom('files_file')
      .selectAll()
      .where('holder_id', 'is', null)
      .where('created_at', '<', before)
      .limit(500)
      .execute();
    for (const file of loose) await removeFile(work, file);
    return work.db.deleteFrom('files_upload').where('created_at', '<', before).returning('id').execute();
  });
  for (const { id } of uploads) await dropArriving(arrivingPath(context.files, id));
  await dropForgotten(context);
  await removeUnusedBlobs(context);
}

/** What a process left that ended in the middle: no upload names it, and nobody has written to it for a day. What is younger is looked at again. */
async function dropForgotten(context: Context): Promise<void> {
  const known = new Set(
    (await context.db.reader.selectFrom('files_upload').select('id').execute()).map(({ id }) => id),
  );
  let isLeft = false;
  for (const name of await readdir(context.files.incoming)) {
    const path = arrivingPath(context.files, name);
    const touched = (await stat(path).catch(() => null))?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (known.has(name)) continue;
    if (context.clock.now().getTime() - touched > day) await dropArriving(path);
    else isLeft = true;
  }
  if (isLeft) await transact(context, by, (work) => enqueueSweep(work));
}

/** Files of a form, or of a zip, are named nowhere while they come: what is there at the start of a process is from one that was ended. */
export async function sweepAtStart(context: Context): Promise<void> {
  if ((await readdir(context.files.incoming)).length > 0) await transact(context, by, (work) => enqueueSweep(work, 0));
}

export const jobs = {
  [checkJob]: (context: Context, data: JsonObject) => check(context, String(data.file)),
  ...copyJobs,
  [sweepJob]: (context: Context) => sweep(context),
  [forgetJob]: (context: Context) => forgetReaders(context),
};
