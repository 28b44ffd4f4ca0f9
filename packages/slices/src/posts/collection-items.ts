import type { JsonObject, Outgoing, Reader } from '@joinery/core';
import { addressing, type GroupRow } from '@joinery/slices/groups';
import { authored, countsOf, storedActivity } from './activities-out.ts';
import { partsOf } from './document-parts.ts';
import { threadAddresses } from './documents.ts';
import { referencesTo } from './references.ts';
import type { PostRow } from './tables.ts';

/** What a page of posts looks like as the group tells it: each author's own activity inside the group's `Announce`, with figures. */
export async function told(outgoing: Omit<Outgoing, 'id'>, group: GroupRow, posts: PostRow[]): Promise<JsonObject[]> {
  const answers = await answerUris(outgoing.db, posts);
  if (group.reading === 'members') {
    const references = await referencesTo(outgoing, group, posts);
    return references.map((reference, index) => ({ ...reference, ...countsOfPost(posts[index], answers) }));
  }
  const parts = await partsOf(outgoing.db, posts);
  const activities = await authoredTexts(outgoing.db, posts);
  return posts.map((post) => {
    const found = parts.get(post.id);
    const own =
      post.local === 1 && found ? { id: `${post.uri}#create`, ...authored(outgoing.origin, 'Create', found) } : null;
    return {
      id: `${group.uri}/announcements/${post.id}`,
      type: 'Announce',
      actor: group.uri,
      ...addressing(group),
      published: post.sort_at,
      ...threadAddresses(outgoing.origin, post.topic_id),
      object: own ?? storedActivity(activities.get(post.id) ?? null) ?? post.uri,
      ...(outgoing.joineryPeer ? countsOfPost(post, answers) : {}),
    };
  });
}

function countsOfPost(post: PostRow | undefined, answers: Map<string, string>): JsonObject {
  const counted = post ? [{ ...post, answer_uri: answers.get(post.answer_id ?? '') ?? null }] : [];
  return { 'joinery:counts': countsOf(counted) };
}

async function authoredTexts(db: Reader, posts: PostRow[]): Promise<Map<string, string | null>> {
  if (posts.length === 0) return new Map();
  const rows = await db
    .selectFrom('post_revision')
    .innerJoin('post', (join) =>
      join.onRef('post.id', '=', 'post_revision.post_id').onRef('post.revision', '=', 'post_revision.number'),
    )
    .select(['post.id', 'post_revision.activity'])
    .where(
      'post.id',
      'in',
      posts.map((post) => post.id),
    )
    .execute();
  return new Map(rows.map((row) => [row.id, row.activity]));
}

async function answerUris(db: Reader, posts: PostRow[]): Promise<Map<string, string>> {
  const ids = posts.flatMap((post) => post.answer_id ?? []);
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('post').select(['id', 'uri']).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row.uri]));
}
