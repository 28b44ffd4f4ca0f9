import type { Reader } from '@joinery/core';
import { seenPosts } from './visibility.ts';

/** Whether somebody wrote what a guest may read: an author who has left the group since stays known by what they wrote. */
export async function hasWrittenFor(db: Reader, guest: string, person: string): Promise<boolean> {
  const row = await db
    .selectFrom('group_member as own')
    .innerJoin('groups', 'groups.id', 'own.group_id')
    .innerJoin('post', 'post.group_id', 'own.group_id')
    .innerJoin('post as topic', 'topic.id', 'post.topic_id')
    .select('post.id')
    .where('own.person_id', '=', guest)
    .where('own.state', 'in', ['member', 'invited'])
    .where('groups.local', '=', 1)
    .where('groups.deleted_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .where('post.author_id', '=', person)
    .where('post.status', '=', 'accepted')
    .where('post.removed_at', 'is', null)
    .where('topic.removed_at', 'is', null)
    .where('post.deleted_at', 'is', null)
    .where(seenPosts(guest))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
