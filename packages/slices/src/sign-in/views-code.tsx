import {
  ButtonLink,
  Details,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  type Language,
  Notice,
  PageHeading,
  Panel,
  PasskeyForm,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import { messages } from './messages.ts';

const own = '/profile/sign-in/code';

type Model = { language: Language; csrf: string; errors: readonly FieldError[] };

function CodeField({ language, hint }: { language: Language; hint: string }) {
  return (
    <TextField
      name="code"
      label={messages(language)('code')}
      description={hint}
      autocomplete="one-time-code"
      width="medium"
      required={true}
    />
  );
}

/** After the password: the code of now. */
export function CodePage({ language, csrf, errors, hasPasskey }: Model & { hasPasskey: boolean }) {
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('codeTitle')} lead={t('codeLead')} />
      <Form action="/sign-in/code" csrf={csrf} errors={errors}>
        <CodeField language={language} hint={t('codeHint')} />
        <FormActions>
          <SubmitButton>{t('codeSubmit')}</SubmitButton>
          <ButtonLink href="/sign-in" kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
      {hasPasskey ? (
        <Panel title={t('codePasskey')} id="passkey">
          <PasskeyForm action="/sign-in/code/passkey" ask="/sign-in/code/passkey/ask" csrf={csrf} language={language}>
            <FormActions>
              <SubmitButton kind="secondary">{t('codePasskeyUse')}</SubmitButton>
            </FormActions>
          </PasskeyForm>
        </Panel>
      ) : null}
      <Details summary={t('codeLost')}>
        <p>{t('codeLostText')}</p>
      </Details>
    </Stack>
  );
}

/** Of a text for cameras: its squares by row, true where dark. */
type Picture = { data: boolean[][]; size: number };

/** Such a picture, drawn as one path; white around it in dark pages too, or cameras miss it. */
function QrCode({ picture, label }: { picture: Picture; label: string }) {
  const { data, size } = picture;
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg
      role="img"
      aria-label={label}
      width="200"
      height="200"
      viewBox={`0 0 ${size} ${size}`}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** Puts the key into an app, and asks for its first code. */
export function SetUpCodePage(model: Model & { address: string; picture: Picture; code: string; sealed: string }) {
  const { language, errors } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('codeSetUp')}
        lead={t('codeSetUpLead')}
        parent={{ href: '/profile/sign-in', label: t('title') }}
      />
      <Panel title={t('codeScan')} id="scan">
        <p>{t('codeScanLead')}</p>
        <QrCode picture={model.picture} label={t('codePicture')} />
        <p>{t('codeKey')}</p>
        <p>
          <code class="app-host">{model.code}</code>
        </p>
        <p>
          <a class="ds-link" href={model.address}>
            {t('codeOpenApp')}
          </a>
        </p>
      </Panel>
      <Form action={own} csrf={model.csrf} errors={errors}>
        <HiddenField name="sealed" value={model.sealed} />
        <CodeField language={language} hint={t('codeSetUpHint')} />
        <FormActions>
          <SubmitButton>{t('codeTurnOn')}</SubmitButton>
          <ButtonLink href="/profile/sign-in" kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** Shown once. */
export function RecoveryCodesPage({ language, codes }: { language: Language; codes: readonly string[] }) {
  const t = messages(language);
  return (
    <Stack>
      <Notice kind="success" language={language}>
        {t('codeOnDone')}
      </Notice>
      <PageHeading
        title={t('recoveryTitle')}
        lead={t('recoveryLead')}
        actions={
          <ButtonLink href="/profile/sign-in" kind="primary">
            {t('recoveryKept')}
          </ButtonLink>
        }
      />
      <Panel title={t('recoveryCodes')} id="codes">
        <ul class="ds-list">
          {codes.map((code) => (
            <li>
              <code class="app-host">{code}</code>
            </li>
          ))}
        </ul>
      </Panel>
    </Stack>
  );
}

/** Takes a code once more: a browser left open must not be enough. */
export function TurnOffCodePage({ language, csrf, errors }: Model) {
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('codeOff')}
        lead={t('codeOffLead')}
        parent={{ href: '/profile/sign-in', label: t('title') }}
      />
      <Form action={`${own}/off`} csrf={csrf} errors={errors}>
        <CodeField language={language} hint={t('codeHint')} />
        <FormActions>
          <SubmitButton kind="danger">{t('codeTurnOff')}</SubmitButton>
          <ButtonLink href="/profile/sign-in" kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** Instead of setting one up, for whom an identity provider lets in. */
export function CodeOfProviderPage({ language }: { language: Language }) {
  const t = messages(language);
  return (
    <Stack>
      <PageHeading title={t('codeSetUp')} parent={{ href: '/profile/sign-in', label: t('title') }} />
      <p>{t('codeProvider')}</p>
    </Stack>
  );
}
