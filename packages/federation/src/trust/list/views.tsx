import type { Scope } from '@joinery/core';
import {
  ButtonLink,
  DataTable,
  EmptyState,
  Form,
  FormActions,
  formatDate,
  HiddenField,
  Notice,
  PageHeading,
  Pagination,
  Panel,
  type Reader,
  SearchForm,
  Select,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import type { LaneHealth } from '../../peers.ts';
import {
  coversInWords,
  daysLeft,
  directionText,
  endInWords,
  lastDay,
  StandingBadge,
  scopeAbout,
  scopeLabel,
  urgency,
} from '../labels.tsx';
import type { Use } from '../preview.ts';
import type { Partner } from '../store.ts';
import { pageText } from '../text.ts';
import { Contact, home, PartnerTabs } from '../views.tsx';
import { LaneState } from '../views-lane.tsx';
import type { ListQuestion } from './listing.ts';
import { shows, sorts } from './listing.ts';
import { listText } from './text.ts';

type Model = {
  /** Those of this page, in order. */
  partners: readonly Partner[];
  /** How many there are, and how many fit the question. */
  all: number;
  found: number;
  question: ListQuestion;
  next: string | null;
  /** Those whose agreement ends soon, whatever is asked for. */
  ending: readonly Partner[];
  undecided: readonly { scope: Scope; partners: readonly Partner[] }[];
  health: ReadonlyMap<string, LaneHealth>;
  use: (partner: Partner) => Use;
  waiting: number;
  decides: boolean;
  /** Names of those who decide, when the reader does not. */
  deciders: readonly string[];
  csrf: string;
  now: Date;
  reader: Reader;
};

/** The list of partners. */
export function PartnersPage(model: Model) {
  const { decides, now, reader } = model;
  const t = pageText(reader.language);
  const l = listText(reader.language);
  const add = decides ? (
    <ButtonLink href={`${home}/new`} kind="primary">
      {t('add')}
    </ButtonLink>
  ) : undefined;
  return (
    <Stack>
      <PageHeading title={t('name')} lead={t('lead')} actions={model.all > 0 ? add : undefined} />
      <PartnerTabs current={home} requests={model.waiting} reader={reader} />
      {decides ? null : (
        <Notice kind="info" language={reader.language}>
          {l('decidedByOfficers', { names: model.deciders.join(', ') || l('decidedByOfficersHere') })}
        </Notice>
      )}
      {model.ending.map((partner) => (
        <EndNotice partner={partner} use={model.use(partner)} now={now} reader={reader} />
      ))}
      {model.undecided.length > 0 ? <NewScopes {...model} /> : null}
      {model.all === 0 ? (
        <EmptyState title={t('emptyListTitle')} icon="node" action={add}>
          {t('emptyList')}
        </EmptyState>
      ) : (
        <>
          <Filter question={model.question} reader={reader} />
          {model.found === 0 ? (
            <EmptyState title={l('noneFoundTitle')} action={<ButtonLink href={home}>{l('clear')}</ButtonLink>}>
              {l('noneFound')}
            </EmptyState>
          ) : (
            <PartnerTable {...model} />
          )}
        </>
      )}
      <Pagination next={model.next} language={reader.language} />
    </Stack>
  );
}

const showText = {
  all: 'showAll',
  'in-force': 'showInForce',
  unconfirmed: 'showUnconfirmed',
  ending: 'showEnding',
  waiting: 'showWaiting',
  stopped: 'showStopped',
  proposed: 'showProposed',
} as const satisfies Record<(typeof shows)[number], string>;

const sortText = {
  agency: 'orderAgency',
  ends: 'orderEnds',
  contact: 'orderContact',
  waiting: 'orderWaiting',
  state: 'orderState',
} as const satisfies Record<(typeof sorts)[number], string>;

function Filter({ question, reader }: { question: ListQuestion; reader: Reader }) {
  const l = listText(reader.language);
  return (
    <SearchForm action={home} label={l('filter')}>
      <TextField name="q" label={l('find')} type="search" value={question.text} />
      <Select
        name="show"
        label={l('show')}
        value={question.show}
        options={shows.map((value) => ({ value, label: l(showText[value]) }))}
      />
      <Select
        name="sort"
        label={l('order')}
        value={question.sort}
        options={sorts.map((value) => ({ value, label: l(sortText[value]) }))}
      />
      <SubmitButton kind="secondary">{l('submit')}</SubmitButton>
    </SearchForm>
  );
}

function PartnerTable({ partners, found, all, health, use, now, reader }: Model) {
  const t = pageText(reader.language);
  const l = listText(reader.language);
  return (
    <DataTable
      id="partners"
      caption={l('count', { shown: found, all })}
      rows={partners}
      columns={[
        { header: t('agency'), cell: (partner) => <AgencyCell partner={partner} /> },
        { header: t('state'), cell: (partner) => <StateCell partner={partner} now={now} reader={reader} /> },
        { header: t('covers'), cell: (partner) => <CoversCell partner={partner} reader={reader} /> },
        {
          header: t('ends'),
          cell: (partner) => (partner.state === 'blocked' ? '–' : endInWords(partner.expiresAt, reader.language)),
        },
        {
          header: t('lastContact'),
          cell: (partner) => <Contact at={health.get(partner.origin)?.lastContactAt ?? null} reader={reader} />,
        },
        {
          header: t('deliveries'),
          cell: (partner) => <LaneState health={health.get(partner.origin)} reader={reader} />,
        },
        { header: l('use'), cell: (partner) => useInWords(use(partner), reader) },
      ]}
    />
  );
}

function useInWords(use: Use | undefined, reader: Reader): string {
  const l = listText(reader.language);
  return use && use.groups > 0 ? l('used', { groups: use.groups, items: use.items }) : l('notUsed');
}

function AgencyCell({ partner }: { partner: Partner }) {
  return (
    <div>
      <a class="ds-link" href={`${home}/${partner.id}`}>
        {partner.agency}
      </a>
      <br />
      <span class="app-quiet">{new URL(partner.origin).host}</span>
    </div>
  );
}

function StateCell({ partner, now, reader }: { partner: Partner; now: Date; reader: Reader }) {
  return (
    <div>
      <StandingBadge partner={partner} now={now} language={reader.language} />
      {partner.state === 'allowed' ? (
        <>
          <br />
          <span class="app-quiet">{pageText(reader.language)(partner.confirmed ? 'confirmedYes' : 'confirmedNo')}</span>
        </>
      ) : null}
    </div>
  );
}

function CoversCell({ partner, reader }: { partner: Partner; reader: Reader }) {
  if (partner.state === 'blocked') return <>–</>;
  return (
    <div>
      {coversInWords(partner, reader.language)}
      <br />
      <span class="app-quiet">{pageText(reader.language)(directionText[partner.direction])}</span>
    </div>
  );
}

function EndNotice({
  partner,
  use,
  now,
  reader,
}: {
  partner: Partner;
  use: Use | undefined;
  now: Date;
  reader: Reader;
}) {
  const days = daysLeft(partner, now);
  if (days === null || partner.expiresAt === null) return null;
  const values = {
    agency: partner.agency,
    days,
    date: formatDate(reader.language, 'UTC', lastDay(partner.expiresAt)),
    groups: use?.groups ?? 0,
    people: use?.people ?? 0,
    items: use?.items ?? 0,
  };
  return (
    <Notice kind={urgency(days)} language={reader.language}>
      {pageText(reader.language)('endsSoon', values)}
    </Notice>
  );
}

function NewScopes({ undecided, decides, csrf, reader }: Model) {
  const l = listText(reader.language);
  return (
    <Panel title={l('newScopes')} id="new-scopes">
      <p>{l('newScopesLead')}</p>
      {undecided.map(({ scope, partners }) => (
        <>
          <p>
            <strong>{scopeLabel(scope, reader.language)}</strong>. {scopeAbout(scope, reader.language)}
          </p>
          <p>
            {partners.map((partner, index) => (
              <>
                {index > 0 ? ', ' : null}
                <a class="ds-link" href={`${home}/${partner.id}/${decides ? 'edit' : ''}`.replace(/\/$/, '')}>
                  {partner.agency}
                </a>
              </>
            ))}
          </p>
          {decides ? (
            <Form action={`${home}/scopes`} csrf={csrf} inline={true}>
              <HiddenField name="scope" value={scope} />
              <HiddenField name="reason" value={l('leaveOffReasonText')} />
              <FormActions>
                <SubmitButton kind="secondary">{l('leaveOff')}</SubmitButton>
              </FormActions>
            </Form>
          ) : null}
        </>
      ))}
    </Panel>
  );
}
