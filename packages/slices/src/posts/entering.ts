import type { Work } from '@joinery/core';
import { countPost, type GroupRow } from '@joinery/slices/groups';
import { countDue } from './counts.ts';
import type { PostRow } from './tables.ts';

/** A post is in its group from now on: counted, and its topic moves up. */
export async function enterGroup(work: Work, group: GroupRow, post: PostRow, history: boolean): Promise<void> {
  // How many there are would tell those of it who do not see it.
  if (!history && post.audience === 'group') await countPost(work, group.id, 1);
  if (post.reply_to === null) return;
  await work.db
    .updateTable('post')
    .set((eb) => ({
      // The figure of a group elsewhere is its host's: history only brings what that figure already counts.
      reply_count: history ? eb.ref('reply_count') : eb('reply_count', '+', 1),
      last_activity_at: eb
        .case()
        .when('last_activity_at', '<', post.sort_at)
        .then(post.sort_at)
        .else(eb.ref('last_activity_at'))
        .end(),
    }))
    .where('id', '=', post.topic_id)
    .execute();
  await countDue(work, group, post.topic_id, false);
}

export async function leaveGroup(work: Work, group: GroupRow, post: PostRow): Promise<void> {
  if (post.audience === 'group') await countPost(work, group.id, -1);
  if (post.reply_to === null) return;
  await work.db
    .updateTable('post')
    .set((eb) => ({ reply_count: eb('reply_count', '-', 1) }))
    .where('id', '=', post.topic_id)
    .where('reply_count', '>', 0)
    .execute();
  await countDue(work, group, post.topic_id, false);
}
