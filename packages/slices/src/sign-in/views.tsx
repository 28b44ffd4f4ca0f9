import type { JsonObject } from '@joinery/core';
import {
  ButtonLink,
  DescriptionList,
  Details,
  Form,
  FormActions,
  HiddenField,
  type Language,
  languageNames,
  Notice,
  PageHeading,
  Panel,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import type { ClaimedProfile } from './claims.ts';
import { messages } from './messages.ts';
import type { ProviderRow } from './tables.ts';

/** The ways to sign in that stand above the password. `next` is where to go on afterwards. */
export function ProviderButtons(model: { language: Language; providers: readonly ProviderRow[]; next: string }) {
  const t = messages(model.language);
  return (
    <Stack>
      <div class="app-actions">
        {model.providers.map(({ id, name }) => (
          <ButtonLink
            href={`/sign-in/with/${id}${model.next === '/' ? '' : `?next=${encodeURIComponent(model.next)}`}`}
            kind="primary"
          >
            {t('signInWith', { provider: name })}
          </ButtonLink>
        ))}
      </div>
      <p class="app-quiet">{t('or')}</p>
    </Stack>
  );
}

/** On the form of a new person: who needs no adding, because a provider brings them, and who does. */
export function NewPersonNotice(model: { language: Language; providers: readonly ProviderRow[] }) {
  const t = messages(model.language);
  return (
    <Notice kind="info" language={model.language}>
      {model.providers.map(({ name, admits }) => (
        <p>{t(admits === 'everybody' ? 'newPersonComes' : 'newPersonLinks', { provider: name })}</p>
      ))}
    </Notice>
  );
}

/** Why a sign-in came to nothing, and what to do. */
export function AnswerPage({
  language,
  title,
  lead,
  again = '/sign-in',
  subject,
}: {
  language: Language;
  title: string;
  lead: string;
  again?: string;
  /** Who the provider says this is: for an administrator who is to link it. */
  subject?: string | undefined;
}) {
  const t = messages(language);
  return (
    <Stack>
      <PageHeading
        title={title}
        lead={lead}
        actions={
          <ButtonLink href={again} kind="primary">
            {t('beginAgain')}
          </ButtonLink>
        }
      />
      {subject === undefined ? null : (
        <Details summary={t('answerSubject')}>
          <p>{t('answerSubjectLead')}</p>
          <p>
            <code class="app-host">{subject}</code>
          </p>
        </Details>
      )}
    </Stack>
  );
}

/** Asks before linking: somebody else could have led this browser to their own account at the provider. */
export function LinkPage(model: { language: Language; csrf: string; provider: string; name: string; sealed: string }) {
  const { language, provider, name } = model;
  const t = messages(language);
  return (
    <Stack>
      <PageHeading
        title={t('linkTitle', { provider })}
        lead={t('linkLead', { provider, name })}
        parent={{ href: '/profile/sign-in', label: t('title') }}
      />
      <Form action="/profile/sign-in/link" csrf={model.csrf}>
        <HiddenField name="sealed" value={model.sealed} />
        <FormActions>
          <SubmitButton>{t('linkConfirm')}</SubmitButton>
          <ButtonLink href="/profile/sign-in" kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** What a trial showed: the profile and the roles that would come of it, and what the provider told in full. */
export function TriedPage(model: {
  language: Language;
  csrf: string;
  provider: ProviderRow;
  profile: ClaimedProfile;
  claims: JsonObject;
  refreshes: boolean;
  tells: boolean;
}) {
  const { language, provider, profile } = model;
  const t = messages(language);
  const role = (value: boolean | null) => (value === null ? t('noChange') : value ? t('yes') : t('no'));
  const action = `/administration/sign-in/${provider.id}`;
  return (
    <Stack>
      <PageHeading
        title={t('tryResult', { provider: provider.name })}
        lead={t('tryResultLead')}
        parent={{ href: action, label: provider.name }}
      />
      {profile.groupsWithheld ? (
        <Notice kind="warning" language={language}>
          {t('groupsWithheld')}
        </Notice>
      ) : null}
      <Panel title={t('tryCheck')} id="found">
        <DescriptionList
          items={[
            { term: t('previewName'), value: profile.name ?? t('notTold') },
            { term: t('previewEmail'), value: profile.email ?? t('notTold') },
            { term: t('previewRole'), value: profile.role ?? t('notTold') },
            {
              term: t('previewLanguage'),
              value: profile.language === null ? t('notTold') : languageNames[profile.language],
            },
            { term: t('groupsTold'), value: profile.groups.join(', ') || t('notTold') },
            { term: t('previewAdministrator'), value: role(profile.administrator) },
            { term: t('previewOfficer'), value: role(profile.federationOfficer) },
          ]}
        />
        <p>{model.refreshes ? t('tryLeave') : model.tells ? t('tryLeaveLogout') : t('tryLeaveNone')}</p>
      </Panel>
      <Details summary={t('claimsRaw', { provider: provider.name })}>
        <div class="app-content">
          <pre>
            <code>{JSON.stringify(model.claims, null, 2)}</code>
          </pre>
        </div>
      </Details>
      {provider.state === 'live' ? null : (
        <Form action={`${action}/live`} csrf={model.csrf}>
          <FormActions>
            <SubmitButton>{t('goLive')}</SubmitButton>
            <ButtonLink href={action} kind="tertiary">
              {t('settings')}
            </ButtonLink>
          </FormActions>
        </Form>
      )}
    </Stack>
  );
}
