import {
  ButtonLink,
  Checkbox,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  type Language,
  languageOptions,
  PageHeading,
  RadioGroup,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { messages } from './messages.ts';

/** What the form of a new person holds, as typed. */
export type NewPersonValues = {
  name: string;
  email: string;
  handle: string;
  role: string;
  language: string;
  administrator: boolean;
  federationOfficer: boolean;
  /** Whether a sign-in link is mailed; null where nothing can be. */
  mail: boolean | null;
};

/** A new person of this node, with an account and its roles. */
export function NewPersonPage(model: {
  language: Language;
  csrf: string;
  values: NewPersonValues;
  errors: readonly FieldError[];
  /** What else there is to know before somebody is added. */
  panels: readonly unknown[];
}) {
  const { language, values, errors } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('addPerson')}
        parent={{ href: '/administration/people', label: t('managePeople') }}
        lead={t('addPersonLead')}
      />
      {model.panels as Child[]}
      <Form action="/administration/people/new" csrf={model.csrf} errors={errors}>
        <TextField name="name" label={t('name')} autocomplete="off" value={values.name} required={true} />
        <TextField
          name="email"
          label={t('email')}
          description={t('emailHint')}
          type="email"
          autocomplete="off"
          value={values.email}
          required={true}
        />
        <TextField
          name="handle"
          label={t('chooseHandle')}
          description={t('chooseHandleHint')}
          autocomplete="off"
          value={values.handle}
          width="medium"
        />
        <TextField
          name="role"
          label={t('role')}
          description={t('rolePersonHint')}
          autocomplete="off"
          value={values.role}
        />
        <RadioGroup name="language" label={t('language')} value={values.language} options={languageOptions} />
        <RoleChoices language={language} values={values} />
        {values.mail === null ? null : (
          <Checkbox name="mail" label={t('mailLink')} description={t('mailHint')} checked={values.mail} />
        )}
        <FormActions>
          <SubmitButton>{t('addPerson')}</SubmitButton>
          <ButtonLink href="/administration/people" kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** What somebody may do besides taking part. */
export function RoleChoices({
  language,
  values,
}: {
  language: Language;
  values: { administrator: boolean; federationOfficer: boolean };
}) {
  const t = messages(language);
  return (
    <>
      <Checkbox
        name="administrator"
        label={t('administrator')}
        description={t('administratorHint')}
        checked={values.administrator}
      />
      <Checkbox
        name="federationOfficer"
        label={t('federationOfficer')}
        description={t('federationOfficerHint')}
        checked={values.federationOfficer}
      />
    </>
  );
}
