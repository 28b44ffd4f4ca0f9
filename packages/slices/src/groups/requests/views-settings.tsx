import {
  Checkbox,
  CheckboxGroup,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  PageHeading,
  Panel,
  type Reader,
  Select,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import type { GroupRow } from '../tables.ts';
import { messages } from './messages.ts';
import { mostQuestions } from './questions.ts';

export type SettingsModel = {
  reader: Reader;
  csrf: string;
  group: GroupRow;
  errors: readonly FieldError[];
  typed: Record<string, string>;
  partners: readonly { origin: string; agency: string }[];
  /** Origins whose people are let in without asking. */
  agencies: readonly string[];
  deputies: readonly { id: string; name: string }[];
};

/** What is asked, who is let in without asking, and who stands in. */
export function RequestSettingsPage(model: SettingsModel) {
  const { group, reader, csrf, errors, typed } = model;
  const { language } = reader;
  const t = messages(language);
  const at = `/groups/${group.id}/requests`;
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('settingsOf', { group: group.name })} parent={{ href: at, label: t('requests') }} />
      <Panel title={t('askTitle')} id="ask">
        <p>{t('askHint')}</p>
        <Form action={`${at}/questions`} csrf={csrf} errors={errors}>
          {Array.from({ length: mostQuestions }, (_, index) => (
            <>
              <TextField
                name={`question${index}`}
                label={t('question', { number: index + 1 })}
                value={typed[`question${index}`] ?? ''}
              />
              <Checkbox
                name={`required${index}`}
                label={t('required', { number: index + 1 })}
                checked={typed[`required${index}`] === '1'}
              />
            </>
          ))}
          <FormActions>
            <SubmitButton>{t('save')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
      <Panel title={t('automaticTitle')} id="automatic">
        <p>{t('automaticHint')}</p>
        <Form action={`${at}/automatic`} csrf={csrf} errors={errors}>
          <CheckboxGroup
            name="agencies"
            label={t('automaticAgencies')}
            values={model.agencies}
            options={[
              { value: group.home, label: t('ownAgency') },
              ...model.partners.map(({ origin, agency }) => ({
                value: origin,
                label: agency,
                description: new URL(origin).host,
              })),
            ]}
          />
          <TextArea
            name="domains"
            label={t('automaticDomains')}
            description={t('automaticDomainsHint')}
            rows={3}
            value={typed.domains}
          />
          <FormActions>
            <SubmitButton>{t('save')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
      <Panel title={t('awayTitle')} id="away">
        <p>{t('awayHint')}</p>
        <Form action={`${at}/away`} csrf={csrf} errors={errors}>
          <TextField
            name="until"
            label={t('awayUntil')}
            description={t('awayUntilHint')}
            type="date"
            width="medium"
            value={typed.until ?? ''}
          />
          <Select
            name="deputy"
            label={t('deputy')}
            value={typed.deputy ?? ''}
            options={[
              { value: '', label: t('nobody') },
              ...model.deputies.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
          <FormActions>
            <SubmitButton>{t('save')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
    </Stack>
  );
}
