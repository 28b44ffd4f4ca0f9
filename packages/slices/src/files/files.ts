import { type BlobSummary, leaveBlob, newId, type Reader, refuse, streams, useBlob, type Work } from '@joinery/core';
import { dropCopy } from './copies.ts';
import { isUsedHere } from './holders.ts';
import { cleanName, nameless } from './names.ts';
import { forgetReadersOf } from './readers.ts';
import { fileById, filesOf, type Holder } from './store.ts';
import { enqueueSweep } from './sweep.ts';
import type { FileRow } from './tables.ts';

/** Longest description of what an image shows, in characters. */
export const longestAlt = 1_000;

export type NewFile = {
  id: string;
  owner: string;
  name: string;
  mediaType: string;
  blob: BlobSummary;
  state: 'checking' | 'ready';
  alt?: string | null;
  metadata?: FileRow['metadata'];
};

/**
 * Writes down a file whose bytes have been kept. Until it hangs on something only its owner reads it.
 * @throws {Refusal} unavailable
 */
export async function addFile(work: Work, input: NewFile): Promise<FileRow> {
  await useBlob(work, input.blob.sha256);
  const row: FileRow = {
    id: input.id,
    uri: `${work.home}/files/${input.id}`,
    local: 1,
    owner_id: input.owner,
    name: cleanName(input.name),
    media_type: input.mediaType,
    bytes: input.blob.bytes,
    sha256: input.blob.sha256,
    pieces: input.blob.pieces.join(' '),
    alt: input.alt ?? null,
    holder_kind: null,
    holder_id: null,
    position: 0,
    state: input.state,
    threat: null,
    metadata: input.metadata ?? null,
    created_at: work.now,
  };
  await work.db.insertInto('files_file').values(row).execute();
  return row;
}

/**
 * Hangs a file on something: from now on whoever may read that reads the file (`Slice.fileHolders`).
 * @param input.by its owner
 * @param input.from kind of thing that it may be taken from
 * @param input.alt what an image shows; unchanged unless given
 * @throws {Refusal} not_found unless it is theirs and hangs on nothing or on this very thing; invalid when it was infected
 */
export async function attachFile(
  work: Work,
  input: { file: string; holder: Holder; by: string; position?: number; alt?: string | null; from?: string },
): Promise<FileRow> {
  const { holder } = input;
  const file = await fileById(work.db, input.file);
  const isHere =
    file?.holder_id === null ||
    file?.holder_kind === input.from ||
    (file?.holder_kind === holder.kind && file.holder_id === holder.id);
  if (file?.local !== 1 || file.owner_id !== input.by || !isHere)
    refuse('not_found', 'There is no such file of yours: send it again');
  if (file.state === 'infected') refuse('invalid', 'The virus scanner refused this file');
  const change = {
    holder_kind: holder.kind,
    holder_id: holder.id,
    position: input.position ?? file.position,
    alt: input.alt === undefined ? file.alt : shortAlt(input.alt),
  };
  await work.db.updateTable('files_file').set(change).where('id', '=', file.id).execute();
  return { ...file, ...change };
}

/**
 * The same bytes as a file of its own, which hangs on nothing yet.
 * @param file one that lies here
 * @throws {Refusal} unavailable
 */
export function copyFile(work: Work, file: FileRow, owner: string): Promise<FileRow> {
  const { name, media_type: mediaType, bytes, sha256, pieces, alt, metadata } = file;
  const blob = { bytes, sha256, pieces: pieces.split(' ') };
  return addFile(work, { id: newId(), owner, name, mediaType, blob, state: 'ready', alt, metadata });
}

/** What an image shows, at a length that can be read out. */
export function shortAlt(text: string | null): string | null {
  const clean = (text ?? '').replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return clean === '' ? null : [...clean].slice(0, longestAlt).join('');
}

/**
 * Ends a file: its address answers nothing from now on; its bytes go a day later, unless another file has the same.
 */
export async function removeFile(
  work: Work,
  file: Pick<FileRow, 'id' | 'sha256' | 'local' | 'holder_kind' | 'holder_id'>,
): Promise<void> {
  if (file.local !== 1) await dropCopy(work, file);
  await work.db.deleteFrom('files_file').where('id', '=', file.id).execute();
  await forgetReadersOf(work, file.id);
  if (file.local === 1) await leaveBytes(work, file.sha256);
}

async function leaveBytes(work: Work, sha256: string): Promise<void> {
  if (await isUsedHere(work.db, sha256)) return;
  await leaveBlob(work, sha256);
  await enqueueSweep(work);
}

/** Ends all files of something, or those that are not among `except`. */
export async function removeFilesOf(work: Work, holder: Holder, except: readonly string[] = []): Promise<void> {
  const files = (await filesOf(work.db, holder.kind, [holder.id])).get(holder.id) ?? [];
  for (const file of files) if (!except.includes(file.id)) await removeFile(work, file);
}

/** Of the files of something that lives at another node their names and descriptions go; what is needed to read them there stays. */
export async function forgetFileNames(work: Work, holder: Holder): Promise<void> {
  for (const file of (await filesOf(work.db, holder.kind, [holder.id])).get(holder.id) ?? [])
    if (file.local !== 1)
      await work.db
        .updateTable('files_file')
        .set({ name: nameless(file.name, file.position), alt: null })
        .where('id', '=', file.id)
        .execute();
}

/** The scanner found nothing in a file that waited for it. */
export async function passFile(work: Work, id: string): Promise<FileRow | undefined> {
  return work.db
    .updateTable('files_file')
    .set({ state: 'ready' })
    .where('id', '=', id)
    .where('state', '=', 'checking')
    .returningAll()
    .executeTakeFirst();
}

/** The scanner found something in a file that waited for it: its bytes go, its name stays for its owner to see. */
export async function condemnFile(work: Work, id: string, threat: string): Promise<FileRow | undefined> {
  const file = await work.db
    .updateTable('files_file')
    .set({ state: 'infected', threat })
    .where('id', '=', id)
    .where('state', '=', 'checking')
    .returningAll()
    .executeTakeFirst();
  if (!file) return undefined;
  await leaveBytes(work, file.sha256);
  if (file.owner_id) work.emit('file.infected', streams.local, { file: file.id, person: file.owner_id });
  return file;
}

/** Bytes of all files of somebody that lie here. */
export async function bytesOf(db: Reader, person: string): Promise<number> {
  const row = await db
    .selectFrom('files_file')
    .select((eb) => eb.fn.sum<number>('bytes').as('bytes'))
    .where('owner_id', '=', person)
    .where('local', '=', 1)
    .executeTakeFirst();
  return Number(row?.bytes ?? 0);
}
