import {
  Badge,
  ButtonLink,
  DescriptionList,
  Details,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  Heading,
  type Language,
  List,
  ListItem,
  PageHeading,
  Panel,
  RadioGroup,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { ProviderRow } from './tables.ts';

const list = '/administration/sign-in';

function StateBadge({ provider, language }: { provider: ProviderRow; language: Language }) {
  const t = messages(language);
  return provider.state === 'live' ? <Badge tone="success">{t('live')}</Badge> : <Badge>{t('draft')}</Badge>;
}

/** The identity providers of this node. */
export function ProvidersPage(model: {
  language: Language;
  providers: readonly ProviderRow[];
  people: ReadonlyMap<string, number>;
}) {
  const { language, providers } = model;
  const t = messages(language);
  const add = (
    <ButtonLink href={`${list}/new`} kind="primary">
      {t('addProvider')}
    </ButtonLink>
  );
  return (
    <Stack>
      <PageHeading title={t('manage')} lead={t('manageLead')} actions={providers.length > 0 ? add : undefined} />
      {providers.length === 0 ? (
        <EmptyState title={t('noProviders')} action={add}>
          {t('noProvidersLead')}
        </EmptyState>
      ) : (
        <List label={t('providers')}>
          {providers.map((provider) => (
            <ListItem
              href={`${list}/${provider.id}`}
              title={provider.name}
              level={2}
              lead={<span class="app-host">{provider.issuer}</span>}
              facts={t('people', { count: model.people.get(provider.id) ?? 0 })}
              badges={<StateBadge provider={provider} language={language} />}
            />
          ))}
        </List>
      )}
    </Stack>
  );
}

/** The first step: which provider. */
export function NewProviderPage(model: {
  language: Language;
  csrf: string;
  values: Record<string, string>;
  errors: readonly FieldError[];
}) {
  const { language, values, errors } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('addProvider')} lead={t('addProviderLead')} parent={{ href: list, label: t('manage') }} />
      <Form action={`${list}/new`} csrf={model.csrf} errors={errors}>
        <RadioGroup
          name="kind"
          label={t('kind')}
          value={values.kind}
          options={[
            { value: 'entra', label: t('kindEntra') },
            { value: 'keycloak', label: t('kindKeycloak') },
            { value: 'other', label: t('kindOther') },
          ]}
        />
        <TextField name="name" label={t('name')} description={t('nameHint')} value={values.name} required={true} />
        <TextField
          name="issuer"
          label={t('issuer')}
          description={t('issuerHint')}
          type="url"
          value={values.issuer}
          required={true}
        />
        <FormActions>
          <SubmitButton>{t('addProvider')}</SubmitButton>
          <ButtonLink href={list} kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

export type ProviderValues = {
  name: string;
  clientId: string;
  scope: string;
  admits: string;
  claimName: string;
  claimEmail: string;
  claimRole: string;
  claimLanguage: string;
  claimGroups: string;
  administrators: string;
  officers: string;
};

/** Everything about one provider: what to register there, the settings, the trial, and offering it. */
export function ProviderPage(model: {
  language: Language;
  csrf: string;
  provider: ProviderRow;
  values: ProviderValues;
  errors: readonly FieldError[];
  redirect: string;
  logout: string;
}) {
  const { language, csrf, provider, errors } = model;
  const t = messages(language);
  const action = `${list}/${provider.id}`;
  const isReady = provider.client_id !== '' && provider.client_secret !== '';
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={provider.name}
        lead={<span class="app-host">{provider.issuer}</span>}
        badges={<StateBadge provider={provider} language={language} />}
        parent={{ href: list, label: t('manage') }}
      />
      <Panel title={t('register')} id="register">
        <p>{t('registerLead')}</p>
        <DescriptionList
          items={[
            { term: t('redirectAddress'), value: <code class="app-host">{model.redirect}</code> },
            { term: t('logoutAddress'), value: <code class="app-host">{model.logout}</code> },
          ]}
        />
      </Panel>
      {isReady ? (
        <Panel title={t('try')} id="try">
          <p>{t('tryLead')}</p>
          <div class="app-actions">
            <ButtonLink
              href={`/sign-in/with/${provider.id}?for=try`}
              kind={provider.tried_at === null ? 'primary' : 'secondary'}
            >
              {t('try')}
            </ButtonLink>
            {provider.state === 'draft' && provider.tried_at !== null ? (
              <Form action={`${action}/live`} csrf={csrf} inline={true}>
                <SubmitButton>{t('goLive')}</SubmitButton>
              </Form>
            ) : null}
          </div>
          {provider.state === 'draft' && provider.tried_at === null ? (
            <p class="app-quiet">{t('goLiveFirst')}</p>
          ) : null}
        </Panel>
      ) : null}
      <Panel title={t('settings')} id="settings">
        <SettingsForm {...model} action={action} />
      </Panel>
      <div class="app-actions">
        <Form action={`${action}/refresh`} csrf={csrf} inline={true}>
          <SubmitButton kind="secondary">{t('refresh')}</SubmitButton>
        </Form>
        {provider.state === 'live' ? (
          <Form action={`${action}/draft`} csrf={csrf} inline={true}>
            <SubmitButton kind="secondary">{t('goOffline')}</SubmitButton>
          </Form>
        ) : null}
        <ButtonLink href={`${action}/remove`} kind="danger">
          {t('remove')}
        </ButtonLink>
      </div>
      {provider.state === 'live' ? <p class="app-quiet">{t('goOfflineHint')}</p> : null}
    </Stack>
  );
}

function SettingsForm(model: {
  language: Language;
  csrf: string;
  provider: ProviderRow;
  values: ProviderValues;
  errors: readonly FieldError[];
  action: string;
}) {
  const { language, provider, values, errors } = model;
  const t = messages(language);
  const claims = [
    ['claimName', t('claimName')],
    ['claimEmail', t('claimEmail')],
    ['claimRole', t('claimRole')],
    ['claimLanguage', t('claimLanguage')],
  ] as const;
  return (
    <Form action={model.action} csrf={model.csrf} errors={errors}>
      <TextField name="clientId" label={t('clientId')} value={values.clientId} autocomplete="off" required={true} />
      <TextField
        name="clientSecret"
        label={t('clientSecret')}
        description={provider.client_secret === '' ? t('clientSecretHint') : t('clientSecretKeep')}
        type="password"
        autocomplete="off"
      />
      <TextField name="name" label={t('name')} description={t('nameHint')} value={values.name} required={true} />
      <RadioGroup
        name="admits"
        label={t('admits')}
        value={values.admits}
        options={[
          { value: 'everybody', label: t('admitsEverybody'), description: t('admitsEverybodyHint') },
          { value: 'linked', label: t('admitsLinked'), description: t('admitsLinkedHint') },
        ]}
      />
      <Details summary={t('claims')} open={errors.some(({ field }) => field === 'scope' || field?.startsWith('claim'))}>
        <p>{t('claimsHint')}</p>
        {claims.map(([name, label]) => (
          <TextField name={name} label={label} value={values[name]} />
        ))}
        <TextField name="scope" label={t('scope')} value={values.scope} />
      </Details>
      <Heading level={3}>{t('roles')}</Heading>
      <TextField
        name="claimGroups"
        label={t('claimGroups')}
        description={t('claimGroupsHint')}
        value={values.claimGroups}
      />
      <TextArea
        name="administrators"
        label={t('groupsAdministrators')}
        description={t('groupsHint')}
        rows={2}
        value={values.administrators}
      />
      <TextArea
        name="officers"
        label={t('groupsOfficers')}
        description={t('groupsHint')}
        rows={2}
        value={values.officers}
      />
      <FormActions>
        <SubmitButton kind={provider.client_id === '' ? 'primary' : 'secondary'}>{t('save')}</SubmitButton>
      </FormActions>
    </Form>
  );
}

/** Says what removing does before it is done. */
export function RemoveProviderPage(model: { language: Language; csrf: string; provider: ProviderRow; people: number }) {
  const { language, provider } = model;
  const t = messages(language);
  const { name } = provider;
  const back = `${list}/${provider.id}`;
  return (
    <Stack>
      <PageHeading
        title={t('removeTitle', { name })}
        lead={t('removeLead', { count: model.people })}
        parent={{ href: back, label: name }}
      />
      <Form action={`${back}/remove`} csrf={model.csrf}>
        <FormActions>
          <SubmitButton kind="danger">{t('removeConfirm', { name })}</SubmitButton>
          <ButtonLink href={back} kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}
