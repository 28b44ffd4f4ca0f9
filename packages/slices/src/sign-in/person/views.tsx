import type { Account } from '@joinery/core';
import {
  ButtonLink,
  DescriptionList,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  type Language,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Select,
  Stack,
  SubmitButton,
  TextField,
  Time,
} from '@joinery/ui';
import type { PersonRow } from '../../people/index.ts';
import type { RelyingParty } from '../passkeys/answers.ts';
import { PasskeyFacts } from '../passkeys/views.tsx';
import type { IdentityRow, PasskeyRow, ProviderRow } from '../tables.ts';
import { Way } from '../views-profile.tsx';
import type { UnlinkPlan } from './linking.ts';
import { messages } from './messages.ts';

type Target = { language: Language; csrf: string; person: PersonRow; account: Account };
const pathOf = (person: PersonRow) => `/administration/people/${person.id}/sign-in`;

/** On the page of a person: what there is, and the way to the page about it. */
export function WaysPanel({
  language,
  person,
  passkeys,
  identities,
}: {
  language: Language;
  person: string;
  passkeys: number;
  identities: number;
}) {
  const t = messages(language);
  return (
    <Panel title={t('ways')} id="ways">
      <p>
        {t('passkeyCount', { count: passkeys })} {t('identityCount', { count: identities })}
      </p>
      <FormActions>
        <ButtonLink href={`/administration/people/${person}/sign-in`}>{t('waysManage')}</ButtonLink>
      </FormActions>
    </Panel>
  );
}

/** How somebody signs in. */
export function WaysOfPersonPage(
  model: Target & {
    reader: Reader;
    errors: readonly FieldError[];
    typed: { provider: string; subject: string };
    /** The password opens the account beside an identity provider. */
    isSecondWayIn: boolean;
    secondStep: { recoveryCodes: number } | null;
    passkeys: readonly PasskeyRow[];
    party: RelyingParty | null;
    identities: readonly IdentityRow[];
    providers: readonly ProviderRow[];
  },
) {
  const { language, csrf, person, account, reader, providers } = model;
  const t = messages(language);
  const known = new Map(providers.map((provider) => [provider.id, provider.name]));
  const base = pathOf(person);
  return (
    <Stack>
      <ErrorSummary errors={model.errors} language={language} />
      <PageHeading
        title={t('waysOf', { name: person.name })}
        parent={{ href: `/administration/people/${person.id}`, label: person.name }}
      />
      <Panel title={t('password')} id="password">
        <DescriptionList
          items={[
            { term: t('password'), value: account.password_hash === null ? t('none') : t('chosen') },
            { term: t('secondStep'), value: model.secondStep === null ? t('off') : t('on') },
          ]}
        />
        {model.isSecondWayIn ? (
          <>
            <p>{t('passwordSecond', { name: person.name })}</p>
            <Form action={`${base}/password/remove`} csrf={csrf}>
              <FormActions>
                <SubmitButton kind="danger">{t('passwordRemove')}</SubmitButton>
              </FormActions>
            </Form>
          </>
        ) : account.password_hash === null && model.identities.length > 0 ? (
          <p>{t('passwordNever')}</p>
        ) : null}
      </Panel>
      <Panel title={t('passkeys')} id="passkeys">
        <p>{model.passkeys.length === 0 ? t('passkeysNone') : t('passkeysLead')}</p>
        {model.passkeys.map((passkey) => (
          <Way
            name={passkey.name}
            what={<PasskeyFacts passkey={passkey} reader={reader} party={model.party} />}
            action={
              <Form action={`${base}/passkeys/${passkey.id}/remove`} csrf={csrf} inline={true}>
                <SubmitButton kind="danger" small={true}>
                  {t('remove')}
                  <span class="ds-sr-only"> {passkey.name}</span>
                </SubmitButton>
              </Form>
            }
          />
        ))}
      </Panel>
      <Panel title={t('identities')} id="identities">
        {model.identities.length === 0 ? <p>{t('identitiesNone')}</p> : null}
        {model.identities.map((identity) => (
          <Way
            name={known.get(identity.provider_id) ?? new URL(identity.issuer).host}
            what={
              <>
                <span class="app-host">{identity.subject}</span> · {t('linkedSince')}{' '}
                <Time at={identity.created_at} reader={reader} />
                {identity.last_used_at === identity.created_at ? null : (
                  <>
                    {' · '}
                    {t('lastUsed')} <Time at={identity.last_used_at} reader={reader} />
                  </>
                )}
              </>
            }
            action={
              <ButtonLink href={`${base}/links/${identity.id}/unlink`} small={true}>
                {t('unlink')}
              </ButtonLink>
            }
          />
        ))}
      </Panel>
      <Panel title={t('link')} id="link">
        {providers.length === 0 ? (
          <p>
            {t('providersNone')}{' '}
            <a class="ds-link" href="/administration/sign-in">
              {t('providersManage')}
            </a>
          </p>
        ) : (
          <LinkForm {...model} />
        )}
      </Panel>
    </Stack>
  );
}

function LinkForm({
  language,
  csrf,
  person,
  errors,
  typed,
  providers,
}: Target & {
  errors: readonly FieldError[];
  typed: { provider: string; subject: string };
  providers: readonly ProviderRow[];
}) {
  const t = messages(language);
  return (
    <Form action={`${pathOf(person)}/link`} csrf={csrf} errors={errors}>
      <p>{t('linkLead')}</p>
      <Select
        name="provider"
        label={t('provider')}
        value={typed.provider}
        options={providers.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <TextField
        name="subject"
        label={t('subject')}
        description={t('subjectHint')}
        autocomplete="off"
        value={typed.subject}
        required={true}
      />
      <FormActions>
        <SubmitButton kind="secondary">{t('preview')}</SubmitButton>
      </FormActions>
    </Form>
  );
}

/** What a link will do, before it is made. */
export function LinkPersonPage(model: Target & { provider: ProviderRow; subject: string }) {
  const { language, person, account, provider, subject } = model;
  const t = messages(language);
  const { name } = person;
  return (
    <Stack>
      <PageHeading title={t('linkTitle', { name })} parent={{ href: pathOf(person), label: t('waysOf', { name }) }} />
      {account.administrator === 1 || account.federation_officer === 1 ? (
        <Notice kind="warning" language={language}>
          {t('linkPowerful', { name })}
        </Notice>
      ) : null}
      <Panel title={t('linkEffect')} id="effect">
        <p>{t('linkEffectLead', { name, provider: provider.name })}</p>
        <DescriptionList
          items={[
            { term: t('person'), value: `${name} (${account.email})` },
            { term: t('issuer'), value: <span class="app-host">{provider.issuer}</span> },
            { term: t('subject'), value: <span class="app-host">{subject}</span> },
          ]}
        />
        <p>{provider.state === 'live' ? t('linkFollows') : t('linkDraft', { provider: provider.name })}</p>
      </Panel>
      <Form action={`${pathOf(person)}/link`} csrf={model.csrf}>
        <HiddenField name="provider" value={provider.id} />
        <HiddenField name="subject" value={subject} />
        <HiddenField name="confirmed" value="1" />
        <FormActions>
          <SubmitButton>{t('linkConfirm')}</SubmitButton>
          <ButtonLink href={pathOf(person)} kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** What ends with a link, before it is ended. */
export function UnlinkPersonPage(model: Target & UnlinkPlan & { provider: ProviderRow }) {
  const { language, person, identity, provider } = model;
  const t = messages(language);
  const { name } = person;
  return (
    <Stack>
      <PageHeading
        title={t('unlinkTitle', { name, provider: provider.name })}
        parent={{ href: pathOf(person), label: t('waysOf', { name }) }}
      />
      {model.isOnlyWayIn ? (
        <Notice kind="warning" language={language}>
          {t('unlinkLast', { name })}
        </Notice>
      ) : null}
      <Panel title={t('linkEffect')} id="effect">
        <p>{t('unlinkEffect', { name, count: model.sessions })}</p>
        <DescriptionList
          items={[
            { term: t('issuer'), value: <span class="app-host">{identity.issuer}</span> },
            { term: t('subject'), value: <span class="app-host">{identity.subject}</span> },
          ]}
        />
        {provider.admits === 'everybody' ? <p>{t('unlinkNew', { provider: provider.name })}</p> : null}
      </Panel>
      <Form action={`${pathOf(person)}/links/${identity.id}/unlink`} csrf={model.csrf}>
        <FormActions>
          <SubmitButton kind="danger">{t('unlink')}</SubmitButton>
          <ButtonLink href={pathOf(person)} kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}
