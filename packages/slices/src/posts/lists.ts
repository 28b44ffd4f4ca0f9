import { decodeCursor, prepareQuery, type Reader } from '@joinery/core';
import { groupById, requesterMayRead } from '@joinery/slices/groups';
import { sql } from 'kysely';
import {
  cut,
  type ListedPost,
  listed,
  type PageOf,
  type PostWithText,
  seenBy,
  type Viewer,
  veiled,
  withText,
} from './listed-posts.ts';
import type { PostRow } from './tables.ts';

/** Topics of a group: on the first page the pinned ones, then the newest activity first. Deleted ones stay while they have replies. */
export async function listTopics(
  db: Reader,
  group: string,
  viewer: Viewer,
  options: { cursor?: string | null; limit: number },
): Promise<PageOf<ListedPost>> {
  const after = decodeCursor(options.cursor, ['string', 'string']);
  const limit = options.limit + 1;
  const lastActivity = (row: ListedPost) => row.last_activity_at;
  if (after) {
    const rows = await unpinnedTopics(db, group, viewer, limit)
      .where((eb) =>
        eb(eb.refTuple('post.last_activity_at', 'post.id'), '<', eb.tuple(String(after[0]), String(after[1]))),
      )
      .execute();
    return cut(rows, options.limit, lastActivity);
  }
  const { newest, pinned } = viewer.moderates ? firstForModerators : firstForOthers;
  const values = { group, person: viewer.person ?? '', limit };
  const page = cut(await newest(db, values), options.limit, lastActivity);
  return { ...page, items: [...(await pinned(db, values)).map(veiled), ...page.items] };
}

function topicsOf(db: Reader, group: string, viewer: Viewer) {
  return seenBy(
    listed(db)
      .where('post.group_id', '=', group)
      .where('post.reply_to', 'is', null)
      .where((eb) => eb.or([eb('post.deleted_at', 'is', null), eb('post.reply_count', '>', 0)])),
    viewer,
  );
}

function unpinnedTopics(db: Reader, group: string, viewer: Viewer, limit: number) {
  return topicsOf(db, group, viewer)
    .where('post.pinned_at', 'is', null)
    .orderBy('post.last_activity_at', 'desc')
    .orderBy('post.id', 'desc')
    .limit(limit);
}

type FirstPage = { group: string; person: string; limit: number };

/** The first page of topics, which every visit to a group asks for. */
function prepareFirstPage(moderates: boolean) {
  return {
    newest: prepareQuery((db, { group, person, limit }: FirstPage) =>
      unpinnedTopics(db, group, { person, moderates }, limit),
    ),
    pinned: prepareQuery((db, { group, person }: Pick<FirstPage, 'group' | 'person'>) =>
      topicsOf(db, group, { person, moderates })
        .where('post.pinned_at', 'is not', null)
        .orderBy('post.pinned_at', 'desc')
        .limit(20),
    ),
  };
}

const firstForModerators = prepareFirstPage(true);
const firstForOthers = prepareFirstPage(false);

/** Replies of a topic with their texts, the oldest first. */
export async function listReplies(
  db: Reader,
  topic: string,
  viewer: Viewer,
  options: { cursor?: string | null; limit: number },
): Promise<PageOf<PostWithText>> {
  const after = decodeCursor(options.cursor, ['string', 'string']);
  let query = seenBy(withText(db).where('post.topic_id', '=', topic).where('post.reply_to', 'is not', null), viewer);
  if (after) {
    query = query.where((eb) =>
      eb(eb.refTuple('post.sort_at', 'post.id'), '>', eb.tuple(String(after[0]), String(after[1]))),
    );
  }
  const rows = await query
    .orderBy('post.sort_at')
    .orderBy('post.id')
    .limit(options.limit + 1)
    .execute();
  return cut(rows, options.limit, (row) => row.sort_at);
}

/**
 * What was said in a thread last, its first post counted, the oldest of those shown first.
 * @param options.before where the page after this one begins; null for the newest
 * @returns `earlier` for the page before this one
 */
export async function listThreadFromEnd(
  db: Reader,
  topic: string,
  viewer: Viewer,
  options: { before?: string | null | undefined; limit: number },
): Promise<{ items: PostWithText[]; earlier: string | null }> {
  const before = decodeCursor(options.before, ['string', 'string']);
  let query = seenBy(withText(db).where('post.topic_id', '=', topic), viewer);
  if (before) {
    query = query.where((eb) =>
      eb(eb.refTuple('post.sort_at', 'post.id'), '<', eb.tuple(String(before[0]), String(before[1]))),
    );
  }
  const rows = await query
    .orderBy('post.sort_at', 'desc')
    .orderBy('post.id', 'desc')
    .limit(options.limit + 1)
    .execute();
  const { items, next } = cut(rows, options.limit, (row) => row.sort_at);
  return { items: items.reverse(), earlier: next };
}

/** One post with its text, if the viewer may see it. */
export async function findPost(db: Reader, id: string, viewer: Viewer): Promise<PostWithText | undefined> {
  const found = await seenBy(withText(db).where('post.id', '=', id), viewer).executeTakeFirst();
  return found && veiled(found);
}

/** These posts with their texts, in no order. */
export async function textsOf(db: Reader, ids: string[], viewer: Viewer): Promise<PostWithText[]> {
  if (ids.length === 0) return [];
  return (await seenBy(withText(db).where('post.id', 'in', ids), viewer).execute()).map(veiled);
}

/** Which of the posts a person likes. */
export async function likedAmong(db: Reader, person: string | null, ids: string[]): Promise<Set<string>> {
  if (person === null || ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('post_like')
    .select('post_id')
    .where('person_id', '=', person)
    .where('post_id', 'in', ids)
    .execute();
  return new Set(rows.map((row) => row.post_id));
}

/** Posts of a person that a group elsewhere refused: they wait for a decision of their author, while that may read the group. */
export async function refusedPosts(db: Reader, person: string): Promise<PostRow[]> {
  const refused = await db
    .selectFrom('post')
    .selectAll()
    .where('author_id', '=', person)
    .where('status', '=', 'refused')
    // Spelled out so that the partial index on unsettled posts serves it: authors may have written a great many others.
    .where(sql<boolean>`status <> 'accepted'`)
    .where('deleted_at', 'is', null)
    .orderBy('received_at', 'desc')
    .limit(20)
    .execute();
  const readable = new Set<string>();
  const requester = { kind: 'person', person, administrator: false, guest: false } as const;
  for (const id of new Set(refused.map(({ group_id }) => group_id))) {
    const group = await groupById(db, id);
    if (group && (await requesterMayRead(db, requester, group))) readable.add(id);
  }
  return refused.filter(({ group_id }) => readable.has(group_id));
}

/** Newest topics with their texts, for the Atom feed of a group. */
export function newestTopics(db: Reader, group: string): Promise<PostWithText[]> {
  return seenBy(
    withText(db)
      .where('post.group_id', '=', group)
      .where('post.reply_to', 'is', null)
      .where('post.deleted_at', 'is', null)
      .where('post.hidden_at', 'is', null),
    { person: null, moderates: false },
  )
    .orderBy('post.last_activity_at', 'desc')
    .orderBy('post.id', 'desc')
    .limit(30)
    .execute();
}
