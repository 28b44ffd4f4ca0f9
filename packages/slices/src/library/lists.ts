import { decodeCursor, encodeCursor, type Reader } from '@joinery/core';
import { seenPosts } from '@joinery/slices/posts';
import { foldTag } from '@joinery/ui';
import { sql } from 'kysely';

export const orders = ['name', 'newest', 'largest'] as const;
export type Order = (typeof orders)[number];

/** Whose eyes: what waits, was refused or removed is seen by its author, what was removed also by who runs the group. */
export type Viewer = { person: string | null; moderates: boolean };

/** Documents of a library that somebody sees. */
function listed(db: Reader, group: string, viewer: Viewer) {
  const own = viewer.person ?? '';
  const query = db
    .selectFrom('library_document as entry')
    .innerJoin('post', 'post.id', 'entry.post_id')
    .where('entry.group_id', '=', group)
    .where('post.deleted_at', 'is', null)
    .where('post.hidden_at', 'is', null)
    .where((eb) => eb.or([eb('post.status', '=', 'accepted'), eb('post.author_id', '=', own)]))
    .where(seenPosts(own));
  return viewer.moderates
    ? query
    : query.where((eb) => eb.or([eb('post.removed_at', 'is', null), eb('post.author_id', '=', own)]));
}

function withFacts(db: Reader, group: string, viewer: Viewer) {
  return listed(db, group, viewer)
    .innerJoin('person as author', 'author.id', 'post.author_id')
    .leftJoin('files_file as file', (join) =>
      join.onRef('file.holder_id', '=', 'post.id').on('file.holder_kind', '=', 'posts').on('file.position', '=', 0),
    )
    .select([
      'post.id',
      'post.uri',
      'post.title',
      'post.excerpt',
      'post.language',
      'post.likes',
      'post.reply_count',
      'post.revision',
      'post.status',
      'post.removed_at',
      'post.local',
      'post.author_id',
      'post.published_at',
      'post.updated_at',
      'post.fetched_at',
      'entry.folder_id',
      'entry.official_at',
      'entry.sort_title',
      'author.uri as author_uri',
      'author.name as author_name',
      'author.agency as author_agency',
      'author.home as author_home',
      'author.local as author_local',
      'author.guest_of as author_guest_of',
      'author.guest_until as author_guest_until',
      'author.deleted_at as author_deleted_at',
      'file.id as file_id',
      'file.name as file_name',
      'file.media_type as media_type',
      'file.bytes as bytes',
      'file.state as file_state',
      (eb) =>
        eb
          .selectFrom('library_version')
          .select((version) => version.fn.max<number>('library_version.number').as('number'))
          .whereRef('library_version.post_id', '=', 'post.id')
          .as('version'),
    ]);
}

export type ListedDocument = Awaited<ReturnType<typeof listDocuments>>['items'][number];

/** A tag as it is asked for, folded; null for what is none. */
export function tagAsked(text: string | undefined): string | null {
  const tag = foldTag((text ?? '').replace(/^#/, ''));
  return /^[\p{L}\p{N}_]{1,60}$/u.test(tag) ? tag : null;
}

const mostTags = 50;

/** Tags of the documents that somebody sees in a library, wherever they lie, with how many of these have each: the most frequent first. */
export async function tagsIn(db: Reader, viewer: Viewer, group: string): Promise<{ tag: string; count: number }[]> {
  const rows = await listed(db, group, viewer)
    .innerJoin('post_tag', 'post_tag.post_id', 'post.id')
    .select((eb) => ['post_tag.tag', eb.fn.countAll<number>().as('count')])
    .groupBy('post_tag.tag')
    .orderBy('count', 'desc')
    .orderBy('post_tag.tag')
    .limit(mostTags)
    .execute();
  return rows.map(({ tag, count }) => ({ tag, count: Number(count) }));
}

/** Documents of one folder, or of the library itself (`folder` empty); or all with a tag, wherever they lie. */
export async function listDocuments(
  db: Reader,
  viewer: Viewer,
  options: {
    group: string;
    folder: string;
    tag?: string | null;
    order: Order | 'id';
    cursor?: string | null | undefined;
    limit: number;
  },
) {
  const { group, order, limit, folder, tag = null } = options;
  const { key, type, direction } = keys[order];
  const [, value, id] = positionIn(order, type, options.cursor);
  const rows = await withFacts(db, group, viewer)
    .$if(tag === null, (query) => query.where('entry.folder_id', '=', folder))
    .$if(tag !== null, (query) =>
      query.where('post.id', 'in', (eb) =>
        eb.selectFrom('post_tag').select('post_tag.post_id').where('post_tag.tag', '=', tag),
      ),
    )
    // Behind the last one of the page before, whatever has come or gone since.
    .$if(id !== null, (query) =>
      query.where((eb) =>
        eb.or([
          eb(key, direction === 'desc' ? '<' : '>', value),
          eb.and([eb(key, '=', value), eb('post.id', '>', id ?? '')]),
        ]),
      ),
    )
    .orderBy(key, direction)
    .orderBy('post.id')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? encodeCursor([order, keyOf(order, last), last.id]) : null };
}

/** What each order goes by, and `id` for whoever goes through all of them while they change. */
const keys = {
  name: { key: sql<string | number>`entry.sort_title`, type: 'string', direction: 'asc' },
  newest: { key: sql<string | number>`post.updated_at`, type: 'string', direction: 'desc' },
  largest: { key: sql<string | number>`coalesce(file.bytes, 0)`, type: 'number', direction: 'desc' },
  id: { key: sql<string | number>`post.id`, type: 'string', direction: 'asc' },
} as const;

function keyOf(
  order: Order | 'id',
  row: { id: string; sort_title: string; updated_at: string; bytes: number | null },
): string | number {
  if (order === 'largest') return Number(row.bytes ?? 0);
  return order === 'newest' ? row.updated_at : order === 'name' ? row.sort_title : row.id;
}

/** Where a page begins; at the beginning when its cursor is of another order. */
function positionIn(
  order: Order | 'id',
  type: 'string' | 'number',
  cursor: string | null | undefined,
): [order: string, value: string | number, id: string | null] {
  const decoded = decodeCursor(cursor, ['string', type, 'string']);
  const [of, value, id] = (decoded ?? []) as [string?, (string | number)?, string?];
  return of === order && value !== undefined && id !== undefined ? [of, value, id] : [order, '', null];
}

/** The official pack of a library: its documents, wherever they lie. */
export function officialDocuments(db: Reader, viewer: Viewer, group: string) {
  return withFacts(db, group, viewer)
    .where('entry.official_at', 'is not', null)
    .orderBy('entry.sort_title')
    .orderBy('post.id')
    .limit(100)
    .execute();
}

/** One document as lists show it. */
export function findDocument(db: Reader, viewer: Viewer, group: string, post: string) {
  return withFacts(db, group, viewer).where('post.id', '=', post).executeTakeFirst();
}

/** How many documents somebody sees in each folder itself; in the library itself under an empty id. */
export async function countDocuments(db: Reader, viewer: Viewer, group: string): Promise<Map<string, number>> {
  const rows = await listed(db, group, viewer)
    .select((eb) => ['entry.folder_id', eb.fn.countAll<number>().as('count')])
    .groupBy('entry.folder_id')
    .execute();
  return new Map(rows.map(({ folder_id, count }) => [folder_id, Number(count)]));
}

/** Documents that those who run the group took out of it, as far as somebody sees them. */
export function removedDocuments(db: Reader, viewer: Viewer, group: string) {
  return withFacts(db, group, viewer)
    .where('post.removed_at', 'is not', null)
    .orderBy('post.removed_at', 'desc')
    .limit(100)
    .execute();
}
