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
  type Reader,
  Stack,
  SubmitButton,
  TextField,
  Time,
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
  /** Since when it has the keys that it signs with. */
  keysSince: string | null;
  labels: readonly ClassificationLabel[];
  typed: Record<string, string>;
  errors: readonly FieldError[];
  csrf: string;
  reader: Reader;
}) {
  const { group, typed, errors, reader } = model;
  const { language } = reader;
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
      <Panel title={t('keys')} id="keys">
        <p>{t('keysHint')}</p>
        {model.keysSince === null ? null : (
          <p>
            {t('keysSince')} <Time at={model.keysSince} reader={reader} />
          </p>
        )}
        <Form action={`/groups/${group.id}/keys`} csrf={model.csrf} errors={errors}>
          <TextField name="keyReason" label={t('keysReason')} required value={typed.keyReason} />
          <FormActions>
            <SubmitButton kind="secondary">{t('keysRenew')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
    </Stack>
  );
}
