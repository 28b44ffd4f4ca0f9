import {
  ChooseAll,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  fieldId,
  formatDateTime,
  List,
  ListItem,
  Notice,
  PageHeading,
  Panel,
  RadioGroup,
  type Reader,
  Stack,
  SubmitButton,
  TextArea,
} from '@joinery/ui';
import { messages } from './messages.ts';
import { kept } from './requests.ts';
import type { RegistrationRow } from './tables.ts';

export const administrationHref = '/administration/registration';
const several = 'answer-several';

export type SettingsValues = { mode: string; domains: string };

/** Who waits for an answer, and who may register at all. */
export function AdministrationPage(model: {
  reader: Reader;
  csrf: string;
  errors: readonly FieldError[];
  mail: boolean;
  settings: SettingsValues;
  requests: readonly RegistrationRow[];
  reason: string;
  chosen: readonly string[];
}) {
  const { reader, errors } = model;
  const t = messages(reader.language);
  const on = model.settings.mode !== 'off';
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={t('manage')} lead={t('manageLead')} />
      {model.mail ? null : (
        <Notice kind="warning" language={reader.language}>
          <strong>{t('needsMail')}</strong>
          <p>
            {t('needsMailLead')} <a href="/administration/mail">{t('mailPage')}</a>
          </p>
        </Notice>
      )}
      {on || model.requests.length > 0 ? <Requests {...model} /> : null}
      <SettingsForm {...model} />
    </Stack>
  );
}

function Requests(model: {
  reader: Reader;
  csrf: string;
  errors: readonly FieldError[];
  requests: readonly RegistrationRow[];
  reason: string;
  chosen: readonly string[];
}) {
  const { reader, requests, errors } = model;
  const t = messages(reader.language);
  const at = (row: RegistrationRow) => formatDateTime(reader.language, reader.timeZone, row.asked_at);
  if (requests.length === 0) return <EmptyState title={t('nobody')}>{t('nobodyLead')}</EmptyState>;
  return (
    <Panel title={t('requests')} id="requests">
      <p>{t('requestsLead', { days: kept.waiting / 24 })}</p>
      <List label={t('requests')}>
        {requests.map((row, index) => (
          <ListItem
            title={row.name}
            choice={{
              ...{ form: several, name: 'registration', value: row.id, label: t('choose', { name: row.name }) },
              checked: model.chosen.includes(row.id),
              ...(index === 0
                ? { id: fieldId('registration'), fault: errors.find(({ field }) => field === 'registration')?.text }
                : {}),
            }}
            lead={row.note === '' ? undefined : row.note}
            facts={
              <>
                <span class="app-host">{row.email}</span> · {t('askedAt', { at: at(row) })}
              </>
            }
            avatar={{ name: row.name }}
          />
        ))}
      </List>
      <Form id={several} action={`${administrationHref}/answer`} csrf={model.csrf} errors={errors}>
        <TextArea name="reason" label={t('reason')} description={t('reasonHint')} rows={2} value={model.reason} />
        <FormActions>
          <SubmitButton name="decision" value="approve">
            {t('approve')}
          </SubmitButton>
          <SubmitButton name="decision" value="refuse" kind="secondary">
            {t('refuse')}
          </SubmitButton>
          {requests.length > 1 ? <ChooseAll form={several} label={t('chooseAll')} /> : null}
        </FormActions>
      </Form>
    </Panel>
  );
}

function SettingsForm(model: {
  reader: Reader;
  csrf: string;
  errors: readonly FieldError[];
  settings: SettingsValues;
}) {
  const { errors, settings } = model;
  const t = messages(model.reader.language);
  return (
    <Form action={administrationHref} csrf={model.csrf} errors={errors}>
      <RadioGroup
        name="mode"
        label={t('mode')}
        value={settings.mode}
        options={[
          { value: 'off', label: t('modeOff'), description: t('modeOffHint') },
          { value: 'domain', label: t('modeDomain') },
          { value: 'approval', label: t('modeApproval') },
          { value: 'both', label: t('modeBoth') },
        ]}
      />
      <TextArea name="domains" label={t('domains')} description={t('domainsHint')} rows={4} value={settings.domains} />
      <FormActions>
        <SubmitButton>{t('save')}</SubmitButton>
      </FormActions>
    </Form>
  );
}
