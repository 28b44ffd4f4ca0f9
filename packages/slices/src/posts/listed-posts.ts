import { encodeCursor, type Reader } from '@joinery/core';
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

export function listed(db: Reader) {
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

export function withText(db: Reader) {
  return listed(db)
    .leftJoin('post_revision', (join) =>
      join.onRef('post_revision.post_id', '=', 'post.id').onRef('post_revision.number', '=', 'post.revision'),
    )
    .select(['post_revision.content', 'post_revision.source']);
}

type Conditions = ReturnType<typeof listed>;

export function seenBy<Query extends { where: Conditions['where'] }>(query: Query, viewer: Viewer): Query {
  const own = viewer.person ?? '';
  let seen = query.where((eb) => eb.or([eb('post.status', '=', 'accepted'), eb('post.author_id', '=', own)]));
  if (!viewer.moderates) {
    seen = seen.where((eb) => eb.or([eb('post.removed_at', 'is', null), eb('post.author_id', '=', own)]));
  }
  seen = seen.where(seenPosts(own));
  return seen as unknown as Query;
}

/** Of what is hidden here nothing is shown but that, and why. */
export function veiled<Row extends ListedPost>(row: Row): Row {
  const about = 'topic_hidden_at' in row && row.topic_hidden_at !== null ? { topic_title: null } : {};
  if (row.hidden_at === null) return { ...row, ...about };
  const text = 'content' in row ? { content: null, source: null } : {};
  return { ...row, ...about, ...text, title: null, excerpt: '', attached: 0 };
}

export function cut<Row extends ListedPost>(rows: Row[], limit: number, key: (row: Row) => string): PageOf<Row> {
  const items = rows.slice(0, limit).map(veiled);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? encodeCursor([key(last), last.id]) : null };
}
