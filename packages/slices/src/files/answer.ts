import { type ByteRange, type Context, type RequestContext, type Requester, refuse } from '@joinery/core';
import { mediaPass } from './media-origin.ts';
import { disposition } from './names.ts';
import { readRange } from './range.ts';
import { noteReading, ways } from './readers.ts';
import { isDangerous, isImage, isShown, mayReadFile, requesterOf } from './reading.ts';
import { readRemote } from './remote.ts';
import { fileById } from './store.ts';
import type { FileRow } from './tables.ts';

/** Runs nothing, loads nothing, is framed by nobody. */
export const sandboxed = "sandbox; default-src 'none'; frame-ancestors 'none'";
/**
 * Chrome's own PDF viewer does not start in a sandbox; a PDF reaches no page with what it may do in there. Only from the second address may it stand in a page of the node.
 */
const ofPdf = (frames: string) =>
  `default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors ${frames}`;

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
  const { context } = c.var;
  const file = await fileById(context.db.reader, id);
  if (!(await mayReadFile(context, context.db.reader, requesterOf(c), file)) || !file)
    refuse('not_found', 'There is nothing at this address');
  return file;
}

/**
 * As `answerFile`, for a file that this requester may read. It is written down that they do, where that is kept.
 * @param from `media`: it is asked for at the second address
 */
export async function answerBytes(
  c: RequestContext,
  file: FileRow,
  requester: Requester,
  from: 'here' | 'media' = 'here',
): Promise<Response> {
  const { context } = c.var;
  const tag = `"${file.id}"`;
  const dangerous = isDangerous(file.media_type);
  const inline = isShown(file.media_type) && c.req.query('download') === undefined;
  const frames = from === 'media' ? context.config.origin : "'none'";
  c.set('policy', file.media_type === 'application/pdf' && inline ? ofPdf(frames) : sandboxed);
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    'content-disposition': disposition(file.name, inline),
    'content-type': dangerous ? 'application/octet-stream' : withCharset(file.media_type),
    etag: tag,
  });
  const isSeen = isImage(file.media_type) && c.req.query('in') === 'page';
  const how = !inline ? ways.saved : isSeen ? ways.seen : ways.opened;
  const isHead = c.req.raw.method === 'HEAD';
  const note = async () => (isHead ? undefined : noteReading(context, file, requester, how));
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
  const body = isHead ? null : await bytesOfFile(context, file, range);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** The bytes of a file, or of a part of it, wherever they lie. @throws {Refusal} not_found, unavailable */
export async function bytesOfFile(
  context: Context,
  file: FileRow,
  range: ByteRange | null,
): Promise<ReadableStream<Uint8Array> | null> {
  if (file.bytes === 0) return null;
  return file.local === 1
    ? context.files.read(file.sha256, range ?? undefined)
    : readRemote(context, file, range ?? { start: 0, end: file.bytes - 1 });
}

const withCharset = (mediaType: string) => (mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType);
