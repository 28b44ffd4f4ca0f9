import {
  Badge,
  ButtonLink,
  Form,
  formatDateTime,
  List,
  ListItem,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import { agencyOfPerson, type PersonRow } from '../people/index.ts';
import { shutMessages } from './messages-shut.ts';
import type { GroupRow } from './tables.ts';

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
