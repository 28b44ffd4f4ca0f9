import { type ByteRange, type Context, isRefusal, type RequestContext, type Requester, refuse } from '@joinery/core';
import { forgetNotKept, isCopied } from './copies.ts';
import { holderOf } from './holders.ts';
import { mediaPass } from './media-origin.ts';
import { disposition } from './names.ts';
import { readRange } from './range.ts';
import { noteReading, ways } from './readers.ts';
import { isDangerous, isImage, isShown, mayReadFile, requesterOf } from './reading.ts';
import { readRemote } from './remote.ts';
import { fileById, fileByUri } from './store.ts';
import type { FileRow } from './tables.ts';
import { whileReadable } from './while-readable.ts';

/** Runs nothing, loads nothing, is framed by whom it says. The viewers for PDF of Chromium (156) and Firefox start in it; that of older browsers stays empty. */
const sandboxFor = (frames: string) => `sandbox; default-src 'none'; frame-ancestors ${frames}`;
export const sandboxed = sandboxFor("'none'");

/**
 * Answers with the bytes of a file, or with a part of them. Who may not read it gets what a file gets that is not there.
 * @throws {Refusal} not_found; unavailable when the node where it lies does not answer
 */
export async function answerFile(c: RequestContext, id: string): Promise<Response> {
  const file = await readableFile(c, id);
  const media = c.var.requester === null && isDangerous(file.media_type) ? mediaPass(c, file) : null;
  if (media) return c.redirect(media, 302);
  return answerBytes(c, file, requesterOf(c));
}

/**
 * The file behind an address, for whoever asks.
 * @throws {Refusal} not_found for who may not read it, as for what is not there
 */
export async function readableFile(c: RequestContext, id: string): Promise<FileRow> {
  const { context, requester } = c.var;
  const home = requester?.kind === 'peer' ? c.req.query('home') : undefined;
  const found = home ? await copiedFile(context, home, id) : await fileById(context.db.reader, id);
  // Another node asks for what lies here, or for a record copy by its home's number.
  const file = requester?.kind === 'peer' && found?.local !== 1 && !home ? undefined : found;
  if (!(await mayReadFile(context, context.db.reader, requesterOf(c), file)) || !file)
    refuse('not_found', 'There is nothing at this address');
  return file;
}

/** A file of another node of which this one keeps the record copy: other nodes ask for it by its number there. */
async function copiedFile(context: Context, home: string, id: string): Promise<FileRow | undefined> {
  const db = context.db.reader;
  const file = await fileByUri(db, `${home}/files/${id}`);
  return file && (await isCopied(context, db, file)) ? file : undefined;
}

/**
 * As `answerFile`, for a file that this requester may read. It is written down that they do, where that is kept.
 * @param from `media`: it is asked for at the second address
 * @param still whether they may read on, for whoever reads it by another rule than that of what it hangs on
 */
export async function answerBytes(
  c: RequestContext,
  file: FileRow,
  requester: Requester,
  from: 'here' | 'media' = 'here',
  still?: () => Promise<boolean>,
): Promise<Response> {
  const { context } = c.var;
  const tag = `"${file.id}"`;
  const dangerous = isDangerous(file.media_type);
  const inline = isShown(file.media_type) && c.req.query('download') === undefined;
  // Only a PDF, and only from the second address, stands in a page of the node.
  const isFramed = from === 'media' && file.media_type === 'application/pdf' && inline;
  c.set('policy', isFramed ? sandboxFor(context.config.origin) : sandboxed);
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    'content-disposition': disposition(file.name, inline),
    'content-type': dangerous ? 'application/octet-stream' : withCharset(file.media_type),
    etag: tag,
  });
  const isSeen = isImage(file.media_type) && c.req.query('in') === 'page';
  const isForRecord = c.req.query('record') !== undefined && (await mayCopy(context, requester, file));
  const how = isForRecord ? ways.kept : !inline ? ways.saved : isSeen ? ways.seen : ways.opened;
  const isHead = c.req.raw.method === 'HEAD';
  const isTrial = requester.kind === 'peer' && requester.trial === true;
  const note = async (fromCopy = false) => {
    if (isHead || isTrial) return;
    await noteReading(context, file, requester, how, fromCopy);
    if (!isForRecord || requester.kind !== 'peer' || file.holder_id === null) return;
    await forgetNotKept(context, file.id, requester.origin);
    await holderOf(context, file)?.onCopied?.(context, file.holder_id, requester.origin);
  };
  if (
    c.req
      .header('if-none-match')
      ?.split(/\s*,\s*/)
      .includes(tag)
  ) {
    await note();
    return new Response(null, { status: 304, headers });
  }
  const isStale = c.req.header('if-range') !== undefined && c.req.header('if-range') !== tag;
  const range = isStale ? null : readRange(c.req.header('range'), file.bytes);
  if (range === 'none') {
    headers.set('content-range', `bytes */${file.bytes}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set('content-length', String(range ? range.end + 1 - range.start : file.bytes));
  if (range) headers.set('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`);
  // Before the first byte: nobody reads what is not written down.
  await note();
  // Nobody reads the body of an answer to HEAD: opened, it would stay open.
  const fromCopy = () => note(true);
  const isAsked = requester.kind === 'peer' && file.local !== 1;
  const bytes = isHead ? null : await (isAsked ? readCopy : bytesOfFile)(context, file, range, fromCopy);
  const body = bytes && whileReadable(context, requester, file, bytes, still);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** Whether a node that asks for a file of this one keeps the record copy of what it hangs on. */
async function mayCopy(context: Context, requester: Requester, file: FileRow): Promise<boolean> {
  if (requester.kind !== 'peer' || file.local !== 1 || file.holder_id === null) return false;
  const at = await holderOf(context, file)?.copiesAt?.(context.db.reader, file.holder_id);
  return at === requester.origin;
}

/** Until when a node that did not answer is not asked again before the record copy is read. */
const silent = new WeakMap<Context['ports'], Map<string, number>>();
const silentMilliseconds = 30_000;

/**
 * The bytes of a file, or of a part of it, wherever they lie: at its home; and while that does not answer, where a record copy of it is kept.
 * @param fromCopy done before the first byte of the record copy of this node
 * @throws {Refusal} not_found, unavailable
 */
export async function bytesOfFile(
  context: Context,
  file: FileRow,
  range: ByteRange | null,
  fromCopy: () => Promise<void> = async () => {},
): Promise<ReadableStream<Uint8Array> | null> {
  if (file.bytes === 0) return null;
  if (file.local === 1) return context.files.read(file.sha256, range ?? undefined);
  const part = range ?? { start: 0, end: file.bytes - 1 };
  const home = new URL(file.uri).origin;
  const at = await copyPlace(context, file);
  if (at === null) return readRemote(context, file, part).catch(asMissing);
  const known = silent.get(context.ports) ?? new Map<string, number>();
  silent.set(context.ports, known);
  const now = context.clock.now().getTime();
  // Its home first, which may say no; asked once in a while when it says nothing, so that nobody waits for that at each part.
  if ((known.get(home) ?? 0) <= now) {
    try {
      const bytes = await readRemote(context, file, part);
      known.delete(home);
      return bytes;
    } catch (error) {
      const code = isRefusal(error) ? error.code : null;
      // What was promised stays although the agreement with its home has ended: for members here.
      if (code !== 'unavailable' && !(code === 'no_agreement' && at === context.config.origin)) return asMissing(error);
      if (code === 'unavailable') known.set(home, now + silentMilliseconds);
    }
  }
  return at === context.config.origin
    ? readCopy(context, file, range, fromCopy)
    : readRemote(context, file, part, { copyAt: at }).catch(asMissing);
}

/** The bytes of a record copy of this node. */
async function readCopy(
  context: Context,
  file: FileRow,
  range: ByteRange | null,
  fromCopy: () => Promise<void>,
): Promise<ReadableStream<Uint8Array> | null> {
  await fromCopy();
  return file.bytes === 0 ? null : context.files.read(file.sha256, range ?? undefined);
}

/** Whom this node does not ask is nobody's business. */
function asMissing(error: unknown): never {
  if (isRefusal(error) && error.code === 'no_agreement') refuse('not_found', 'There is nothing at this address');
  throw error;
}

/** Origin of the node whose record copy of a file is read while its home does not answer; null without one. Another node promised it, and may not have it yet. */
export async function copyPlace(
  context: Pick<Context, 'slices' | 'config' | 'db'>,
  file: FileRow,
): Promise<string | null> {
  const db = context.db.reader;
  if (file.local === 1 || file.holder_id === null) return null;
  if (await isCopied(context, db, file)) return context.config.origin;
  return (await holderOf(context, file)?.copiesAt?.(db, file.holder_id)) ?? null;
}

const withCharset = (mediaType: string) => (mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType);
