import { originOf, type Reader, type Searchable } from '@joinery/core';
import { filesText } from '@joinery/slices/files';
import { groupById, groupsByIds, requesterMayRead } from '@joinery/slices/groups';
import {
  attachedCount,
  authorModel,
  currentRevision,
  hostOf,
  likedAmong,
  type PostRow,
  postById,
  postJson,
  postSchema,
  seenPosts,
  textsOf,
} from '@joinery/slices/posts';
import { isLanguage, plainText } from '@joinery/ui';
import { sql } from 'kysely';
import { circleOfPosts } from './circles.ts';
import { messages } from './messages.ts';

/** A document of a library is found as such: what was said about it are posts. */
const isDocument = (post: PostRow) => post.kind === 'document' && post.reply_to === null;

/** A reply below a topic that was removed, or that its group has not taken in, is not shown either. */
const mayFindPost: Searchable['mayFind'] = (id, reader) => sql`exists (select 1 from post
    inner join post as topic on topic.id = post.topic_id
    where post.id = ${id} and post.deleted_at is null and post.removed_at is null and topic.removed_at is null
      and post.hidden_at is null and ${seenPosts(reader.person)}
      and (post.status = 'accepted' or post.author_id = ${reader.person})
      and (topic.status = 'accepted' or topic.author_id = ${reader.person})
      and post.group_id in (select id from read_group))`;

const common = (fits: (post: PostRow) => boolean): Omit<Searchable, 'kind' | 'order' | 'label' | 'one'> => ({
  entry: async (db, id) => {
    const post = await postById(db, id);
    if (!post || !fits(post) || post.deleted_at !== null || post.removed_at !== null) return null;
    const [group, text] = [await groupById(db, post.group_id), await currentRevision(db, post)];
    if (!group || !text || group.deleted_at !== null) return null;
    return {
      title: post.title ?? '',
      text: plainText(text.content),
      at: post.sort_at,
      group: group.id,
      circle: circleOfPosts(group),
      author: post.author_id,
      language: post.language,
    };
  },
  ids: async (db, after, limit) => {
    const rows = await db.selectFrom('post').select('id').where('id', '>', after).orderBy('id').limit(limit).execute();
    return rows.map((row) => row.id);
  },
  events: {
    'post.created': ({ data }) => data.post,
    'post.remembered': ({ data }) => data.post,
    'post.edited': ({ data }) => data.post,
    'post.deleted': ({ data }) => data.post,
    'post.dropped': ({ data }) => data.post,
    'post.removed': ({ data }) => data.post,
    'post.put_back': ({ data }) => data.post,
  },
  mayFind: mayFindPost,
  results: async (context, visitor, ids, language) => {
    const db = context.db.reader;
    const person = visitor.person.id;
    const t = messages(isLanguage(language) ? language : 'en');
    const rows = await textsOf(db, ids, { person, moderates: false });
    const groups = await groupsByIds(
      db,
      rows.map((row) => row.group_id),
    );
    const readable = new Set<string>();
    for (const group of groups.values()) {
      const requester = {
        kind: 'person',
        person,
        administrator: visitor.administrator,
        guest: visitor.person.guest,
      } as const;
      if (await requesterMayRead(db, requester, group)) readable.add(group.id);
    }
    const liked = await likedAmong(db, person, ids);
    const topics = await topicTitles(
      db,
      rows.map((row) => row.topic_id),
    );
    return rows.flatMap((post) => {
      const group = groups.get(post.group_id);
      if (!group || !readable.has(group.id) || post.deleted_at !== null || post.removed_at !== null) return [];
      const home = originOf(post.uri) ?? post.author_home;
      const talk = group.kind === 'conversation';
      return [
        {
          id: post.id,
          href: `/posts/${post.id}`,
          title: post.title ?? '',
          heading: talk
            ? t('message')
            : post.reply_to === null
              ? t('untitled')
              : t('replyTo', { title: topics.get(post.topic_id) || t('untitled') }),
          text: plainText(post.content ?? ''),
          language: post.language,
          at: post.sort_at,
          author: authorModel(post, isLanguage(language) ? language : 'en'),
          group: talk
            ? { name: group.name || t('conversation'), href: `/conversations/${group.id}` }
            : { name: group.name, href: `/groups/${group.id}` },
          source: group.local === 1 ? null : { agency: group.agency ?? hostOf(group.home), node: hostOf(group.home) },
          facts:
            attachedCount(post) > 0 ? [filesText(attachedCount(post), isLanguage(language) ? language : 'en')] : [],
          json: { ...postJson(post, person, liked), home },
        },
      ];
    });
  },
  schema: postSchema,
});

/** Topics and replies. */
export const postKind: Searchable = {
  ...common((post) => !isDocument(post)),
  kind: 'post',
  order: 10,
  label: (language) => messages(isLanguage(language) ? language : 'en')('posts'),
  one: (language) => messages(isLanguage(language) ? language : 'en')('post'),
};

/** Documents of libraries. */
export const documentKind: Searchable = {
  ...common(isDocument),
  kind: 'document',
  order: 15,
  label: (language) => messages(isLanguage(language) ? language : 'en')('documents'),
  one: (language) => messages(isLanguage(language) ? language : 'en')('document'),
};

async function topicTitles(db: Reader, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('post')
    .select(['id', 'title'])
    .where('id', 'in', ids)
    .where('hidden_at', 'is', null)
    .execute();
  return new Map(rows.map((row) => [row.id, row.title ?? '']));
}
