import { decodeCursor, encodeCursor, type Reader } from '@joinery/core';
import { seenPosts } from '@joinery/slices/posts';
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

/** Documents of one folder, or of the library itself (`folder` empty). */
export async function listDocuments(
  db: Reader,
  viewer: Viewer,
  options: { group: string; folder: string; order: Order; cursor?: string | null | undefined; limit: number },
) {
  const { group, order, limit } = options;
  const skip = Math.max(0, Math.trunc(Number(decodeCursor(options.cursor, ['number'])?.[0] ?? 0)) || 0);
  const query = withFacts(db, group, viewer).where('entry.folder_id', '=', options.folder);
  const sorted =
    order === 'newest'
      ? query.orderBy('post.updated_at', 'desc')
      : order === 'largest'
        ? query.orderBy(sql`coalesce(file.bytes, 0)`, 'desc')
        : query.orderBy('entry.sort_title');
  const rows = await sorted
    .orderBy('post.id')
    .offset(skip)
    .limit(limit + 1)
    .execute();
  return { items: rows.slice(0, limit), next: rows.length > limit ? encodeCursor([skip + limit]) : null };
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
