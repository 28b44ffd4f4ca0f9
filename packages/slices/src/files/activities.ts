import { isObject, type Json, type JsonObject, newId, originOf, pieceBytes, type Work } from '@joinery/core';
import { dropCopy, planCopies } from './copies.ts';
import { shortAlt } from './files.ts';
import { cleanName } from './names.ts';
import { filesOf, type Holder } from './store.ts';
import type { FileRow } from './tables.ts';

/** Larger files are not made by nodes of this kind. */
const largest = 1024 * 1024 * 1024;
const multihashHead = Buffer.from([0x12, 0x20]);

/** What a document of another node says of a file that lies there. */
export type SaidFile = Pick<FileRow, 'uri' | 'name' | 'media_type' | 'bytes' | 'sha256' | 'pieces' | 'alt'>;

/**
 * A file as part of what it hangs on. Every software knows a `Document` with an address; Joinery reads there, at its home, and compares each MiB with `joinery:pieces`: the SHA-256 of each
 * in turn, put together, base64url. `digestMultibase` is the SHA-256 of the whole (multihash, base64url).
 */
export function fileDocument(file: FileRow): JsonObject {
  const hashes = file.pieces.split(' ').map((piece) => Buffer.from(piece, 'base64url'));
  return {
    type: 'Document',
    mediaType: file.media_type,
    name: file.name,
    ...(file.alt ? { summary: file.alt } : {}),
    url: file.uri,
    size: file.bytes,
    digestMultibase: `u${Buffer.concat([multihashHead, Buffer.from(file.sha256, 'hex')]).toString('base64url')}`,
    'joinery:pieces': Buffer.concat(hashes).toString('base64url'),
  };
}

/**
 * Reads one attachment of a document.
 * @param origin home of what it hangs on: a file lies nowhere else
 * @returns null for what is no file of a Joinery node: a link, at most
 */
export function readFile(value: Json | undefined, origin: string): SaidFile | null {
  if (!isObject(value) || value.type !== 'Document') return null;
  const { url: uri, size: bytes, mediaType, name, summary, digestMultibase, 'joinery:pieces': said } = value;
  if (typeof uri !== 'string' || originOf(uri) !== origin || !/^\/files\/[\w-]{1,64}$/.test(new URL(uri).pathname))
    return null;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0 || bytes > largest) return null;
  if (typeof mediaType !== 'string' || !/^[a-z]+\/[a-z0-9.+-]{1,100}$/.test(mediaType)) return null;
  if (typeof digestMultibase !== 'string' || typeof said !== 'string') return null;
  const digest = Buffer.from(digestMultibase.slice(1), 'base64url');
  const hashes = Buffer.from(said, 'base64url');
  const count = Math.max(1, Math.ceil(bytes / pieceBytes));
  if (digestMultibase[0] !== 'u' || digest.length !== 34 || hashes.length !== 32 * count) return null;
  const pieces = Array.from({ length: count }, (_, index) => hashes.subarray(32 * index, 32 * index + 32));
  return {
    uri,
    name: cleanName(typeof name === 'string' ? name : ''),
    media_type: mediaType,
    bytes,
    sha256: digest.subarray(2).toString('hex'),
    pieces: pieces.map((piece) => piece.toString('base64url')).join(' '),
    alt: shortAlt(typeof summary === 'string' ? summary : null),
  };
}

/**
 * Writes down the files of something that lives at another node; those that are no longer named are forgotten.
 * @returns whether anything changed
 */
export async function rememberFiles(work: Work, holder: Holder, said: readonly SaidFile[]): Promise<boolean> {
  const known = (await filesOf(work.db, holder.kind, [holder.id])).get(holder.id) ?? [];
  const told = (files: readonly SaidFile[]) =>
    JSON.stringify(files.map(({ uri, name, alt, sha256, media_type }) => [uri, name, alt, sha256, media_type]));
  if (told(known) === told(said)) return false;
  const stays = (file: FileRow) => said.some(({ uri, sha256 }) => uri === file.uri && sha256 === file.sha256);
  for (const file of known) if (file.local !== 1 && !stays(file)) await dropCopy(work, file);
  await work.db
    .deleteFrom('files_file')
    .where('holder_kind', '=', holder.kind)
    .where('holder_id', '=', holder.id)
    .where('local', '=', 0)
    .execute();
  for (const [position, file] of said.entries())
    await work.db
      .insertInto('files_file')
      .values({
        ...file,
        id: known.find(({ uri }) => uri === file.uri)?.id ?? newId(),
        local: 0,
        owner_id: null,
        holder_kind: holder.kind,
        holder_id: holder.id,
        position,
        state: 'ready',
        threat: null,
        metadata: null,
        created_at: work.now,
      })
      // One file hangs on one thing: whoever named it first has it.
      .onConflict((conflict) => conflict.column('uri').doNothing())
      .execute();
  if (said.length > 0) await planCopies(work, holder);
  return true;
}
