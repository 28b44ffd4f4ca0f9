import {
  Badge,
  Checkbox,
  ChooseAll,
  DescriptionList,
  Details,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  fieldId,
  formatDateTime,
  HiddenField,
  type Language,
  List,
  ListItem,
  PageHeading,
  Pagination,
  Panel,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  Tabs,
  TextField,
} from '@joinery/ui';
import type { IdentityRow } from '../tables.ts';
import { type ListName, lists, type RestoredPerson } from './held.ts';
import { messages } from './messages.ts';

export const restoredPeopleHref = '/administration/restored/people';
const parent = '/administration/restored';
const formName = 'let-in';

/** Somebody at the door, with the sign-in that a provider vouched for and what it said. */
export type Asking = { one: RestoredPerson; identity: IdentityRow; claims: [string, string][] };

/** The page while nobody waits, and why. */
export function NobodyWaits({ language, unconfirmed }: { language: Language; unconfirmed: boolean }) {
  const t = messages(language);
  return (
    <PageHeading
      title={t('title')}
      lead={unconfirmed ? t('unconfirmed') : t('never')}
      parent={{ href: parent, label: t('toRestored') }}
    />
  );
}

/** Who waits to be let in after a restore: those at the door first. */
export function RestoredPeoplePage(model: {
  list: ListName;
  search: string;
  people: readonly RestoredPerson[];
  asking: readonly Asking[];
  next: string | null;
  /** Names of providers by id. */
  providers: ReadonlyMap<string, string>;
  asOf: string;
  mails: boolean;
  errors: readonly FieldError[];
  reason?: string;
  roles?: boolean;
  reader: Reader;
  csrf: string;
}) {
  const { reader, list, people } = model;
  const { language } = reader;
  const t = messages(language);
  const time = formatDateTime(language, reader.timeZone, model.asOf);
  return (
    <Stack>
      <ErrorSummary errors={model.errors} language={language} />
      <PageHeading title={t('title')} lead={t('lead', { time })} parent={{ href: parent, label: t('toRestored') }} />
      <p class="app-reading">{model.mails ? t('what') : t('whatNoMail')}</p>
      {model.asking.length === 0 ? null : <AtTheDoor {...model} />}
      <Tabs
        label={t('lists')}
        items={lists.map((one) => ({
          href: `${restoredPeopleHref}?list=${one}`,
          label: t(one),
          current: one === list,
        }))}
      />
      <SearchForm action={restoredPeopleHref} label={t('find')}>
        <HiddenField name="list" value={list} />
        <TextField name="q" label={t('search')} value={model.search} autocomplete="off" />
        <SubmitButton kind="secondary">{t('find')}</SubmitButton>
      </SearchForm>
      {people.length === 0 ? (
        <EmptyState title={t('noneWaiting')}>{model.search ? t('noneFound') : t('noneWaitingLead')}</EmptyState>
      ) : (
        <Choice {...model} />
      )}
      <Pagination next={model.next} language={language} />
    </Stack>
  );
}

function Choice(model: Parameters<typeof RestoredPeoplePage>[0]) {
  const { reader, list, people } = model;
  const t = messages(reader.language);
  return (
    <>
      <List label={t(list)}>
        {people.map((one, index) => (
          <ListItem
            title={one.person.name}
            level={2}
            href={`/administration/people/${one.person.id}`}
            lead={[one.person.role, one.email].filter(Boolean).join(' · ')}
            facts={factsOf(one, model.providers, reader)}
            avatar={{ name: one.person.name }}
            choice={{
              ...{ form: formName, name: 'person', value: one.person.id },
              label: t('choose', { name: one.person.name }),
              ...(index === 0
                ? { id: fieldId('person'), fault: model.errors.find(({ field }) => field === 'person')?.text }
                : {}),
            }}
          />
        ))}
      </List>
      <Form id={formName} action={restoredPeopleHref} csrf={model.csrf}>
        <HiddenField name="list" value={list} />
        {people.map(({ person }) => (
          <HiddenField name="shown" value={person.id} />
        ))}
        {list === 'in' ? null : (
          <>
            <Checkbox name="roles" label={t('roles')} description={t('rolesAbout')} checked={model.roles ?? false} />
            <TextField name="reason" label={t('reason')} description={t('reasonAbout')} value={model.reason ?? ''} />
          </>
        )}
        <FormActions>
          <SubmitButton name="whom" value="chosen">
            {list === 'in' ? t('rolesGive') : t('admit')}
          </SubmitButton>
          {list === 'in' ? null : (
            <SubmitButton name="whom" value="shown" kind="secondary">
              {t('admitShown', { count: people.length })}
            </SubmitButton>
          )}
          {people.length > 1 ? <ChooseAll form={formName} label={t('chooseAll')} /> : null}
        </FormActions>
      </Form>
    </>
  );
}

function AtTheDoor(model: Parameters<typeof RestoredPeoplePage>[0]) {
  const { reader, providers } = model;
  const { language } = reader;
  const t = messages(language);
  return (
    <Panel title={t('asking')} id="asking">
      <p>{t('askingLead')}</p>
      <List label={t('asking')}>
        {model.asking.map(({ one, identity, claims }) => {
          const { name } = one.person;
          const provider = providers.get(identity.provider_id) ?? new URL(identity.issuer).host;
          return (
            <ListItem
              title={name}
              href={`/administration/people/${one.person.id}`}
              badges={
                <Badge tone="accent">
                  {t('asked', { time: formatDateTime(language, reader.timeZone, one.askedAt ?? '') })}
                </Badge>
              }
              lead={
                <Details summary={t('claims', { provider })} open={model.asking.length === 1}>
                  <DescriptionList
                    items={[
                      { term: t('issuer'), value: <span class="app-host">{identity.issuer}</span> },
                      { term: t('subject'), value: <span class="app-host">{identity.subject}</span> },
                      ...claims
                        .filter(([claim]) => claim !== 'iss' && claim !== 'sub')
                        .map(([term, value]) => ({ term, value })),
                    ]}
                  />
                </Details>
              }
              facts={factsOf(one, providers, reader)}
              avatar={{ name }}
              action={
                <Form action={`${restoredPeopleHref}/${one.person.id}/accept`} csrf={model.csrf} inline={true}>
                  <HiddenField name="identity" value={identity.id} />
                  <SubmitButton small={true}>
                    {t('askedAgain')}
                    <span class="ds-sr-only"> {t('askedAgainOf', { name })}</span>
                  </SubmitButton>
                </Form>
              }
            />
          );
        })}
      </List>
    </Panel>
  );
}

function factsOf(one: RestoredPerson, providers: ReadonlyMap<string, string>, reader: Reader): string {
  const { language } = reader;
  const t = messages(language);
  const ways = [
    ...(one.password ? [t('password')] : []),
    ...(one.passkeys > 0 ? [t('passkey')] : []),
    ...one.identities.map(({ provider_id, issuer }) => providers.get(provider_id) ?? new URL(issuer).host),
  ];
  const seen =
    one.seenAt === null ? t('seenNever') : t('seen', { time: formatDateTime(language, reader.timeZone, one.seenAt) });
  const listed = new Intl.ListFormat(language).format(ways.length > 0 ? ways : [t('never_in')]);
  return one.held ? `${seen} · ${t('came', { ways: listed })}` : seen;
}
