import {
  Badge,
  ButtonLink,
  Checkbox,
  DataTable,
  DescriptionList,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatDate,
  formatNumber,
  HiddenField,
  type Language,
  List,
  Notice,
  PageHeading,
  Pagination,
  Panel,
  RadioGroup,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import type { Explanation } from './explain.ts';
import { fingerprint } from './fingerprint.ts';
import type { ImportPlan } from './imports.ts';
import { directionText, kindText } from './labels.tsx';
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
            value: `${claims.scopes.join(', ') || t('noMeaning')} (${t(directionText[claims.direction])})`,
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

export type TypedImport = { list: string; source: string; as: string; complete: string };

/** Lists in and out. */
export function ImportPage(model: {
  typed: TypedImport;
  errors: readonly FieldError[];
  proposals: number;
  csrf: string;
  reader: Reader;
}) {
  const { typed, errors, reader } = model;
  const t = pageText(reader.language);
  const error = (name: string) => errors.find(({ field }) => field === name)?.text;
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={t('importTab')} lead={t('importLead')} />
      <PartnerTabs current={`${home}/import`} proposals={model.proposals} reader={reader} />
      <Panel title={t('importTitle')} id="import">
        <Form action={`${home}/import`} csrf={model.csrf}>
          <TextArea
            name="list"
            label={t('importText')}
            description={t('importHint')}
            value={typed.list}
            error={error('list')}
            rows={8}
            required={true}
          />
          <TextField
            name="source"
            label={t('importSource')}
            value={typed.source}
            error={error('source')}
            required={true}
          />
          <RadioGroup
            name="as"
            label={t('importAs')}
            value={typed.as}
            options={[
              { value: 'allow', label: t('importAsAllow') },
              { value: 'block', label: t('importAsBlock') },
            ]}
          />
          <Checkbox name="complete" label={t('complete')} checked={typed.complete === '1'} />
          <FormActions>
            <SubmitButton>{t('importPreview')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
      <Panel title={t('exportTitle')} id="export">
        <ul>
          {(['exportFull', 'exportMastodon', 'exportAllowed'] as const).map((key) => (
            <li>
              <a class="ds-link" href={`${home}/export?form=${exportForms[key]}`}>
                {t(key)}
              </a>
            </li>
          ))}
        </ul>
      </Panel>
    </Stack>
  );
}

const exportForms = { exportFull: 'joinery', exportMastodon: 'mastodon', exportAllowed: 'text' } as const;

/** What an import would do. */
export function ImportPreviewPage(model: {
  plan: ImportPlan;
  typed: TypedImport;
  errors: readonly FieldError[];
  csrf: string;
  language: Language;
}) {
  const { plan, typed, errors, language } = model;
  const t = pageText(language);
  const number = (value: number) => formatNumber(language, value);
  const changes = [
    ...plan.added.map(({ origin }) => ({ origin, what: t('totalAdded') })),
    ...plan.changed.map(({ origin }) => ({ origin, what: t('totalChanged') })),
    ...plan.removed.map(({ origin }) => ({ origin, what: t('totalRemoved') })),
  ];
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('importTitle')} lead={t('previewLead')} />
      <Panel title={t('previewTitle')} id="effect">
        <DescriptionList
          items={[
            { term: t('totalAdded'), value: number(plan.added.length) },
            { term: t('totalChanged'), value: number(plan.changed.length) },
            { term: t('totalRemoved'), value: number(plan.removed.length) },
            { term: t('totalUnchanged'), value: number(plan.unchanged) },
            { term: t('conflicts'), value: number(plan.conflicting.length) },
            { term: t('refusedLines'), value: number(plan.refused.length) },
          ]}
        />
        <Lines title={t('previewTitle')} id="changes" lines={changes.map(({ origin, what }) => `${what}: ${origin}`)} />
        <Lines
          title={t('conflicts')}
          id="conflicts"
          lines={plan.conflicting.map(({ host, detail }) => `${host}: ${detail}`)}
        />
        <Lines
          title={t('refusedLines')}
          id="refused"
          lines={plan.refused.map(({ line, detail }) => `${line}: ${detail}`)}
        />
        <Lines
          title={t('subdomains')}
          id="subdomains"
          lines={plan.subdomains.map(({ host, other }) => `${host} – ${other}`)}
        />
      </Panel>
      {changes.length === 0 ? (
        <ButtonLink href={`${home}/import`}>{t('importTab')}</ButtonLink>
      ) : (
        <Form action={`${home}/import`} csrf={model.csrf}>
          {(['list', 'source', 'as', 'complete'] as const).map((name) =>
            typed[name] ? <HiddenField name={name} value={typed[name]} /> : null,
          )}
          <HiddenField name="apply" value="1" />
          <TextField
            name="reason"
            label={t('reason')}
            description={t('reasonHint')}
            required={true}
            error={errors[0]?.text}
          />
          <FormActions>
            <SubmitButton>{t('confirm')}</SubmitButton>
          </FormActions>
        </Form>
      )}
    </Stack>
  );
}

function Lines({ title, id, lines }: { title: string; id: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return <DataTable id={id} caption={title} rows={lines} columns={[{ header: title, cell: (line) => line }]} />;
}
