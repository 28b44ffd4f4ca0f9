import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  arrivingPath,
  assertSpace,
  type Context,
  dropArriving,
  isRefusal,
  newId,
  type RequestContext,
  type Requester,
  receiveBytes,
} from '@joinery/core';
import { formatDateTime, type Language, readerOf } from '@joinery/ui';
import { ZipFile } from 'yazl';
import { bytesOfFile, sandboxed } from './answer.ts';
import { messages } from './messages.ts';
import { cleanName, disposition } from './names.ts';
import { noteReading, ways } from './readers.ts';
import { requesterOf } from './reading.ts';
import { fileById } from './store.ts';
import type { FileRow } from './tables.ts';
import { mayStillRead, whileReadable } from './while-readable.ts';
import { createZipNames } from './zip-names.ts';

/** A file in a zip, by its id, and the folders that it lies in there, the outermost first. */
export type ZipEntry = { folders: readonly string[]; file: string };

/** Says in the zip itself what is not in it. */
const listOfMissing = 'missing.txt';
/** What is packed already: nothing is won by packing it again. */
const packed =
  /^(image\/(jpeg|png|webp|gif)|video\/|audio\/|application\/(zip|gzip|x-7z|x-rar|vnd\.openxml|vnd\.oasis))/;

/**
 * Answers with files as one zip, made while it is sent.
 * @param name as it is saved, without ending
 * @param entries asked for one after the other, so they may be read page by page
 */
export function answerZip(
  c: RequestContext,
  name: string,
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
): Response {
  c.set('policy', sandboxed);
  const headers = {
    'cache-control': 'private, no-store',
    'content-disposition': disposition(`${cleanName(name)}.zip`, false),
    'content-type': 'application/zip',
  };
  if (c.req.raw.method === 'HEAD') return new Response(null, { headers });
  const { language, timeZone } = readerOf(c);
  return new Response(zipOf(c.var.context, requesterOf(c), entries, { language, timeZone }), { headers });
}

/**
 * Files as one zip, made while it is read: one file at a time, in pieces, however many and large they are. Each file is asked about at its turn, and left out without a word when
 * this requester may not read it; that they read the others is written down. A file of another node is fetched whole before it begins in the zip: it is in there whole, or named
 * with the reason in `missing.txt`; for who is not signed in none is fetched. Whoever stops reading ends all of it.
 */
export function zipOf(
  context: Context,
  requester: Requester,
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
  reader: { language: Language; timeZone: string },
): ReadableStream<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const stop = new AbortController();
  output.once('close', () => stop.abort());
  zip.on('error', (error) => output.destroy(error as Error));
  const fill = async () => {
    const nameOf = createZipNames();
    const missing: string[] = [];
    for await (const { folders, file: id } of entries) {
      if (stop.signal.aborted) return;
      const file = await fileById(context.db.reader, id);
      // Their account too: whoever reads slowly, or many small files, can be here for hours.
      if (!file || !(await mayStillRead(context, requester, id))) continue;
      await noteReading(context, file, requester, ways.saved);
      const path = nameOf(folders, file.name);
      if (file.local !== 1 && requester.kind === 'nobody')
        missing.push(`${path}: ${messages(reader.language)('zipSignIn', { node: new URL(file.uri).host })}`);
      else if (
        !(await addFile({ context, zip, requester, signal: stop.signal }, path, file)) &&
        // Who may read it no more is told no name of it.
        (await mayStillRead(context, requester, id))
      )
        missing.push(`${path}: ${await whyMissing(context, file, reader)}`);
    }
    if (stop.signal.aborted) return;
    if (missing.length > 0) {
      const text = [messages(reader.language)('zipMissing'), '', ...missing, ''].join('\r\n');
      zip.addBuffer(Buffer.from(text, 'utf8'), nameOf([], listOfMissing));
    }
    zip.end();
  };
  fill().catch((error: unknown) => {
    if (!stop.signal.aborted) context.logger.warn('files.zip_broken', { reason: reasonOf(error) });
    output.destroy(error instanceof Error ? error : new Error('The zip cannot be made'));
  });
  return Readable.toWeb(output) as ReadableStream<Uint8Array>;
}

/** No names in logs. */
const reasonOf = (error: unknown) => (isRefusal(error) ? error.code : error instanceof Error ? error.name : 'unknown');

type FromWeb = Parameters<typeof Readable.fromWeb>[0];
type Packing = { context: Context; zip: ZipFile; requester: Requester; signal: AbortSignal };

/** @returns false when the file cannot be had just now, or may be read no more */
async function addFile(packing: Packing, path: string, file: FileRow): Promise<boolean> {
  const { context, zip, signal } = packing;
  const spool = arrivingPath(context.files, newId());
  try {
    const bytes =
      file.local === 1
        ? await readHere(context, file)
        : await inTurn(new URL(file.uri).origin, signal, () => fetchWhole(packing, file, spool));
    if (bytes === null) return false;
    // It can have taken long to come.
    if (!(await mayStillRead(context, packing.requester, file.id))) {
      await bytes.cancel().catch(() => undefined);
      return false;
    }
    const source = Readable.fromWeb(whileReadable(context, packing.requester, file, bytes) as FromWeb);
    const options = { mtime: new Date(file.created_at), size: file.bytes, compress: !packed.test(file.media_type) };
    zip.addReadStream(source, path, options);
    await finished(source, { signal }).catch((error: unknown) => {
      source.destroy();
      throw error;
    });
    return true;
  } finally {
    if (file.local !== 1) await dropArriving(spool);
  }
}

async function readHere(context: Context, file: FileRow): Promise<ReadableStream<Uint8Array> | null> {
  try {
    return (await bytesOfFile(context, file, null)) ?? new Blob([]).stream();
  } catch (error) {
    // Deleted between two questions.
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** Files fetched from one node for zips at once: each takes room on the disk. Counted for each node, so that one that hangs holds nobody up who wants files of another. */
const mostFetched = 3;
const fetching = new Map<string, Set<Promise<unknown>>>();

/** @throws when nobody wants it any more before its turn */
async function inTurn<T>(origin: string, signal: AbortSignal, does: () => Promise<T>): Promise<T> {
  const gone = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  while ((fetching.get(origin)?.size ?? 0) >= mostFetched) {
    signal.throwIfAborted();
    await Promise.race([gone, ...(fetching.get(origin) ?? [])]).catch(() => undefined);
  }
  const turns = fetching.get(origin) ?? new Set();
  fetching.set(origin, turns);
  const done = does();
  turns.add(done);
  try {
    return await done;
  } finally {
    turns.delete(done);
    if (turns.size === 0) fetching.delete(origin);
  }
}

/** Brings a file of another node here, into the folder of what is arriving, for as long as it takes to pack it. @returns null when not all of it came */
async function fetchWhole(
  { context, requester, signal }: Packing,
  file: FileRow,
  spool: string,
): Promise<ReadableStream<Uint8Array> | null> {
  try {
    await assertSpace(context.files, file.bytes);
    // Of a record copy here it is written down that it is read, as of any other way to it.
    const fromCopy = () => noteReading(context, file, requester, ways.saved, true);
    const bytes = await bytesOfFile(context, file, null, fromCopy);
    const arrived = await receiveBytes(context.files, spool, until(bytes, signal), { most: file.bytes });
    if (arrived.bytes !== file.bytes || arrived.broken) return null;
    return Readable.toWeb(createReadStream(spool)) as ReadableStream<Uint8Array>;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** What comes, until nobody wants it any more. */
async function* until(bytes: ReadableStream<Uint8Array> | null, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const source = bytes?.getReader();
  if (!source) return;
  // Also while the other node sends nothing: a read that waits ends with this.
  const stop = () => void source.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for (;;) {
      const { done, value } = await source.read();
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function whyMissing(
  { db, ports }: Context,
  file: FileRow,
  reader: { language: Language; timeZone: string },
): Promise<string> {
  const t = messages(reader.language);
  if (file.local === 1) return t('zipGone');
  const { origin, host: node } = new URL(file.uri);
  const since = await ports.files.awaySince(db.reader, origin);
  return since === null
    ? t('zipNotHanded', { node })
    : t('zipAway', { node, since: formatDateTime(reader.language, reader.timeZone, since) });
}
