import { type Ask, scopes } from '@joinery/core';
import {
  Badge,
  ButtonLink,
  DescriptionList,
  Details,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatDate,
  Heading,
  HiddenField,
  type Language,
  List,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  TextArea,
  Time,
} from '@joinery/ui';
import { UnmappedNotice } from '../classification/unmapped.tsx';
import { fingerprint } from '../fingerprint.ts';
import { directionText, kindText, StandingBadge, scopesInWords } from '../labels.tsx';
import type { Proposal } from '../proposals.ts';
import type { Partner } from '../store.ts';
import type { ProposalRow } from '../tables.ts';
import { pageText } from '../text.ts';
import { home, PartnerTabs } from '../views.tsx';
import { requestText } from './text.ts';

/** What people of this node ask for: one entry per node. */
export type Asked = {
  origin: string;
  asks: readonly (Ask & { name: string })[];
  /** The entry of that node on the list, when there is one. */
  partner: Partner | null;
};

/** An answer that could not be sent: what was typed, and what is wrong with it. */
export type TypedAnswer = { origin: string; answer: string; error: string };

/** Everything that waits for the officer: what our people ask for, and what other nodes propose. */
export function RequestsPage(model: {
  proposals: readonly { row: ProposalRow; proposal: Proposal }[];
  asked: readonly Asked[];
  typed: TypedAnswer | null;
  waiting: number;
  /** Labels of other agencies that mean nothing here. */
  unmapped: number;
  decides: boolean;
  csrf: string;
  reader: Reader;
}) {
  const { proposals, asked, typed, decides, csrf, reader } = model;
  const t = pageText(reader.language);
  const r = requestText(reader.language);
  const errors: FieldError[] = typed ? [{ field: answerField(typed.origin), text: typed.error }] : [];
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={t('requests')} lead={r('lead')} />
      <PartnerTabs current={`${home}/proposals`} requests={model.waiting} reader={reader} />
      <UnmappedNotice count={model.unmapped} ofOne={false} href={`${home}/labels#theirs`} language={reader.language} />
      {proposals.length + asked.length === 0 ? <EmptyState title={r('emptyTitle')}>{r('empty')}</EmptyState> : null}
      {asked.length > 0 ? (
        <>
          <Heading level={2} id="asked">
            {r('asked')}
          </Heading>
          <Stack>
            {asked.map((one) => (
              <AskedCard
                asked={one}
                typed={typed?.origin === one.origin ? typed : null}
                errors={errors}
                decides={decides}
                csrf={csrf}
                reader={reader}
              />
            ))}
          </Stack>
        </>
      ) : null}
      {proposals.length > 0 ? (
        <>
          <Heading level={2} id="proposed">
            {t('proposals')}
          </Heading>
          <p class="app-quiet">{t('proposalsLead')}</p>
          <Stack>
            {proposals.map(({ row, proposal }) => (
              <ProposalCard row={row} proposal={proposal} decides={decides} csrf={csrf} reader={reader} />
            ))}
          </Stack>
        </>
      ) : null}
    </Stack>
  );
}

/** The field of the answer about a node: each form of the page has its own. */
export const answerField = (origin: string) => `answer-${origin.replace(/[^a-z0-9]+/g, '-')}`;

function AskedCard({
  asked,
  typed,
  errors,
  decides,
  csrf,
  reader,
}: {
  asked: Asked;
  typed: TypedAnswer | null;
  errors: readonly FieldError[];
  decides: boolean;
  csrf: string;
  reader: Reader;
}) {
  const t = pageText(reader.language);
  const r = requestText(reader.language);
  const { origin, asks, partner } = asked;
  const host = new URL(origin).host;
  const groups = [...new Set(asks.flatMap(({ group }) => group ?? []))];
  const people = new Set(asks.map(({ person }) => person)).size;
  return (
    <Panel
      title={partner?.agency ?? host}
      id={`asked-${host}`}
      actions={
        partner ? (
          <StandingBadge partner={partner} now={new Date(reader.now)} language={reader.language} />
        ) : (
          <Badge tone="neutral">{r('notListed')}</Badge>
        )
      }
    >
      <DescriptionList
        items={[
          { term: t('hosts'), value: origin },
          { term: r('who'), value: r('people', { count: people }) },
          ...(groups.length > 0 ? [{ term: r('groups'), value: <Addresses addresses={groups} /> }] : []),
        ]}
      />
      <List>
        {asks.map((ask) => (
          <p>
            <span class="app-quiet">
              {ask.name} · <Time at={ask.askedAt} reader={reader} />
            </span>
            <br />
            {ask.reason}
          </p>
        ))}
      </List>
      {decides ? (
        <>
          <FormActions>
            <ButtonLink
              kind="primary"
              href={partner ? `${home}/${partner.id}` : `${home}/new?origin=${encodeURIComponent(origin)}`}
            >
              {partner ? r('openPartner') : t('add')}
            </ButtonLink>
          </FormActions>
          <Details summary={r('decline')} open={typed !== null}>
            <Form action={`${home}/proposals/answer`} csrf={csrf} errors={errors}>
              <HiddenField name="origin" value={origin} />
              <TextArea
                name={answerField(origin)}
                label={r('answer')}
                description={r('answerHint')}
                rows={3}
                value={typed?.answer ?? ''}
                required={true}
              />
              <FormActions>
                <SubmitButton kind="secondary">{r('sendAnswer')}</SubmitButton>
              </FormActions>
            </Form>
          </Details>
        </>
      ) : null}
    </Panel>
  );
}

function Addresses({ addresses }: { addresses: readonly string[] }) {
  return (
    <>
      {addresses.map((address, index) => (
        <>
          {index > 0 ? <br /> : null}
          <a class="ds-link" href={address} rel="noreferrer">
            {address}
          </a>
        </>
      ))}
    </>
  );
}

function ProposalCard({
  row,
  proposal,
  decides,
  csrf,
  reader,
}: {
  row: ProposalRow;
  proposal: Proposal;
  decides: boolean;
  csrf: string;
  reader: Reader;
}) {
  const t = pageText(reader.language);
  const { claims, origin, key } = proposal;
  const checked = row.state === 'checked';
  // What another version or program calls by other names means nothing here.
  const proposed = scopes.filter((scope) => claims.scopes.includes(scope));
  return (
    <Panel
      title={claims.agency}
      id={`proposal-${new URL(origin).host}`}
      actions={<ProposalBadge state={row.state} language={reader.language} />}
    >
      <DescriptionList
        items={[
          { term: t('hosts'), value: origin },
          { term: t('received'), value: formatDate(reader.language, reader.timeZone, row.received_at) },
          { term: t('proposedKind'), value: t(kindText[claims.kind]) },
          { term: t('identifier'), value: claims.identifier ?? '–' },
          {
            term: t('what'),
            value: `${scopesInWords(proposed, reader.language)} (${t(directionText[claims.direction]).toLowerCase()})`,
          },
          { term: t('reason'), value: claims.reason || '–' },
          { term: t('contact'), value: claims.contact ?? '–' },
          { term: t('fingerprint'), value: <code>{fingerprint(key)}</code> },
        ]}
      />
      <p class="app-quiet">{t('fingerprintHint')}</p>
      {decides ? (
        <Form action={`${home}/proposals/check`} csrf={csrf} inline={true}>
          <HiddenField name="origin" value={origin} />
          <FormActions>
            {checked ? (
              <ButtonLink href={`${home}/proposals/accept?origin=${encodeURIComponent(origin)}`} kind="primary">
                {t('allow')}
              </ButtonLink>
            ) : null}
            <SubmitButton kind="secondary" name="what" value="check">
              {t('check')}
            </SubmitButton>
            <SubmitButton kind="tertiary" name="what" value="decline">
              {t('decline')}
            </SubmitButton>
          </FormActions>
        </Form>
      ) : null}
    </Panel>
  );
}

function ProposalBadge({ state, language }: { state: ProposalRow['state']; language: Language }) {
  const t = pageText(language);
  if (state === 'mismatch') return <Badge tone="danger">{t('verifiedWrong')}</Badge>;
  if (state === 'checked') return <Badge tone="success">{t('verified')}</Badge>;
  return (
    <Badge tone="warning" icon="info">
      {t('unverified')}
    </Badge>
  );
}
