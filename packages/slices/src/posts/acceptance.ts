import { eventById, refuse, streams, type Work } from '@joinery/core';
import { enterGroup } from './entering.ts';
import { assertMayTell, postById, requireGroup, requirePost } from './store.ts';
import type { PostRow } from './tables.ts';

/**
 * The group elsewhere took our post in: from now on everybody here sees it.
 * @param activity which of our activities it passed on; while a later one is on its way the post goes on waiting for that
 */
export async function acceptPost(work: Work, id: string, activity: string): Promise<boolean> {
  const post = await postById(work.db, id);
  if (!post || post.status === 'accepted' || post.deleted_at) return false;
  const group = await requireGroup(work.db, post.group_id);
  const ours = `${work.home}/activities/`;
  const earlier =
    activity.startsWith(ours) &&
    activity !== `${ours}${post.event_id}` &&
    (await revisionTold(work, activity.slice(ours.length))) !== post.revision;
  if (earlier && post.accepted_at !== null) return false;
  await work.db
    .updateTable('post')
    .set({
      accepted_at: post.accepted_at ?? work.now,
      news_at: post.news_at ?? work.now,
      ...(earlier ? {} : { status: 'accepted' as const, refusal: null }),
    })
    .where('id', '=', id)
    .execute();
  if (post.accepted_at === null) await enterGroup(work, group, post, false);
  work.emit('post.accepted', streams.local, { post: id, group: post.group_id });
  return true;
}

/** Which text of a post an event of ours told: sent twice, it is the same. */
async function revisionTold(work: Work, id: string): Promise<number | null> {
  const event = await eventById(work.db, id);
  return event && 'revision' in event.data && typeof event.data.revision === 'number' ? event.data.revision : null;
}

/** The group elsewhere said no to what we sent last. The text stays, so that it can be sent again or kept. */
export async function refusePost(work: Work, post: PostRow, code: PostRow['refusal']): Promise<void> {
  if (post.deleted_at || post.status !== 'waiting') return;
  await work.db.updateTable('post').set({ status: 'refused', refusal: code }).where('id', '=', post.id).execute();
  work.emit('post.refused', streams.local, { post: post.id, group: post.group_id });
}

/**
 * Sends a refused post to its group once more, as it stands now.
 * @throws {Refusal} forbidden unless the very author; conflict when it was not refused
 */
export async function sendAgain(work: Work, input: { post: string; author: string }): Promise<void> {
  const post = await requirePost(work.db, input.post);
  if (post.author_id !== input.author) refuse('forbidden', 'Only its author can send a post');
  if (post.status !== 'refused' || post.deleted_at) refuse('conflict', 'This post was not refused');
  const group = await requireGroup(work.db, post.group_id);
  assertMayTell(work, group);
  const stream = streams.node(group.home);
  const data = { post: post.id, group: group.id, revision: post.revision };
  const event = work.emit(post.accepted_at === null ? 'post.created' : 'post.edited', stream, data);
  await work.db
    .updateTable('post')
    .set({ status: 'waiting', refusal: null, event_id: event, event_stream: stream })
    .where('id', '=', post.id)
    .execute();
}
