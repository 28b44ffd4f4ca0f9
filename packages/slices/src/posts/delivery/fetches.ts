import { type Context, inOneCommit, type LogEvent, prepareQuery, type Reader, type Work } from '@joinery/core';
import { accessOf, groupById } from '@joinery/slices/groups';
import { postById, postByUri } from '../store.ts';
import type { PostFetchRow } from '../tables.ts';

/** Who reads live asks often: within so long the same text is noted once. */
const notedEvery = 3_600_000;

/** Notes that a node is given a post of ours in a closed group, before it has it: its author sees who was. */
export async function noteFetch(context: Context, id: string, origin: string): Promise<void> {
  const { reader } = context.db;
  const post = await postById(reader, id);
  const group = post && (await groupById(reader, post.group_id));
  if (post?.local !== 1 || post.deleted_at !== null || group?.reading !== 'members') return;
  const [known] = await fetchBy(reader, { post: id, origin });
  const since = (await accessOf(reader, group.id, origin))?.revoked_at ?? '';
  const age = context.clock.now().getTime() - Date.parse(known?.last_at ?? '');
  const isNoted = known?.dropped_at === null && known.revision === post.revision && known.last_at > since;
  if (isNoted && age < notedEvery) return;
  await write(context, { kind: 'peer', origin }, { post_id: id, origin, revision: post.revision });
}

const fetchBy = prepareQuery((db, { post, origin }: { post: string; origin: string }) =>
  db.selectFrom('post_fetch').selectAll().where('post_id', '=', post).where('origin', '=', origin),
);

/** All nodes of a group ask for what is new at the same time. */
const write = inOneCommit(
  async (work, { post_id, origin, revision }: Pick<PostFetchRow, 'post_id' | 'origin' | 'revision'>) => {
    const row = { revision, last_at: work.now, dropped_at: null };
    await work.db
      .insertInto('post_fetch')
      .values({ post_id, origin, first_at: work.now, ...row })
      .onConflict((conflict) => conflict.columns(['post_id', 'origin']).doUpdateSet(row))
      .execute();
  },
);

/** Which nodes were given a post. */
export function fetchesOf(db: Reader, post: string): Promise<PostFetchRow[]> {
  return db.selectFrom('post_fetch').selectAll().where('post_id', '=', post).orderBy('origin').execute();
}

/** A node that had a post of ours says that its copy is gone. Of one that it was never given, or that is none of ours, nothing is noted. */
export async function noteDropped(work: Work, { data }: LogEvent<'group.item_dropped'>): Promise<void> {
  const post = await postByUri(work.db, data.item);
  if (post?.local !== 1 || post.group_id !== data.group) return;
  await work.db
    .updateTable('post_fetch')
    .set({ dropped_at: work.now })
    .where('post_id', '=', post.id)
    .where('origin', '=', data.node)
    .execute();
}
