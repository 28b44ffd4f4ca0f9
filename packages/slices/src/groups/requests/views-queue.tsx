import {
  Badge,
  ButtonLink,
  ChooseAll,
  DataTable,
  DescriptionList,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  fieldId,
  formatDate,
  HiddenField,
  List,
  ListItem,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  Tabs,
  TextArea,
  Time,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { agencyOfPerson, type PersonRow } from '../../people/index.ts';
import { hostOf } from '../labels.ts';
import type { ListedMember } from '../lists.ts';
import type { GroupRow } from '../tables.ts';
import type { Responsible } from './away.ts';
import type { NotedDecision } from './decisions.ts';
import { messages } from './messages.ts';
import { newNodeText } from './new-nodes.ts';
import type { Answer } from './questions.ts';

const several = 'decide-several';
const longWait = 3 * 86_400_000;

export type QueueModel = {
  reader: Reader;
  csrf: string;
  group: GroupRow;
  /** Whether whoever looks runs the group: a deputy only decides about requests. */
  runs: boolean;
  waiting: readonly ListedMember[];
  answers: ReadonlyMap<string, Answer[]>;
  /** Nodes of which nobody is a member yet. */
  newNodes: ReadonlySet<string>;
  /** Nodes that get what is written, the group's own not counted. */
  nodes: number;
  /** Agencies among those who wait, by the origin of their node, and which of them is shown; empty for all. */
  agencies: readonly { origin: string; agency: string; count: number }[];
  shown: string;
  responsible: Responsible;
  decisions: readonly NotedDecision[];
  /** Names of agencies by origin, for rules. */
  names: ReadonlyMap<string, string>;
  errors: readonly FieldError[];
  typed: Record<string, string>;
  chosen: readonly string[];
  /** What is not known since a restore. */
  afterRestore: Child;
};

/** Everybody who asks to take part, what they said, and one decision about all who are chosen. */
export function QueuePage(model: QueueModel) {
  const { group, reader } = model;
  const { language } = reader;
  const t = messages(language);
  const at = `/groups/${group.id}/requests`;
  return (
    <Stack>
      <ErrorSummary errors={model.errors} language={language} />
      <PageHeading
        title={t('requestsOf', { group: group.name })}
        lead={t('requestsLead')}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        actions={group.local === 1 ? <ButtonLink href={`${at}/settings`}>{t('settings')}</ButtonLink> : null}
      />
      {model.afterRestore}
      {model.agencies.length > 1 || model.shown !== '' ? (
        <Tabs
          label={t('filter')}
          items={[
            { href: at, label: t('allAgencies'), current: model.shown === '' },
            ...model.agencies.map(({ origin, agency, count }) => ({
              href: `${at}?${new URLSearchParams({ agency: origin })}`,
              label: agency,
              count,
              current: origin === model.shown,
            })),
          ]}
        />
      ) : null}
      {model.waiting.length === 0 ? <EmptyState title={t('none')}>{t('noneLead')}</EmptyState> : <Waiting {...model} />}
      {group.local === 1 && model.responsible.length > 0 ? (
        <p class="app-quiet">
          {t('hasThem', { names: responsibleNames(model.responsible, reader), count: model.responsible.length })}
        </p>
      ) : null}
      {model.decisions.length > 0 ? <Decided {...model} /> : null}
    </Stack>
  );
}

/** Who has the requests, deputies named as such. */
function responsibleNames(responsible: Responsible, reader: Reader): string {
  const t = messages(reader.language);
  const names = responsible.map(({ person, as }) =>
    as === 'deputy' ? t('asDeputy', { name: person.name }) : person.name,
  );
  return new Intl.ListFormat(reader.language).format(names);
}

/** To whom somebody's own request has gone. */
export function withWhomText(responsible: Responsible, reader: Reader): string {
  return messages(reader.language)('withWhom', { names: responsibleNames(responsible, reader) });
}

function Waiting(model: QueueModel) {
  const { group, reader } = model;
  const { language } = reader;
  const t = messages(language);
  const fresh = [...new Set(model.waiting.map(({ person }) => person.home))].filter((home) => model.newNodes.has(home));
  return (
    <Panel title={t('requests')} id="requests">
      {fresh.map((home) => (
        <Notice kind="warning" language={language}>
          {newNodeText(group, home, model.nodes, language)}
        </Notice>
      ))}
      <List label={t('requests')}>
        {model.waiting.map(({ person, standing }, index) => (
          <div>
            <ListItem
              href={`/people/${person.id}`}
              title={person.name}
              choice={{
                ...{ form: several, name: 'person', value: person.id, label: t('choose', { name: person.name }) },
                ...(index === 0
                  ? { id: fieldId('person'), fault: model.errors.find(({ field }) => field === 'person')?.text }
                  : {}),
                checked: model.chosen.includes(person.id),
              }}
              lead={[person.role, agencyOfPerson(person, language)].filter(Boolean).join(' · ')}
              facts={[
                t('waitsSince', { date: formatDate(language, reader.timeZone, standing.updated_at) }),
                ...(model.answers.has(person.id) ? [] : [t('noAnswers')]),
              ].join(' · ')}
              badges={
                <>
                  {model.newNodes.has(person.home) ? <Badge tone="warning">{t('newNode')}</Badge> : null}
                  {isLate(standing.updated_at, reader) ? <Badge tone="info">{t('waitsLong')}</Badge> : null}
                </>
              }
              avatar={{ name: person.name, agency: person.agency }}
              action={<LetIn {...model} person={person} />}
            />
            <Said answers={model.answers.get(person.id) ?? []} />
          </div>
        ))}
      </List>
      <Form id={several} action={`/groups/${group.id}/requests`} csrf={model.csrf} errors={model.errors}>
        <ChooseAll form={several} label={t('chooseAll')} />
        <TextArea name="reason" label={t('reason')} description={t('reasonHint')} rows={2} value={model.typed.reason} />
        <FormActions>
          <SubmitButton name="decision" value="approve">
            {t('letIn')}
          </SubmitButton>
          <SubmitButton kind="danger" name="decision" value="decline">
            {t('decline')}
          </SubmitButton>
        </FormActions>
      </Form>
    </Panel>
  );
}

/** Deciding about one of them: at once, or on their own page. */
function LetIn({ group, reader, csrf, runs, person }: QueueModel & { person: Pick<PersonRow, 'id' | 'name'> }) {
  const t = messages(reader.language);
  return (
    <span class="app-actions">
      <Form action={`/groups/${group.id}/requests`} csrf={csrf} inline>
        <HiddenField name="person" value={person.id} />
        <SubmitButton small kind="secondary" name="decision" value="approve">
          {t('letIn')}
          <span class="ds-sr-only"> {person.name}</span>
        </SubmitButton>
      </Form>
      {runs ? (
        <ButtonLink href={`/groups/${group.id}/members/${person.id}`} small kind="tertiary">
          {t('manage')}
          <span class="ds-sr-only"> {person.name}</span>
        </ButtonLink>
      ) : null}
    </span>
  );
}

const isLate = (at: string, { now }: Reader): boolean => new Date(now).getTime() - Date.parse(at) > longWait;

function Said({ answers }: { answers: readonly Answer[] }) {
  if (answers.length === 0) return null;
  return <DescriptionList items={answers.map(({ question, answer }) => ({ term: question, value: answer }))} />;
}

function Decided(model: QueueModel) {
  const { reader } = model;
  const t = messages(reader.language);
  return (
    <Panel title={t('decided')} id="decided">
      <DataTable
        id="decided-table"
        caption={t('decidedCaption')}
        columns={[
          { header: t('when'), cell: (row) => <Time at={row.at} reader={reader} /> },
          { header: t('who'), cell: (row) => [row.person_name, row.person_agency].filter(Boolean).join(', ') },
          { header: t('outcome'), cell: (row) => (row.accepted === 1 ? t('accepted') : t('declined')) },
          { header: t('by'), cell: (row) => deciderText(row, model) },
        ]}
        rows={model.decisions}
      />
    </Panel>
  );
}

function deciderText(row: NotedDecision, { names, reader }: QueueModel): string {
  const t = messages(reader.language);
  const [kind, value = ''] = (row.rule ?? '').split(' ');
  if (kind === 'agency')
    return t('automatic', { rule: t('ruleAgency', { agency: names.get(value) ?? hostOf(value) }) });
  if (kind === 'mail') return t('automatic', { rule: t('ruleMail', { domain: value }) });
  return row.by_name ?? t('commandLine');
}
