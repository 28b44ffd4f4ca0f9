import type { JsonObject, Reader } from '@joinery/core';
import { type FileRow, filesOf } from '@joinery/slices/files';
import type { GroupRow } from '@joinery/slices/groups';
import type { PersonRow } from '@joinery/slices/people';
import { extensionsOf } from './extension.ts';
import type { PostRevisionRow, PostRow } from './tables.ts';

/** Everything behind a post that its document is made of. */
export type PostParts = {
  post: PostRow;
  revision: PostRevisionRow;
  group: GroupRow;
  author: PersonRow;
  /** uri of what it answers. */
  parent: string | null;
  topic: Pick<PostRow, 'id' | 'uri' | 'context_uri'>;
  mentions: Pick<PersonRow, 'uri' | 'handle' | 'home'>[];
  tags: string[];
  /** Those that can be read. */
  files: FileRow[];
  extension: JsonObject;
};

/** Loads what documents are made of, for many posts at once; posts without text (deleted) are left out. */
export async function partsOf(db: Reader, posts: PostRow[]): Promise<Map<string, PostParts>> {
  const found = new Map<string, PostParts>();
  if (posts.length === 0) return found;
  const ids = posts.map((post) => post.id);
  const others = [...new Set(posts.flatMap((post) => [post.topic_id, ...(post.reply_to ? [post.reply_to] : [])]))];
  const [revisions, groups, authors, relatives] = [
    await db
      .selectFrom('post_revision')
      .innerJoin('post', (join) =>
        join.onRef('post.id', '=', 'post_revision.post_id').onRef('post.revision', '=', 'post_revision.number'),
      )
      .selectAll('post_revision')
      .where('post_revision.post_id', 'in', ids)
      .execute(),
    await db
      .selectFrom('groups')
      .selectAll()
      .where('id', 'in', [...new Set(posts.map((post) => post.group_id))])
      .execute(),
    await db
      .selectFrom('person')
      .selectAll()
      .where('id', 'in', [...new Set(posts.map((post) => post.author_id))])
      .execute(),
    await db.selectFrom('post').select(['id', 'uri', 'context_uri']).where('id', 'in', others).execute(),
  ];
  const mentioned = await db
    .selectFrom('post_mention')
    .innerJoin('person', 'person.id', 'post_mention.person_id')
    .select(['post_mention.post_id', 'person.uri', 'person.handle', 'person.home'])
    .where('post_mention.post_id', 'in', ids)
    .orderBy('person.id')
    .execute();
  const tagged = await db.selectFrom('post_tag').selectAll().where('post_id', 'in', ids).orderBy('tag').execute();
  const attached = await filesOf(db, 'posts', ids);
  const extensions = await extensionsOf(db, ids);
  for (const post of posts) {
    const revision = revisions.find((row) => row.post_id === post.id);
    const group = groups.find((row) => row.id === post.group_id);
    const author = authors.find((row) => row.id === post.author_id);
    const topic = relatives.find((row) => row.id === post.topic_id);
    if (!revision || !group || !author || !topic) continue;
    const parent = relatives.find((row) => row.id === post.reply_to)?.uri ?? null;
    const mentions = mentioned.filter((row) => row.post_id === post.id);
    const tags = tagged.filter((row) => row.post_id === post.id).map((row) => row.tag);
    const files = (attached.get(post.id) ?? []).filter((file) => file.state === 'ready');
    found.set(post.id, {
      post,
      revision,
      group,
      author,
      parent,
      topic,
      mentions,
      tags,
      files,
      extension: extensions.get(post.id) ?? {},
    });
  }
  return found;
}
