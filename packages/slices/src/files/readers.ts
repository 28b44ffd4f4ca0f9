import {
  type Context,
  decodeCursor,
  encodeCursor,
  enqueueJob,
  type Reader,
  type Requester,
  sizes,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import { isCopied } from './copies.ts';
import { holderOf } from './holders.ts';
import type { FileReadingRow, FileRow } from './tables.ts';

export const forgetJob = 'files.forget_readers';
const keptMonths = 12;
const day = 24 * 3_600_000;

/** How much somebody did with a file: saw it in a page, opened it, saved it, keeps a record copy of it. */
export const ways = { seen: 0, opened: 1, saved: 2, kept: 3 } as const;
export type Way = (typeof ways)[keyof typeof ways];

/** Whether it is written down who reads a file: readers are told before they open it. */
export async function keepsReaders(
  context: Pick<Context, 'slices'>,
  db: Reader,
  file: Pick<FileRow, 'holder_kind' | 'holder_id'>,
): Promise<boolean> {
  if (file.holder_id === null) return false;
  return (await holderOf(context, file)?.keepsReaders?.(db, file.holder_id)) ?? false;
}

/**
 * Writes down that somebody who may read a file does so: a person of this node, or another node for one of its people. Nothing of files that are not kept count of, that lie
 * elsewhere (their own node counts), or that their owner reads. Several parts within an hour are one reading.
 * @param fromCopy it is read from the record copy here, while its own node does not answer
 */
export async function noteReading(
  context: Context,
  file: FileRow,
  requester: Requester,
  how: Way,
  fromCopy = false,
): Promise<void> {
  const by = readerOf(requester);
  if (by === null || (file.local !== 1 && !fromCopy) || by.reader === file.owner_id) return;
  if (!(await keepsReaders(context, context.db.reader, file))) return;
  const at = context.clock.now().toISOString();
  const hour = `${at.slice(0, 13)}:00:00.000Z`;
  const known = await context.db.reader
    .selectFrom('files_reading')
    .select(['how', 'told_by'])
    .where('file_id', '=', file.id)
    .where('reader', '=', by.reader)
    .where('hour', '=', hour)
    .executeTakeFirst();
  // What this node sees itself stands, whatever another one said of the same hour.
  if (known && known.told_by === null && known.how >= how) return;
  const most = Math.max(how, known?.how ?? 0);
  await transact(context, { kind: 'system', what: 'files' }, async (work) => {
    await work.db
      .insertInto('files_reading')
      .values({ ...by, file_id: file.id, hour, at, how, told_by: null })
      .onConflict((conflict) =>
        conflict
          .columns(['file_id', 'reader', 'hour'])
          .doUpdateSet({ how: most, told_by: null })
          .where((eb) => eb.or([eb('files_reading.told_by', 'is not', null), eb('files_reading.how', '<', how)])),
      )
      .execute();
    await enqueueForget(work);
    const { holder_kind: kind, holder_id: id } = file;
    if (file.local !== 1 && kind !== null && id !== null) work.emit('file.copy_read', streams.local, { kind, id });
  });
}

/** A reading as the node of the record copy tells it to the file's own: which node, never who. */
export type ToldReading = { uri: string; node: string; at: string; how: Way };
/** Told at once: the latest. */
export const mostTold = 500;

/**
 * Who read the record copies here of files of something of another node, the latest first: other nodes, and the people of this one as this node.
 * @param own origin of this node
 */
export async function readingsOfCopies(
  db: Reader,
  kinds: readonly string[],
  id: string,
  own: string,
): Promise<ToldReading[]> {
  const rows = await db
    .selectFrom('files_reading')
    .innerJoin('files_file', 'files_file.id', 'files_reading.file_id')
    .select(['files_file.uri', 'files_reading.reader', 'files_reading.kind', 'files_reading.hour'])
    .select(['files_reading.at', 'files_reading.how'])
    .where('files_file.holder_kind', 'in', [...kinds])
    .where('files_file.holder_id', '=', id)
    .where('files_file.local', '=', 0)
    .where('files_reading.how', '<', ways.kept)
    .orderBy('files_reading.at', 'desc')
    .limit(2 * mostTold)
    .execute();
  const told = new Map<string, ToldReading>();
  for (const { uri, reader, kind, hour, at, how } of rows) {
    const node = kind === 'person' ? own : reader;
    const key = `${uri} ${node} ${hour}`;
    const known = told.get(key);
    // Of several people the first time, and the most that one of them did.
    told.set(key, { uri, node, at, how: Math.max(how, known?.how ?? 0) as Way });
  }
  return [...told.values()].slice(0, mostTold);
}

/**
 * Who read a file of this node from the record copy of another one, as that says. What was read here in the same hour stays as it was noted.
 * What is told beyond what is kept is left out, and that it was is noted: nobody can check which nodes there are.
 * @param by origin of that node
 * @param room how many more are kept of it in the group
 * @returns how many were added
 */
export async function rememberReadings(
  work: Work,
  file: FileRow,
  by: string,
  said: readonly ToldReading[],
  room: number = sizes.toldReadingsOfGroup.most,
): Promise<number> {
  const rows = work.db.selectFrom('files_reading').select(['reader', 'hour']).where('file_id', '=', file.id);
  const kept = await rows.where('told_by', '=', by).execute();
  const known = new Set(kept.map(({ reader, hour }) => `${reader} ${hour}`));
  const most = Math.min(sizes.toldReadings.most, kept.length + room);
  let isMore = false;
  for (const { node, at, how } of said) {
    const hour = `${at.slice(0, 13)}:00:00.000Z`;
    if (!known.has(`${node} ${hour}`) && known.size >= most) {
      isMore = true;
      continue;
    }
    known.add(`${node} ${hour}`);
    await work.db
      .insertInto('files_reading')
      .values({ file_id: file.id, reader: node, kind: 'node', hour, at, how, told_by: by })
      .onConflict((conflict) =>
        conflict
          .columns(['file_id', 'reader', 'hour'])
          .doUpdateSet({ how })
          .where('files_reading.told_by', '=', by)
          .where('files_reading.how', '<', how),
      )
      .execute();
  }
  const told = { file_id: file.id, origin: by, at: work.now, ...(isMore ? { more_at: work.now } : {}) };
  await work.db
    .insertInto('files_told')
    .values({ more_at: null, ...told })
    .onConflict((conflict) => conflict.columns(['file_id', 'origin']).doUpdateSet(told))
    .execute();
  if (said.length > 0) await enqueueForget(work);
  return known.size - kept.length;
}

/** Nodes whose record copy of a file is read while this one does not answer, each with when it last told of that, and when of more than is kept. */
export async function toldOf(
  db: Reader,
  file: string,
): Promise<{ origin: string; at: string; more_at: string | null }[]> {
  const rows = db.selectFrom('files_told').select(['origin', 'at', 'more_at']).where('file_id', '=', file);
  return rows.orderBy('origin').execute();
}

function readerOf(requester: Requester): Pick<FileReadingRow, 'reader' | 'kind'> | null {
  if (requester.kind === 'person') return { reader: requester.person, kind: 'person' };
  return requester.kind === 'peer' ? { reader: requester.origin, kind: 'node' } : null;
}

/**
 * Whether somebody sees who read a file: its owner, and whom its holder names, as long as they may read it themselves. Asked after `mayReadFile`.
 */
export async function seesReaders(
  context: Pick<Context, 'slices'>,
  db: Reader,
  requester: Requester,
  file: FileRow,
): Promise<boolean> {
  if (requester.kind !== 'person' || !(await keepsReaders(context, db, file))) return false;
  if (file.local !== 1 && !(await isCopied(context, db, file))) return false;
  if (requester.person === file.owner_id) return true;
  return (await holderOf(context, file)?.seesReaders?.(db, requester, file.holder_id ?? '')) ?? false;
}

/** One who read, and when. */
export type Reading = Pick<FileReadingRow, 'reader' | 'kind' | 'at'> & {
  file: string;
  how: Way;
  /** Origin of the node whose record copy was read; null when it was read here. */
  through: string | null;
};

/** How many people and nodes read some files. */
export async function countReaders(db: Reader, files: readonly string[]): Promise<{ people: number; nodes: number }> {
  const found = { people: 0, nodes: 0 };
  if (files.length === 0) return found;
  const rows = await db
    .selectFrom('files_reading')
    .select((eb) => ['kind', eb.fn.count<number>('reader').distinct().as('count')])
    .where('file_id', 'in', [...files])
    .groupBy('kind')
    .execute();
  for (const { kind, count } of rows) found[kind === 'person' ? 'people' : 'nodes'] = Number(count);
  return found;
}

/**
 * Who read some files (the versions of a document, for example), the latest first.
 * @param page.cursor of the page before
 */
export async function readingsOf(
  db: Reader,
  files: readonly string[],
  page: { cursor: string | null; limit: number },
): Promise<{ items: Reading[]; next: string | null }> {
  if (files.length === 0) return { items: [], next: null };
  const after = decodeCursor(page.cursor, ['string', 'string', 'string']) as [string, string, string] | null;
  const rows = await db
    .selectFrom('files_reading')
    .selectAll()
    .where('file_id', 'in', [...files])
    .$if(after !== null, (query) =>
      query.where((eb) => {
        const [at, reader, file] = after ?? ['', '', ''];
        return eb(eb.refTuple('at', 'reader', 'file_id'), '<', eb.tuple(at, reader, file));
      }),
    )
    .orderBy('at', 'desc')
    .orderBy('reader', 'desc')
    .orderBy('file_id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return {
    items: items.map(({ reader, kind, at, file_id, how, told_by }) => ({
      ...{ reader, kind, at, file: file_id, how: how as Way, through: told_by },
    })),
    next: rows.length > page.limit && last ? encodeCursor([last.at, last.reader, last.file_id]) : null,
  };
}

/** Forgets who read what a year ago, and goes on every day while there is something left to forget. */
export async function forgetReaders(context: Context): Promise<void> {
  const before = new Date(context.clock.now());
  before.setUTCMonth(before.getUTCMonth() - keptMonths);
  await transact(context, { kind: 'system', what: 'files' }, async (work) => {
    // That a node keeps a record copy is no reading: it is true until the file is gone.
    const readings = ['files_reading.how', '<', ways.kept] as const;
    await work.db
      .deleteFrom('files_reading')
      .where('at', '<', before.toISOString())
      .where(...readings)
      .execute();
    const left = await work.db
      .selectFrom('files_reading')
      .select('file_id')
      .where(...readings)
      .limit(1)
      .executeTakeFirst();
    if (left) await enqueueForget(work);
  });
}

async function enqueueForget(work: Work): Promise<void> {
  const tomorrow = new Date(Date.parse(work.now) + day).toISOString();
  await enqueueJob(work, forgetJob, {}, { key: tomorrow.slice(0, 10), runAt: tomorrow });
}

/** With a file goes who read it. */
export async function forgetReadersOf(work: Work, file: string): Promise<void> {
  await work.db.deleteFrom('files_reading').where('file_id', '=', file).execute();
  await work.db.deleteFrom('files_unkept').where('file_id', '=', file).execute();
  await work.db.deleteFrom('files_told').where('file_id', '=', file).execute();
}

/** When a node was last given files for its record copy, and which of these it was given; null when none. */
export async function keptBy(
  db: Reader,
  files: readonly string[],
  node: string,
): Promise<{ files: string[]; at: string } | null> {
  if (files.length === 0) return null;
  const rows = await db
    .selectFrom('files_reading')
    .select((eb) => ['file_id', eb.fn.max('at').as('at')])
    .where('file_id', 'in', [...files])
    .where('reader', '=', node)
    .where('how', '=', ways.kept)
    .groupBy('file_id')
    .execute();
  const at = rows
    .map((row) => row.at)
    .sort()
    .at(-1);
  return at ? { files: rows.map(({ file_id }) => file_id), at } : null;
}
