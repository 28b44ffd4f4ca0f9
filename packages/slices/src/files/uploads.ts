import { stat } from 'node:fs/promises';
import {
  arrivingPath,
  assertSpace,
  type Context,
  countAttempt,
  dropArriving,
  limits,
  newId,
  type Reader,
  receiveBytes,
  refuse,
  sizes,
  transact,
  type Work,
} from '@joinery/core';
import { cleanName } from './names.ts';
import { isPlaceAway, receiveFile } from './receive.ts';
import { uploadOf } from './store.ts';
import { enqueueSweep } from './sweep.ts';
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
 * Makes sure that somebody may send so many bytes more today: what they sent in the last 24 hours and what they have announced counts.
 * @throws {Refusal} too_many
 */
export async function assertDay(work: Pick<Work, 'db' | 'now'>, person: string, bytes: number): Promise<void> {
  const since = new Date(Date.parse(work.now) - 24 * 3_600_000).toISOString();
  const sent = await work.db
    .selectFrom('files_file')
    .select((eb) => eb.fn.sum<number | null>('bytes').as('bytes'))
    .where('owner_id', '=', person)
    .where('created_at', '>', since)
    .executeTakeFirst();
  const announced = await work.db
    .selectFrom('files_upload')
    .select((eb) => eb.fn.sum<number | null>('bytes').as('bytes'))
    .where('person_id', '=', person)
    .executeTakeFirst();
  const most = sizes.filesPerDay.most * 1_000_000;
  if (Number(sent?.bytes ?? 0) + Number(announced?.bytes ?? 0) + bytes > most)
    refuse('too_many', `One person sends at most ${most} bytes in a day`);
}

/** What was announced and has not come yet: the disk must have room for all of it. */
async function outstandingBytes(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('files_upload')
    .select(({ fn, eb }) => fn.sum<number | null>(eb('bytes', '-', eb.ref('received'))).as('bytes'))
    .executeTakeFirst();
  return Number(row?.bytes ?? 0);
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
  return transact(context, { kind: 'person', person }, async (work) => {
    const open = await work.db.selectFrom('files_upload').select('id').where('person_id', '=', person).execute();
    if (open.length >= mostOpen) refuse('too_many', 'Finish or cancel the uploads that you have begun');
    await assertDay(work, person, bytes);
    await assertSpace(context.files, bytes + (await outstandingBytes(work.db)));
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
  // Bytes were kept and a process ended before it said so, or a backup was taken back, which has none of what was arriving.
  const here = (await stat(path).catch(() => null))?.size ?? 0;
  if (here < upload.received) {
    await noteReceived(context, id, person, 0);
    refuse('conflict', 'What had come of this upload is not here any more: begin again from 0');
  }
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
    await noteReceived(context, id, person, received);
    return { received, file: null };
  }
  try {
    const input = { id, path, name: upload.name, owner: person, again: true };
    const file = await receiveFile(context, input, async (work) => {
      await work.db.deleteFrom('files_upload').where('id', '=', id).execute();
    });
    return { received, file };
  } catch (error) {
    // All of it is here, and has nowhere to go for the moment: its last byte is asked for again, and with that it is tried again.
    const isHere = received > 0 && (await stat(path).catch(() => null)) !== null;
    if (isHere && isPlaceAway(error)) await noteReceived(context, id, person, received - 1);
    else await dropUpload(context, { id, person });
    throw error;
  }
}

async function noteReceived(context: Context, id: string, person: string, received: number): Promise<void> {
  await transact(context, { kind: 'person', person }, async (work) => {
    await work.db.updateTable('files_upload').set({ received }).where('id', '=', id).execute();
  });
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
