import type { Work } from '@joinery/core';
import { type GroupRow, groupById, tellsFigures } from '@joinery/slices/groups';
import { comesBackWithin } from './bin.ts';
import { countDue } from './counts.ts';
import { postByUri } from './store.ts';
import type { PostRow } from './tables.ts';

/**
 * A document that its author had deleted is here again under a new address: what was answered to it goes on below the new one. Every node does that for itself.
 * What those who run the group, or a node, had decided about it is not undone by that: what was taken out or hidden is not gone on with, and what was locked stays locked.
 * Not where new members see nothing of the past: below a new document they would read what was said before they came.
 * @param before the address that it had
 * @returns false when there is no such document of the same author in the same group, deleted not long ago
 */
export async function continueThread(work: Work, post: PostRow, before: string): Promise<boolean> {
  const old = await postByUri(work.db, before);
  const group = await groupById(work.db, post.group_id);
  if (!old || !group || old.id === post.id || old.reply_to !== null || post.reply_to !== null) return false;
  if (old.group_id !== post.group_id || old.author_id !== post.author_id || old.kind !== post.kind) return false;
  if (old.removed_at !== null || old.hidden_at !== null) return false;
  if (old.deleted_at === null || Date.parse(post.published_at) - Date.parse(old.deleted_at) > comesBackWithin)
    return false;
  const locked_at = post.locked_at ?? old.locked_at;
  await work.db.updateTable('post').set({ locked_at }).where('id', '=', post.id).execute();
  if (!tellsFigures(group, true) || old.audience !== 'group' || post.audience !== 'group') return true;
  await moveLikes(work, group, post.id, old.id);
  const moved = await work.db
    .updateTable('post')
    .set({ topic_id: post.id })
    .where('topic_id', '=', old.id)
    .where('id', '!=', old.id)
    .returning('id')
    .execute();
  if (moved.length === 0) return true;
  await work.db.updateTable('post').set({ reply_to: post.id }).where('reply_to', '=', old.id).execute();
  await work.db
    .updateTable('post')
    .set({ reply_count: old.reply_count + post.reply_count, answer_id: post.answer_id ?? null })
    .where('id', '=', post.id)
    .execute();
  await work.db.updateTable('post').set({ reply_count: 0 }).where('id', '=', old.id).execute();
  return true;
}

/** Who liked it likes it still. The node of the group knows them all and tells the figure; others know their own people. */
async function moveLikes(work: Work, group: GroupRow, post: string, before: string): Promise<void> {
  const { numUpdatedRows } = await work.db
    .updateTable('post_like')
    .set({ post_id: post })
    .where('post_id', '=', before)
    .where('actor', 'not in', (eb) =>
      eb.selectFrom('post_like as here').select('here.actor').where('here.post_id', '=', post),
    )
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  await work.db
    .updateTable('post')
    .set((eb) => ({ likes: eb('likes', '+', Number(numUpdatedRows)) }))
    .where('id', '=', post)
    .execute();
  await countDue(work, group, post);
}
