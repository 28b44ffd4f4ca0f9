import { type Reader, streams, type Work } from '@joinery/core';
import {
  canConfirm,
  type GroupRow,
  groupById,
  membershipOf,
  type Standing,
  standingOfSender,
  streamFor,
} from '@joinery/slices/groups';
import { type RawBuilder, sql } from 'kysely';
import { isGuest, type PersonRow, personById } from '../people/index.ts';
import { postById } from './store.ts';
import type { PostRow } from './tables.ts';

/**
 * Who of those who may read a group sees a thread in it. Two things narrow that down: whom its author wrote for (the group, those who run it, or the people of
 * one agency), and in a closed group what was promised about the past: who joined while new members saw it only from then on sees threads that began later. Both
 * are said of the topic and hold for all of its thread, so that no reply quotes what its reader may not see. The author of the topic sees all of it.
 *
 * A conversation is one thread without end: in it the same is said of each message. After a restore a message shows again once who wrote it has opened the conversation again: nobody else
 * knows whether they had taken it back.
 *
 * The rule stands here twice, for one thread and as a condition of a query, and nowhere else; a test holds both against each other on both databases.
 */

/**
 * The stream on which what happens to a post is told: that of its group. Of what is not for all of a group of ours the others learn nothing, not even by the place that it
 * would take in the stream: it is told aside (`narrow.ts`).
 */
export function streamOfPost(
  work: Pick<Work, 'origin'>,
  group: Pick<GroupRow, 'id' | 'local' | 'home' | 'reading'>,
  post: Pick<PostRow, 'audience'>,
): string {
  return post.audience === 'group' || group.local !== 1 ? streamFor(work, group) : streams.local;
}

type Thread = Pick<PostRow, 'author_id' | 'audience' | 'audience_origin' | 'sort_at'>;
type Place = Pick<GroupRow, 'reading' | 'history' | 'kind'>;
type Person = Pick<PersonRow, 'id' | 'home' | 'local' | 'guest_until'>;

/**
 * The rule for one thread (in a conversation: for one message), about somebody who may read its group.
 * @param person null for somebody without a place in the group, or another node
 */
export function maySeeThread(
  group: Place,
  topic: Thread,
  person: Person | null,
  standing: (NonNullable<Standing> & { sees_from: string | null }) | null | undefined,
): boolean {
  if (person !== null && topic.author_id === person.id) return true;
  // Whoever ran a group that a restore keeps shut looks at it before they are confirmed.
  const seat = person !== null && (standing?.state === 'member' || canConfirm(standing)) ? standing : undefined;
  const runs = !!seat && seat.role !== 'member';
  if (topic.audience === 'facilitators' && !runs) return false;
  // A guest works for an agency of their own.
  const colleague = seat && person !== null && person.home === topic.audience_origin && !isGuest(person);
  if (topic.audience === 'agency' && !colleague) return false;
  if (group.reading !== 'members' || group.history === 'all' || runs) return true;
  return !!seat && (seat.sees_from === null || topic.sort_at >= seat.sees_from);
}

/**
 * The same rule as a condition on posts.
 * @param person local id; empty for nobody
 * @param post name or alias of the table of posts
 */
export function seenPosts(person: string, post = 'post'): RawBuilder<boolean> {
  const [audience, group, topic, id] = ['audience', 'group_id', 'topic_id', 'id'].map((column) =>
    sql.ref(`${post}.${column}`),
  );
  // Most posts are for all of a group that shows its past: they are told by their own row.
  return sql<boolean>`((${audience} = 'group'
      and ${group} not in (select id from groups where history = 'joining' and reading = 'members'))
    or exists (select 1 from post as thread
      inner join groups as place on place.id = thread.group_id
      left join person as reader on reader.id = ${person}
      left join group_member as writer on place.kind = 'conversation' and writer.group_id = thread.group_id and writer.person_id = thread.author_id
        and writer.state = 'unconfirmed'
      left join group_member as seat on seat.group_id = thread.group_id and seat.person_id = reader.id
        and (seat.state = 'member' or (seat.state = 'unconfirmed' and seat.role <> 'member'))
      where thread.id in (${topic}, ${id})
        and (thread.id = ${topic} or place.kind = 'conversation') and (thread.id = ${id} or place.kind <> 'conversation') and (thread.author_id = ${person} or (writer.person_id is null and
        (thread.audience = 'group'
          or (thread.audience = 'facilitators' and seat.role <> 'member')
          or (thread.audience = 'agency' and seat.role is not null and reader.home = thread.audience_origin
            and not (reader.local = 1 and reader.guest_until is not null)))
        and (place.reading <> 'members' or place.history = 'all' or seat.role <> 'member'
          or (seat.role is not null and (seat.sees_from is null or thread.sort_at >= seat.sees_from)))))))`;
}

/**
 * Whether somebody who may read the group sees the thread of this post.
 * @param person local id; null for nobody and for other nodes
 */
export async function seesPost(
  db: Reader,
  person: string | null,
  post: Pick<PostRow, 'id' | 'topic_id'>,
): Promise<boolean> {
  const thread = await postById(db, post.topic_id);
  const group = thread && (await groupById(db, thread.group_id));
  if (!thread || !group) return false;
  const topic = group.kind === 'conversation' ? await postById(db, post.id) : thread;
  if (!topic) return false;
  if (topic.audience === 'group' && (group.reading !== 'members' || group.history === 'all')) return true;
  const isWaiting = group.kind === 'conversation' && topic.author_id !== person;
  if (isWaiting && (await membershipOf(db, group.id, topic.author_id))?.state === 'unconfirmed') return false;
  const known = person === null ? undefined : await personById(db, person);
  const standing = known && (await membershipOf(db, group.id, known.id));
  return maySeeThread(group, topic, known ?? null, await standingOfSender(db, group, known, standing));
}
