import { Readable } from 'node:stream';
import Busboy from '@fastify/busboy';
import type { Context as HonoContext } from 'hono';
import { refuse } from '../errors.ts';
import { arrivingPath, dropArriving, receiveBytes } from '../files/arrive.ts';
import { newId } from '../ids.ts';
import { sizes } from '../limits.ts';
import type { ArrivedFile, Environment, SentForm } from './environment.ts';
import { allowLongBody } from './long-bodies.ts';

type C = HonoContext<Environment>;

const mostFiles = sizes.filesAtOnce.most;
const mostFields = 2_000;
const longestField = 256 * 1024;

/**
 * Reads a form whose files are too large to hold in memory: they are written to the folder of what is arriving, piece by piece, and nothing is answered before the last byte. All
 * files of one form together may have as much as one file. More than that: what was typed is kept, the files are not, and `tooLarge` says so.
 * @param mayKeep asked before the first file, when the fields before it are known
 * @throws {Refusal} bad_request, storage_full
 */
export async function readStreamedForm(c: C, mayKeep: (fields: SentForm['fields']) => boolean): Promise<SentForm> {
  const { files, config } = c.var.context;
  const most = config.files.largest;
  const form: SentForm = { fields: new Map(), files: new Map(), arrived: [], tooLarge: false };
  const body = c.req.raw.body;
  if (!body) return form;
  allowLongBody(c);
  const announced = Number(c.req.header('content-length') ?? 0);
  const stop = new AbortController();
  // Counted as they come: the next file begins before the one before it is written.
  async function* counted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      left -= piece.length;
      if (left < 0) {
        form.tooLarge = true;
        return end();
      }
      yield piece;
    }
  }
  let fault: unknown = null;
  let left = most;
  let fields = 0;
  const receiving: Promise<void>[] = [];
  const parser = parserFor(c);
  const end = (error: unknown = null) => {
    fault ??= error;
    stop.abort();
  };

  parser.on('field', (name, value, nameCut, valueCut) => {
    fields += 1;
    if (nameCut || valueCut || fields > mostFields) end(new TooLong());
    const known = form.fields.get(name);
    if (known) known.push(value);
    else form.fields.set(name, [value]);
  });
  parser.on('file', (field, source, name, _encoding, type) => {
    // A browser sends an empty part for a field without a choice.
    if (!name) return void source.resume();
    if (announced > most + longestField) form.tooLarge = true;
    if (form.tooLarge || !mayKeep(form.fields)) {
      source.resume();
      return end();
    }
    if (form.arrived.length === mostFiles) return end(new TooLong());
    const id = newId();
    const path = arrivingPath(files, id);
    const arrived: ArrivedFile = { id, field, name, type, path, bytes: 0 };
    form.arrived.push(arrived);
    receiving.push(
      (async () => {
        const result = await receiveBytes(files, path, counted(source), { most });
        source.resume();
        arrived.bytes = result.bytes;
        if (result.broken && !stop.signal.aborted) end(new Error('The form broke off'));
      })().catch((error: unknown) => {
        source.resume();
        end(error);
      }),
    );
  });

  const finished = new Promise<void>((resolve) => {
    parser.on('finish', resolve);
    parser.on('error', (error) => {
      end(error);
      resolve();
    });
    stop.signal.addEventListener('abort', () => resolve());
  });
  const incoming = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  incoming.on('error', (error) => end(error));
  incoming.pipe(parser);
  await finished;
  if (stop.signal.aborted) {
    incoming.unpipe(parser);
    incoming.destroy();
    parser.destroy();
  }
  await Promise.all(receiving);
  if (fault !== null || form.tooLarge) await dropArrived(form);
  if (fault === null) return form;
  if (fault instanceof TooLong)
    refuse('too_large', 'The form has too many fields or files, or a field that is too long');
  if (isPlain(fault)) throw fault;
  return refuse('bad_request', 'The form cannot be read');
}

class TooLong extends Error {}

/** Says no in words of ours, or is a full disk: told as it is. */
function isPlain(fault: unknown): boolean {
  return fault instanceof Error && (fault.name === 'Refusal' || ('code' in fault && fault.code === 'ENOSPC'));
}

function parserFor(c: C) {
  try {
    return new Busboy({
      headers: { 'content-type': c.req.header('content-type') ?? '' },
      limits: { fieldSize: longestField, fieldNameSize: 200, headerPairs: 20 },
      // Names come from whatever machine: only their last part is anything to us.
      preservePath: false,
    });
  } catch {
    return refuse('bad_request', 'The form cannot be read');
  }
}

/** Removes what arrived with a form and became no file. */
export async function dropArrived(form: Pick<SentForm, 'arrived'>): Promise<void> {
  for (const { path } of form.arrived) await dropArriving(path);
  form.arrived.length = 0;
}
