import type { Reader, Work } from '@joinery/core';
import { filesOf } from '@joinery/slices/files';
import { canConfirm, type GroupMemberRow, groupById, listMembers, openGroup } from '@joinery/slices/groups';
import { deletePost } from '../changes.ts';
import { removeFromGroup } from '../moderation.ts';
import { postById } from '../store.ts';

/** What came back with a backup and is looked at first, before its group is opened. */
export type CameBack = {
  id: string;
  title: string | null;
  excerpt: string;
  author: string;
  authorId: string;
  at: string;
  files: string[];
};

/** So many of the newest are shown; the others are in the group itself, which whoever runs it reads meanwhile. */
const shownToLook = 30;

/**
 * The newest posts and documents of a group as of the backup, by when they were written or changed.
 * @param standing of whoever looks: what is not for all of the group is shown to those who run it, and to its author
 */
export async function newestOf(
  db: Reader,
  group: string,
  person: string,
  standing: GroupMemberRow | undefined,
): Promise<CameBack[]> {
  const rows = await db
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .select(['post.id', 'post.title', 'post.excerpt', 'post.author_id', 'post.updated_at', 'person.name'])
    .where('post.group_id', '=', group)
    .where('post.status', '=', 'accepted')
    .where('post.deleted_at', 'is', null)
    .where('post.removed_at', 'is', null)
    .where('post.hidden_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('post.audience', '=', 'group'),
        eb('post.author_id', '=', person),
        ...(canConfirm(standing) ? [eb('post.audience', '=', 'facilitators')] : []),
      ]),
    )
    .orderBy('post.updated_at', 'desc')
    .orderBy('post.id', 'desc')
    .limit(shownToLook)
    .execute();
  const attached = await filesOf(
    db,
    'posts',
    rows.map(({ id }) => id),
  );
  return rows.map(({ id, title, excerpt, author_id, updated_at, name }) => ({
    ...{ id, title, excerpt, author: name, authorId: author_id, at: updated_at },
    files: (attached.get(id) ?? []).map((file) => file.name),
  }));
}

/** Who was banned as of the backup. */
export const bannedFrom = (db: Reader, group: string) => listMembers(db, group, { states: ['banned'], limit: 200 });

/** Opens a group without the posts that should not be there: their authors' own are deleted, those of others removed. @returns how many members wait no longer @throws {Refusal} as `openGroup` */
export async function openWithout(
  work: Work,
  input: Parameters<typeof openGroup>[1] & { without: readonly string[] },
): Promise<number> {
  const count = await openGroup(work, input);
  const group = await groupById(work.db, input.group);
  for (const id of new Set(input.without)) {
    const post = await postById(work.db, id);
    if (!post || post.group_id !== group?.id || post.deleted_at !== null || post.removed_at !== null) continue;
    if (post.author_id === input.by) await deletePost(work, { post: id, author: post.author_id });
    else
      await removeFromGroup(work, { post: id, by: input.administrator ? null : input.by, reason: null, opening: true });
  }
  return count;
}

/** What somebody of this node wrote, wherever it is theirs to read, the newest first: what they deleted or changed after a backup may be among it. */
export function writtenBy(
  db: Reader,
  { id: person, guest }: { id: string; guest: boolean },
  before: string | null,
  limit: number,
) {
  let query = db
    .selectFrom('post')
    .innerJoin('groups', 'groups.id', 'post.group_id')
    .select(['post.id', 'post.title', 'post.excerpt', 'post.updated_at', 'groups.id as group_id', 'groups.name'])
    .where('post.author_id', '=', person)
    .where('post.deleted_at', 'is', null)
    .where('post.removed_at', 'is', null)
    .where('groups.deleted_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .where('groups.withheld_at', 'is', null)
    .where('groups.kind', '=', 'group')
    // Whoever is out of a closed group is told nothing of it any more, their own words there included.
    .where((eb) =>
      eb.or([
        eb('groups.reading', guest ? '=' : '<>', guest ? 'web' : 'members'),
        eb.exists(
          eb
            .selectFrom('group_member')
            .select('group_member.person_id')
            .whereRef('group_member.group_id', '=', 'groups.id')
            .where('group_member.person_id', '=', person)
            .where('group_member.state', '=', 'member'),
        ),
      ]),
    );
  if (before !== null) query = query.where('post.id', '<', before);
  return query.orderBy('post.id', 'desc').limit(limit).execute();
}
