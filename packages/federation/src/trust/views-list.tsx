import { scopes } from '@joinery/core';
import {
  Badge,
  ButtonLink,
  DescriptionList,
  EmptyState,
  Form,
  FormActions,
  formatDate,
  HiddenField,
  type Language,
  List,
  Notice,
  PageHeading,
  Pagination,
  Panel,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import type { Explanation } from './explain.ts';
import { fingerprint } from './fingerprint.ts';
import { directionText, kindText, scopesInWords } from './labels.tsx';
import type { Proposal } from './proposals.ts';
import type { PartnerDecisionRow, ProposalRow } from './tables.ts';
import { pageText } from './text.ts';
import { home, PartnerTabs, RegisterTable } from './views.tsx';

/** What nodes have proposed: claims, until somebody checks them. */
export function ProposalsPage(model: {
  rows: readonly { row: ProposalRow; proposal: Proposal }[];
  csrf: string;
  reader: Reader;
}) {
  const { rows, csrf, reader } = model;
  const t = pageText(reader.language);
  const waiting = rows.filter(({ row }) => row.state === 'unverified').length;
  return (
    <Stack>
      <PageHeading title={t('proposals')} lead={t('proposalsLead')} />
      <PartnerTabs current={`${home}/proposals`} proposals={waiting} reader={reader} />
      {rows.length === 0 ? (
        <EmptyState title={t('emptyProposalsTitle')}>{t('emptyProposals')}</EmptyState>
      ) : (
        <List label={t('proposals')}>
          {rows.map(({ row, proposal }) => (
            <ProposalCard row={row} proposal={proposal} csrf={csrf} reader={reader} />
          ))}
        </List>
      )}
    </Stack>
  );
}

function ProposalCard({
  row,
  proposal,
  csrf,
  reader,
}: {
  row: ProposalRow;
  proposal: Proposal;
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
      <Form action={`${home}/proposals/check`} csrf={csrf} inline={true}>
        <HiddenField name="origin" value={origin} />
        <FormActions>
          {checked ? (
            <ButtonLink href={`${home}/proposals/accept?origin=${encodeURIComponent(origin)}`}>{t('allow')}</ButtonLink>
          ) : null}
          <SubmitButton kind="secondary" name="what" value="check">
            {t('check')}
          </SubmitButton>
          <SubmitButton kind="tertiary" name="what" value="decline">
            {t('decline')}
          </SubmitButton>
        </FormActions>
      </Form>
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

/** The register of decisions. */
export function RegisterPage(model: {
  rows: readonly PartnerDecisionRow[];
  next: string | null;
  proposals: number;
  reader: Reader;
}) {
  const { rows, reader } = model;
  const t = pageText(reader.language);
  return (
    <Stack>
      <PageHeading
        title={t('register')}
        lead={t('registerLead')}
        actions={rows.length > 0 ? <ButtonLink href={`${home}/register.csv`}>{t('download')}</ButtonLink> : undefined}
      />
      <PartnerTabs current={`${home}/register`} proposals={model.proposals} reader={reader} />
      {rows.length === 0 ? (
        <EmptyState title={t('emptyRegisterTitle')}>{t('emptyRegister')}</EmptyState>
      ) : (
        <RegisterTable rows={rows} reader={reader} />
      )}
      <Pagination next={model.next} language={reader.language} />
    </Stack>
  );
}

/** What another node gets, and why. */
export function ExplainPage(model: {
  origin: string;
  thing: string;
  said: Explanation | null;
  proposals: number;
  reader: Reader;
}) {
  const { said, reader } = model;
  const t = pageText(reader.language);
  return (
    <Stack>
      <PageHeading title={t('explain')} lead={t('explainLead')} />
      <PartnerTabs current={`${home}/explain`} proposals={model.proposals} reader={reader} />
      <SearchForm action={`${home}/explain`} label={t('explain')}>
        <TextField name="origin" label={t('explainOrigin')} value={model.origin} />
        <TextField name="thing" label={t('explainThing')} value={model.thing} />
        <SubmitButton kind="secondary">{t('show')}</SubmitButton>
      </SearchForm>
      {said ? (
        <Notice kind={said.allowed ? 'success' : 'info'} language={reader.language}>
          {said.lines.map((line) => (
            <p>{line}</p>
          ))}
        </Notice>
      ) : null}
    </Stack>
  );
}
