import { newId } from '../ids.ts';
import type { Reader } from '../slice.ts';
import type { Work } from '../work.ts';

/**
 * From now on the node gets this stream: what happened before is history, which it fetches when somebody opens the group.
 * @param origin of a node; a second call for the same node has no effect
 */
export async function subscribe(work: Work, stream: string, origin: string): Promise<void> {
  const now = await ensureStream(work, stream);
  await work.db
    .insertInto('subscription')
    .values({
      ...{ stream, origin, epoch: now.epoch, acknowledged: now.head, began_after: now.head },
      ...{ created_at: work.now, ends_after: null },
    })
    .onConflict((conflict) => conflict.columns(['stream', 'origin']).doUpdateSet({ ends_after: null }))
    .execute();
}

/** What has happened until now is still delivered, nothing after it. */
export async function unsubscribe(work: Work, stream: string, origin: string): Promise<void> {
  const now = await ensureStream(work, stream);
  await work.db
    .updateTable('subscription')
    .set({ ends_after: now.head })
    .where('stream', '=', stream)
    .where('origin', '=', origin)
    .where('ends_after', 'is', null)
    .execute();
}

/** Nothing of a stream is told to a node any more, what has happened until now included. */
export async function endSubscription(work: Work, stream: string, origin: string): Promise<void> {
  await work.db.deleteFrom('subscription').where('stream', '=', stream).where('origin', '=', origin).execute();
}

/** Origins of the nodes that get a stream now. */
export async function subscribers(db: Reader, stream: string): Promise<string[]> {
  const rows = await db
    .selectFrom('subscription')
    .select('origin')
    .where('stream', '=', stream)
    .where('ends_after', 'is', null)
    .orderBy('origin')
    .execute();
  return rows.map((row) => row.origin);
}

async function ensureStream(work: Work, id: string): Promise<{ epoch: string; head: number }> {
  const known = await work.db.selectFrom('stream').select(['epoch', 'head']).where('id', '=', id).executeTakeFirst();
  if (known) return known;
  return work.db
    .insertInto('stream')
    .values({ id, epoch: newId(), head: 0, token: newId() })
    .returning(['epoch', 'head'])
    .executeTakeFirstOrThrow();
}
