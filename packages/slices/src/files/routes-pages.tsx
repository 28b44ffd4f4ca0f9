import { allowFrame, type Context, type Environment, type RequestContext, refuse } from '@joinery/core';
import { peopleByIds, personLabel } from '@joinery/slices/people';
import { type Language, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { readableFile } from './answer.ts';
import { mediaPass, viewerSeconds } from './media-origin.ts';
import { messages } from './messages.ts';
import { shapeOf, showFile } from './preview.ts';
import {
  countReaders,
  holderOf,
  keepsReaders,
  noteReading,
  type Reading,
  readingsOf,
  seesReaders,
  ways,
} from './readers.ts';
import { requesterOf } from './reading.ts';
import type { FileRow } from './tables.ts';
import type { ShownFile } from './views.tsx';
import { PreviewPage } from './views-preview.tsx';
import { type ReaderLine, ReadersPage } from './views-readers.tsx';

const perPage = 50;

/** Pages about one file: what it shows, and who read it. */
export function pageRoutes(app: Hono<Environment>): void {
  app.get('/files/:id/view', async (c) => {
    const { context, visitor } = c.var;
    const file = await readableFile(c, c.req.param('id'));
    const about = await withReaders(c, { ...file, awaySince: await awaySince(context, file) });
    const shape = shapeOf(file);
    const isText = shape === 'text' || shape === 'markdown' || shape === 'table';
    // Images and PDF are asked for by the page, and noted then.
    if (isText && about.awaySince === null && c.req.method === 'GET')
      await noteReading(context, file, requesterOf(c), ways.opened);
    const shown = about.awaySince === null ? await showFile(context, file) : ({ shape: 'none' } as const);
    const frame = shape === 'pdf' && visitor ? mediaPass(c, file, viewerSeconds) : null;
    if (frame !== null) allowFrame(c, new URL(frame).origin);
    const parent = (await holderOf(context, file)?.page?.(context.db.reader, file.holder_id ?? '')) ?? null;
    const model = { file: about, shown, parent, frame };
    return showPage(c, { title: file.name }, <PreviewPage model={model} reader={readerOf(c)} />);
  });

  app.get('/files/:id/readers', async (c) => {
    const { context, language } = c.var;
    const db = context.db.reader;
    const file = await readableFile(c, c.req.param('id'));
    if (!(await seesReaders(context, db, requesterOf(c), file)))
      refuse('not_found', 'There is nothing at this address');
    const found = await readingsOf(db, [file.id], { cursor: c.req.query('cursor') ?? null, limit: perPage });
    const lines = await readerLines(context, found.items, language);
    const model = { file, lines, count: await countReaders(db, [file.id]), next: found.next };
    return showPage(c, { title: messages(language)('readers') }, <ReadersPage model={model} reader={readerOf(c)} />);
  });
}

async function awaySince({ db, ports }: Context, file: FileRow): Promise<string | null> {
  return file.local === 1 ? null : ports.files.awaySince(db.reader, new URL(file.uri).origin);
}

/** A file with what its readers must know before they open it: whether that is written down, and whether they see who did. */
export async function withReaders<T extends FileRow>(c: RequestContext, file: T): Promise<T & ShownFile> {
  const { context } = c.var;
  const readersKept = await keepsReaders(context, context.db.reader, file);
  const sees = readersKept && (await seesReaders(context, context.db.reader, requesterOf(c), file));
  return { ...file, readersKept, seesReaders: sees };
}

/** Readings with names: of people of this node by name, of other nodes their agency. */
export async function readerLines(
  { db, ports }: Pick<Context, 'db' | 'ports'>,
  readings: readonly Reading[],
  language: Language,
): Promise<ReaderLine[]> {
  const people = await peopleByIds(
    db.reader,
    readings.flatMap(({ kind, reader }) => (kind === 'person' ? reader : [])),
  );
  const agencies = new Map<string, string | null>();
  const lines: ReaderLine[] = [];
  for (const { kind, reader, how, at, file } of readings) {
    if (kind === 'person') {
      const { name, href, agency } = personLabel(people.get(reader), language);
      lines.push({ who: { name, href: href || undefined, agency }, isNode: false, how, at, file });
      continue;
    }
    if (!agencies.has(reader)) agencies.set(reader, (await ports.peers.summary(db.reader, reader))?.agency ?? null);
    const { host } = new URL(reader);
    const agency = agencies.get(reader) ?? null;
    lines.push({ who: { name: agency ?? host, node: agency ? host : undefined }, isNode: true, how, at, file });
  }
  return lines;
}
