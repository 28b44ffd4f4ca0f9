import { accountOfPerson, fold, isId, type Reader } from '@joinery/core';
import { fileById } from '@joinery/slices/files';
import { personById } from '@joinery/slices/people';
import { seenPosts } from '@joinery/slices/posts';
import type { Known } from './policy.ts';
import type { EmergencyOwnerRow, EmergencyPageRow, EmergencyRow } from './tables.ts';

export function accessById(db: Reader, id: string): Promise<EmergencyRow | undefined> {
  return db.selectFrom('emergency_access').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Whether somebody of this node was told as an owner of a group elsewhere, and has refused. */
export function ownerElsewhere(db: Reader, access: string, person: string): Promise<EmergencyOwnerRow | undefined> {
  return db
    .selectFrom('emergency_owner')
    .selectAll()
    .where('access_id', '=', access)
    .where('person_id', '=', person)
    .executeTakeFirst();
}

/** Which of some requests somebody may decide as an owner of their group, here or elsewhere. @param role of theirs in it here */
export async function ownedAmong(
  db: Reader,
  accesses: readonly EmergencyRow[],
  person: string,
  role: string | undefined,
): Promise<Set<string>> {
  if (role === 'owner') return new Set(accesses.map(({ id }) => id));
  const rows = await db.selectFrom('emergency_owner').select('access_id').where('person_id', '=', person).execute();
  return new Set(rows.map((row) => row.access_id));
}

/** What was asked on this node, the newest first; at most a hundred. */
export function ownAccesses(db: Reader): Promise<EmergencyRow[]> {
  return db
    .selectFrom('emergency_access')
    .selectAll()
    .where('asker_id', 'is not', null)
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
}

/** All that concerns a group, here or elsewhere, the newest first; at most a hundred. */
export function accessesOf(db: Reader, group: string): Promise<EmergencyRow[]> {
  return db
    .selectFrom('emergency_access')
    .selectAll()
    .where('group_id', '=', group)
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
}

/**
 * Pages that were read, the first first; at most a thousand, with the titles of topics that were written here and that somebody sees.
 * @param person local id of whoever looks, who may read the group; whoever may not is shown no titles
 */
export function pagesOf(
  db: Reader,
  accesses: readonly string[],
  person: string,
): Promise<(EmergencyPageRow & { title: string | null })[]> {
  if (accesses.length === 0) return Promise.resolve([]);
  return db
    .selectFrom('emergency_page')
    .innerJoin('emergency_access', 'emergency_access.id', 'emergency_page.access_id')
    .leftJoin('post', (join) =>
      join
        .onRef('post.id', '=', 'emergency_page.subject_id')
        .onRef('post.group_id', '=', 'emergency_access.group_id')
        .on('post.local', '=', 1)
        .on('post.removed_at', 'is', null)
        .on('post.deleted_at', 'is', null)
        .on(seenPosts(person)),
    )
    .selectAll('emergency_page')
    .select('post.title')
    .where('access_id', 'in', [...accesses])
    .orderBy('emergency_page.id')
    .limit(1_000)
    .execute();
}

/** What somebody of this node is known by. */
export async function knownBy(db: Reader, person: string): Promise<Known> {
  const [row, account] = [await personById(db, person), await accountOfPerson(db, person)];
  const shown = account
    ? await db.selectFrom('sign_in_identity').select('shown_as').where('account_id', '=', account.id).execute()
    : [];
  return {
    name: fold(row?.name ?? person),
    email: account?.email ?? person,
    identities: shown.map(({ shown_as }) => fold(shown_as)).filter((text) => text !== ''),
  };
}

const topicsAtOnce = 50;

/** Topics of a group as they are listed for whoever reads it in an emergency, the newest first. @param before id of the last of the page before */
export async function topicsOf(db: Reader, group: string, before: string | null) {
  const rows = await posts(db)
    .where('post.group_id', '=', group)
    .where('post.reply_to', 'is', null)
    .$if(before !== null, (query) => query.where('post.id', '<', before ?? ''))
    .orderBy('post.id', 'desc')
    .limit(topicsAtOnce + 1)
    .execute();
  const items = rows.slice(0, topicsAtOnce);
  return { items, next: rows.length > topicsAtOnce ? (items.at(-1)?.id ?? null) : null };
}

/** A file that somebody here added to what is in a group; undefined for every other. */
export async function fileIn(db: Reader, group: string, id: string) {
  const file = isId(id) ? await fileById(db, id) : undefined;
  const mayHang = file?.holder_kind === 'posts' || file?.holder_kind === 'library';
  if (file?.local !== 1 || file.state !== 'ready' || !mayHang) return undefined;
  const post = await db
    .selectFrom('post')
    .select(['group_id', 'local', 'deleted_at'])
    .where('id', '=', file.holder_id ?? '')
    .executeTakeFirst();
  return post?.group_id === group && post.local === 1 && post.deleted_at === null ? file : undefined;
}

/** A thread, the oldest first; at most five hundred. */
export function threadOf(db: Reader, group: string, topic: string) {
  return posts(db)
    .where('post.group_id', '=', group)
    .where('post.topic_id', '=', topic)
    .orderBy('post.id')
    .limit(500)
    .execute();
}

export type ReadPost = Awaited<ReturnType<typeof threadOf>>[number];

function posts(db: Reader) {
  return db
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .leftJoin('post_revision', (join) =>
      join.onRef('post_revision.post_id', '=', 'post.id').onRef('post_revision.number', '=', 'post.revision'),
    )
    .select([
      'post.id',
      'post.topic_id',
      'post.title',
      'post.local',
      'post.language',
      'post.sort_at',
      'post.reply_count',
    ])
    .select(['post.removed_at', 'post_revision.content'])
    .select([
      'person.id as author_id',
      'person.name as author_name',
      'person.agency as author_agency',
      'person.home as author_home',
    ])
    .where('post.status', '=', 'accepted')
    .where('post.deleted_at', 'is', null);
}
