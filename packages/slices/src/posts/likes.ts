import { refuse, type Work } from '@joinery/core';
import { countDue } from './counts.ts';
import { decidedByHost } from './host.ts';
import { whyNotLike } from './policy.ts';
import { underTopic } from './reads.ts';
import { requireGroup, requirePost, requireTopic, standingOf } from './store.ts';
import { seesPost, streamOfPost } from './visibility.ts';

/** Somebody who likes: remote people need not be known here as persons. */
export type Liker = { uri: string; person: string | null };

/**
 * Says that a post was useful. A second time has no effect.
 * @param input.uri id of the `Like` of another node
 * @throws {Refusal} not_found, banned, locked, gone, conflict
 */
export async function like(work: Work, input: { post: string; by: Liker; uri?: string }): Promise<boolean> {
  const post = await requirePost(work.db, input.post);
  const group = await requireGroup(work.db, post.group_id);
  if (!decidedByHost(work, group)) {
    // A node that may send to the group reads it; what its people may not do is known by their standing.
    const standing = await standingOf(work.db, group, input.by.person, work.now);
    const shown = underTopic(group, await requireTopic(work.db, post), post);
    const why = whyNotLike(input.uri === undefined ? standing : { ...standing, reads: true }, group, shown);
    if (why) refuse(why, 'You cannot like this post');
    if (!(await seesPost(work.db, input.by.person, post))) refuse('not_found', 'There is no such post');
  } else if (post.deleted_at) return false;
  const known = await work.db
    .selectFrom('post_like')
    .select('uri')
    .where((eb) =>
      eb.or([
        eb.and([eb('post_id', '=', post.id), eb('actor', '=', input.by.uri)]),
        ...(input.uri === undefined ? [] : [eb('uri', '=', input.uri)]),
      ]),
    )
    .executeTakeFirst();
  if (known) return false;
  const stream = streamOfPost(work, group, post);
  const event = work.emit('post.liked', stream, { post: post.id, group: group.id, actor: input.by.uri });
  const address = `${work.home}/activities/${event}`;
  await work.db
    .insertInto('post_like')
    .values({
      post_id: post.id,
      actor: input.by.uri,
      person_id: input.by.person,
      // Inside the group's `Announce` the activity has an address of its own.
      uri: input.uri ?? (group.local === 1 ? `${address}/activity` : address),
      at: work.now,
    })
    .execute();
  await work.db
    .updateTable('post')
    .set((eb) => ({ likes: eb('likes', '+', 1) }))
    .where('id', '=', post.id)
    .execute();
  await countDue(work, group, post.id);
  return true;
}

/** Takes a like back. Without one it has no effect. */
export async function unlike(work: Work, input: { post: string; by: Pick<Liker, 'uri'> }): Promise<boolean> {
  const post = await requirePost(work.db, input.post);
  const group = await requireGroup(work.db, post.group_id);
  const gone = await work.db
    .deleteFrom('post_like')
    .where('post_id', '=', post.id)
    .where('actor', '=', input.by.uri)
    .returning('uri')
    .executeTakeFirst();
  if (!gone) return false;
  await work.db
    .updateTable('post')
    .set((eb) => ({ likes: eb('likes', '-', 1) }))
    .where('id', '=', post.id)
    .where('likes', '>', 0)
    .execute();
  work.emit('post.unliked', streamOfPost(work, group, post), {
    post: post.id,
    group: group.id,
    actor: input.by.uri,
    like: gone.uri,
  });
  await countDue(work, group, post.id);
  return true;
}
