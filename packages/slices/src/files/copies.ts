import { type Context, enqueueJob, leaveBlob, type Reader, streams, transact, useBlob, type Work } from '@joinery/core';
import { holderOf, isUsedHere } from './holders.ts';
import { fileById, filesOf, type Holder } from './store.ts';
import { enqueueSweep } from './sweep.ts';
import type { CopyFault, FileCopyRow, FileRow } from './tables.ts';

/**
 * The record copy: where a group of this node promised its members one, the bytes of files that people of other nodes bring are kept here too, and read while their home
 * does not answer. It goes with the file, and with the promise.
 */

export const planJob = 'files.copies';
export const copyJob = 'files.copy';

/** Something of another node has other files than before: whether copies of them are kept is looked at next. By the instant, since a look that is about to end has not seen this. */
export async function planCopies(work: Work, holder: Holder): Promise<void> {
  await enqueueJob(work, planJob, { ...holder }, { key: `${holder.kind} ${holder.id} ${work.now}` });
}

/** Whether this node promised copies of the files of a thing: asked anew each time, since a promise ends. */
export async function isPromised(
  context: Pick<Context, 'slices'>,
  db: Reader,
  file: Pick<FileRow, 'holder_kind' | 'holder_id'>,
): Promise<boolean> {
  if (file.holder_id === null) return false;
  return (await holderOf(context, file)?.keepsCopies?.(db, file.holder_id)) ?? false;
}

/** Wants what was promised of the files of a thing, and drops what is promised no more. */
export async function settleCopies(context: Pick<Context, 'slices'>, work: Work, holder: Holder): Promise<void> {
  const files = (await filesOf(work.db, holder.kind, [holder.id])).get(holder.id) ?? [];
  for (const file of files.filter(({ local }) => local !== 1)) {
    if (!(await isPromised(context, work.db, file))) {
      await dropCopy(work, file);
      continue;
    }
    const row = { file_id: file.id, sha256: file.sha256, state: 'wanted' as const, reason: null, tries: 0 };
    const added = await work.db
      .insertInto('files_copy')
      .values({ ...row, at: work.now })
      .onConflict((conflict) => conflict.column('file_id').doNothing())
      .returning('file_id')
      .executeTakeFirst();
    if (added) await enqueueJob(work, copyJob, { file: file.id }, { key: `${file.id} ${work.now}` });
  }
}

export async function copyOf(db: Reader, file: string): Promise<FileCopyRow | undefined> {
  return db.selectFrom('files_copy').selectAll().where('file_id', '=', file).executeTakeFirst();
}

/** Whether the bytes of a file that lies elsewhere are here, and may be read here. */
export async function isCopied(context: Pick<Context, 'slices'>, db: Reader, file: FileRow): Promise<boolean> {
  if (file.local === 1 || (await copyOf(db, file.id))?.state !== 'kept') return false;
  return isPromised(context, db, file);
}

/**
 * The bytes of a file are kept, and stay until `dropCopy`.
 * @returns false when nobody wants them any more, or others took the room for them meanwhile
 * @throws {Refusal} unavailable
 */
export async function keepCopy(context: Pick<Context, 'slices' | 'config'>, work: Work, id: string): Promise<boolean> {
  const file = await fileById(work.db, id);
  const copy = await copyOf(work.db, id);
  if (!file || copy?.state !== 'wanted' || copy.sha256 !== file.sha256) return false;
  if (!(await isPromised(context, work.db, file))) return false;
  if (!(await hasRoom(context, work.db, file.bytes))) {
    await noteNoRoom(work, file);
    return false;
  }
  await useBlob(work, file.sha256);
  await change(work, id, { state: 'kept', reason: null, at: work.now });
  if (copy.reason !== null) settled(work, file);
  return true;
}

/** Whether so many bytes more fit within what this node keeps of others altogether. */
export async function hasRoom(context: Pick<Context, 'config'>, db: Reader, bytes: number): Promise<boolean> {
  return bytes <= (await roomFor(context, db));
}

/** Bytes for which there is room. */
export async function roomFor({ config }: Pick<Context, 'config'>, db: Reader): Promise<number> {
  const row = await db
    .selectFrom('files_copy')
    .innerJoin('files_file', 'files_file.id', 'files_copy.file_id')
    .select((eb) => eb.fn.sum<number | null>('files_file.bytes').as('bytes'))
    .where('files_copy.state', '=', 'kept')
    .executeTakeFirst();
  return config.files.copies - Number(row?.bytes ?? 0);
}

/** There is no room for a file. It stays wanted, and is kept when there is. */
export async function noteNoRoom(work: Work, file: FileRow): Promise<void> {
  if ((await copyOf(work.db, file.id))?.reason === 'no_room') return;
  await change(work, file.id, { reason: 'no_room' });
  settled(work, file);
}

function settled(work: Work, { holder_kind: kind, holder_id: id }: Pick<FileRow, 'holder_kind' | 'holder_id'>): void {
  if (kind !== null && id !== null) work.emit('file.copy_settled', streams.local, { kind, id });
}

/** Files of something of another node that are not kept here though it was promised, by their address. */
export async function notKept(
  db: Reader,
  kinds: readonly string[],
  id: string,
): Promise<{ uri: string; reason: CopyFault }[]> {
  const rows = await db
    .selectFrom('files_copy')
    .innerJoin('files_file', 'files_file.id', 'files_copy.file_id')
    .select(['files_file.uri', 'files_copy.reason'])
    .where('files_file.holder_kind', 'in', [...kinds])
    .where('files_file.holder_id', '=', id)
    .where('files_copy.reason', 'is not', null)
    .orderBy('files_file.uri')
    .execute();
  return rows.flatMap(({ uri, reason }) => (reason === null ? [] : { uri, reason }));
}

/**
 * What the node that promised record copies says of files of something here: these it does not keep, the others it may.
 * @param said by address
 */
export async function rememberNotKept(
  work: Work,
  files: readonly FileRow[],
  origin: string,
  said: ReadonlyMap<string, CopyFault>,
): Promise<void> {
  for (const file of files) {
    const reason = said.get(file.uri);
    await work.db.deleteFrom('files_unkept').where('file_id', '=', file.id).where('origin', '=', origin).execute();
    if (reason)
      await work.db.insertInto('files_unkept').values({ file_id: file.id, origin, reason, at: work.now }).execute();
  }
}

/** A node is given a file of this one for its record copy: what it said of that before is of another time, or is said again when it comes of this. */
export async function forgetNotKept(context: Context, file: string, origin: string): Promise<void> {
  if ((await notKeptBy(context.db.reader, [file], origin)).size === 0) return;
  await transact(context, { kind: 'system', what: 'files' }, async (work) => {
    await work.db.deleteFrom('files_unkept').where('file_id', '=', file).where('origin', '=', origin).execute();
  });
}

/** Of some files of this node those that another one says it does not keep. */
export async function notKeptBy(db: Reader, files: readonly string[], origin: string): Promise<Map<string, CopyFault>> {
  if (files.length === 0) return new Map();
  const rows = await db
    .selectFrom('files_unkept')
    .select(['file_id', 'reason'])
    .where('file_id', 'in', [...files])
    .where('origin', '=', origin)
    .execute();
  return new Map(rows.map(({ file_id, reason }) => [file_id, reason]));
}

/** A file cannot be kept: said to whoever runs this node (`checks.ts`). */
export async function refuseCopy(work: Work, file: FileRow, reason: CopyFault): Promise<void> {
  await change(work, file.id, { state: 'refused', reason, at: work.now });
  settled(work, file);
}

/** It was asked for in vain. @returns how often */
export async function noteTry(work: Work, { file_id, tries }: FileCopyRow): Promise<number> {
  await change(work, file_id, { tries: tries + 1 });
  return tries + 1;
}

async function change(work: Work, id: string, changed: Partial<FileCopyRow>): Promise<void> {
  await work.db
    .updateTable('files_copy')
    .set(changed)
    .where('file_id', '=', id)
    .where('state', '=', 'wanted')
    .execute();
}

/** Ends a copy: it is not read from now on, and its bytes go within minutes, unless they are those of another file here. The author's node is told then (`file.copy_dropped`). */
export async function dropCopy(work: Work, file: Pick<FileRow, 'id' | 'holder_kind' | 'holder_id'>): Promise<void> {
  const copy = await work.db.deleteFrom('files_copy').where('file_id', '=', file.id).returningAll().executeTakeFirst();
  if (!copy) return;
  // What has come of it, or is coming just now.
  if (copy.state !== 'kept') return enqueueSweep(work);
  if (!(await isUsedHere(work.db, copy.sha256))) {
    await leaveBlob(work, copy.sha256, true);
    await enqueueSweep(work, 0);
  }
  const { holder_kind: kind, holder_id: id } = file;
  if (kind !== null && id !== null) work.emit('file.copy_dropped', streams.local, { kind, id });
}

/** How many copies are kept of the files of some things. */
export async function countCopies(db: Reader, kinds: readonly string[], id: string): Promise<number> {
  const row = await db
    .selectFrom('files_copy')
    .innerJoin('files_file', 'files_file.id', 'files_copy.file_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('files_file.holder_kind', 'in', [...kinds])
    .where('files_file.holder_id', '=', id)
    .where('files_copy.state', '=', 'kept')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}
