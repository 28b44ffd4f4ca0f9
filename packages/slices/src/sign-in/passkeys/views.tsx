import {
  Badge,
  ButtonLink,
  EmptyState,
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
  type Reader,
  Stack,
  SubmitButton,
  TextField,
  Time,
} from '@joinery/ui';
import type { PasskeyRow } from '../tables.ts';
import { Way } from '../views-profile.tsx';
import type { RelyingParty } from './answers.ts';
import { authenticatorName } from './authenticators.ts';
import { messages } from './messages.ts';

const own = '/profile/sign-in/passkeys';
const confirm = (next: string) => `/profile/sign-in/confirm?next=${encodeURIComponent(next)}`;

type Model = {
  language: Language;
  csrf: string;
  reader: Reader;
  errors: readonly FieldError[];
  /** Null where browsers allow no passkeys. */
  party: RelyingParty | null;
  /** Has shown a short while ago who they are. */
  isProven: boolean;
};

/** What is known of a passkey: kind of device, where and when it was added, and when it was last used. */
export function PasskeyFacts({
  passkey,
  reader,
  party,
}: {
  passkey: PasskeyRow;
  reader: Reader;
  party: RelyingParty | null;
}) {
  const t = messages(reader.language);
  const maker = authenticatorName(passkey.aaguid);
  return (
    <>
      {maker && maker !== passkey.name ? `${maker} · ` : null}
      {passkey.synced === 1 ? t('passkeySynced') : t('passkeyHere')} · {t('passkeyAddedOn')}{' '}
      <Time at={passkey.created_at} reader={reader} />
      {passkey.agent ? ` (${passkey.agent})` : null} ·{' '}
      {passkey.last_used_at === null ? (
        t('neverUsed')
      ) : (
        <>
          {t('lastUsed')} <Time at={passkey.last_used_at} reader={reader} />
        </>
      )}
      {passkey.rp_id === party?.id ? null : (
        <>
          {' '}
          <Badge tone="warning">{t('passkeyElsewhere', { host: passkey.rp_id })}</Badge>
        </>
      )}
    </>
  );
}

/** One's own passkeys, and adding one. */
export function PasskeysPage(
  model: Model & { passkeys: readonly PasskeyRow[]; isFull: boolean; isAllowed: boolean; typed: string },
) {
  const { language, errors, reader, party } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('passkeys')}
        lead={t('passkeysLead')}
        parent={{ href: '/profile/sign-in', label: t('security') }}
      />
      <Panel title={t('passkeysYours')} id="passkeys">
        {model.passkeys.length === 0 ? (
          <EmptyState title={t('passkeysNone')}>
            <p>{t('passkeysNoneLead')}</p>
          </EmptyState>
        ) : null}
        {model.passkeys.map((passkey) => (
          <Way
            name={passkey.name}
            what={<PasskeyFacts passkey={passkey} reader={reader} party={party} />}
            action={
              <ButtonLink href={`${own}/${passkey.id}`} small={true}>
                {t('passkeyChange')}
                <span class="ds-sr-only">: {passkey.name}</span>
              </ButtonLink>
            }
          />
        ))}
      </Panel>
      <Panel title={t('passkeyAdd')} id="add">
        <AddPasskey {...model} />
      </Panel>
    </Stack>
  );
}

function AddPasskey({
  language,
  csrf,
  errors,
  party,
  isProven,
  isFull,
  isAllowed,
  typed,
}: Model & { isFull: boolean; isAllowed: boolean; typed: string }) {
  const t = messages(language);
  if (party === null) return <p>{t('passkeysImpossible')}</p>;
  if (!isAllowed) return <p>{t('passkeysProvider')}</p>;
  if (isFull) return <p>{t('passkeysFull')}</p>;
  if (!isProven) return <ConfirmFirst language={language} next={own} />;
  return (
    <PasskeyForm action={own} ask={`${own}/ask`} csrf={csrf} errors={errors} language={language} makes={true}>
      <TextField
        name="passkeyName"
        label={t('passkeyName')}
        description={t('passkeyNameHint')}
        autocomplete="off"
        value={typed}
        width="medium"
      />
      <FormActions>
        <SubmitButton>{t('passkeyAdd')}</SubmitButton>
      </FormActions>
    </PasskeyForm>
  );
}

function ConfirmFirst({ language, next }: { language: Language; next: string }) {
  const t = messages(language);
  return (
    <>
      <p>{t('confirmFirst')}</p>
      <FormActions>
        <ButtonLink href={confirm(next)} kind="primary">
          {t('confirmTitle')}
        </ButtonLink>
      </FormActions>
    </>
  );
}

/** One passkey: another name, and removing it. */
export function PasskeyPage(model: Model & { passkey: PasskeyRow; isLast: boolean; typed: string }) {
  const { language, errors, passkey, csrf } = model;
  const t = messages(language);
  const action = `${own}/${passkey.id}`;
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={passkey.name} parent={{ href: own, label: t('passkeys') }} />
      <Panel title={t('passkeyAbout')} id="about">
        <p>
          <PasskeyFacts passkey={passkey} reader={model.reader} party={model.party} />
        </p>
        <Form action={action} csrf={csrf} errors={errors}>
          <TextField
            name="passkeyName"
            label={t('passkeyName')}
            autocomplete="off"
            value={model.typed}
            required={true}
            width="medium"
          />
          <FormActions>
            <SubmitButton kind="secondary">{t('save')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
      <Panel title={t('passkeyRemove')} id="remove">
        {model.isLast ? (
          <>
            <Notice kind="info" language={language}>
              {t('passkeyLast')}
            </Notice>
            <FormActions>
              <ButtonLink href="/profile/password">{t('choosePassword')}</ButtonLink>
            </FormActions>
          </>
        ) : (
          <>
            <p>{t('passkeyRemoveLead')}</p>
            {model.isProven ? (
              <Form action={`${action}/remove`} csrf={csrf}>
                <FormActions>
                  <SubmitButton kind="danger">{t('passkeyRemove')}</SubmitButton>
                </FormActions>
              </Form>
            ) : (
              <ConfirmFirst language={language} next={action} />
            )}
          </>
        )}
      </Panel>
    </Stack>
  );
}

/** A button for passkeys below those of providers; where the browser can, it offers them with the mail address as well. */
export function PasskeySignIn({ language, csrf, next }: { language: Language; csrf: string; next: string }) {
  const t = messages(language);
  return (
    <PasskeyForm action="/sign-in/passkey" ask="/sign-in/passkey/ask" csrf={csrf} language={language} offer={true}>
      <HiddenField name="next" value={next} />
      <FormActions>
        <SubmitButton kind="secondary">{t('passkeySignIn')}</SubmitButton>
      </FormActions>
      <p class="app-quiet">{t('or')}</p>
    </PasskeyForm>
  );
}

/** Asks somebody who is signed in to show once more who they are. */
export function ConfirmPage(model: {
  language: Language;
  csrf: string;
  errors: readonly FieldError[];
  next: string;
  /** What a form here takes; null when the person has neither. */
  proof: 'code' | 'password' | null;
  hasPasskey: boolean;
}) {
  const { language, csrf, errors, next, proof } = model;
  const t = messages(language);
  const action = `/profile/sign-in/confirm?next=${encodeURIComponent(next)}`;
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('confirmTitle')}
        lead={t('confirmLead')}
        parent={{ href: '/profile/sign-in', label: t('security') }}
      />
      {model.hasPasskey ? (
        <PasskeyForm
          action={`/profile/sign-in/confirm/passkey?next=${encodeURIComponent(next)}`}
          ask="/profile/sign-in/confirm/passkey/ask"
          csrf={csrf}
          language={language}
        >
          <FormActions>
            <SubmitButton>{t('confirmPasskey')}</SubmitButton>
          </FormActions>
        </PasskeyForm>
      ) : null}
      {proof === null ? null : (
        <Form action={action} csrf={csrf} errors={errors}>
          {proof === 'code' ? (
            <TextField
              name="code"
              label={t('code')}
              description={t('codeHint')}
              autocomplete="one-time-code"
              width="medium"
              required={true}
            />
          ) : (
            <TextField
              name="password"
              label={t('confirmPassword')}
              type="password"
              autocomplete="current-password"
              width="medium"
              required={true}
            />
          )}
          <FormActions>
            <SubmitButton kind={model.hasPasskey ? 'secondary' : 'primary'}>{t('confirmSubmit')}</SubmitButton>
            <ButtonLink href={next} kind="tertiary">
              {t('cancel')}
            </ButtonLink>
          </FormActions>
        </Form>
      )}
      {proof === null && !model.hasPasskey ? <p>{t('confirmAgain')}</p> : null}
    </Stack>
  );
}
