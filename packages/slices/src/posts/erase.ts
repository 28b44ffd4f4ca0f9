import type { Work } from '@joinery/core';
import { removeFilesOf } from '@joinery/slices/files';
import { groupById } from '@joinery/slices/groups';
import { heldHolder, holderOf } from './attachments.ts';

/**
 * Erases what was said in a conversation that ended because everybody had left: nobody could ever read it again. Its posts stay as tombstones, and their files go. A message that somebody
 * reported is decided upon by the copy in the report.
 * @param id of a group; of any other than such a conversation nothing is erased
 */
export async function eraseConversation(work: Work, id: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (group?.kind !== 'conversation' || group.deleted_at === null) return;
  const said = work.db.selectFrom('post').select('id').where('group_id', '=', id);
  for (const { id: post } of await said.execute()) await removeFilesOf(work, holderOf(post));
  const held = work.db.selectFrom('post_held').select('id').where('group_id', '=', id);
  for (const { id: one } of await held.execute()) await removeFilesOf(work, heldHolder(one));
  await work.db.deleteFrom('post_revision').where('post_id', 'in', said).execute();
  await work.db.deleteFrom('post_like').where('post_id', 'in', said).execute();
  await work.db.deleteFrom('post_mention').where('post_id', 'in', said).execute();
  await work.db.deleteFrom('post_tag').where('post_id', 'in', said).execute();
  await work.db.deleteFrom('post_held').where('group_id', '=', id).execute();
  await work.db.deleteFrom('post_read_topic').where('group_id', '=', id).execute();
  await work.db.deleteFrom('post_read_group').where('group_id', '=', id).execute();
  await work.db
    .updateTable('post')
    .set({ title: null, excerpt: '', likes: 0, deleted_at: work.now })
    .where('group_id', '=', id)
    .execute();
}
