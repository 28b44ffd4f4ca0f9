import {
  ButtonLink,
  EmptyState,
  formatDateTime,
  List,
  ListItem,
  Notice,
  PageHeading,
  Pagination,
  type Reader,
  Stack,
  Time,
} from '@joinery/ui';
import type { writtenBy } from './look.ts';
import { openingMessages } from './messages.ts';

/** What somebody wrote, the newest first, each with the way to delete it. */
export function WrittenPage(model: {
  posts: Awaited<ReturnType<typeof writtenBy>>;
  next: string | null;
  /** As of when the backup was that this node was put back from; null where there was none. */
  asOf: string | null;
  reader: Reader;
}) {
  const { posts, reader, asOf } = model;
  const { language } = reader;
  const t = openingMessages(language);
  return (
    <Stack>
      <PageHeading title={t('written')} parent={{ href: '/profile', label: t('profile') }} lead={t('writtenLead')} />
      {asOf === null ? null : (
        <Notice kind="info" language={language}>
          {t('writtenRestored', { time: formatDateTime(language, reader.timeZone, asOf) })}
        </Notice>
      )}
      {posts.length === 0 ? (
        <EmptyState title={t('writtenNone')}>{t('writtenNoneLead')}</EmptyState>
      ) : (
        <List label={t('written')}>
          {posts.map((post) => {
            const title = post.title || post.excerpt.slice(0, 80) || t('untitled');
            return (
              <ListItem
                href={`/posts/${post.id}`}
                title={title}
                level={2}
                lead={post.title ? post.excerpt : undefined}
                facts={
                  <>
                    {post.name} · <Time at={post.updated_at} reader={reader} />
                  </>
                }
                action={
                  <ButtonLink href={`/posts/${post.id}/delete`}>
                    <span aria-hidden="true">{t('writtenDelete')}</span>
                    <span class="ds-sr-only">{t('writtenDeleteOf', { title })}</span>
                  </ButtonLink>
                }
              />
            );
          })}
        </List>
      )}
      <Pagination next={model.next} language={language} />
    </Stack>
  );
}
