import {
  Badge,
  ButtonLink,
  ErrorSummary,
  Form,
  FormActions,
  formatDateTime,
  List,
  ListItem,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import { agencyOfPerson, type PersonRow } from '../people/index.ts';
import { roleText } from './labels.ts';
import type { ListedMember } from './lists.ts';
import { messages } from './messages.ts';
import { shutMessages } from './messages-shut.ts';
import { canLeaveOut } from './shut.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';

const timeOf = (asOf: string, reader: Reader) => formatDateTime(reader.language, reader.timeZone, asOf);

function People({ people, label, reader }: { people: readonly PersonRow[]; label: string; reader: Reader }) {
  return (
    <List label={label}>
      {people.map((person) => (
        <ListItem
          href={`/people/${person.id}`}
          title={person.name}
          lead={[person.role, agencyOfPerson(person, reader.language)].filter(Boolean).join(' · ')}
          avatar={{ name: person.name, agency: person.agency }}
        />
      ))}
    </List>
  );
}

/** A group that somebody was in as of the backup: why it is shut, and who opens it. Shows nothing else of it. */
export function ShutPage(model: {
  group: Pick<GroupRow, 'id' | 'name'>;
  /** As of when the backup was: instant, UTC. */
  asOf: string;
  /** Who can confirm, and where nobody can, who administers the node. */
  confirming: readonly PersonRow[];
  administrators: readonly PersonRow[];
  mayConfirm: boolean;
  reader: Reader;
  csrf: string;
}) {
  const { group, reader, confirming } = model;
  const t = shutMessages(reader.language);
  const nobody = confirming.length === 0;
  return (
    <Stack>
      <PageHeading
        title={group.name}
        badges={<Badge tone="warning">{t('badge')}</Badge>}
        lead={t('shutLead')}
        actions={
          model.mayConfirm ? (
            <ButtonLink href={`/groups/${group.id}/confirm`} kind="primary">
              {t('panelConfirm')}
            </ButtonLink>
          ) : undefined
        }
      />
      <p class="app-reading">{t('shutText', { time: timeOf(model.asOf, reader) })}</p>
      <Panel title={nobody ? t('shutNobody') : t('shutWho')} id="who">
        <People
          people={nobody ? model.administrators : confirming}
          label={nobody ? t('shutNobody') : t('shutWho')}
          reader={reader}
        />
        {nobody ? <p class="app-quiet">{t('shutNobodyText', { group: group.id })}</p> : null}
      </Panel>
      <Form action={`/groups/${group.id}/leave`} csrf={model.csrf} inline>
        <SubmitButton kind="tertiary">{t('shutLeave')}</SubmitButton>
      </Form>
    </Stack>
  );
}

const formName = 'confirm-members';

/** Everybody who was a member as of the backup, and one button; whoever is no longer in it is ticked. */
export function ConfirmMembersPage(model: {
  group: Pick<GroupRow, 'id' | 'name' | 'member_count'>;
  asOf: string;
  waiting: readonly ListedMember[];
  /** Of who confirms, and who that is. */
  standing: GroupMemberRow | undefined;
  person: string;
  fault: string | null;
  reader: Reader;
  csrf: string;
}) {
  const { group, reader, waiting, standing } = model;
  const { language } = reader;
  const t = shutMessages(language);
  return (
    <Stack>
      {model.fault === null ? null : <ErrorSummary errors={[{ text: model.fault }]} language={language} />}
      <PageHeading
        title={t('confirmTitle', { group: group.name })}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        lead={t('confirmLead', { time: timeOf(model.asOf, reader) })}
      />
      <h2 class="ds-heading">{t('confirmGone')}</h2>
      <List label={t('confirmGone')}>
        {waiting.map(({ person, standing: theirs }) => {
          const self = person.id === model.person;
          const may = canLeaveOut(standing, self, theirs);
          return (
            <ListItem
              title={person.name}
              lead={[person.role, agencyOfPerson(person, language)].filter(Boolean).join(' · ')}
              avatar={{ name: person.name, agency: person.agency }}
              badges={
                <>
                  {self ? <Badge>{t('confirmYou')}</Badge> : null}
                  {theirs.role === 'member' ? null : (
                    <Badge tone="accent">{roleText(theirs.role, messages(language))}</Badge>
                  )}
                </>
              }
              choice={
                may
                  ? { form: formName, name: 'gone', value: person.id, label: t('confirmGoneOf', { name: person.name }) }
                  : undefined
              }
            />
          );
        })}
      </List>
      {waiting.length < 1_000 ? null : (
        <Notice kind="info" language={language}>
          {t('confirmMore')}
        </Notice>
      )}
      <Form action={`/groups/${group.id}/confirm`} csrf={model.csrf} id={formName}>
        <FormActions>
          <SubmitButton>{t('confirmButton')}</SubmitButton>
          <ButtonLink href="/groups">{t('confirmCancel')}</ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}
