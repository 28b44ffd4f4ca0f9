import {
  Badge,
  ButtonLink,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  type Language,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  TextField,
  Time,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { messages } from './messages.ts';
import type { OwnSession, OwnToken } from './own.ts';
import type { IdentityRow, ProviderRow } from './tables.ts';

const own = '/profile/sign-in';

type Model = {
  language: Language;
  csrf: string;
  reader: Reader;
  errors: readonly FieldError[];
  hasPassword: boolean;
  secondStep: { recoveryCodes: number } | null;
  passkeys: number;
  providers: readonly ProviderRow[];
  identities: readonly IdentityRow[];
  sessions: readonly OwnSession[];
  tokens: readonly OwnToken[];
  /** Shown once, right after it was made. */
  token: string | null;
  typed: string;
};

/** One's own ways to sign in, sessions and tokens. */
export function SecurityPage(model: Model) {
  const { language, errors, token } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('title')} lead={t('titleLead')} parent={{ href: '/profile', label: t('profile') }} />
      {token === null ? null : (
        <Notice kind="success" language={language}>
          <p>
            <strong>{t('tokenCreated')}</strong> {t('tokenCreatedLead')}
          </p>
          <p>
            <code class="app-host">{token}</code>
          </p>
        </Notice>
      )}
      <Ways {...model} />
      <Sessions {...model} />
      <Tokens {...model} />
    </Stack>
  );
}

/** One way in, session or token: what it is, and what can be done with it. */
export function Way({ name, what, action }: { name: string; what: Child; action: Child }) {
  return (
    <div class="app-item">
      <div class="app-item-words">
        <h3 class="ds-heading" data-size="2xs">
          {name}
        </h3>
        <p class="app-quiet">{what}</p>
      </div>
      <div class="app-item-action">{action}</div>
    </div>
  );
}

function Ways({ language, csrf, hasPassword, secondStep, passkeys, providers, identities }: Model) {
  const t = messages(language);
  const known = new Map(providers.map((provider) => [provider.id, provider.name]));
  const isVouched = !hasPassword && identities.length > 0;
  return (
    <Panel title={t('waysTitle')} id="ways">
      <Way
        name={t('waysPassword')}
        what={hasPassword ? t('waysPasswordSet') : isVouched ? t('waysPasswordProvider') : t('waysPasswordNone')}
        action={
          isVouched ? null : (
            <ButtonLink href="/profile/password" small={true}>
              {hasPassword ? t('waysPasswordChange') : t('waysPasswordChoose')}
            </ButtonLink>
          )
        }
      />
      {hasPassword || secondStep ? (
        <Way
          name={t('waysCode')}
          what={secondStep ? t('waysCodeOn', { count: secondStep.recoveryCodes }) : t('waysCodeOff')}
          action={
            <ButtonLink href="/profile/sign-in/code" small={true}>
              {secondStep ? t('waysCodeTurnOff') : t('waysCodeTurnOn')}
              <span class="ds-sr-only"> {t('waysCode')}</span>
            </ButtonLink>
          }
        />
      ) : null}
      {isVouched && passkeys === 0 ? null : (
        <Way
          name={t('passkeys')}
          what={t('waysPasskeys', { count: passkeys })}
          action={
            <ButtonLink href="/profile/sign-in/passkeys" small={true}>
              {passkeys === 0 ? t('waysCodeTurnOn') : t('waysPasskeysManage')}
              <span class="ds-sr-only"> {t('passkeys')}</span>
            </ButtonLink>
          }
        />
      )}
      {identities.map((identity) => (
        <Way
          name={known.get(identity.provider_id) ?? new URL(identity.issuer).host}
          what={t('linkedAs', { name: identity.shown_as })}
          action={
            <Form action={`${own}/identities/${identity.id}/unlink`} csrf={csrf} inline={true}>
              <SubmitButton kind="secondary" small={true}>
                {t('unlink')}
              </SubmitButton>
            </Form>
          }
        />
      ))}
      {providers
        .filter(({ id }) => !identities.some((identity) => identity.provider_id === id))
        .map(({ id, name }) => (
          <Way
            name={name}
            what={new URL(providers.find((provider) => provider.id === id)?.issuer ?? '').host}
            action={
              <ButtonLink href={`/sign-in/with/${id}?for=link`} small={true}>
                {t('linkWith', { provider: name })}
              </ButtonLink>
            }
          />
        ))}
    </Panel>
  );
}

function Sessions({ language, csrf, reader, sessions }: Model) {
  const t = messages(language);
  return (
    <Panel title={t('sessions')} id="sessions">
      {sessions.map((session) => (
        <Way
          name={session.agent ?? t('sessionUnknown')}
          what={
            <>
              {session.provider ?? t('sessionLocal')} · {t('since')} <Time at={session.since} reader={reader} /> ·{' '}
              {t('lastSeen')} <Time at={session.lastSeen} reader={reader} />
            </>
          }
          action={
            session.current ? (
              <Badge tone="success">{t('here')}</Badge>
            ) : (
              <Form action={`${own}/sessions/${session.name}/end`} csrf={csrf} inline={true}>
                <SubmitButton kind="secondary" small={true}>
                  {t('endSession')}
                </SubmitButton>
              </Form>
            )
          }
        />
      ))}
      {sessions.length > 1 ? (
        <Form action={`${own}/sessions/end-others`} csrf={csrf} inline={true}>
          <SubmitButton kind="secondary">{t('endOthers')}</SubmitButton>
        </Form>
      ) : null}
    </Panel>
  );
}

function Tokens({ language, csrf, reader, tokens, errors, typed }: Model) {
  const t = messages(language);
  return (
    <Panel title={t('tokens')} id="tokens">
      <p>{t('tokensLead')}</p>
      {tokens.length === 0 ? <p class="app-quiet">{t('tokensNone')}</p> : null}
      {tokens.map((token) => (
        <Way
          name={token.name}
          what={
            <>
              {t('since')} <Time at={token.createdAt} reader={reader} /> · {t('lastSeen')}{' '}
              {token.lastUsedAt === null ? t('never') : <Time at={token.lastUsedAt} reader={reader} />}
            </>
          }
          action={
            <Form action={`${own}/tokens/${token.id}/revoke`} csrf={csrf} inline={true}>
              <SubmitButton kind="danger" small={true}>
                {t('revokeToken')}
              </SubmitButton>
            </Form>
          }
        />
      ))}
      <Form action={`${own}/tokens`} csrf={csrf} errors={errors}>
        <TextField name="tokenName" label={t('newTokenName')} value={typed} width="medium" />
        <FormActions>
          <SubmitButton kind="secondary">{t('newToken')}</SubmitButton>
        </FormActions>
      </Form>
    </Panel>
  );
}
