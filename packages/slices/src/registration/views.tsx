import { shortestPassword } from '@joinery/core';
import {
  ButtonLink,
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
  TextArea,
  TextField,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { Settings } from './settings.ts';

type Page = { language: Language; csrf: string; agency: string; errors: readonly FieldError[] };

/** Domains as a sentence names them; of many the first. */
export function namedDomains({ domains }: Settings, language: Language): string {
  const shown = domains.slice(0, 8).map((domain) => `@${domain}`);
  return new Intl.ListFormat(language, { type: 'disjunction' }).format(
    domains.length > shown.length ? [...shown, '…'] : shown,
  );
}

/** The way from the sign-in page. */
export function RegisterPanel({ language }: { language: Language }) {
  const t = messages(language);
  return (
    <p>
      {t('noAccount')} <a href="/register">{t('register')}</a>
    </p>
  );
}

export type AskValues = { name: string; email: string; language: string; note: string };

/** Name and mail address of whoever wants an account. */
export function RegisterPage({ page, settings, values }: { page: Page; settings: Settings; values: AskValues }) {
  const { language, errors } = page;
  const t = messages(language);
  const byDomain = settings.mode !== 'approval';
  const byApproval = settings.mode !== 'domain';
  const lead = [
    t('lead', { agency: page.agency }),
    byDomain ? t('leadDomains', { domains: namedDomains(settings, language) }) : '',
    byDomain && byApproval ? t('leadApproval') : '',
  ];
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('register')} lead={lead.filter(Boolean).join(' ')} />
      <Form action="/register" csrf={page.csrf} errors={errors}>
        <TextField
          name="name"
          label={t('name')}
          description={t('nameHint')}
          autocomplete="name"
          value={values.name}
          required={true}
        />
        <TextField
          name="email"
          label={t('email')}
          description={t('emailHint')}
          type="email"
          autocomplete="email"
          value={values.email}
          required={true}
        />
        <RadioGroup name="language" label={t('languageLabel')} value={values.language} options={languageOptions} />
        {byApproval ? (
          <TextArea name="note" label={t('note')} description={t('noteHint')} value={values.note} rows={3} />
        ) : null}
        <FormActions>
          <SubmitButton>{t('ask')}</SubmitButton>
          <ButtonLink href="/sign-in" kind="tertiary">
            {t('haveAccount')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** A page that only says how it goes on. */
export function SayPage(model: { title: string; lead: string; link?: { href: string; text: string } }) {
  const link = model.link && <ButtonLink href={model.link.href}>{model.link.text}</ButtonLink>;
  return <PageHeading title={model.title} lead={model.lead} actions={link} />;
}

export type ConfirmValues = { name: string; handle: string };

/** Behind the link in the mail. */
export function ConfirmPage(model: {
  page: Page;
  action: string;
  email: string;
  way: 'at_once' | 'approval';
  values: ConfirmValues;
}) {
  const { page, values } = model;
  const { language, errors } = page;
  const t = messages(language);
  const waits = model.way === 'approval';
  const { email } = model;
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('confirm')}
        lead={waits ? t('confirmApproval', { email, agency: page.agency }) : t('confirmLead', { email })}
      />
      <Form action={model.action} csrf={page.csrf} errors={errors}>
        <TextField
          name="name"
          label={t('name')}
          description={t('nameHint')}
          autocomplete="name"
          value={values.name}
          required={true}
        />
        <TextField
          name="handle"
          label={t('handle')}
          description={t('handleHint')}
          autocomplete="nickname"
          value={values.handle}
        />
        <TextField
          name="password"
          label={t('password')}
          description={t('passwordHint', { minimum: shortestPassword })}
          type="password"
          autocomplete="new-password"
          required={true}
        />
        <FormActions>
          <SubmitButton>{waits ? t('finishApproval') : t('finish')}</SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}
