import {
  arrivingPath,
  assertSpace,
  type Context,
  countAttempt,
  dropArriving,
  limits,
  newId,
  receiveBytes,
  refuse,
  transact,
} from '@joinery/core';
import { enqueueSweep } from './jobs.ts';
import { cleanName } from './names.ts';
import { receiveFile } from './receive.ts';
import { uploadOf } from './store.ts';
import type { FileRow, UploadRow } from './tables.ts';

/** Uploads that one person may have begun and not finished. */
const mostOpen = 50;

/** @throws {Refusal} too_many */
export function countUpload(context: Context, person: string): void {
  countAttempt(context, `upload ${person}`, limits.uploads);
}

/** @throws {Refusal} too_large, with how much is taken at most */
export function refuseTooLarge(context: Pick<Context, 'config'>): never {
  const { largest } = context.config.files;
  return refuse('too_large', `A file may have at most ${largest} bytes here`, [
    { field: 'files', code: 'too_large', values: { maximum: largest } },
  ]);
}

/**
 * Begins an upload that may be interrupted: its bytes come in one or several requests, and it becomes a file of the same id with the last one.
 * @throws {Refusal} too_large, storage_full, too_many
 */
export async function beginUpload(
  context: Context,
  input: { person: string; name: string; bytes: number },
): Promise<UploadRow> {
  const { person, bytes } = input;
  if (bytes > context.config.files.largest) refuseTooLarge(context);
  countUpload(context, person);
  await assertSpace(context.files, bytes);
  return transact(context, { kind: 'person', person }, async (work) => {
    const open = await work.db.selectFrom('files_upload').select('id').where('person_id', '=', person).execute();
    if (open.length >= mostOpen) refuse('too_many', 'Finish or cancel the uploads that you have begun');
    const row: UploadRow = {
      id: newId(),
      person_id: person,
      name: cleanName(input.name),
      bytes,
      received: 0,
      created_at: work.now,
    };
    await work.db.insertInto('files_upload').values(row).execute();
    await enqueueSweep(work);
    return row;
  });
}

/** Uploads whose bytes are being written in this process: two at once would tear them. */
const writing = new WeakMap<Context['db'], Set<string>>();

/**
 * Takes the next bytes of an upload. Of a request that breaks off, what came counts.
 * @param from where they begin; must be how far the upload is
 * @returns how far it is now, and the file when that was all
 * @throws {Refusal} not_found, conflict (other offset, or being written), too_large, invalid (infected), storage_full: then the upload is gone
 */
export async function continueUpload(
  context: Context,
  input: { id: string; person: string; from: number; body: AsyncIterable<Uint8Array> },
): Promise<{ received: number; file: FileRow | null }> {
  const busy = writing.get(context.db) ?? new Set();
  writing.set(context.db, busy);
  if (busy.has(input.id)) refuse('conflict', 'This upload is being written by another request');
  busy.add(input.id);
  try {
    return await writeOn(context, input);
  } finally {
    busy.delete(input.id);
  }
}

async function writeOn(
  context: Context,
  { id, person, from, body }: { id: string; person: string; from: number; body: AsyncIterable<Uint8Array> },
): Promise<{ received: number; file: FileRow | null }> {
  const upload = await uploadOf(context.db.reader, id, person);
  if (!upload) refuse('not_found', 'There is no such upload of yours');
  if (from !== upload.received) refuse('conflict', `This upload has ${upload.received} bytes: go on from there`);
  const path = arrivingPath(context.files, id);
  let received = upload.received;
  try {
    const arrived = await receiveBytes(context.files, path, body, { from, most: upload.bytes });
    if (arrived.tooLarge) refuse('too_large', `This upload was announced with ${upload.bytes} bytes`);
    received = arrived.bytes;
  } catch (error) {
    await dropUpload(context, { id, person });
    throw error;
  }
  if (received < upload.bytes) {
    await transact(context, { kind: 'person', person }, async (work) => {
      await work.db.updateTable('files_upload').set({ received }).where('id', '=', id).execute();
    });
    return { received, file: null };
  }
  try {
    const file = await receiveFile(context, { id, path, name: upload.name, owner: person }, async (work) => {
      await work.db.deleteFrom('files_upload').where('id', '=', id).execute();
    });
    return { received, file };
  } catch (error) {
    await dropUpload(context, { id, person });
    throw error;
  }
}

/** Gives an upload up: nothing of it is left. @returns false when there is none of theirs */
export async function dropUpload(context: Context, { id, person }: { id: string; person: string }): Promise<boolean> {
  const dropped = await transact(context, { kind: 'person', person }, async (work) => {
    const rows = await work.db
      .deleteFrom('files_upload')
      .where('id', '=', id)
      .where('person_id', '=', person)
      .returning('id')
      .execute();
    return rows.length > 0;
  });
  if (dropped) await dropArriving(arrivingPath(context.files, id));
  return dropped;
}
