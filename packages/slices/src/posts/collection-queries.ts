import { decodeCursor, encodeCursor, type Outgoing, type Reader, type Requester } from '@joinery/core';
import { accessOf, type GroupRow } from '@joinery/slices/groups';
import type { PostRow } from './tables.ts';

export const pageSize = 100;

/** Position in a list by time and id. */
export function positionOf(cursor: string | null): [at: string, id: string] | null {
  return decodeCursor(cursor, ['string', 'string']) as [string, string] | null;
}

/** From which number on, in what: of a group the threads count, of a conversation the messages. */
type From = { from: number } & Pick<GroupRow, 'kind'>;
export const everything: From = { from: 0, kind: 'group' };

/** What is accepted and not removed; what was answered to a removed topic goes with it. */
export function visible(db: Reader, { from, kind }: From = everything) {
  return db
    .selectFrom('post')
    .selectAll('post')
    .where('status', '=', 'accepted')
    .where('audience', '=', 'group')
    .where('removed_at', 'is', null)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('post as topic')
            .select('topic.id')
            .whereRef('topic.id', '=', 'post.topic_id')
            .where('topic.removed_at', 'is not', null),
        ),
      ),
    )
    .$if(from > 0, (query) =>
      // By the thread: an answer to something older is not theirs either. A conversation is one thread.
      query.where(kind === 'conversation' ? 'post.id' : 'post.topic_id', 'in', (eb) =>
        eb.selectFrom('post_reference').select('post_reference.post_id').where('post_reference.number', '>=', from),
      ),
    );
}

export function pageOf(rows: PostRow[], key: (post: PostRow) => string): { posts: PostRow[]; next: string | null } {
  const posts = rows.slice(0, pageSize);
  const last = posts.at(-1);
  return { posts, next: rows.length > pageSize && last ? encodeCursor([key(last), last.id]) : null };
}

/** From which number on a node reads a closed group of ours. */
export async function readsFrom(db: Reader, requester: Requester, group: GroupRow): Promise<From> {
  if (group.reading !== 'members' || requester.kind !== 'peer') return everything;
  const access = await accessOf(db, group.id, requester.origin);
  return { from: access?.reads_from ?? Number.MAX_SAFE_INTEGER, kind: group.kind };
}

/** How many a node is told there are: of what it may read alone. @param all for whoever reads everything */
export async function totalOf(
  db: Reader,
  of: 'group_id' | 'topic_id',
  id: string,
  from: From,
  all: number,
): Promise<number> {
  if (from.from === 0) return all;
  const row = await visible(db, from)
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(of, '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** The posts of a thread, the oldest first. */
export async function threadPage(outgoing: Omit<Outgoing, 'id'>, topic: string, cursor: string | null, from: From) {
  const after = positionOf(cursor);
  let query = visible(outgoing.db, from).where('topic_id', '=', topic).where('deleted_at', 'is', null);
  if (after) query = query.where((eb) => eb(eb.refTuple('sort_at', 'id'), '>', eb.tuple(after[0], after[1])));
  const rows = await query
    .orderBy('sort_at')
    .orderBy('id')
    .limit(pageSize + 1)
    .execute();
  return pageOf(rows, (post) => post.sort_at);
}
