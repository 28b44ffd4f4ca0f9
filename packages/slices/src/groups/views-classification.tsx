import type { ClassificationLabel } from '@joinery/core';
import {
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  type Language,
  PageHeading,
  Panel,
  RadioGroup,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { GroupRow } from './tables.ts';

/** The choice of a label, none first. */
export function LabelChoice(model: {
  labels: readonly ClassificationLabel[];
  value: string | undefined;
  language: Language;
}) {
  const { labels, language } = model;
  const t = messages(language);
  const none = { value: '', label: t('classificationNone', { label: labels[0]?.[language] ?? '' }) };
  return (
    <RadioGroup
      name="label"
      label={t('classification')}
      description={t('classificationHint')}
      value={model.value ?? ''}
      options={[none, ...labels.map((label) => ({ value: label.id, label: label[language] }))]}
    />
  );
}

/** How confidential a group is, with the reason for the change. */
export function ClassificationPage(model: {
  group: GroupRow;
  /** Whether a closed group introduces nodes; null for any other group. */
  introduces: boolean | null;
  labels: readonly ClassificationLabel[];
  typed: Record<string, string>;
  errors: readonly FieldError[];
  csrf: string;
  language: Language;
}) {
  const { group, typed, errors, language } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('classificationOf', { group: group.name })}
        parent={{ href: `/groups/${group.id}/settings`, label: t('settingsOf', { group: group.name }) }}
        lead={t('classificationLead')}
      />
      <Form action={`/groups/${group.id}/classification`} csrf={model.csrf} errors={errors}>
        <LabelChoice labels={model.labels} value={typed.label} language={language} />
        <TextField name="reason" label={t('classificationReason')} required value={typed.reason} />
        <FormActions>
          <SubmitButton>{t('save')}</SubmitButton>
        </FormActions>
      </Form>
      {model.introduces === null ? null : (
        <Panel title={t('introduce')} id="introduce">
          <p>{t('introduceHint')}</p>
          <Form action={`/groups/${group.id}/introduce`} csrf={model.csrf} inline>
            <HiddenField name="on" value={model.introduces ? '0' : '1'} />
            <SubmitButton kind="secondary">{model.introduces ? t('introduceOff') : t('introduceOn')}</SubmitButton>
          </Form>
        </Panel>
      )}
    </Stack>
  );
}
