import { type PersonRow, personLabel } from '@joinery/slices/people';
import type { ReportedMessage } from '@joinery/slices/posts';
import {
  Avatar,
  DescriptionList,
  EmptyState,
  Form,
  PageHeading,
  PersonName,
  type Reader,
  SubmitButton,
  Time,
} from '@joinery/ui';
import { messages } from './messages.ts';

/** Messages that somebody in their conversation reported, each alone. */
export function ReportsPage(model: {
  reports: readonly ReportedMessage[];
  people: ReadonlyMap<string, PersonRow>;
  reader: Reader;
  csrf: string;
}) {
  const { reports, people, reader, csrf } = model;
  const t = messages(reader.language);
  return (
    <>
      <PageHeading title={t('reports')} lead={t('reportsLead')} />
      {reports.length === 0 ? (
        <EmptyState title={t('reportsNone')}>{t('reportsNoneLead')}</EmptyState>
      ) : (
        // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of lists without bullets.
        <ul class="app-messages" role="list" aria-label={t('reports')}>
          {reports.map((report) => (
            <li>
              <Reported report={report} people={people} reader={reader} csrf={csrf} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Reported(model: {
  report: ReportedMessage;
  people: ReadonlyMap<string, PersonRow>;
  reader: Reader;
  csrf: string;
}) {
  const { report, people, reader, csrf } = model;
  const { language } = reader;
  const t = messages(language);
  const writer = people.get(report.author_id);
  const author = personLabel(writer, language);
  const reporter = personLabel(people.get(report.reporter_id ?? ''), language);
  const link = ({ name, agency, href, deleted }: typeof author) => ({ name, agency, href: deleted ? undefined : href });
  return (
    <article class="ds-card app-post" aria-label={t('messageBy', { name: author.name })}>
      <header class="app-post-header">
        <Avatar name={author.name} agency={author.agency} />
        <div class="app-person-words">
          <PersonName person={link(author)} />
          <span class="app-quiet">
            {writer?.local === 0 ? `${author.agency} · ` : null}
            <Time at={report.sent_at} reader={reader} />
          </span>
        </div>
      </header>
      <div
        class="app-content"
        lang={report.language ?? undefined}
        dangerouslySetInnerHTML={{ __html: report.content ?? '' }}
      />
      <DescriptionList
        items={[
          { term: t('reportedReason'), value: report.reason },
          {
            term: t('reportedBy'),
            value: report.reporter_id === null ? new URL(report.origin).host : <PersonName person={link(reporter)} />,
          },
          { term: t('reportedAt'), value: <Time at={report.at} reader={reader} /> },
        ]}
      />
      <div class="app-actions">
        <Form inline action={`/administration/messages/${report.id}/handled`} csrf={csrf}>
          <SubmitButton kind="secondary">{t('handled')}</SubmitButton>
        </Form>
        {writer?.local !== 0 ? null : report.sent_on_at === null ? (
          <>
            <Form inline action={`/administration/messages/${report.id}/forward`} csrf={csrf}>
              <SubmitButton kind="secondary">{t('sendOn', { agency: writer.agency })}</SubmitButton>
            </Form>
            <span class="app-quiet">{t('sendOnLead')}</span>
          </>
        ) : (
          <span class="app-quiet">
            {t('sentOn', { agency: writer.agency })} · <Time at={report.sent_on_at} reader={reader} />
          </span>
        )}
      </div>
    </article>
  );
}
