import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  arrivingPath,
  assertSpace,
  type Context,
  dropArriving,
  enqueueJob,
  isRefusal,
  type JsonObject,
  keepBlob,
  pieceBytes,
  receiveBytes,
  refusalOf,
  scanBytes,
  summarise,
  transact,
  type Work,
} from '@joinery/core';
import {
  copyJob,
  copyOf,
  dropCopy,
  hasRoom,
  isPromised,
  keepCopy,
  noteNoRoom,
  noteTry,
  planJob,
  refuseCopy,
  settleCopies,
} from './copies.ts';
import { mediaTypeOf } from './inspect.ts';
import { noteAway } from './receive.ts';
import { readRemote } from './remote.ts';
import { planRoom, roomJobs, useRoom } from './room.ts';
import { fileById } from './store.ts';
import { enqueueSweep } from './sweep.ts';
import type { FileCopyRow, FileRow } from './tables.ts';

const by = { kind: 'system', what: copyJob } as const;
/** Fetched for record copies at once, each from another node: the other jobs of a node go on meanwhile. */
const mostAtOnce = 2;
/** Fetched by one job: what is longer goes on with the next, so that nobody waits for a large file. */
const mostInOne = 64 * pieceBytes;
/** How long one job fetches, in milliseconds: a node that sends byte by byte would hold its place for years. */
const longestPart = 10 * 60_000;
/** Bytes that are fetched from one node within an hour. */
const mostInHour = 4 * 1024 * pieceBytes;
const minute = 60_000;
const longestWait = 60 * minute;

/** From which nodes this process fetches just now, and what it has fetched within this hour from each. */
type Use = { homes: Set<string>; hour: string; bytes: Map<string, number> };
const uses = new WeakMap<Context['ports'], Use>();

function useOf({ ports, clock }: Context): Use {
  const hour = clock.now().toISOString().slice(0, 13);
  const use = uses.get(ports) ?? { homes: new Set(), hour, bytes: new Map() };
  if (use.hour !== hour) Object.assign(use, { hour, bytes: new Map() });
  uses.set(ports, use);
  return use;
}

/**
 * Fetches a file, or its next part, for the record copy: from its home, as this node, each MiB compared with what was announced. It counts as kept when all of it is here, is of
 * the type that was said, and has passed the virus scanner. What came before a break stays; so does the wish, for as long as the promise holds.
 */
async function copy(context: Context, id: string): Promise<void> {
  const db = context.db.reader;
  const [file, wanted] = [await fileById(db, id), await copyOf(db, id)];
  // Dropped while it was on the way.
  if (!file || wanted?.state !== 'wanted') return dropArriving(arrivingPath(context.files, id));
  if (!(await isPromised(context, db, file))) return transact(context, by, (work) => dropCopy(work, file));
  if (file.bytes > context.config.files.largest)
    return transact(context, by, (work) => refuseCopy(work, file, 'too_large'));
  if (!(await hasRoom(context, db, file.bytes))) return waitForRoom(context, file);
  const use = useOf(context);
  const home = new URL(file.uri).origin;
  if ((use.bytes.get(home) ?? 0) >= mostInHour) return later(context, wanted, 20 * minute);
  if (use.homes.has(home) || use.homes.size >= mostAtOnce)
    return later(context, wanted, 2_000 + 1_000 * (await before(context, id)));
  use.homes.add(home);
  try {
    await fetchPart(context, file, wanted, use, home);
  } catch (error) {
    // The place of files is full or away: what has come stays, and the wish too.
    context.logger.warn('files.copy_waits', { home, reason: isRefusal(error) ? error.code : 'error' });
    if (refusalOf(error).code === 'storage_full') return waitForRoom(context, file);
    await later(context, wanted, longestWait / 4);
  } finally {
    use.homes.delete(home);
  }
}

/** Whoever runs this node and the author are told; it is looked at again with all that wait (`room.ts`). */
async function waitForRoom(context: Context, file: FileRow): Promise<void> {
  await transact(context, by, async (work) => {
    await noteNoRoom(work, file);
    await planRoom(work);
  });
}

async function fetchPart(context: Context, file: FileRow, wanted: FileCopyRow, use: Use, home: string): Promise<void> {
  const path = arrivingPath(context.files, file.id);
  const here = (await stat(path).catch(() => null))?.size ?? 0;
  // What lies behind the last whole MiB may not be.
  const from = here >= file.bytes ? file.bytes : here - (here % pieceBytes);
  const end = Math.min(file.bytes, from + mostInOne);
  let arrived = from;
  try {
    if (from < file.bytes) {
      await assertSpace(context.files, file.bytes - from);
      const remote = await readRemote(context, file, { start: from, end: end - 1 }, 'record');
      const bytes = inTime(remote, longestPart, (count) => use.bytes.set(home, (use.bytes.get(home) ?? 0) + count));
      arrived = (await receiveBytes(context.files, path, bytes, { from, most: file.bytes })).bytes;
    } else if (file.bytes === 0) await receiveBytes(context.files, path, nothing(), { most: 0 });
  } catch (error) {
    if (isRefusal(error) && error.code === 'storage_full') throw error;
    // Whatever it was, it is tried again for as long as the promise holds.
    context.logger.warn('files.copy_waits', { home, reason: isRefusal(error) ? error.code : 'error' });
  }
  if (arrived < end) {
    const tries = await transact(context, by, (work) => noteTry(work, wanted));
    return later(context, { ...wanted, tries }, Math.min(longestWait, minute * 2 ** Math.min(tries - 1, 10)));
  }
  if (end < file.bytes) return later(context, { ...wanted, tries: wanted.tries }, 0, String(end));
  await finish(context, file, wanted, path);
}

/**
 * What comes of a stream within some time; then it is given up, and what came stays.
 * @param note told how many bytes came, each time
 */
export async function* inTime(
  stream: ReadableStream<Uint8Array>,
  milliseconds: number,
  note: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const giveUp = () => void reader.cancel().catch(() => {});
  const timer = setTimeout(giveUp, milliseconds);
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      note(value.length);
      yield value;
    }
  } finally {
    clearTimeout(timer);
    giveUp();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** All of it is here: compared as a whole, looked at, and kept. */
async function finish(context: Context, file: FileRow, wanted: FileCopyRow, path: string): Promise<void> {
  const blob = await summarise(path);
  if (blob.sha256 !== file.sha256 || blob.bytes !== file.bytes) {
    // As a power cut leaves it: begun anew.
    await dropArriving(path);
    const tries = await transact(context, by, (work) => noteTry(work, wanted));
    return later(context, { ...wanted, tries }, minute);
  }
  const { scanner } = context.config.files;
  const scanned =
    scanner === null
      ? ({ kind: 'clean' } as const)
      : noteAway(context, await scanBytes(scanner, createReadStream(path)));
  if (scanned.kind === 'away') return later(context, wanted, minute, `scanner ${context.clock.now().toISOString()}`);
  const reason = scanned.kind === 'infected' ? 'infected' : (await isAsSaid(file, path)) ? null : 'other_type';
  if (reason !== null) {
    await dropArriving(path);
    return transact(context, by, (work) => refuseCopy(work, file, reason));
  }
  await keepBlob(context, path, blob);
  await transact(context, by, async (work) => {
    if (await keepCopy(context, work, file.id)) return useRoom(work);
    // Not wanted any more, or there is no room: the bytes go in a day, as any that nothing names.
    await enqueueSweep(work);
    if ((await copyOf(work.db, file.id))?.state === 'wanted') await planRoom(work);
  });
}

/** Whether its bytes are of the type under which they are handed out. What is handed out as mere bytes may be anything. */
async function isAsSaid(file: FileRow, path: string): Promise<boolean> {
  return file.media_type === 'application/octet-stream' || (await mediaTypeOf(path)) === file.media_type;
}

/** @param key what tells this time from others of the same file */
async function later(context: Context, wanted: FileCopyRow, milliseconds: number, key?: string): Promise<void> {
  await transact(context, by, (work) => laterIn(work, wanted, milliseconds, key));
}

async function laterIn(work: Work, wanted: FileCopyRow, milliseconds: number, key?: string): Promise<void> {
  const runAt = new Date(Date.parse(work.now) + milliseconds).toISOString();
  await enqueueJob(work, copyJob, { file: wanted.file_id }, { key: `${wanted.file_id} ${key ?? runAt}`, runAt });
}

/** How many files are wanted before this one. */
async function before(context: Context, id: string): Promise<number> {
  const row = await context.db.reader
    .selectFrom('files_copy')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'wanted')
    .where('file_id', '<', id)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export const copyJobs = {
  ...roomJobs,
  [planJob]: (context: Context, { kind, id }: JsonObject) =>
    transact(context, by, (work) => settleCopies(context, work, { kind: String(kind), id: String(id) })),
  [copyJob]: (context: Context, data: JsonObject) => copy(context, String(data.file)),
};
