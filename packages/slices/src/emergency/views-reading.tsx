import type { FileRow } from '@joinery/slices/files';
import {
  Badge,
  EmptyState,
  formatDateTime,
  List,
  ListItem,
  PageHeading,
  Pagination,
  type Reader,
  Stack,
  Time,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { ReadPost } from './store.ts';
import type { EmergencyRow } from './tables.ts';

const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : origin);
/** What was written at another node is read there. */
const isShown = (post: Pick<ReadPost, 'local'>) => post.local === 1;

function until(access: EmergencyRow, reader: Reader): string {
  return formatDateTime(reader.language, reader.timeZone, access.ends_at ?? access.notice_until);
}

/** Topics of a closed group for whoever reads it in an emergency. */
export function TopicsPage(model: {
  access: EmergencyRow;
  group: string;
  topics: readonly ReadPost[];
  next: string | null;
  reader: Reader;
}) {
  const { access, topics, reader } = model;
  const t = messages(reader.language);
  return (
    <Stack>
      <PageHeading
        title={model.group}
        parent={{ href: `/emergency/${access.id}`, label: t('request') }}
        lead={t('topicsLead', { time: until(access, reader) })}
        badges={<Badge tone="warning">{t('name')}</Badge>}
      />
      {topics.length === 0 ? (
        <EmptyState title={t('topicsNone')}>{t('topicsNoneLead')}</EmptyState>
      ) : (
        <List label={model.group}>
          {topics.map((topic) => (
            <ListItem
              href={`/emergency/${access.id}/topics/${topic.id}`}
              level={2}
              title={isShown(topic) ? (topic.title ?? '') : t('pageTopicElsewhere')}
              lead={isShown(topic) ? undefined : t('elsewhere', { host: hostOf(topic.author_home) })}
              facts={`${topic.author_name} · ${topic.author_agency} · ${t('replies', { count: topic.reply_count })}`}
              badges={topic.removed_at === null ? undefined : <Badge>{t('removed')}</Badge>}
            />
          ))}
        </List>
      )}
      <Pagination
        next={model.next === null ? null : `/emergency/${access.id}/topics?before=${model.next}`}
        language={reader.language}
      />
    </Stack>
  );
}

/** A thread of a closed group for whoever reads it in an emergency: nothing can be answered, liked or changed. */
export function TopicPage(model: {
  access: EmergencyRow;
  group: string;
  posts: readonly ReadPost[];
  files: ReadonlyMap<string, readonly FileRow[]>;
  reader: Reader;
}) {
  const { access, posts, reader } = model;
  const t = messages(reader.language);
  const [first] = posts;
  return (
    <Stack>
      <PageHeading
        title={first && isShown(first) ? (first.title ?? '') : t('pageTopicElsewhere')}
        parent={{ href: `/emergency/${access.id}/topics`, label: model.group }}
        lead={t('topicsLead', { time: until(access, reader) })}
        badges={<Badge tone="warning">{t('name')}</Badge>}
      />
      {posts.map((post) => (
        <article class="ds-card app-post" aria-label={post.author_name}>
          <header class="app-post-header">
            <div class="app-person-words">
              <span>
                {post.author_name} · {post.author_agency}
              </span>
              <span class="app-quiet">
                <Time at={post.sort_at} reader={reader} />
              </span>
            </div>
            {post.removed_at === null ? null : <Badge>{t('removed')}</Badge>}
          </header>
          {isShown(post) ? (
            <div
              class="app-content"
              lang={post.language ?? undefined}
              dangerouslySetInnerHTML={{ __html: post.content ?? '' }}
            />
          ) : (
            <p class="app-quiet">{t('elsewhere', { host: hostOf(post.author_home) })}</p>
          )}
          {(model.files.get(post.id) ?? [])
            .filter(({ local }) => local === 1)
            .map((file) => (
              <p>
                <a href={`/emergency/${access.id}/files/${file.id}`}>{t('file', { name: file.name })}</a>
              </p>
            ))}
        </article>
      ))}
    </Stack>
  );
}

/** Instead of an earlier version of a document: what is read in an emergency is how things are now. */
export function EarlierPage(model: { access: EmergencyRow; at: string; group: string; reader: Reader }) {
  const { access, at, reader } = model;
  const t = messages(reader.language);
  return (
    <Stack>
      <PageHeading
        title={t('earlier')}
        parent={{ href: `/emergency/${access.id}/topics`, label: model.group }}
        lead={t('earlierLead')}
        badges={<Badge tone="warning">{t('name')}</Badge>}
      />
      <p>
        <a class="ds-link" href={at}>
          {t('earlierNow')}
        </a>
      </p>
    </Stack>
  );
}
