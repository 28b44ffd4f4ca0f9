import {
  ButtonLink,
  Checkbox,
  type Column,
  DataTable,
  Details,
  ErrorSummary,
  type FieldError,
  FileField,
  Form,
  FormActions,
  HiddenField,
  type Language,
  Notice,
  PageHeading,
  Stack,
  SubmitButton,
  TextArea,
} from '@joinery/ui';
import { faultText } from './faults.ts';
import type { ImportRow, LineFault } from './import-file.ts';
import type { ImportPlan } from './import-plan.ts';
import { messages } from './messages.ts';

/** So many rows are shown; the rest is counted. */
const shown = 50;

type Model = {
  language: Language;
  csrf: string;
  text: string;
  errors: readonly FieldError[];
  faults: readonly LineFault[];
};

/** Asks for a list; after a check with faults it shows them, with the list still there to be mended. */
export function ImportPage(model: Model) {
  const { language } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={model.errors} language={language} />
      <PageHeading
        title={t('importPeople')}
        parent={{ href: '/administration/people', label: t('managePeople') }}
        lead={t('importExplain')}
      />
      {model.faults.length > 0 ? <Faults faults={model.faults} language={language} /> : null}
      <Form action="/administration/people/import" csrf={model.csrf} errors={model.errors} upload={true}>
        <FileField name="file" label={t('importFile')} accept=".csv,.txt,text/csv" />
        <TextArea name="text" label={t('importText')} value={model.text} rows={10} />
        <FormActions>
          <SubmitButton>{t('importPreview')}</SubmitButton>
          <ButtonLink href="/administration/people" kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

function Faults({ faults, language }: { faults: readonly LineFault[]; language: Language }) {
  const t = messages(language);
  const columns: Column<LineFault>[] = [
    { header: t('line'), cell: (fault) => fault.line },
    { header: t('problem'), cell: (fault) => faultText(fault, language) },
    { header: t('value'), cell: (fault) => fault.value || '–' },
  ];
  const lines = new Set(faults.map((fault) => fault.line)).size;
  return (
    <>
      <p>{t('importFaultsLead')}</p>
      <DataTable
        id="faults"
        caption={t('importFaults', { count: lines })}
        columns={columns}
        rows={faults.slice(0, shown)}
      />
      {faults.length > shown ? <p>{t('importMore', { count: faults.length - shown })}</p> : null}
    </>
  );
}

/** What the import will do, and the button that does it. */
export function ImportPreviewPage(model: {
  language: Language;
  csrf: string;
  text: string;
  plan: ImportPlan;
  mails: boolean;
}) {
  const { language, plan } = model;
  const t = messages(language);
  const count = plan.rows.length;
  return (
    <Stack>
      <PageHeading
        title={t('importWill', { count })}
        parent={{ href: '/administration/people/import', label: t('importPeople') }}
        lead={t('importNothing')}
      />
      {plan.unusedColumns.length > 0 ? (
        <Notice kind="warning" language={language}>
          {t('columnsIgnored', { columns: plan.unusedColumns.join(', ').slice(0, 300) })}
        </Notice>
      ) : null}
      {count > 0 ? (
        <Rows id="rows" caption={t('importWill', { count })} rows={plan.rows} language={language} />
      ) : (
        <p>{t('importNobody')}</p>
      )}
      {plan.here.length > 0 ? (
        <Details summary={t('importHere', { count: plan.here.length })}>
          <Rows id="here" caption={t('here')} rows={plan.here} language={language} />
        </Details>
      ) : null}
      <Form action="/administration/people/import/confirm" csrf={model.csrf} upload={true}>
        <HiddenField name="text" value={model.text} />
        {count > 0 && model.mails ? (
          <Checkbox name="mail" label={t('mailEach')} description={t('mailHint')} checked={true} />
        ) : null}
        <FormActions>
          {count > 0 ? <SubmitButton>{t('importConfirm', { count })}</SubmitButton> : null}
          <ButtonLink href="/administration/people/import" kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

function Rows({
  id,
  caption,
  rows,
  language,
}: {
  id: string;
  caption: string;
  rows: readonly ImportRow[];
  language: Language;
}) {
  const t = messages(language);
  const columns: Column<ImportRow>[] = [
    { header: t('name'), cell: (row) => row.name },
    { header: t('email'), cell: (row) => row.email },
    { header: t('role'), cell: (row) => row.role ?? '' },
  ];
  return (
    <>
      <DataTable id={id} caption={caption} columns={columns} rows={rows.slice(0, shown)} />
      {rows.length > shown ? <p>{t('importMore', { count: rows.length - shown })}</p> : null}
    </>
  );
}
