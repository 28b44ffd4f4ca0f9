import {
  Badge,
  ButtonLink,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatDate,
  HiddenField,
  List,
  ListItem,
  Notice,
  PageHeading,
  Pagination,
  Panel,
  RadioGroup,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { type PersonRow, personLabel } from '../people/index.ts';
import { errorOf } from './faults.ts';
import { agencyOf, roleText } from './labels.ts';
import type { ListedMember } from './lists.ts';
import { messages } from './messages.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

type Common = { reader: Reader; csrf: string; group: GroupRow };

/** Who is in the group; for those who run it also who asks, who is invited and who is banned. */
export function MembersPage(
  model: Common & {
    agency: string;
    members: readonly ListedMember[];
    requests: readonly ListedMember[];
    invited: readonly ListedMember[];
    banned: readonly ListedMember[];
    /** Origins of which nobody is a member yet. */
    newNodes: ReadonlySet<string>;
    search: string;
    next: string | null;
    moderates: boolean;
  },
) {
  const { group, reader } = model;
  const t = messages(reader.language);
  return (
    <Stack>
      <PageHeading
        title={t('membersOf', { group: group.name })}
        lead={<a href={`/groups/${group.id}`}>{group.name}</a>}
        actions={
          model.moderates && group.local === 1 ? (
            <ButtonLink href={`/groups/${group.id}/invite`} kind="primary">
              {t('inviteSomebody')}
            </ButtonLink>
          ) : undefined
        }
      />
      {group.local === 1 ? null : (
        <Notice kind="info" language={reader.language}>
          {t('onlyKnown', { agency: agencyOf(group, model.agency) })}
        </Notice>
      )}
      {model.requests.length > 0 ? <Requests {...model} /> : null}
      <SearchForm action={`/groups/${group.id}/members`} label={t('searchMembers')}>
        <TextField name="q" label={t('searchMembers')} type="search" value={model.search} />
        <SubmitButton kind="secondary">{t('search')}</SubmitButton>
      </SearchForm>
      {model.members.length === 0 ? (
        <EmptyState title={t('noMembers')}>{t('noMembersLead')}</EmptyState>
      ) : (
        <People {...model} label={t('members')} people={model.members} />
      )}
      <Pagination next={model.next} language={reader.language} />
      {model.invited.length > 0 ? (
        <Panel title={t('invitations')} id="invited">
          <People {...model} label={t('invitations')} people={model.invited} />
        </Panel>
      ) : null}
      {model.banned.length > 0 ? (
        <Panel title={t('bans')} id="banned">
          <People {...model} label={t('bans')} people={model.banned} />
        </Panel>
      ) : null}
    </Stack>
  );
}

function People(model: Common & { label: string; people: readonly ListedMember[]; moderates: boolean }) {
  const { group, reader } = model;
  const t = messages(reader.language);
  return (
    <List label={model.label}>
      {model.people.map(({ person, standing }) => (
        <ListItem
          href={`/people/${person.id}`}
          title={person.name}
          level={2}
          lead={person.agency}
          facts={factsOf(person, standing, reader)}
          badges={standing.role === 'member' ? undefined : <Badge tone="accent">{roleText(standing.role, t)}</Badge>}
          avatar={{ name: person.name, agency: person.agency }}
          action={
            model.moderates ? (
              <ButtonLink href={`/groups/${group.id}/members/${person.id}`} small>
                {t('manage')}
                <span class="ds-sr-only"> {person.name}</span>
              </ButtonLink>
            ) : undefined
          }
        />
      ))}
    </List>
  );
}

function factsOf(person: PersonRow, standing: GroupMemberRow, reader: Reader): string {
  const t = messages(reader.language);
  const parts = [personLabel(person, reader.language).address];
  if (standing.joined_at)
    parts.push(`${t('since')} ${formatDate(reader.language, reader.timeZone, standing.joined_at)}`);
  if (standing.state === 'banned' && standing.reason) parts.push(t('bannedSince', { reason: standing.reason }));
  return parts.join(' · ');
}

function Requests(model: Common & { requests: readonly ListedMember[]; newNodes: ReadonlySet<string> }) {
  const { group, reader, csrf } = model;
  const t = messages(reader.language);
  const someNew = model.requests.some(({ person }) => model.newNodes.has(person.home));
  return (
    <Panel title={t('requests')} id="requests">
      {someNew ? (
        <Notice kind="info" language={reader.language}>
          {t('newNodeHint')}
        </Notice>
      ) : null}
      <List label={t('requests')}>
        {model.requests.map(({ person, standing }) => (
          <ListItem
            href={`/people/${person.id}`}
            title={person.name}
            lead={[person.role, person.agency].filter(Boolean).join(' · ')}
            facts={factsOf(person, standing, reader)}
            badges={model.newNodes.has(person.home) ? <Badge tone="warning">{t('newNode')}</Badge> : undefined}
            avatar={{ name: person.name, agency: person.agency }}
            action={
              <>
                <Form action={`/groups/${group.id}/members/${person.id}/approve`} csrf={csrf} inline>
                  <SubmitButton small>
                    {t('approve')}
                    <span class="ds-sr-only"> {person.name}</span>
                  </SubmitButton>
                </Form>
                <ButtonLink href={`/groups/${group.id}/members/${person.id}`} small>
                  {t('answerRequest')}
                  <span class="ds-sr-only"> {person.name}</span>
                </ButtonLink>
              </>
            }
          />
        ))}
      </List>
    </Panel>
  );
}

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
        lead={[person.role, person.agency].filter(Boolean).join(' · ')}
        actions={<ButtonLink href={`/groups/${group.id}/members`}>{t('allMembers')}</ButtonLink>}
      />
      {state === 'requested' && group.local === 1 ? (
        <Panel title={t('answer')} id="answer">
          <Form action={`${at}/answer`} csrf={csrf}>
            <TextArea
              name="reason"
              label={t('answer')}
              description={t('answerHint')}
              rows={3}
              value={typed.reason}
              error={errorOf(errors, 'reason')}
            />
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
          <Form action={`${at}/ban`} csrf={csrf}>
            <TextField
              name="banReason"
              label={t('reason')}
              description={t('reasonHint')}
              value={typed.banReason ?? ''}
              error={errorOf(errors, 'banReason')}
            />
            <TextField
              name="until"
              label={t('until')}
              description={t('untilHint')}
              type="date"
              width="medium"
              value={typed.until ?? ''}
              error={errorOf(errors, 'until')}
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
      <Form action={`${model.at}/role`} csrf={model.csrf}>
        <RadioGroup
          name="role"
          label={t('role')}
          value={model.standing?.role}
          error={errorOf(model.errors, 'role')}
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

/** Invite somebody of this node by name, or somebody elsewhere by link or handle. */
export function InvitePage(
  model: Common & {
    people: readonly PersonRow[];
    search: string;
    errors: readonly FieldError[];
    typed: Record<string, string>;
  },
) {
  const { group, reader, csrf, errors } = model;
  const t = messages(reader.language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading
        title={t('inviteTo', { group: group.name })}
        lead={<a href={`/groups/${group.id}`}>{group.name}</a>}
      />
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
        {group.reading === 'members' ? (
          <p>{t('inviteClosed')}</p>
        ) : (
          <Form action={`/groups/${group.id}/invitations`} csrf={csrf}>
            <TextField
              name="reference"
              label={t('personReference')}
              description={t('personReferenceHint')}
              value={model.typed.reference}
              error={errorOf(errors, 'reference')}
            />
            <FormActions>
              <SubmitButton>{t('invite')}</SubmitButton>
            </FormActions>
          </Form>
        )}
      </Panel>
    </Stack>
  );
}
