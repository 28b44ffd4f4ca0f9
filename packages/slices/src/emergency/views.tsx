import {
  Badge,
  ButtonLink,
  DescriptionList,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatDate,
  formatDateTime,
  type Language,
  List,
  ListItem,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
  Time,
} from '@joinery/ui';
import { noticeHours, openHours } from './emergency.ts';
import { messages } from './messages.ts';
import { canApprove, canEnd, canRefuse, type Decider } from './policy.ts';
import type { EmergencyPageRow, EmergencyRow } from './tables.ts';

export type ShownPage = EmergencyPageRow & { title: string | null };
const timeIn = (reader: Reader, at: string) => formatDateTime(reader.language, reader.timeZone, at);

function StateBadge({ access, language }: { access: EmergencyRow; language: Language }) {
  const t = messages(language);
  switch (access.state) {
    case 'asked':
      return <Badge tone="warning">{t('tagAsked')}</Badge>;
    case 'open':
      return <Badge tone="info">{t('tagOpen')}</Badge>;
    case 'refused':
      return <Badge>{t('tagRefused')}</Badge>;
    case 'ended':
      return <Badge>{t('tagEnded')}</Badge>;
  }
}

function stateText(access: EmergencyRow, reader: Reader): string {
  const t = messages(reader.language);
  switch (access.state) {
    case 'asked':
      return t('stateAsked', { time: timeIn(reader, access.notice_until) });
    case 'open':
      return t('stateOpen', { time: timeIn(reader, access.ends_at ?? access.notice_until) });
    case 'refused':
      return t('stateRefused', { name: access.decided_name ?? t('anOwner') });
    case 'ended':
      return t('stateEnded', { time: timeIn(reader, access.ended_at ?? access.notice_until) });
  }
}

/** What members see of it. @param pages how many were read, null where that is known elsewhere */
export function lineOf(access: EmergencyRow, reader: Reader, pages: number | null): string {
  const t = messages(reader.language);
  const said = {
    name: access.asker_agency ? `${access.asker_name} (${access.asker_agency})` : access.asker_name,
    reason: access.reason,
  };
  if (access.opened_at === null) return t('lineAsked', said);
  if (access.state === 'open')
    return t('lineOpen', { ...said, time: timeIn(reader, access.ends_at ?? access.opened_at) });
  const date = formatDate(reader.language, reader.timeZone, access.opened_at);
  return pages === 0 ? t('lineNotRead', { ...said, date }) : t('lineRead', { ...said, date });
}

/** Where administrators ask, and see what was asked. */
export function AskPage(model: {
  accesses: readonly EmergencyRow[];
  values: { group: string; reason: string };
  errors: readonly FieldError[];
  reader: Reader;
  csrf: string;
}) {
  const { accesses, values, errors, reader } = model;
  const t = messages(reader.language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={t('name')} lead={t('lead', { hours: noticeHours })} />
      <Panel title={t('ask')} id="ask">
        <p>{t('rules', { hours: openHours })}</p>
        <Form action="/administration/emergency" csrf={model.csrf} errors={errors}>
          <TextField name="group" label={t('group')} description={t('groupHint')} value={values.group} required />
          <TextArea
            name="reason"
            label={t('reason')}
            description={t('reasonHint')}
            rows={3}
            value={values.reason}
            required
          />
          <FormActions>
            <SubmitButton>{t('send')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
      <Panel title={t('all')} id="all">
        {accesses.length === 0 ? (
          <EmptyState title={t('none')} level={3}>
            {t('noneLead')}
          </EmptyState>
        ) : (
          <List label={t('all')}>
            {accesses.map((access) => (
              <ListItem
                href={`/emergency/${access.id}`}
                title={access.asker_name}
                lead={access.reason}
                facts={stateText(access, reader)}
                badges={<StateBadge access={access} language={reader.language} />}
                avatar={{ name: access.asker_name, agency: access.asker_agency }}
              />
            ))}
          </List>
        )}
      </Panel>
    </Stack>
  );
}

/** One request, for whoever asked and whoever decides. */
export function AccessPage(model: {
  access: EmergencyRow;
  who: Decider;
  /** Its name for owners; what was typed for everybody else. */
  group: string;
  pages: readonly ShownPage[];
  mayRead: boolean;
  reader: Reader;
  csrf: string;
}) {
  const { access, who, pages, reader, csrf } = model;
  const t = messages(reader.language);
  const own = access.asker_id === who.person;
  const second = access.decided_name ?? (access.decided_by === null ? null : t('anOwner'));
  const decided = second ?? (access.opened_at ? t('decidedNotice', { hours: noticeHours }) : null);
  const button = (verb: string, label: string, kind: 'primary' | 'secondary') => (
    <Form inline action={`/emergency/${access.id}/${verb}`} csrf={csrf}>
      <SubmitButton kind={kind}>{label}</SubmitButton>
    </Form>
  );
  return (
    <Stack>
      <PageHeading
        title={t('request')}
        parent={who.administrator ? { href: '/administration/emergency', label: t('name') } : undefined}
        badges={<StateBadge access={access} language={reader.language} />}
        actions={
          model.mayRead ? (
            <ButtonLink href={`/emergency/${access.id}/topics`} kind="primary">
              {t('read')}
            </ButtonLink>
          ) : undefined
        }
      />
      <DescriptionList
        items={[
          {
            term: t('by'),
            value: access.asker_agency ? `${access.asker_name} · ${access.asker_agency}` : access.asker_name,
          },
          { term: t('typed'), value: model.group },
          { term: t('reason'), value: access.reason },
          { term: t('at'), value: <Time at={access.asked_at} reader={reader} /> },
          { term: t('state'), value: stateText(access, reader) },
          ...(decided === null ? [] : [{ term: t('decidedBy'), value: decided }]),
        ]}
      />
      {access.state === 'asked' && own ? <p>{t('own')}</p> : null}
      {access.state === 'asked' && !own && who.alike ? <p>{t('alike')}</p> : null}
      {who.owner && !who.administrator && access.state === 'asked' ? <p>{t('unnamed')}</p> : null}
      {who.refused && access.ended_at === null ? <p>{t('refusalSent')}</p> : null}
      <div class="app-actions">
        {canApprove(access, who) ? button('approve', t('approve'), 'primary') : null}
        {canRefuse(access, who)
          ? button('refuse', access.state === 'open' ? t('stop') : t('refuse'), 'secondary')
          : null}
        {canEnd(access, who.person) ? button('end', t('end'), 'secondary') : null}
      </div>
      {access.opened_at === null || access.asker_id === null ? null : <PagesRead {...{ pages, reader }} />}
    </Stack>
  );
}

function PagesRead({ pages, reader }: { pages: readonly ShownPage[]; reader: Reader }) {
  const t = messages(reader.language);
  return (
    <Panel title={t('pages')} id="pages">
      {pages.length === 0 ? <p>{t('pagesNone')}</p> : <PageList {...{ pages, reader }} />}
    </Panel>
  );
}

function PageList({ pages, reader }: { pages: readonly ShownPage[]; reader: Reader }) {
  const t = messages(reader.language);
  const named = ({ what, title }: ShownPage) => {
    if (what === 'topics') return t('pageTopics');
    if (what === 'file') return t('pageFile');
    return title === null ? t('pageTopicElsewhere') : t('pageTopic', { title });
  };
  return (
    <ul class="ds-list">
      {pages.map((page) => (
        <li>
          {named(page)}, <Time at={page.at} reader={reader} />
        </li>
      ))}
    </ul>
  );
}

/** For members: who read their group in an emergency, when, why, and what. */
export function GroupPage(model: {
  group: { id: string; name: string; local: number };
  accesses: readonly EmergencyRow[];
  pages: ReadonlyMap<string, readonly ShownPage[]>;
  /** Those that this member may decide, as an owner. */
  owned: ReadonlySet<string>;
  reader: Reader;
}) {
  const { group, accesses, reader } = model;
  const t = messages(reader.language);
  return (
    <Stack>
      <PageHeading
        title={t('inGroup')}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        lead={t('inGroupLead', { hours: noticeHours })}
      />
      {accesses.length === 0 ? (
        <EmptyState title={t('inGroupNone')}>{t('inGroupNoneLead')}</EmptyState>
      ) : (
        accesses.map((access) => {
          const pages = model.pages.get(access.id) ?? [];
          return (
            <Panel
              title={access.asker_name}
              id={`access-${access.id}`}
              actions={<StateBadge access={access} language={reader.language} />}
            >
              <p>{lineOf(access, reader, group.local === 1 ? pages.length : null)}</p>
              {pages.length > 0 ? <PageList {...{ pages, reader }} /> : null}
              {model.owned.has(access.id) && (access.state === 'asked' || access.state === 'open') ? (
                <ButtonLink href={`/emergency/${access.id}`}>{t('decide')}</ButtonLink>
              ) : null}
            </Panel>
          );
        })
      )}
    </Stack>
  );
}
