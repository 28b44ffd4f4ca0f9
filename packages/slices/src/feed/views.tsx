import { isReadLive } from '@joinery/slices/groups';
import {
  attachedCount,
  authorModel,
  type FeedPost,
  hostOf,
  mostCounted,
  NewBadge,
  type NewInGroup,
  PostBadges,
} from '@joinery/slices/posts';
import {
  Badge,
  ButtonLink,
  Columns,
  EmptyState,
  Form,
  Heading,
  List,
  ListItem,
  PageHeading,
  Pagination,
  Panel,
  PostCard,
  type Reader,
  SubmitButton,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { messages } from './messages.ts';
import type { PublicGroup, Waiting } from './store.ts';

/** The start page of somebody who is signed in: what needs them, then everything new. */
export function HomePage(props: {
  waiting: Waiting[];
  /** How much is new in each group. */
  fresh: NewInGroup[];
  /** Posts among those shown that are new. */
  isNew: Set<string>;
  posts: FeedPost[];
  next: string | null;
  panels: unknown[];
  reader: Reader;
  csrf: string;
}) {
  const { waiting, posts, next, reader } = props;
  const t = messages(reader.language);
  return (
    <>
      <PageHeading title={t('home')} />
      <Columns aside={props.panels as Child[]}>
        {waiting.length === 0 ? null : (
          <Panel title={t('needsYou')} id="needs-you">
            <List label={t('needsYou')}>
              {waiting.map((item) => (
                <a class="ds-link" href={item.href}>
                  {wordsFor(item, reader)}
                </a>
              ))}
            </List>
          </Panel>
        )}
        {props.fresh.length === 0 ? null : <NewSinceHere {...props} />}
        <Heading level={2} id="latest">
          {t('latest')}
        </Heading>
        {posts.length === 0 ? (
          <EmptyState
            title={t('emptyTitle')}
            level={3}
            action={
              <ButtonLink href="/groups?at=here" kind="primary">
                {t('findGroups')}
              </ButtonLink>
            }
          >
            {t('empty')}
          </EmptyState>
        ) : (
          <List label={t('latest')}>
            {posts.map((post) => (
              <FeedItem post={post} isNew={props.isNew.has(post.id)} reader={reader} />
            ))}
          </List>
        )}
        <Pagination language={reader.language} next={next && `/?cursor=${encodeURIComponent(next)}`} />
      </Columns>
    </>
  );
}

const groupsShown = 8;

/** What is new since somebody was here, group by group, and one button to be done with it. */
function NewSinceHere({ fresh, csrf, reader }: { fresh: NewInGroup[]; csrf: string; reader: Reader }) {
  const t = messages(reader.language);
  const words = (count: number) => t('newPosts', { count, shown: count > mostCounted ? `${mostCounted}+` : count });
  return (
    <Panel
      title={t('newSince')}
      id="new"
      actions={
        <Form action="/read" csrf={csrf} inline>
          <SubmitButton small kind="tertiary">
            {t('markAllRead')}
          </SubmitButton>
        </Form>
      }
    >
      <List label={t('newSince')}>
        {fresh.slice(0, groupsShown).map(({ id, name, count }) => (
          <span class="app-actions">
            <a class="ds-link" href={`/groups/${id}`}>
              {name}
            </a>
            <Badge tone="accent">{words(count)}</Badge>
          </span>
        ))}
      </List>
      {fresh.length > groupsShown ? (
        <a class="ds-link" href="/groups">
          {t('newElsewhere', { count: fresh.length - groupsShown })}
        </a>
      ) : null}
    </Panel>
  );
}

function wordsFor(item: Waiting, reader: Reader): string {
  const t = messages(reader.language);
  switch (item.kind) {
    case 'requests':
      return t('requests', { count: item.count, group: item.group });
    case 'invited':
      return t('invited', { group: item.group });
    case 'refused':
      return t('refusedPost', { title: item.title });
    case 'agreed':
      return t(item.confirmed ? 'agreed' : 'allowed', { node: item.node });
  }
}

function FeedItem({ post, isNew, reader }: { post: FeedPost; isNew: boolean; reader: Reader }) {
  const t = messages(reader.language);
  const isTopic = post.reply_to === null;
  const { group_local: local, group_reading: reading, group_keeping: keeping } = post;
  const live = post.local !== 1 && isReadLive({ local, reading, keeping });
  const title = post.hidden_at
    ? t('hiddenPost')
    : isTopic
      ? (post.title ?? (live ? t('livePost') : undefined))
      : t('replyTo', { title: post.topic_title ?? t('untitled') });
  return (
    <PostCard
      reader={reader}
      post={{
        href: `/posts/${post.id}`,
        title,
        author: authorModel(post, reader.language),
        at: post.sort_at,
        summary: live ? t('liveSummary') : post.excerpt,
        language: post.language ?? undefined,
        group: { name: post.group_name, href: `/groups/${post.group_id}` },
        ...(post.group_local === 1
          ? {}
          : {
              source: {
                agency: post.group_agency ?? hostOf(post.group_home),
                node: hostOf(post.group_home),
              },
            }),
        ...(isTopic ? { replies: post.reply_count } : {}),
        likes: post.likes,
        files: attachedCount(post),
      }}
      badges={
        <>
          {isNew ? <NewBadge language={reader.language} /> : null}
          <PostBadges post={post} language={reader.language} />
        </>
      }
    />
  );
}

/** The start page of a stranger: what this is, what anyone may read, and the way in. */
export function WelcomePage({ agency, groups, reader }: { agency: string; groups: PublicGroup[]; reader: Reader }) {
  const t = messages(reader.language);
  return (
    <>
      <PageHeading title={t('welcome')} lead={t('welcomeLead', { agency })} />
      <Panel title={t('publicGroups')} id="public-groups">
        {groups.length === 0 ? (
          <p>{t('noPublicGroups')}</p>
        ) : (
          <List label={t('publicGroups')}>
            {groups.map((group) => (
              <ListItem
                href={`/groups/${group.id}`}
                title={group.name}
                lead={group.summary}
                facts={t('members', { count: group.member_count })}
              />
            ))}
          </List>
        )}
      </Panel>
    </>
  );
}
