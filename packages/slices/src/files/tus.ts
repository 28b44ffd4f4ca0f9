import { Buffer } from 'node:buffer';
import { allowLongBody, type RequestContext, refuse, requireVisitor } from '@joinery/core';
import { fileById, uploadOf } from './store.ts';
import { beginUpload, continueUpload, dropUpload, refuseTooLarge } from './uploads.ts';

const version = '1.0.0';
const hours = 24;
export const bytesType = 'application/offset+octet-stream';

/**
 * Uploads that can be resumed: tus 1.0.0 with the extensions creation, expiration and termination (ADR 16). The id of the upload is that of the file it becomes.
 * @param base path of the uploads, where the new one gets its address
 */
export const tus = {
  options: (c: RequestContext): Response => {
    requireVisitor(c);
    return answer(204, {
      'tus-version': version,
      'tus-extension': 'creation,expiration,termination',
      'tus-max-size': String(c.var.context.config.files.largest),
    });
  },

  begin: async (c: RequestContext, base: string): Promise<Response> => {
    const visitor = requireVisitor(c);
    checkVersion(c);
    const bytes =
      readNumber(c.req.header('upload-length')) ?? refuse('bad_request', 'Say how long it is: Upload-Length');
    if (bytes > c.var.context.config.files.largest) refuseTooLarge(c.var.context);
    const person = visitor.person.id;
    const upload = await beginUpload(c.var.context, { person, name: readName(c.req.header('upload-metadata')), bytes });
    // Of nothing there is nothing more to send.
    if (bytes === 0) await continueUpload(c.var.context, { id: upload.id, person, from: 0, body: nothing() });
    return answer(201, { location: `${base}/${upload.id}`, 'upload-expires': expiresOf(upload.created_at) });
  },

  state: async (c: RequestContext, id: string): Promise<Response> => {
    const visitor = requireVisitor(c);
    const db = c.var.context.db.reader;
    const upload = await uploadOf(db, id, visitor.person.id);
    const file = upload ? undefined : await fileById(db, id);
    if (!upload && file?.owner_id !== visitor.person.id) refuse('not_found', 'There is no such upload of yours');
    const length = String(upload?.bytes ?? file?.bytes ?? 0);
    return answer(200, {
      'upload-offset': upload ? String(upload.received) : length,
      'upload-length': length,
      ...(upload ? { 'upload-expires': expiresOf(upload.created_at) } : {}),
    });
  },

  append: async (c: RequestContext, id: string): Promise<Response> => {
    const visitor = requireVisitor(c);
    checkVersion(c);
    if (c.req.header('content-type') !== bytesType) refuse('unsupported_media_type', `Send ${bytesType}`);
    const from =
      readNumber(c.req.header('upload-offset')) ?? refuse('bad_request', 'Say where it goes on: Upload-Offset');
    allowLongBody(c);
    const body = c.req.raw.body ?? nothing();
    const done = await continueUpload(c.var.context, { id, person: visitor.person.id, from, body });
    return answer(204, { 'upload-offset': String(done.received) });
  },

  end: async (c: RequestContext, id: string): Promise<Response> => {
    const visitor = requireVisitor(c);
    if (!(await dropUpload(c.var.context, { id, person: visitor.person.id })))
      refuse('not_found', 'There is no such upload of yours');
    return answer(204, {});
  },
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

function answer(status: 200 | 201 | 204, headers: Record<string, string>): Response {
  return new Response(null, { status, headers: { 'tus-resumable': version, 'cache-control': 'no-store', ...headers } });
}

function checkVersion(c: RequestContext): void {
  if (c.req.header('tus-resumable') !== version)
    refuse('bad_request', `This speaks tus ${version}: send Tus-Resumable`);
}

function readNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** `filename` of `Upload-Metadata`: pairs of a key and a value in base64, with commas between them. */
function readName(text: string | undefined): string {
  for (const pair of (text ?? '').slice(0, 4_000).split(',')) {
    const [key, value = ''] = pair.trim().split(' ');
    if (key === 'filename' || key === 'name') return Buffer.from(value, 'base64').toString('utf8');
  }
  return 'file';
}

const expiresOf = (created: string) => new Date(Date.parse(created) + hours * 3_600_000).toUTCString();
