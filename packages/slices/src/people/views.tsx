import { shortestPassword } from '@joinery/core';
import {
  Badge,
  ButtonLink,
  Columns,
  DescriptionList,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  type Language,
  List,
  ListItem,
  languageOptions,
  PageHeading,
  Pagination,
  Panel,
  RadioGroup,
  type Reader,
  SearchForm,
  Select,
  SourceLabel,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { guestLabel, personLabel } from './label.ts';
import { messages } from './messages.ts';
import type { PersonRow } from './tables.ts';

/** A search over names; the same on the list for everybody and on that for administrators. */
export function PeopleSearch({ action, search, language }: { action: string; search: string; language: Language }) {
  const t = messages(language);
  return (
    <SearchForm action={action} label={t('searchLabel')}>
      <TextField name="q" label={t('searchLabel')} type="search" value={search} />
      <SubmitButton kind="secondary">{t('search')}</SubmitButton>
    </SearchForm>
  );
}

/** Who is at this agency. */
export function PeoplePage(model: {
  language: Language;
  agency: string;
  people: readonly PersonRow[];
  search: string;
  next: string | null;
  administrator: boolean;
  panels: Child[];
}) {
  const t = messages(model.language);
  const manage = <ButtonLink href="/administration/people">{t('managePeople')}</ButtonLink>;
  return (
    <Stack>
      <PageHeading
        title={t('people')}
        lead={t('peopleLead', { agency: model.agency })}
        actions={model.administrator ? manage : undefined}
      />
      <PeopleSearch action="/people" search={model.search} language={model.language} />
      {model.people.length === 0 ? (
        <NobodyFound search={model.search} language={model.language} />
      ) : (
        <List label={t('people')}>
          {model.people.map((person) => (
            <ListItem
              href={`/people/${person.id}`}
              title={person.name}
              level={2}
              lead={person.role || undefined}
              facts={personLabel(person, model.language).address}
              badges={<GuestBadge person={person} language={model.language} />}
              avatar={{ name: person.name, agency: person.agency }}
            />
          ))}
        </List>
      )}
      <Pagination next={model.next} language={model.language} />
      {model.panels}
    </Stack>
  );
}

export function NobodyFound({ search, language, action }: { search: string; language: Language; action?: Child }) {
  const t = messages(language);
  return search === '' ? (
    <EmptyState title={t('nobodyYet')} action={action}>
      {t('nobodyYetLead')}
    </EmptyState>
  ) : (
    <EmptyState title={t('noMatch')}>{t('noMatchLead', { search })}</EmptyState>
  );
}

/** A person of this node or of another one, as our people see them. */
export function PersonPage(model: {
  language: Language;
  reader: Reader;
  person: PersonRow;
  own: boolean;
  administrator: boolean;
  /** Whether the reader has the list of people to go back to. */
  list: boolean;
  panels: Child[];
}) {
  const { person, language } = model;
  const t = messages(language);
  const label = personLabel(person, language);
  const parent = person.local === 1 && model.list ? { href: '/people', label: t('people') } : undefined;
  const facts: { term: string; value: Child }[] = [{ term: t('agency'), value: person.agency }];
  const guest = guestLabel(person, language);
  if (guest) facts.push({ term: t('guest'), value: guest });
  if (person.role) facts.unshift({ term: t('role'), value: person.role });
  facts.push({ term: t('address'), value: <span class="app-host">@{label.address}</span> });
  const about = (
    <Panel title={t('about')} id="about">
      <DescriptionList items={facts} />
      {label.node ? (
        <SourceLabel
          source={{ agency: person.agency, node: label.node, fetchedAt: person.fetched_at ?? undefined }}
          reader={model.reader}
        />
      ) : null}
    </Panel>
  );
  return (
    <Stack>
      <PageHeading
        title={label.name}
        parent={parent}
        lead={[person.role, person.agency].filter(Boolean).join(' · ')}
        badges={<PersonBadges person={person} language={language} />}
        actions={
          <>
            {model.own ? <ButtonLink href="/profile">{t('editProfile')}</ButtonLink> : null}
            {model.administrator && person.local === 1 ? (
              <ButtonLink href={`/administration/people/${person.id}`}>{t('administerPerson')}</ButtonLink>
            ) : null}
          </>
        }
      />
      {person.summary || model.panels.length > 0 ? (
        <Columns aside={about}>
          {person.summary ? (
            <section class="ds-card app-panel" aria-label={t('summaryOf', { name: label.name })}>
              <div class="app-content" dangerouslySetInnerHTML={{ __html: person.summary }} />
            </section>
          ) : null}
          {model.panels}
        </Columns>
      ) : (
        about
      )}
    </Stack>
  );
}

/** Says that somebody is a guest, and whose; nothing for everybody else. */
function GuestBadge({ person, language }: { person: PersonRow; language: Language }) {
  const label = guestLabel(person, language);
  return label === null ? null : <Badge tone="info">{label}</Badge>;
}

function PersonBadges({ person, language }: { person: PersonRow; language: Language }) {
  const t = messages(language);
  return (
    <>
      {person.local === 1 ? null : <Badge icon="node">{t('fromOtherNode')}</Badge>}
      <GuestBadge person={person} language={language} />
      {person.disabled_at === null ? null : <Badge tone="warning">{t('disabledBadge')}</Badge>}
    </>
  );
}

export type ProfileValues = { name: string; role: string; summary: string; language: string; timeZone: string };

/** One's own profile, as a form. */
export function ProfilePage(model: {
  language: Language;
  csrf: string;
  id: string;
  values: ProfileValues;
  errors: readonly FieldError[];
  panels: Child[];
}) {
  const { language, values, errors } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('yourProfile')}
        lead={t('yourProfileLead')}
        actions={<ButtonLink href={`/people/${model.id}`}>{t('preview')}</ButtonLink>}
      />
      <Form action="/profile" csrf={model.csrf} errors={errors}>
        <TextField name="name" label={t('name')} autocomplete="name" value={values.name} required={true} />
        <TextField
          name="role"
          label={t('role')}
          description={t('roleHint')}
          autocomplete="organization-title"
          value={values.role}
        />
        <TextArea name="summary" label={t('summary')} value={values.summary} rows={5} markdown={language} />
        <RadioGroup name="language" label={t('language')} value={values.language} options={languageOptions} />
        <Select name="timeZone" label={t('timeZone')} value={values.timeZone} options={timeZones(values.timeZone)} />
        <FormActions>
          <SubmitButton>{t('save')}</SubmitButton>
          <ButtonLink href="/profile/posting" kind="tertiary">
            {t('posting')}
          </ButtonLink>
          <ButtonLink href="/profile/password" kind="tertiary">
            {t('passwordChange')}
          </ButtonLink>
        </FormActions>
      </Form>
      {model.panels}
    </Stack>
  );
}

function timeZones(current: string): { value: string; label: string }[] {
  const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), current]);
  return [...names].sort().map((name) => ({ value: name, label: name.replaceAll('_', ' ') }));
}

export function PasswordPage(model: {
  language: Language;
  csrf: string;
  hasPassword: boolean;
  errors: readonly FieldError[];
}) {
  const { language, errors } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('passwordChange')} parent={{ href: '/profile', label: t('backToProfile') }} />
      <Form action="/profile/password" csrf={model.csrf} errors={errors}>
        {model.hasPassword ? (
          <TextField
            name="currentPassword"
            label={t('currentPassword')}
            type="password"
            autocomplete="current-password"
            required={true}
          />
        ) : null}
        <TextField
          name="password"
          label={t('newPassword')}
          description={t('newPasswordHint', { minimum: shortestPassword })}
          type="password"
          autocomplete="new-password"
          required={true}
        />
        <FormActions>
          <SubmitButton>{t('passwordChange')}</SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** Instead of choosing one, for whom an identity provider lets in. */
export function NoPasswordPage({ language }: { language: Language }) {
  const t = messages(language);
  return (
    <Stack>
      <PageHeading title={t('passwordChange')} parent={{ href: '/profile', label: t('backToProfile') }} />
      <p>{t('passwordProvider')}</p>
    </Stack>
  );
}
