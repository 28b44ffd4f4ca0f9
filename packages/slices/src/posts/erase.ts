import type { Work } from '@joinery/core';
import { groupById } from '@joinery/slices/groups';

/**
 * Erases what was said in a conversation that ended because everybody had left: nobody could ever read it again. Its posts stay as tombstones. A message that somebody
 * reported is decided upon by the copy in the report.
 * @param id of a group; of any other than such a conversation nothing is erased
 */
export async function eraseConversation(work: Work, id: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (group?.kind !== 'conversation' || group.deleted_at === null) return;
  const said = work.db.selectFrom('post').select('id').where('group_id', '=', id);
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
