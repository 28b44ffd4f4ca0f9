import { allowFrame, type Context, type Environment, type RequestContext, refuse } from '@joinery/core';
import { peopleByIds, personLabel } from '@joinery/slices/people';
import { type Language, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { copyPlace, readableFile } from './answer.ts';
import { holderOf } from './holders.ts';
import { mediaPass, viewerSeconds } from './media-origin.ts';
import { messages } from './messages.ts';
import { shapeOf, showFile } from './preview.ts';
import {
  countReaders,
  keepsReaders,
  noteReading,
  type Reading,
  readingsOf,
  seesReaders,
  toldOf,
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
    const away = await awayOf(context, file, new Map());
    const about = await withReaders(c, { ...file, ...away });
    const isHere = away.awaySince === null || away.copyAt !== null;
    const shape = shapeOf(file);
    const isText = shape === 'text' || shape === 'markdown' || shape === 'table';
    // Images and PDF are asked for by the page, and noted then.
    const note = (fromCopy: boolean) =>
      isText && isHere && c.req.method === 'GET'
        ? noteReading(context, file, requesterOf(c), ways.opened, fromCopy)
        : Promise.resolve();
    await note(false);
    const shown = isHere ? await showFile(context, file, () => note(true)) : ({ shape: 'none' } as const);
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
    const told = await toldOf(db, file.id);
    const model = { file, lines, told, count: await countReaders(db, [file.id]), next: found.next };
    return showPage(c, { title: messages(language)('readers') }, <ReadersPage model={model} reader={readerOf(c)} />);
  });
}

/**
 * Since when the node of a file does not answer, and where a record copy of it is read meanwhile.
 * @param known what is known of nodes already, for lists of files
 */
export async function awayOf(
  context: Context,
  file: FileRow,
  known: Map<string, string | null>,
): Promise<{ awaySince: string | null; copyAt: string | null }> {
  if (file.local === 1) return { awaySince: null, copyAt: null };
  const home = new URL(file.uri).origin;
  if (!known.has(home)) known.set(home, await context.ports.files.awaySince(context.db.reader, home));
  const awaySince = known.get(home) ?? null;
  const at = awaySince === null ? null : await copyPlace(context, file);
  return { awaySince, copyAt: at === null ? null : new URL(at).host };
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
  for (const { kind, reader, how, at, file, through } of readings) {
    if (kind === 'person') {
      const { name, href, agency } = personLabel(people.get(reader), language);
      lines.push({ who: { name, href: href || undefined, agency }, isNode: false, how, at, file, through: null });
      continue;
    }
    if (!agencies.has(reader)) agencies.set(reader, (await ports.peers.summary(db.reader, reader))?.agency ?? null);
    const { host } = new URL(reader);
    const agency = agencies.get(reader) ?? null;
    lines.push({
      who: { name: agency ?? host, node: agency ? host : undefined },
      isNode: true,
      how,
      at,
      file,
      through: through && new URL(through).host,
    });
  }
  return lines;
}
