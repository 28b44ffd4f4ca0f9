import {
  Badge,
  ButtonLink,
  EmptyState,
  formatDate,
  List,
  ListItem,
  Notice,
  PageHeading,
  Pagination,
  Panel,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import { agencyOfPerson, type PersonRow, personLabel } from '../people/index.ts';
import { agencyOf, roleText } from './labels.ts';
import type { ListedMember } from './lists.ts';
import { messages } from './messages.ts';
import type { GroupAccessRow, GroupMemberRow, GroupRow } from './tables.ts';
import { FormerNodes } from './views-access.tsx';

type Common = { reader: Reader; csrf: string; group: GroupRow };

/** Who is in the group; for those who run it also who asks, who is invited and who is banned. */
export function MembersPage(
  model: Common & {
    agency: string;
    members: readonly ListedMember[];
    /** How many ask to join, for those who decide. */
    requests: number;
    invited: readonly ListedMember[];
    banned: readonly ListedMember[];
    /** Nodes that may not read a closed group any more. */
    former: readonly GroupAccessRow[];
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
        parent={{ href: `/groups/${group.id}`, label: group.name }}
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
      {model.requests > 0 ? (
        <Notice kind="info" language={reader.language}>
          <a class="ds-link" href={`/groups/${group.id}/requests`}>
            {t('requestsWaiting', { count: model.requests })}
          </a>
        </Notice>
      ) : null}
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
      <FormerNodes nodes={model.former} reader={reader} />
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
          lead={[person.role, agencyOfPerson(person, reader.language)].filter(Boolean).join(' · ')}
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
