import { type OwnNodeOffer, shortestPassword } from '@joinery/core';
import {
  Details,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  type Language,
  OpenOnOwnNode,
  PageHeading,
  Panel,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { messages } from './messages.ts';

type Page = { language: Language; csrf: string; agency: string; errors: readonly FieldError[] };

/** What other ways to sign in there are, mail address and password, and what to do without. */
export function SignInPage({
  page,
  email,
  next,
  offer,
  panels,
  without,
}: {
  page: Page;
  email: string;
  next: string;
  /** When the way leads on to something that somebody of another agency may have come for. */
  offer: OwnNodeOffer | null;
  panels: Child[];
  /** What there is for whoever has no account. */
  without: Child[];
}) {
  const t = messages(page.language);
  return (
    <Stack>
      <ErrorSummary errors={page.errors} language={page.language} />
      <PageHeading title={t('signIn')} lead={t('signInLead', { agency: page.agency })} />
      {panels}
      <Form action="/sign-in" csrf={page.csrf} errors={page.errors}>
        <HiddenField name="next" value={next} />
        <TextField
          name="email"
          label={t('email')}
          type="email"
          autocomplete="username webauthn"
          value={email}
          required={true}
        />
        <TextField
          name="password"
          label={t('password')}
          type="password"
          autocomplete="current-password"
          required={true}
        />
        <FormActions>
          <SubmitButton>{t('signIn')}</SubmitButton>
        </FormActions>
      </Form>
      {without}
      <Details summary={t('passwordHelp')}>
        <p>{t('passwordHelpText', { agency: page.agency })}</p>
      </Details>
      {offer ? <OpenOnOwnNode offer={offer} csrf={page.csrf} language={page.language} /> : null}
    </Stack>
  );
}

/** Behind a one-time link: one button; looking at the page uses nothing up. A password can be chosen on the way. */
export function LinkPage({
  page,
  action,
  name,
  hasPassword,
  isVouched,
}: {
  page: Page;
  action: string;
  name: string;
  hasPassword: boolean;
  /** An identity provider decides about the account. */
  isVouched: boolean;
}) {
  const t = messages(page.language);
  const hint = hasPassword ? t('newPasswordKeep') : t('choosePasswordHint', { minimum: shortestPassword });
  return (
    <Stack>
      <ErrorSummary errors={page.errors} language={page.language} />
      <PageHeading title={t('linkSignIn', { agency: page.agency })} lead={t('linkSignInLead', { name })} />
      <Form action={action} csrf={page.csrf} errors={page.errors}>
        {isVouched ? (
          <p>{t('linkProvider')}</p>
        ) : (
          <TextField
            name="password"
            label={hasPassword ? t('newPassword') : t('choosePassword')}
            description={hint}
            type="password"
            autocomplete="new-password"
          />
        )}
        <FormActions>
          <SubmitButton>{t('signIn')}</SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** Behind a link that was used, has ended, or never was. */
export function LinkUsedPage({ language, agency }: { language: Language; agency: string }) {
  const t = messages(language);
  return <PageHeading title={t('linkUsed')} lead={t('linkUsedLead', { agency })} />;
}

/** Behind the link of the first start. */
export function FirstAdministratorPage({
  page,
  action,
  typed,
}: {
  page: Page;
  action: string;
  typed: Record<string, string>;
}) {
  const t = messages(page.language);
  return (
    <Stack>
      <ErrorSummary errors={page.errors} language={page.language} />
      <PageHeading title={t('firstAdministrator')} lead={t('firstAdministratorLead', { agency: page.agency })} />
      <Panel title={t('you')} id="you">
        <Form action={action} csrf={page.csrf} errors={page.errors}>
          <TextField name="name" label={t('name')} autocomplete="name" value={typed.name} required={true} />
          <TextField
            name="email"
            label={t('email')}
            description={t('emailHint')}
            type="email"
            autocomplete="email"
            value={typed.email}
            required={true}
          />
          <TextField
            name="handle"
            label={t('chooseHandle')}
            description={t('chooseHandleHint')}
            autocomplete="off"
            value={typed.handle}
            width="medium"
          />
          <TextField
            name="password"
            label={t('choosePassword')}
            description={t('newPasswordRule', { minimum: shortestPassword })}
            type="password"
            autocomplete="new-password"
            required={true}
          />
          <FormActions>
            <SubmitButton>{t('firstAdministratorSubmit')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
    </Stack>
  );
}
