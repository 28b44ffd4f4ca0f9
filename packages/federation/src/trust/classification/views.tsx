import type { ClassificationLabel, TheirLabel } from '@joinery/core';
import { mostLabels } from '@joinery/core';
import {
  DataTable,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatNumber,
  HiddenField,
  PageHeading,
  Panel,
  type Reader,
  Select,
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
  /** Labels that groups elsewhere carry, with the name of their agency. */
  theirs: readonly (TheirLabel & { agency: string })[];
  typed: { labels: string; reason: string; mapReason: string };
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
      {model.theirs.length === 0 ? null : <TheirLabels {...model} />}
    </Stack>
  );
}

type TheirsModel = Pick<
  Parameters<typeof LabelsPage>[0],
  'use' | 'theirs' | 'typed' | 'errors' | 'decides' | 'csrf' | 'reader'
>;

/** What labels of other agencies mean here: a table, whose last column is a choice for whoever decides. Of the groups that carry them only how many they are is said. */
function TheirLabels({ use, theirs, typed, errors, decides, csrf, reader }: TheirsModel) {
  const c = classificationText(reader.language);
  const t = pageText(reader.language);
  const word = (place: number | null) => (place === null ? undefined : use[place]?.label);
  const meaning = ({ place, decided }: TheirLabel) => {
    const ours = word(place)?.[reader.language];
    if (ours === undefined) return c('meansNothing');
    return decided ? ours : c('meansSame', { label: ours });
  };
  const placeOf = ({ rank }: TheirLabel) => (rank === null ? undefined : c('place', { place: rank + 1 }));
  const rows = theirs.map((label, index) => ({ label, index }));
  const choice = ({ label, index }: (typeof rows)[number]) => (
    <>
      <HiddenField name={`origin-${index}`} value={label.origin} />
      <HiddenField name={`word-${index}`} value={label.en} />
      <Select
        name={`means-${index}`}
        label={c('meansOf', { label: label[reader.language], agency: label.agency })}
        description={placeOf(label)}
        value={word(label.place)?.id ?? ''}
        options={[
          { value: '', label: c('meansNothing') },
          ...use.map(({ label: ours }) => ({ value: ours.id, label: ours[reader.language] })),
        ]}
      />
    </>
  );
  const table = (
    <DataTable
      id="labels-theirs"
      caption={c('theirs')}
      rows={rows}
      columns={[
        { header: c('theirAgency'), cell: ({ label }) => label.agency },
        { header: c('theirLabel'), cell: ({ label }) => <strong>{label[reader.language]}</strong> },
        {
          header: c('theirPlace'),
          cell: ({ label }) => placeOf(label) ?? '–',
        },
        { header: c('groups'), numeric: true, cell: ({ label }) => formatNumber(reader.language, label.groups) },
        { header: c('means'), cell: ({ label }) => meaning(label) },
      ]}
    />
  );
  return (
    <Panel title={c('theirs')} id="theirs">
      <p>{c('theirsIntro')}</p>
      {decides ? (
        <Form action={`${home}/labels/theirs`} csrf={csrf} errors={errors}>
          {rows.map(choice)}
          <TextField name="mapReason" label={t('reason')} required value={typed.mapReason} />
          <FormActions>
            <SubmitButton>{c('mapSave')}</SubmitButton>
          </FormActions>
        </Form>
      ) : (
        table
      )}
    </Panel>
  );
}
