import { decodeCursor, encodeCursor, prepareQuery, type Reader } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { sql } from 'kysely';
import type { ReadLive } from './live.ts';
import type { PostRow } from './tables.ts';
import { seenPosts } from './visibility.ts';

/** What lists show of an author, without a second query. */
type AuthorColumns = {
  author_uri: string;
  author_name: string;
  author_agency: string;
  author_home: string;
  author_handle: string;
  author_local: number;
  author_guest_of: string | null;
  author_guest_until: string | null;
  author_deleted_at: string | null;
};
export type ListedPost = PostRow &
  AuthorColumns & {
    /** How many files hang on it that can be read. */
    attached: number | null;
    live?: ReadLive;
  };
export type PostWithText = ListedPost & { content: string | null; source: string | null; parent_uri?: string | null };
export type PageOf<Item> = { items: Item[]; next: string | null };

/** Whose eyes: what is waiting, refused or removed is seen by its author, what is removed also by who runs the group. */
export type Viewer = { person: string | null; moderates: boolean };

const authorColumns = [
  'author.uri as author_uri',
  'author.name as author_name',
  'author.agency as author_agency',
  'author.home as author_home',
  'author.handle as author_handle',
  'author.local as author_local',
  'author.guest_of as author_guest_of',
  'author.guest_until as author_guest_until',
  'author.deleted_at as author_deleted_at',
] as const;

function listed(db: Reader) {
  return db
    .selectFrom('post')
    .innerJoin('person as author', 'author.id', 'post.author_id')
    .selectAll('post')
    .select([...authorColumns])
    .select((eb) =>
      eb
        .selectFrom('files_file')
        .select(eb.fn.countAll<number>().as('count'))
        .where('files_file.holder_kind', '=', 'posts')
        .whereRef('files_file.holder_id', '=', 'post.id')
        .where('files_file.state', '=', 'ready')
        .as('attached'),
    );
}

function withText(db: Reader) {
  return listed(db)
    .leftJoin('post_revision', (join) =>
      join.onRef('post_revision.post_id', '=', 'post.id').onRef('post_revision.number', '=', 'post.revision'),
    )
    .select(['post_revision.content', 'post_revision.source']);
}

type Conditions = ReturnType<typeof listed>;

function seenBy<Query extends { where: Conditions['where'] }>(query: Query, viewer: Viewer): Query {
  const own = viewer.person ?? '';
  let seen = query.where((eb) => eb.or([eb('post.status', '=', 'accepted'), eb('post.author_id', '=', own)]));
  if (!viewer.moderates) {
    seen = seen.where((eb) => eb.or([eb('post.removed_at', 'is', null), eb('post.author_id', '=', own)]));
  }
  seen = seen.where(seenPosts(own));
  return seen as unknown as Query;
}

/** Of what is hidden here nothing is shown but that, and why. */
function veiled<Row extends ListedPost>(row: Row): Row {
  const about = 'topic_hidden_at' in row && row.topic_hidden_at !== null ? { topic_title: null } : {};
  if (row.hidden_at === null) return { ...row, ...about };
  const text = 'content' in row ? { content: null, source: null } : {};
  return { ...row, ...about, ...text, title: null, excerpt: '', attached: 0 };
}

function cut<Row extends ListedPost>(rows: Row[], limit: number, key: (row: Row) => string): PageOf<Row> {
  const items = rows.slice(0, limit).map(veiled);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? encodeCursor([key(last), last.id]) : null };
}

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

export type FeedPost = PostWithText & {
  group_name: string;
  group_home: string;
  group_local: number;
  group_agency: string | null;
  group_reading: GroupRow['reading'];
  group_keeping: GroupRow['keeping'];
  topic_title: string | null;
  topic_hidden_at: string | null;
};

/** Everything new in the groups that a person is in or follows, here and elsewhere, the newest first. */
export async function listFeed(
  db: Reader,
  person: string,
  options: { cursor?: string | null; limit: number },
): Promise<PageOf<FeedPost>> {
  const after = decodeCursor(options.cursor, ['string', 'string']);
  const query = seenBy(
    inGroups(db)
      .where('topic.removed_at', 'is', null)
      .where('groups.withheld_at', 'is', null)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('group_member')
            .select('group_member.person_id')
            .whereRef('group_member.group_id', '=', 'post.group_id')
            .where('group_member.person_id', '=', person)
            .where((member) =>
              member.or([
                member('group_member.state', '=', 'member'),
                member.and([
                  member('group_member.following', '=', 1),
                  member('groups.reading', '<>', 'members'),
                  member('group_member.state', '<>', 'banned'),
                ]),
              ]),
            ),
        ),
      ),
    { person, moderates: false },
  );
  return newestFirst(query, after, options.limit);
}

/** Posts with what lists of several groups show of their group and topic. */
function inGroups(db: Reader) {
  return withText(db)
    .innerJoin('groups', 'groups.id', 'post.group_id')
    .innerJoin('post as topic', 'topic.id', 'post.topic_id')
    .select([
      'groups.name as group_name',
      'groups.home as group_home',
      'groups.local as group_local',
      'groups.agency as group_agency',
      'groups.reading as group_reading',
      'groups.keeping as group_keeping',
      'topic.title as topic_title',
      'topic.hidden_at as topic_hidden_at',
    ])
    .where('groups.kind', '=', 'group')
    .where('post.deleted_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .where('groups.deleted_at', 'is', null);
}

async function newestFirst(
  query: ReturnType<typeof inGroups>,
  after: (string | number)[] | null,
  limit: number,
): Promise<PageOf<FeedPost>> {
  const from = after
    ? query.where((eb) => eb(eb.refTuple('post.sort_at', 'post.id'), '<', eb.tuple(String(after[0]), String(after[1]))))
    : query;
  const rows = await from
    .orderBy('post.sort_at', 'desc')
    .orderBy('post.id', 'desc')
    .limit(limit + 1)
    .execute();
  return cut(rows, limit, (row) => row.sort_at);
}

/**
 * Posts with a tag in all groups that a person of this node may read, the newest first. What is not listed shows to its members and followers only.
 * @param tag folded
 */
export async function listTagged(
  db: Reader,
  tag: string,
  person: string,
  options: { cursor?: string | null; limit: number; guest: boolean },
): Promise<PageOf<FeedPost>> {
  const after = decodeCursor(options.cursor, ['string', 'string']);
  const query = seenBy(
    inGroups(db)
      .innerJoin('post_tag', 'post_tag.post_id', 'post.id')
      .where('post_tag.tag', '=', tag)
      .where('groups.withheld_at', 'is', null)
      .where('topic.removed_at', 'is', null)
      .where((eb) => {
        const standing = eb
          .selectFrom('group_member')
          .select('group_member.person_id')
          .whereRef('group_member.group_id', '=', 'post.group_id')
          .where('group_member.person_id', '=', person);
        if (options.guest) {
          const invited = standing.where('group_member.state', 'in', ['member', 'invited']);
          return eb.and([eb('groups.local', '=', 1), eb.exists(invited)]);
        }
        const follows = standing.where('group_member.following', '=', 1).where('group_member.state', '<>', 'banned');
        return eb.or([
          eb.exists(standing.where('group_member.state', '=', 'member')),
          eb.and([eb('groups.reading', '<>', 'members'), eb.or([eb('groups.listed', '=', 1), eb.exists(follows)])]),
        ]);
      }),
    { person, moderates: false },
  );
  return newestFirst(query as unknown as ReturnType<typeof inGroups>, after, options.limit);
}

/** Posts of a person that a group elsewhere refused: they wait for a decision of their author. */
export function refusedPosts(db: Reader, person: string): Promise<PostRow[]> {
  return (
    db
      .selectFrom('post')
      .selectAll()
      .where('author_id', '=', person)
      .where('status', '=', 'refused')
      // Spelled out so that the partial index on unsettled posts serves it: authors may have written a great many others.
      .where(sql<boolean>`status <> 'accepted'`)
      .where('deleted_at', 'is', null)
      .orderBy('received_at', 'desc')
      .limit(20)
      .execute()
  );
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
