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
/** Looked at in one round: the ones that wait longest. */
const most = 2_000;

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
  if ((await waiting(work.db, 1)).length > 0) await planRoom(work, firstPause, 0);
}

function waiting(db: Reader, limit: number) {
  return db
    .selectFrom('files_copy')
    .innerJoin('files_file', 'files_file.id', 'files_copy.file_id')
    .select(['files_file.id', 'files_file.uri', 'files_file.bytes'])
    .where('files_copy.state', '=', 'wanted')
    .where('files_copy.reason', '=', 'no_room')
    .orderBy('files_copy.at')
    .orderBy('files_file.id')
    .limit(limit)
    .execute();
}

/** The next of each node that fits is fetched; as each is kept, the one after it is looked at. */
async function look(context: Context, data: JsonObject): Promise<void> {
  await transact(context, { kind: 'system', what: roomJob }, async (work) => {
    const rows = await waiting(work.db, most);
    if (rows.length === 0) return;
    let room = await roomFor(context, work.db);
    const asked = new Set<string>();
    for (const { id, uri, bytes } of rows) {
      const home = new URL(uri).origin;
      if (asked.has(home) || bytes > room) continue;
      asked.add(home);
      room -= bytes;
      await enqueueJob(work, copyJob, { file: id }, { key: `${id} ${work.now}` });
    }
    await planRoom(work, Math.min(longestPause, 2 * Number(data.pause)));
  });
}

export const roomJobs = { [roomJob]: look };
