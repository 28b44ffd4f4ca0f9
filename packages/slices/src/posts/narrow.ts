import { type EventName, type Events, type Reader, restoredState, streams, type Work } from '@joinery/core';
import { accessByNode, type GroupRow, groupById, membershipOf, membersWithRole } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { requireTopic } from './store.ts';
import type { PostRow } from './tables.ts';
import { streamOfPost } from './visibility.ts';

/**
 * Threads that are for a part of a closed group, over nodes. The group's own node takes them in and tells of them, one by one and in its lane, each node with somebody who sees
 * them; no other learns of anything: no address, no number, no count. Nor do they stand in the collections that nodes read.
 */

type Thread = Pick<PostRow, 'audience' | 'audience_origin' | 'author_id'>;

/**
 * Other nodes with somebody who sees a thread that is for a part of a group of ours: of those who run it or of one agency, and of whoever began it, while they are a member.
 * @param topic the first post of the thread
 */
export async function nodesOfThread(
  db: Reader,
  group: Pick<GroupRow, 'id' | 'home'>,
  topic: Thread,
): Promise<string[]> {
  const people =
    topic.audience === 'facilitators'
      ? await membersWithRole(db, group.id, ['owner', 'facilitator'])
      : await membersOfAgency(db, group.id, topic.audience_origin ?? '');
  // Who began it and left sees it no more.
  const standing = await membershipOf(db, group.id, topic.author_id);
  const author = standing?.state === 'member' ? await personById(db, topic.author_id) : undefined;
  const homes = new Set([...people, ...(author ? [author] : [])].map(({ home }) => home));
  homes.delete(group.home);
  return [...homes].sort();
}

/** Members of a group who work for the agency of a node; a guest works for an agency of their own. */
export function membersOfAgency(db: Reader, group: string, origin: string) {
  return db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select(['person.id', 'person.agency', 'person.home'])
    .where('group_member.group_id', '=', group)
    .where('group_member.state', '=', 'member')
    .where('person.home', '=', origin)
    .where('person.guest_until', 'is', null)
    .execute();
}

/**
 * Notes what happened to a post on the stream where it is told, and where only a part of a group of ours may hear of it, tells the nodes of that part.
 * @param topic the first post of its thread
 * @param stream where it is told; that of the post unless given
 * @returns the event's id
 */
export async function emitOfPost<Name extends EventName>(
  work: Work,
  { group, post, topic }: { group: GroupRow; post: Pick<PostRow, 'id' | 'audience'>; topic: Thread },
  name: Name,
  data: Events[Name],
  stream = streamOfPost(work, group, post),
): Promise<string> {
  const event = work.emit(name, stream, data);
  if (group.local === 1 && post.audience !== 'group') {
    const origins = new Set(await nodesOfThread(work.db, group, topic));
    // Whoever was ever told may have it, whatever its people are now: that it is gone they all hear.
    if (name === 'post.deleted' || name === 'post.removed')
      for (const origin of await toldBefore(work, group.id, post.id)) origins.add(origin);
    else for (const origin of origins) await noteTold(work, post.id, origin);
    for (const origin of [...origins].sort())
      work.emit('post.passed_on', streams.node(origin), { post: post.id, group: group.id, event });
  }
  return event;
}

/**
 * A group that a restore kept shut is open: what came, changed or went meanwhile in threads for a part of it is told to the nodes of those parts, which were told nothing while
 * nobody was a member. On the group's own stream it has only waited.
 */
export async function tellPartsAnew(work: Work, id: string): Promise<void> {
  const [group, restored] = [await groupById(work.db, id), await restoredState(work.db)];
  if (!group || restored === null) return;
  const rows = await work.db
    .selectFrom('post')
    .innerJoin('log', 'log.id', 'post.event_id')
    .selectAll('post')
    .select('log.id as event')
    .where('post.group_id', '=', id)
    .where('post.audience', '<>', 'group')
    .where('log.at', '>=', restored.at)
    .orderBy('log.seq')
    .execute();
  for (const { event, ...post } of rows) {
    const topic = await requireTopic(work.db, post);
    for (const origin of await nodesOfThread(work.db, group, topic)) {
      if (post.deleted_at === null) await noteTold(work, post.id, origin);
      work.emit('post.passed_on', streams.node(origin), { post: post.id, group: id, event });
    }
  }
}

async function noteTold(work: Work, post_id: string, origin: string): Promise<void> {
  await work.db
    .insertInto('post_told')
    .values({ post_id, origin, at: work.now })
    .onConflict((conflict) => conflict.columns(['post_id', 'origin']).doUpdateSet({ at: work.now }))
    .execute();
}

/** Nodes that were told of a post for a part of a group, but for those that have said since that nothing of the group is left there. */
async function toldBefore(work: Work, group: string, post: string): Promise<string[]> {
  const told = await work.db.selectFrom('post_told').selectAll().where('post_id', '=', post).execute();
  const access = await accessByNode(work.db, group);
  return told.flatMap(({ origin, at }) => ((access.get(origin)?.receipt_at ?? '') > at ? [] : origin));
}
