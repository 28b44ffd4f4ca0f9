import { type Context, isId, type Reader, refuse, type Visitor } from '@joinery/core';
import { absent, type GroupRow, groupById } from '@joinery/slices/groups';
import type { PostWithText, Viewer } from './listed-posts.ts';
import { findPost } from './lists.ts';
import type { Standing } from './policy.ts';
import { standingOf } from './store.ts';
import type { PostRow } from './tables.ts';

/** A group and what the visitor may do in it. */
export type Seen = { group: GroupRow; standing: Standing; viewer: Viewer };
export type SeenPost = Seen & { post: PostWithText; topic: PostWithText };

const missing = (): never => refuse('not_found', 'There is nothing at this address');

/**
 * The group, for somebody who may read it: who may not gets what a missing one gives.
 * A conversation is no group to anybody: pages and API of groups do not show it.
 * @throws {Refusal} not_found; signed_out where signing in may help
 */
export async function seeGroup(
  context: Pick<Context, 'db' | 'clock'>,
  id: string,
  visitor: Visitor | null,
): Promise<Seen> {
  const seen = await seeWhatHoldsPosts(context, id, visitor);
  return seen.group.kind === 'group' ? seen : missing();
}

/** A group or conversation, for somebody who may read it. @throws {Refusal} as seeGroup */
export async function seeWhatHoldsPosts(
  context: Pick<Context, 'db' | 'clock'>,
  id: string,
  visitor: Visitor | null,
): Promise<Seen> {
  const db: Reader = context.db.reader;
  const group = isId(id) ? await groupById(db, id) : undefined;
  // Asked of what is not there as well: the same statements whatever there is.
  const asked = group ?? { ...absent, kind: 'group' as const };
  const standing = await standingOf(db, asked, visitor?.person.id ?? null, context.clock.now().toISOString());
  if (!group || !standing.reads) return visitor ? missing() : refuse('signed_out', 'Sign in to see this');
  return { group, standing, viewer: { person: standing.person, moderates: standing.moderates } };
}

/**
 * What was answered to a removed topic went with it: whoever still sees it, since they began the thread or run the group, sees it as removed. In a conversation each message stands for itself.
 */
export function underTopic<Row extends Pick<PostRow, 'removed_at' | 'removed_reason'>>(
  group: Pick<GroupRow, 'kind'>,
  topic: Pick<PostRow, 'removed_at' | 'removed_reason'>,
  post: Row,
): Row {
  if (topic.removed_at === null || post.removed_at !== null || group.kind === 'conversation') return post;
  const { removed_at, removed_reason } = topic;
  return { ...post, removed_at, removed_reason };
}

/** A post and its topic, for somebody who may see them. @throws {Refusal} as seeGroup */
export async function seePost(
  context: Pick<Context, 'db' | 'clock'>,
  id: string,
  visitor: Visitor | null,
): Promise<SeenPost> {
  const db: Reader = context.db.reader;
  const row = isId(id)
    ? await db.selectFrom('post').select('group_id').where('id', '=', id).executeTakeFirst()
    : undefined;
  // What is not there is looked for like what is in a hidden group.
  const seen = await seeWhatHoldsPosts(context, row?.group_id ?? id, visitor);
  const post = (await findPost(db, id, seen.viewer)) ?? missing();
  const begun = post.topic_id === post.id ? post : await findPost(db, post.topic_id, seen.viewer);
  // Whoever was brought into a conversation later does not see how it began.
  const topic = begun ?? (seen.group.kind === 'conversation' ? post : missing());
  return { ...seen, post: underTopic(seen.group, topic, post), topic };
}
