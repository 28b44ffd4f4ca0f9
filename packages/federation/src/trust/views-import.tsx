import {
  ButtonLink,
  Checkbox,
  DataTable,
  DescriptionList,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatNumber,
  HiddenField,
  type Language,
  PageHeading,
  Panel,
  RadioGroup,
  type Reader,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import type { ImportPlan } from './imports.ts';
import { decisionInWords } from './labels.tsx';
import { pageText } from './text.ts';
import { home, PartnerTabs } from './views.tsx';

export type TypedImport = { list: string; source: string; as: string; complete: string };

/** Lists in and out. */
export function ImportPage(model: {
  typed: TypedImport;
  errors: readonly FieldError[];
  requests: number;
  csrf: string;
  reader: Reader;
}) {
  const { typed, errors, reader } = model;
  const t = pageText(reader.language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={t('importTab')} lead={t('importLead')} />
      <PartnerTabs current={`${home}/import`} requests={model.requests} reader={reader} />
      <Panel title={t('importTitle')} id="import">
        <Form action={`${home}/import`} csrf={model.csrf} errors={errors}>
          <TextArea
            name="list"
            label={t('importText')}
            description={t('importHint')}
            value={typed.list}
            rows={8}
            required={true}
          />
          <TextField name="source" label={t('importSource')} value={typed.source} required={true} />
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
        <Lines
          title={t('changes')}
          id="changes"
          lines={changes.map(({ origin, what }) => `${decisionInWords(what, language)}: ${origin}`)}
        />
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
        <Form action={`${home}/import`} csrf={model.csrf} errors={errors}>
          {(['list', 'source', 'as', 'complete'] as const).map((name) =>
            typed[name] ? <HiddenField name={name} value={typed[name]} /> : null,
          )}
          <HiddenField name="apply" value="1" />
          <TextField name="reason" label={t('reason')} description={t('reasonHint')} required={true} />
          <FormActions>
            <SubmitButton>{t('importApply')}</SubmitButton>
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
