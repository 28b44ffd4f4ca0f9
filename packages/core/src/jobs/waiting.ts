import type { JsonObject } from '../json.ts';
import type { Reader } from '../slice.ts';
import type { Work } from '../work.ts';

/** Jobs of one kind that do the same work: the one that runs does it for those that wait, and ends them with what follows. */

/** Jobs with this name that no worker has taken, the first due first; also those that are not due yet. */
export async function waitingJobs(db: Reader, name: string, most: number): Promise<{ id: string; data: JsonObject }[]> {
  const rows = await db
    .selectFrom('job')
    .select(['id', 'data'])
    .where('name', '=', name)
    .where('state', '=', 'waiting')
    .where('leased_until', 'is', null)
    .orderBy('run_at')
    .limit(most)
    .execute();
  return rows.map(({ id, data }) => ({ id, data: JSON.parse(data) as JsonObject }));
}

/** @returns what those say that no worker has taken: they are done with this unit of work, or not at all */
export async function endWaiting(work: Work, ids: readonly string[]): Promise<JsonObject[]> {
  if (ids.length === 0) return [];
  const rows = await work.db
    .deleteFrom('job')
    .where('id', 'in', [...ids])
    .where('state', '=', 'waiting')
    .where('leased_until', 'is', null)
    .returning('data')
    .execute();
  return rows.map(({ data }) => JSON.parse(data) as JsonObject);
}

/** Those that no worker has taken run no earlier than that. */
export async function postponeWaiting(work: Work, ids: readonly string[], runAt: string): Promise<void> {
  if (ids.length === 0) return;
  await work.db
    .updateTable('job')
    .set({ run_at: runAt })
    .where('id', 'in', [...ids])
    .where('state', '=', 'waiting')
    .where('leased_until', 'is', null)
    .where('run_at', '<', runAt)
    .execute();
}
