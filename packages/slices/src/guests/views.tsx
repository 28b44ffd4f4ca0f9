import { periods } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import type { PersonRow } from '@joinery/slices/people';
import {
  Badge,
  ButtonLink,
  CheckboxGroup,
  DescriptionList,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatDate,
  formatDateTime,
  type Language,
  List,
  ListItem,
  languageOptions,
  PageHeading,
  Panel,
  RadioGroup,
  type Reader,
  readAt,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import { dayAfter, remindDays } from './days.ts';
import { messages } from './messages.ts';

const dateOf = (guest: Pick<PersonRow, 'guest_until'>, language: Language) =>
  formatDate(language, 'UTC', `${guest.guest_until}T00:00:00.000Z`);

function StateBadge({ guest, reader }: { guest: PersonRow; reader: Reader }) {
  const t = messages(reader.language);
  if (guest.disabled_at !== null) return <Badge>{t('ended')}</Badge>;
  const soon = (guest.guest_until ?? '') <= dayAfter(new Date(readAt(reader)), remindDays[0]);
  return soon ? <Badge tone="warning">{t('endsSoon')}</Badge> : null;
}

function GuestList(model: {
  guests: readonly PersonRow[];
  reader: Reader;
  label: string;
  /** Who answers for each, where that is worth a word. */
  sponsors?: ReadonlyMap<string, PersonRow>;
}) {
  const { reader, sponsors } = model;
  const t = messages(reader.language);
  const sponsorOf = (guest: PersonRow) => sponsors?.get(guest.guest_sponsor ?? '')?.name ?? t('noSponsor');
  return (
    <List label={model.label}>
      {model.guests.map((guest) => (
        <ListItem
          href={`/guests/${guest.id}`}
          title={guest.name}
          level={2}
          lead={guest.agency}
          facts={[
            t('lastDay', { date: dateOf(guest, reader.language) }),
            ...(sponsors ? [`${t('sponsor')}: ${sponsorOf(guest)}`] : []),
          ].join(' · ')}
          badges={<StateBadge guest={guest} reader={reader} />}
          avatar={{ name: guest.name, agency: guest.agency }}
        />
      ))}
    </List>
  );
}

/** The guests for whom somebody answers. */
export function GuestsPage(model: { guests: readonly PersonRow[]; mayInvite: boolean; reader: Reader }) {
  const { guests, reader } = model;
  const t = messages(reader.language);
  const invite = (
    <ButtonLink href="/guests/new" kind="primary">
      {t('invite')}
    </ButtonLink>
  );
  return (
    <Stack>
      <PageHeading
        title={t('mine')}
        lead={t('mineLead')}
        actions={model.mayInvite && guests.length > 0 ? invite : undefined}
      />
      {guests.length === 0 ? (
        <EmptyState title={t('none')} action={model.mayInvite ? invite : undefined}>
          {t('noneLead')}
        </EmptyState>
      ) : (
        <GuestList guests={guests} reader={reader} label={t('mine')} />
      )}
    </Stack>
  );
}

/** All guests, and who may invite them. */
export function AdministrationPage(model: {
  guests: readonly PersonRow[];
  sponsors: ReadonlyMap<string, PersonRow>;
  reader: Reader;
  csrf: string;
  staff: boolean;
}) {
  const { guests, reader } = model;
  const t = messages(reader.language);
  const invite = (
    <ButtonLink href="/guests/new" kind="primary">
      {t('invite')}
    </ButtonLink>
  );
  return (
    <Stack>
      <PageHeading title={t('all')} lead={t('allLead')} actions={guests.length > 0 ? invite : undefined} />
      {guests.length === 0 ? (
        <EmptyState title={t('none')} action={invite}>
          {t('noneLead')}
        </EmptyState>
      ) : (
        <GuestList guests={guests} reader={reader} label={t('all')} sponsors={model.sponsors} />
      )}
      <Form action="/administration/guests" csrf={model.csrf}>
        <RadioGroup
          name="who"
          label={t('who')}
          value={model.staff ? 'staff' : 'administrators'}
          options={[
            { value: 'administrators', label: t('whoAdministrators') },
            { value: 'staff', label: t('whoStaff'), description: t('whoStaffHint') },
          ]}
        />
        <FormActions>
          <SubmitButton>{t('save')}</SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}

export type InviteValues = {
  name: string;
  email: string;
  organisation: string;
  until: string;
  language: string;
  groups: readonly string[];
};

/** Who is to be a guest, where they work, until when, and in which groups. */
export function InvitePage(model: {
  language: Language;
  csrf: string;
  /** Of whoever invites. */
  name: string;
  values: InviteValues;
  errors: readonly FieldError[];
  groups: readonly GroupRow[];
}) {
  const { language, values, errors } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('invite')}
        lead={t('inviteLead', { name: model.name })}
        parent={{ href: '/guests', label: t('mine') }}
      />
      <Form action="/guests/new" csrf={model.csrf} errors={errors}>
        <TextField name="name" label={t('name')} value={values.name} required={true} />
        <TextField
          name="email"
          label={t('email')}
          description={t('emailHint')}
          type="email"
          value={values.email}
          required={true}
        />
        <TextField
          name="organisation"
          label={t('organisation')}
          description={t('organisationHint')}
          value={values.organisation}
          required={true}
        />
        <UntilField language={language} value={values.until} />
        <RadioGroup name="language" label={t('language')} value={values.language} options={languageOptions} />
        {model.groups.length === 0 ? (
          <p class="app-quiet">{t('groupsNone')}</p>
        ) : (
          <CheckboxGroup
            name="group"
            label={t('groups')}
            description={t('groupsHint')}
            values={values.groups}
            options={model.groups.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
        <FormActions>
          <SubmitButton>{t('send')}</SubmitButton>
          <ButtonLink href="/guests" kind="tertiary">
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

function UntilField(model: { language: Language; value: string }) {
  const t = messages(model.language);
  return (
    <TextField
      name="until"
      label={t('until')}
      description={t('untilHint', { days: periods.guestLongest.days })}
      type="date"
      width="medium"
      value={model.value}
      required={true}
    />
  );
}

/** One guest, for whoever looks after them. */
export function GuestPage(model: {
  guest: PersonRow;
  sponsor: PersonRow | undefined;
  email: string;
  mayExtend: boolean;
  reader: Reader;
  csrf: string;
  errors: readonly FieldError[];
  link: { address: string; expiresAt: string } | null;
  /** In the field of the last day. */
  until: string;
}) {
  const { guest, reader, csrf, errors, link } = model;
  const { language } = reader;
  const t = messages(language);
  const ended = guest.disabled_at !== null;
  const action = `/guests/${guest.id}`;
  const at = link && formatDateTime(language, reader.timeZone, link.expiresAt);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={guest.name}
        lead={guest.agency}
        parent={{ href: '/guests', label: t('mine') }}
        badges={<StateBadge guest={guest} reader={reader} />}
        actions={<ButtonLink href={`/people/${guest.id}`}>{t('profile')}</ButtonLink>}
      />
      {link ? (
        <Panel title={t('linkIs')} id="link">
          <p>{t('linkLead', { at: at ?? '', email: model.email })}</p>
          <p class="app-host">{link.address}</p>
        </Panel>
      ) : null}
      <Panel title={t('facts')} id="facts">
        <DescriptionList
          items={[
            { term: t('until'), value: dateOf(guest, language) },
            { term: t('sponsor'), value: model.sponsor?.name ?? t('noSponsor') },
            { term: t('email'), value: <span class="app-host">{model.email}</span> },
          ]}
        />
      </Panel>
      <Panel title={ended ? t('again') : t('extend')} id="extend">
        {model.mayExtend ? (
          <>
            <p>{ended ? t('againHint') : t('extendHint')}</p>
            <Form action={`${action}/extend`} csrf={csrf} errors={errors}>
              <UntilField language={language} value={model.until} />
              <FormActions>
                <SubmitButton>{ended ? t('again') : t('extend')}</SubmitButton>
              </FormActions>
            </Form>
          </>
        ) : (
          <p>{t('extendByAdministrator')}</p>
        )}
      </Panel>
      {ended ? null : (
        <>
          <Panel title={t('link')} id="new-link">
            <p>{t('linkHint')}</p>
            <Form action={`${action}/link`} csrf={csrf} inline>
              <SubmitButton kind="secondary">{t('link')}</SubmitButton>
            </Form>
          </Panel>
          <Panel title={t('end')} id="end">
            <p>{t('endHint')}</p>
            <Form action={`${action}/end`} csrf={csrf} inline>
              <SubmitButton kind="danger">{t('end')}</SubmitButton>
            </Form>
          </Panel>
        </>
      )}
    </Stack>
  );
}
