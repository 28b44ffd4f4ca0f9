import { type Environment, refuse, requireVisitor } from '@joinery/core';
import { EmptyState, foldTag, List, PageHeading, Pagination, PostCard, type Reader } from '@joinery/ui';
import type { Hono } from 'hono';
import { authorModel, hostOf, PostBadges } from './labels.tsx';
import { type FeedPost, listTagged } from './lists-feed.ts';
import { messages } from './messages.ts';
import { readerOf, show } from './page.ts';

const perPage = 25;

/** What is written under a tag, in all groups that the visitor may read. */
export function tagRoutes(app: Hono<Environment>): void {
  app.get('/tags/:tag', async (c) => {
    const visitor = requireVisitor(c);
    const tag = foldTag(c.req.param('tag'));
    if (!/^[\p{L}\p{N}_]{1,60}$/u.test(tag)) refuse('not_found', 'This is not a tag');
    const cursor = c.req.query('cursor') ?? null;
    const { items, next } = await listTagged(c.var.context.db.reader, tag, visitor.person.id, {
      guest: visitor.person.guest,
      cursor,
      limit: perPage,
    });
    const page = <TagPage tag={tag} posts={items} next={next} reader={readerOf(c)} />;
    return show(c, { title: `#${tag}` }, page);
  });
}

function TagPage({
  tag,
  posts,
  next,
  reader,
}: {
  tag: string;
  posts: FeedPost[];
  next: string | null;
  reader: Reader;
}) {
  const t = messages(reader.language);
  return (
    <>
      <PageHeading title={`#${tag}`} lead={t('taggedLead')} />
      {posts.length === 0 ? (
        <EmptyState title={t('taggedNone')}>{t('taggedNoneLead', { tag })}</EmptyState>
      ) : (
        <List label={`#${tag}`}>
          {posts.map((post) => (
            <TaggedPost post={post} reader={reader} />
          ))}
        </List>
      )}
      <Pagination language={reader.language} next={next && `/tags/${encodeURIComponent(tag)}?cursor=${next}`} />
    </>
  );
}

function TaggedPost({ post, reader }: { post: FeedPost; reader: Reader }) {
  const t = messages(reader.language);
  const isTopic = post.reply_to === null;
  const topic = post.topic_title ?? t('untitled');
  return (
    <PostCard
      reader={reader}
      level={2}
      post={{
        href: `/posts/${post.id}`,
        title: isTopic ? (post.title ?? undefined) : t('taggedReply', { title: topic }),
        author: authorModel(post, reader.language),
        at: post.sort_at,
        summary: post.excerpt,
        language: post.language ?? undefined,
        group: { name: post.group_name, href: `/groups/${post.group_id}` },
        ...(post.group_local === 1
          ? {}
          : { source: { agency: post.group_agency ?? hostOf(post.group_home), node: hostOf(post.group_home) } }),
        ...(isTopic ? { replies: post.reply_count } : {}),
        likes: post.likes,
      }}
      badges={<PostBadges post={post} language={reader.language} />}
    />
  );
}
