import { type Context, enqueueJob, type JsonObject, type Reader, transact, type Work } from '@joinery/core';
import { copyJob, roomFor } from './copies.ts';

/**
 * Files that wait for room for their record copy. They are asked about together, one of each node at a time, so that no node with thousands of them stands before the others; ever less often while there
 * is none, and at once when a copy went.
 */

const roomJob = 'files.copy_room';
const minute = 60_000;
const firstPause = 15 * minute;
const longestPause = 120 * minute;
/** Read at once, those that wait longest first; then those of other nodes behind them. */
const most = 2_000;
/** Nodes of which no more is read: the first ones, which have most. */
const mostLeftOut = 200;

/** @param pause milliseconds until it is looked whether there is room; after each time in vain twice as long */
export async function planRoom(work: Work, pause = firstPause, after = pause): Promise<void> {
  const runAt = new Date(Date.parse(work.now) + after).toISOString();
  const planned = await work.db
    .selectFrom('job')
    .select('id')
    .where('name', '=', roomJob)
    .where('state', '=', 'waiting')
    .where('lease', 'is', null)
    .where('run_at', '<=', runAt)
    .limit(1)
    .executeTakeFirst();
  if (!planned) await enqueueJob(work, roomJob, { pause }, { key: runAt, runAt });
}

/** There is room again, or was for one: whoever waits is looked at now. */
export async function useRoom(work: Work): Promise<void> {
  if (await anyWaits(work.db)) await planRoom(work, firstPause, 0);
}

const waiting = (db: Reader) =>
  db
    .selectFrom('files_copy')
    .innerJoin('files_file', 'files_file.id', 'files_copy.file_id')
    .where('files_copy.state', '=', 'wanted')
    .where('files_copy.reason', '=', 'no_room');

const anyWaits = async (db: Reader): Promise<boolean> =>
  (await waiting(db).select('files_copy.file_id').limit(1).executeTakeFirst()) !== undefined;

/** Those that fit and wait longest, of other nodes than these, after one of them. */
function nextWaiting(db: Reader, room: number, homes: readonly string[], after?: { at: string; id: string }) {
  return waiting(db)
    .select(['files_file.id', 'files_file.uri', 'files_file.bytes', 'files_copy.tries', 'files_copy.at'])
    .where('files_file.bytes', '<=', room)
    .where((eb) => eb.and(homes.map((home) => eb('files_file.uri', 'not like', `${home}/%`))))
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb('files_copy.at', '>', after?.at ?? ''),
          eb.and([eb('files_copy.at', '=', after?.at ?? ''), eb('files_file.id', '>', after?.id ?? '')]),
        ]),
      ),
    )
    .orderBy('files_copy.at')
    .orderBy('files_file.id')
    .limit(most)
    .execute();
}

/** Files that are being fetched, or wait for their next try: each has a job, also where there was no room when it was looked at first. */
async function underWay(db: Reader): Promise<Set<string>> {
  const rows = await db
    .selectFrom('job')
    .select('data')
    .where('state', '=', 'waiting')
    .where('name', '=', copyJob)
    .execute();
  return new Set(rows.map(({ data }) => String((JSON.parse(data) as JsonObject).file)));
}

/** The next of each node that fits is fetched; as each is kept, the one after it is looked at. */
async function look(context: Context, data: JsonObject): Promise<void> {
  await transact(context, { kind: 'system', what: roomJob }, async (work) => {
    if (!(await anyWaits(work.db))) return;
    let room = await roomFor(context, work.db);
    const busy = await underWay(work.db);
    const asked = new Set<string>();
    for (let last: { at: string; id: string } | undefined, more = true; more; ) {
      const rows = await nextWaiting(work.db, room, [...asked].slice(0, mostLeftOut), last);
      for (const { id, uri, bytes, tries } of rows) {
        const home = new URL(uri).origin;
        if (asked.has(home) || bytes > room) continue;
        asked.add(home);
        // What was asked for in vain takes no room from others while its home is away.
        if (!busy.has(id) || tries === 0) room -= bytes;
        if (!busy.has(id)) await enqueueJob(work, copyJob, { file: id }, { key: `${id} ${work.now}` });
      }
      last = rows.at(-1);
      more = rows.length === most;
    }
    await planRoom(work, Math.min(longestPause, 2 * Number(data.pause)));
  });
}

export const roomJobs = { [roomJob]: look };
