import type { RefusalCode } from '@joinery/core';
import {
  ButtonLink,
  EmptyState,
  Form,
  type Language,
  List,
  Notice,
  PageHeading,
  Pagination,
  Panel,
  PostCard,
  type Reader,
  SubmitButton,
} from '@joinery/ui';
import {
  attachedCount,
  authorModel,
  hostOf,
  NewBadge,
  PostBadges,
  topicTitle,
  unreadText,
  whyNotWrite,
} from './labels.tsx';
import type { ListedPost } from './listed-posts.ts';
import { messages } from './messages.ts';
import type { PostReportRow } from './tables.ts';
import { ClosedNotices } from './views-closed.tsx';
import type { ClosedState } from './wanted.ts';

export type TopicsModel = {
  group: { id: string; name: string };
  topics: ListedPost[];
  /** How much is new to the visitor in each topic. */
  fresh: Map<string, number>;
  next: string | null;
  /** Why the visitor may not start a topic; null when they may. */
  whyNot: RefusalCode | null;
  /** Host that did not answer when its history was asked for. */
  unavailable?: string | null;
  closed?: ClosedState | null;
  atom: boolean;
  reports: boolean;
};

function TopicCard({ topic, fresh, reader }: { topic: ListedPost; fresh: number; reader: Reader }) {
  const href = `/posts/${topic.id}`;
  return (
    <PostCard
      reader={reader}
      id={`topic-${topic.id}`}
      post={{
        href,
        title: topicTitle(topic, reader.language),
        author: authorModel(topic, reader.language),
        at: topic.sort_at,
        summary:
          topic.live && topic.live.state !== 'read'
            ? unreadText(topic.live, reader)
            : topic.title === null
              ? undefined
              : topic.excerpt,
        language: topic.language ?? undefined,
        replies: topic.reply_count,
        likes: topic.likes,
        files: attachedCount(topic),
      }}
      badges={
        <>
          {fresh > 0 ? <NewBadge count={fresh} language={reader.language} /> : null}
          <PostBadges post={topic} language={reader.language} />
        </>
      }
    />
  );
}

/** The topics of a group, with the way to a new one. */
export function Topics({ model, reader }: { model: TopicsModel; reader: Reader }) {
  const t = messages(reader.language);
  const { group, topics, whyNot } = model;
  const start =
    whyNot === null ? (
      <ButtonLink href={`/groups/${group.id}/new`} kind="primary">
        {t('newTopic')}
      </ButtonLink>
    ) : null;
  return (
    <Panel
      title={t('topics')}
      id="topics"
      actions={
        <div class="app-actions">
          {model.reports ? <ButtonLink href={`/groups/${group.id}/reports`}>{t('reports')}</ButtonLink> : null}
          {topics.length > 0 ? start : null}
        </div>
      }
    >
      {model.unavailable ? (
        <Notice kind="warning" language={reader.language}>
          {t('historyUnavailable', { node: model.unavailable })}
        </Notice>
      ) : null}
      <ClosedNotices state={model.closed ?? null} reader={reader} />
      {/* Strangers read beside it how to take part. */}
      {whyNot === null || whyNot === 'signed_out' ? null : (
        <p class="app-quiet">{whyNotWrite(whyNot, reader.language)}</p>
      )}
      {topics.length === 0 ? (
        <EmptyState title={t('emptyTitle')} icon="comment" level={3} action={start}>
          {whyNot === null ? t('emptyMember') : t('emptyReader')}
        </EmptyState>
      ) : (
        <List label={t('topics')}>
          {topics.map((topic) => (
            <TopicCard topic={topic} fresh={model.fresh.get(topic.id) ?? 0} reader={reader} />
          ))}
        </List>
      )}
      <Pagination
        language={reader.language}
        next={model.next && `/groups/${group.id}/topics?cursor=${encodeURIComponent(model.next)}`}
      />
      {model.atom ? (
        <p class="app-quiet">
          <a href={`/groups/${group.id}/feed.atom`}>{t('atom')}</a>
        </p>
      ) : null}
    </Panel>
  );
}

/** Further pages of the topics of a group. */
export function TopicsPage({ model, reader }: { model: TopicsModel; reader: Reader }) {
  const t = messages(reader.language);
  return (
    <>
      <PageHeading
        title={t('olderTopics', { group: model.group.name })}
        parent={{ href: `/groups/${model.group.id}`, label: model.group.name }}
      />
      <Topics model={model} reader={reader} />
    </>
  );
}

export type ReportedPost = { report: PostReportRow; title: string; reporter: string | null };

/** What waits for those who run the group. */
export function ReportsPage(props: {
  group: { id: string; name: string };
  reports: ReportedPost[];
  reader: Reader;
  csrf: string;
}) {
  const { group, reports, reader, csrf } = props;
  const t = messages(reader.language as Language);
  return (
    <>
      <PageHeading
        title={t('reports')}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        lead={t('reportsLead')}
      />
      {reports.length === 0 ? (
        <EmptyState title={t('noReports')}>{t('noReportsLead')}</EmptyState>
      ) : (
        <List label={t('reports')}>
          {reports.map(({ report, title, reporter }) => (
            <article class="ds-card app-post">
              <h2 class="ds-heading app-post-title">
                <a href={`/posts/${report.post_id}`}>{title}</a>
              </h2>
              <p class="app-post-summary">{report.reason}</p>
              <p class="app-quiet">{reporter ?? t('reportFrom', { node: hostOf(report.origin) })}</p>
              <div class="app-actions">
                <ButtonLink href={`/posts/${report.post_id}`}>{t('openPost')}</ButtonLink>
                <Form inline action={`/groups/${group.id}/reports/${report.id}/handled`} csrf={csrf}>
                  <SubmitButton kind="secondary">{t('handled')}</SubmitButton>
                </Form>
              </div>
            </article>
          ))}
        </List>
      )}
    </>
  );
}
