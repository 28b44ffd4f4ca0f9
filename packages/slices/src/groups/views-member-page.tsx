import {
  ButtonLink,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  List,
  ListItem,
  Notice,
  PageHeading,
  Panel,
  RadioGroup,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { agencyOfPerson, type PersonRow } from '../people/index.ts';
import { messages } from './messages.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

type Common = { reader: Reader; csrf: string; group: GroupRow };

/** One person in one group, for those who run it: answer a request, change the role, remove, ban. */
export function MemberPage(
  model: Common & {
    person: PersonRow;
    standing: GroupMemberRow | undefined;
    errors: readonly FieldError[];
    typed: Record<string, string>;
    mayChangeRole: boolean;
    mayRemove: boolean;
    self: boolean;
    /** What it means to let them in, when nobody of their node takes part. */
    firstOfNode: string | null;
  },
) {
  const { group, person, standing, reader, csrf, errors, typed } = model;
  const { language } = reader;
  const t = messages(language);
  const at = `/groups/${group.id}/members/${person.id}`;
  const state = standing?.state ?? 'none';
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('memberIn', { name: person.name, group: group.name })}
        lead={[person.role, agencyOfPerson(person, reader.language)].filter(Boolean).join(' · ')}
        actions={<ButtonLink href={`/groups/${group.id}/members`}>{t('allMembers')}</ButtonLink>}
      />
      {state === 'requested' && group.local === 1 ? (
        <Panel title={t('answerTitle')} id="answer">
          {model.firstOfNode ? (
            <Notice kind="warning" language={language}>
              {model.firstOfNode}
            </Notice>
          ) : null}
          <Form action={`${at}/answer`} csrf={csrf} errors={errors}>
            <TextArea name="reason" label={t('answer')} description={t('answerHint')} rows={3} value={typed.reason} />
            <FormActions>
              <SubmitButton name="decision" value="approve">
                {t('approve')}
              </SubmitButton>
              <SubmitButton kind="danger" name="decision" value="decline">
                {t('decline')}
              </SubmitButton>
            </FormActions>
          </Form>
        </Panel>
      ) : null}
      {state === 'member' && model.mayChangeRole ? <RoleForm {...model} at={at} /> : null}
      {model.mayRemove && !model.self && (state === 'member' || state === 'invited') ? (
        <Panel title={t('remove')} id="remove">
          <p>{t('removeHint')}</p>
          <Form action={`${at}/remove`} csrf={csrf} inline>
            <SubmitButton kind="danger">{t('remove')}</SubmitButton>
          </Form>
        </Panel>
      ) : null}
      {state === 'banned' ? (
        <Form action={`${at}/unban`} csrf={csrf} inline>
          <SubmitButton kind="secondary">{t('unban')}</SubmitButton>
        </Form>
      ) : model.mayRemove && !model.self ? (
        <Panel title={t('ban')} id="ban">
          <p>{t('banHint')}</p>
          <Form action={`${at}/ban`} csrf={csrf} errors={errors}>
            <TextField
              name="banReason"
              label={t('reason')}
              description={t('reasonHint')}
              value={typed.banReason ?? ''}
            />
            <TextField
              name="until"
              label={t('until')}
              description={t('untilHint')}
              type="date"
              width="medium"
              value={typed.until ?? ''}
            />
            <FormActions>
              <SubmitButton kind="danger">{t('ban')}</SubmitButton>
            </FormActions>
          </Form>
        </Panel>
      ) : null}
    </Stack>
  );
}

function RoleForm(model: Common & { standing: GroupMemberRow | undefined; errors: readonly FieldError[]; at: string }) {
  const t = messages(model.reader.language);
  return (
    <Panel title={t('changeRole')} id="role">
      <p>{t('handOverHint')}</p>
      <Form action={`${model.at}/role`} csrf={model.csrf} errors={model.errors}>
        <RadioGroup
          name="role"
          label={t('role')}
          value={model.standing?.role}
          options={[
            { value: 'member', label: t('roleMember') },
            { value: 'facilitator', label: t('roleFacilitator') },
            { value: 'owner', label: t('roleOwner') },
          ]}
        />
        <FormActions>
          <SubmitButton>{t('saveRole')}</SubmitButton>
        </FormActions>
      </Form>
    </Panel>
  );
}

/** Somebody who would be the first of their node, and what inviting them means. */
export type FirstOfNode = { person: PersonRow; means: string };

/** Invite somebody of this node by name, or somebody elsewhere by link or handle. */
export function InvitePage(
  model: Common & {
    people: readonly PersonRow[];
    search: string;
    /** Whom to ask about before they are invited. */
    first: FirstOfNode | null;
    errors: readonly FieldError[];
    typed: Record<string, string>;
  },
) {
  const { group, reader, csrf, errors, first } = model;
  const t = messages(reader.language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading
        title={t('inviteTo', { group: group.name })}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
      />
      {first ? (
        <Panel title={t('inviteFirst', { name: first.person.name })} id="first">
          <Notice kind="warning" language={reader.language}>
            {first.means}
          </Notice>
          <Form action={`/groups/${group.id}/invitations`} csrf={csrf} inline>
            <HiddenField name="person" value={first.person.id} />
            <HiddenField name="knowing" value="1" />
            <SubmitButton>{t('inviteAnyway')}</SubmitButton>
          </Form>
        </Panel>
      ) : null}
      <Panel title={t('inviteHere')} id="here">
        <SearchForm action={`/groups/${group.id}/invite`} label={t('searchPeople')}>
          <TextField name="q" label={t('searchPeople')} type="search" value={model.search} />
          <SubmitButton kind="secondary">{t('search')}</SubmitButton>
        </SearchForm>
        {model.search !== '' && model.people.length === 0 ? <p>{t('noMembers')}</p> : null}
        <List label={t('inviteHere')}>
          {model.people.map((person) => (
            <ListItem
              href={`/people/${person.id}`}
              title={person.name}
              lead={person.role || undefined}
              avatar={{ name: person.name, agency: person.agency }}
              action={
                <Form action={`/groups/${group.id}/invitations`} csrf={csrf} inline>
                  <HiddenField name="person" value={person.id} />
                  <SubmitButton small kind="secondary">
                    {t('invite')}
                    <span class="ds-sr-only"> {person.name}</span>
                  </SubmitButton>
                </Form>
              }
            />
          ))}
        </List>
      </Panel>
      <Panel title={t('inviteElsewhere')} id="elsewhere">
        <Form action={`/groups/${group.id}/invitations`} csrf={csrf} errors={errors}>
          <TextField
            name="reference"
            label={t('personReference')}
            description={t('personReferenceHint')}
            value={model.typed.reference}
          />
          <FormActions>
            <SubmitButton>{t('invite')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
    </Stack>
  );
}
