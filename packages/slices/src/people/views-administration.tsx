import {
  Badge,
  ButtonLink,
  Checkbox,
  type Column,
  DataTable,
  DescriptionList,
  Details,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatDateTime,
  type Language,
  Notice,
  PageHeading,
  Pagination,
  Panel,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import type { SignInLink } from './mail-link.tsx';
import type { ManagedPerson } from './managed.ts';
import { messages } from './messages.ts';
import type { PersonRow } from './tables.ts';
import { NobodyFound, PeopleSearch } from './views.tsx';
import { RoleChoices } from './views-new-person.tsx';

/** Everybody of this node with state and roles. */
export function ManagePeoplePage(model: {
  language: Language;
  people: readonly ManagedPerson[];
  search: string;
  next: string | null;
  csrf: string;
  waiting: number;
}) {
  const { language } = model;
  const t = messages(language);
  const add = (
    <ButtonLink href="/administration/people/new" kind="primary">
      {t('addPerson')}
    </ButtonLink>
  );
  return (
    <Stack>
      <PageHeading
        title={t('managePeople')}
        actions={
          <>
            {add}
            <ButtonLink href="/administration/people/import">{t('importPeople')}</ButtonLink>
          </>
        }
      />
      {model.waiting > 0 ? (
        <Notice kind="info" language={language}>
          {t('importRunning', { count: model.waiting })}
        </Notice>
      ) : null}
      <PeopleSearch action="/administration/people" search={model.search} language={language} />
      {model.people.length === 0 ? (
        <NobodyFound search={model.search} language={language} action={add} />
      ) : (
        <DataTable id="people" caption={t('people')} columns={columns(language)} rows={model.people} />
      )}
      <Pagination next={model.next} language={language} />
      {model.people.length > 0 ? (
        <Details summary={t('linksAll')}>
          <p>{t('linksAllExplain')}</p>
          <Form action="/administration/people/links" csrf={model.csrf}>
            <FormActions>
              <SubmitButton kind="secondary">{t('linksAllMake')}</SubmitButton>
            </FormActions>
          </Form>
        </Details>
      ) : null}
    </Stack>
  );
}

function columns(language: Language): Column<ManagedPerson>[] {
  const t = messages(language);
  return [
    {
      header: t('name'),
      cell: (person) => (
        <a class="ds-link" href={`/administration/people/${person.id}`}>
          {person.name}
        </a>
      ),
    },
    { header: t('email'), cell: (person) => person.email },
    { header: t('state'), cell: (person) => <StateBadge person={person} language={language} /> },
    { header: t('roles'), cell: (person) => <RoleBadges person={person} language={language} /> },
  ];
}

function StateBadge({ person, language }: { person: ManagedPerson; language: Language }) {
  const t = messages(language);
  if (person.disabled_at !== null) return <Badge tone="warning">{t('disabledBadge')}</Badge>;
  if (person.held) return <Badge tone="warning">{t('stateHeld')}</Badge>;
  return person.signedIn ? (
    <Badge tone="success">{t('stateActive')}</Badge>
  ) : (
    <Badge tone="neutral">{t('notSignedIn')}</Badge>
  );
}

function RoleBadges({ person, language }: { person: ManagedPerson; language: Language }) {
  const t = messages(language);
  if (!person.administrator && !person.federationOfficer) return null;
  return (
    <div class="app-badges">
      {person.administrator ? <Badge tone="accent">{t('administrator')}</Badge> : null}
      {person.federationOfficer ? <Badge tone="accent">{t('federationOfficer')}</Badge> : null}
    </div>
  );
}

/** Access and roles of one person. `link` is shown once, right after it was made. */
export function ManagePersonPage(model: {
  language: Language;
  timeZone: string;
  csrf: string;
  person: ManagedPerson;
  errors: readonly FieldError[];
  link: (SignInLink & { mailed: boolean }) | null;
  /** Whether links can be mailed. */
  mails: boolean;
  panels: Child[];
}) {
  const { language, person, link } = model;
  const t = messages(language);
  const action = `/administration/people/${person.id}`;
  return (
    <Stack>
      <ErrorSummary errors={model.errors} language={language} />
      <PageHeading
        title={person.name}
        lead={person.email}
        badges={<StateBadge person={person} language={language} />}
        parent={{ href: '/administration/people', label: t('managePeople') }}
      />
      {link ? (
        <Panel title={t('linkFor', { name: person.name })} id="link">
          <p>
            {t('linkExplain', { name: person.name, when: formatDateTime(language, model.timeZone, link.expiresAt) })}
          </p>
          <p>
            <code class="app-host">{link.address}</code>
          </p>
          {link.mailed ? <p>{t('linkMailed', { email: person.email })}</p> : null}
        </Panel>
      ) : null}
      <Panel title={t('about')} id="about">
        <DescriptionList
          items={[
            { term: t('handle'), value: `@${person.handle}` },
            { term: t('role'), value: person.role || '–' },
          ]}
        />
        <a class="ds-link" href={`/people/${person.id}`}>
          {t('profileOf', { name: person.name })}
        </a>
      </Panel>
      {person.disabled_at === null ? (
        <>
          {person.held ? (
            <Panel title={t('signIn')} id="sign-in">
              <p>{t('heldLead')}</p>
              <FormActions>
                <ButtonLink href="/administration/restored/people" kind="primary">
                  {t('heldGo')}
                </ButtonLink>
              </FormActions>
            </Panel>
          ) : (
            <Panel title={t('signIn')} id="sign-in">
              <p>{t('linkMakeHint')}</p>
              <Form action={`${action}/link`} csrf={model.csrf}>
                {model.mails ? (
                  <Checkbox name="mail" label={t('mailLink')} description={t('mailHint')} checked={true} />
                ) : null}
                <FormActions>
                  <SubmitButton kind={person.signedIn || link ? 'secondary' : 'primary'}>{t('linkMake')}</SubmitButton>
                </FormActions>
              </Form>
              {person.secondStep ? (
                <>
                  <p>{t('secondStepResetHint')}</p>
                  <Form action={`${action}/second-step`} csrf={model.csrf}>
                    <FormActions>
                      <SubmitButton kind="secondary">{t('secondStepReset')}</SubmitButton>
                    </FormActions>
                  </Form>
                </>
              ) : null}
            </Panel>
          )}
          {model.panels}
          <Panel title={t('roles')} id="roles">
            <Form action={`${action}/roles`} csrf={model.csrf}>
              <RoleChoices language={language} values={person} />
              <FormActions>
                <SubmitButton kind="secondary">{t('save')}</SubmitButton>
              </FormActions>
            </Form>
          </Panel>
          <FormActions>
            <ButtonLink href={`${action}/disable`} kind="danger">
              {t('disable')}
            </ButtonLink>
          </FormActions>
        </>
      ) : (
        <Form action={`${action}/enable`} csrf={model.csrf}>
          <FormActions>
            <SubmitButton>{t('enable')}</SubmitButton>
          </FormActions>
        </Form>
      )}
    </Stack>
  );
}

/** Says what disabling does before it is done. */
export function DisablePage(model: {
  language: Language;
  csrf: string;
  person: PersonRow;
  errors: readonly FieldError[];
}) {
  const { language, person } = model;
  const t = messages(language);
  const { name } = person;
  return (
    <Stack>
      <ErrorSummary errors={model.errors} language={language} />
      <PageHeading
        title={t('disableTitle', { name })}
        parent={{ href: `/administration/people/${person.id}`, label: name }}
      />
      <Panel title={t('disableExplain', { name })} id="explain">
        <ul class="ds-list">
          <li>{t('disableSessions')}</li>
          <li>{t('disableMemberships')}</li>
          <li>{t('disableKeep')}</li>
          <li>{t('disableUndo')}</li>
        </ul>
      </Panel>
      <Form action={`/administration/people/${person.id}/disable`} csrf={model.csrf}>
        <FormActions>
          <SubmitButton kind="danger">{t('disableConfirm', { name })}</SubmitButton>
          <ButtonLink href={`/administration/people/${person.id}`} kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}
