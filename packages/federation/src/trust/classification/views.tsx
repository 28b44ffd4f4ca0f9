import type { ClassificationLabel } from '@joinery/core';
import { mostLabels } from '@joinery/core';
import {
  DataTable,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatNumber,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { pageText } from '../text.ts';
import { home, PartnerTabs } from '../views.tsx';
import { classificationText } from './text.ts';

/** A label, and what it is used for. */
export type LabelUse = { label: ClassificationLabel; groups: number; partners: readonly string[] };

/** The agency's labels: what they mean, what carries them, and the form for whoever decides. */
export function LabelsPage(model: {
  use: readonly LabelUse[];
  typed: { labels: string; reason: string };
  errors: readonly FieldError[];
  decides: boolean;
  requests: number;
  csrf: string;
  reader: Reader;
}) {
  const { errors, typed, reader } = model;
  const c = classificationText(reader.language);
  const t = pageText(reader.language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={c('name')} lead={c('intro')} />
      <PartnerTabs current={`${home}/labels`} requests={model.requests} reader={reader} />
      <DataTable
        id="labels-used"
        caption={c('use')}
        rows={model.use}
        columns={[
          { header: c('label'), cell: ({ label }) => <strong>{label[reader.language]}</strong> },
          { header: c('groups'), numeric: true, cell: ({ groups }) => formatNumber(reader.language, groups) },
          { header: c('partners'), cell: ({ partners }) => partners.join(', ') || c('none') },
        ]}
      />
      <p class="app-quiet">{c('partnersHint')}</p>
      {model.decides ? (
        <Panel title={c('change')} id="change">
          <Form action={`${home}/labels`} csrf={model.csrf} errors={errors}>
            <TextArea
              name="labels"
              label={c('labels')}
              description={c('labelsHint', { maximum: mostLabels })}
              rows={mostLabels}
              required
              value={typed.labels}
            />
            <TextField name="reason" label={t('reason')} description={t('reasonHint')} required value={typed.reason} />
            <FormActions>
              <SubmitButton>{c('save')}</SubmitButton>
            </FormActions>
          </Form>
        </Panel>
      ) : null}
    </Stack>
  );
}
