import {
  ButtonLink,
  DataTable,
  DescriptionList,
  EmptyState,
  formatDate,
  formatDateTime,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  Tabs,
  Time,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import type { LaneHealth } from '../peers.ts';
import { fingerprint } from './fingerprint.ts';
import {
  coversInWords,
  dayInWords,
  daysLeft,
  decisionInWords,
  directionText,
  endInWords,
  kindText,
  lastDay,
  StandingBadge,
  sourceInWords,
  standingOf,
  urgency,
} from './labels.tsx';
import type { Partner } from './store.ts';
import type { PartnerDecisionRow } from './tables.ts';
import { pageText } from './text.ts';
import { LaneState, ParkedTable } from './views-lane.tsx';

export const home = '/administration/partners';

/** Figures of use, for the warning that an agreement ends. */
export type Use = { groups: number; people: number; items: number };

/** The pages about partners belong together; `proposals` counts those that wait. */
export function PartnerTabs({ current, proposals, reader }: { current: string; proposals: number; reader: Reader }) {
  const t = pageText(reader.language);
  const items = [
    { href: home, label: t('name') },
    { href: `${home}/proposals`, label: t('proposals'), ...(proposals > 0 ? { count: proposals } : {}) },
    { href: `${home}/import`, label: t('importTab') },
    { href: `${home}/register`, label: t('register') },
    { href: `${home}/explain`, label: t('explain') },
  ];
  return <Tabs label={t('tabs')} items={items.map((item) => ({ ...item, current: item.href === current }))} />;
}

/** The list of partners. */
export function PartnersPage(model: {
  partners: readonly Partner[];
  health: ReadonlyMap<string, LaneHealth>;
  use: ReadonlyMap<string, Use>;
  proposals: number;
  now: Date;
  reader: Reader;
}) {
  const { partners, health, now, reader } = model;
  const t = pageText(reader.language);
  const add = (
    <ButtonLink href={`${home}/new`} kind="primary">
      {t('add')}
    </ButtonLink>
  );
  return (
    <Stack>
      <PageHeading title={t('name')} lead={t('lead')} actions={partners.length > 0 ? add : undefined} />
      <PartnerTabs current={home} proposals={model.proposals} reader={reader} />
      {partners.map((partner) => (
        <EndNotice partner={partner} use={model.use.get(partner.id)} now={now} reader={reader} />
      ))}
      {partners.length === 0 ? (
        <EmptyState title={t('emptyListTitle')} icon="node" action={add}>
          {t('emptyList')}
        </EmptyState>
      ) : (
        <DataTable
          id="partners"
          caption={t('name')}
          rows={partners}
          columns={[
            { header: t('agency'), cell: (partner) => <AgencyCell partner={partner} /> },
            { header: t('state'), cell: (partner) => <StateCell partner={partner} now={now} reader={reader} /> },
            { header: t('covers'), cell: (partner) => coversInWords(partner, reader.language) },
            {
              header: t('direction'),
              cell: (partner) => (partner.state === 'blocked' ? '–' : t(directionText[partner.direction])),
            },
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
          ]}
        />
      )}
    </Stack>
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

function Contact({ at, reader }: { at: string | null; reader: Reader }) {
  return at === null ? pageText(reader.language)('never') : <Time at={at} reader={reader} />;
}

/** One partner: what its agreement covers, what can be decided, and what was. */
export function PartnerPage(model: {
  partner: Partner;
  groups: readonly { id: string; name: string }[];
  health: LaneHealth | undefined;
  decisions: readonly PartnerDecisionRow[];
  now: Date;
  reader: Reader;
}) {
  const { partner, now, reader } = model;
  const t = pageText(reader.language);
  const decide = `${home}/${partner.id}/decide?what=`;
  const stands = standingOf(partner, now);
  const names = partner.groups?.map((id) => model.groups.find((group) => group.id === id)?.name ?? id);
  const facts: { term: string; value: Child }[] = [
    { term: t('hosts'), value: partner.hosts.map(({ origin }) => origin).join(', ') },
    { term: t('kind'), value: t(kindText[partner.kind]) },
    { term: t('identifier'), value: partner.identifier ?? '–' },
    { term: t('covers'), value: coversInWords(partner, reader.language) },
    { term: t('coverage'), value: names ? names.join(', ') || '–' : t('allGroups') },
    { term: t('direction'), value: t(directionText[partner.direction]) },
    { term: t('confirmed'), value: t(partner.confirmed ? 'confirmedYes' : 'confirmedNo') },
    { term: t('begins'), value: dayInWords(partner.validFrom, reader.language) },
    { term: t('review'), value: dayInWords(partner.reviewAt, reader.language) },
    { term: t('ends'), value: endInWords(partner.expiresAt, reader.language) },
    { term: t('reason'), value: partner.reason },
    { term: t('by'), value: partner.decidedBy },
    { term: t('agreementRef'), value: partner.agreementRef ?? '–' },
    { term: t('contact'), value: partner.contact ?? '–' },
    { term: t('software'), value: model.health?.software ?? partner.software ?? '–' },
    { term: t('source'), value: sourceInWords(partner.source, reader.language) },
    { term: t('lastContact'), value: <Contact at={model.health?.lastContactAt ?? null} reader={reader} /> },
    { term: t('deliveries'), value: <LaneState health={model.health} reader={reader} /> },
  ];
  return (
    <Stack>
      <PageHeading
        title={partner.agency}
        parent={{ href: home, label: t('name') }}
        lead={partner.origin}
        badges={<StandingBadge partner={partner} now={now} language={reader.language} />}
        actions={
          <>
            {partner.state === 'allowed' || partner.state === 'blocked' ? null : (
              <ButtonLink href={`${decide}allow`} kind="primary">
                {t('allow')}
              </ButtonLink>
            )}
            <ButtonLink href={`${home}/${partner.id}/edit`}>{t('change')}</ButtonLink>
            {partner.state === 'suspended' ? null : <ButtonLink href={`${decide}suspend`}>{t('suspend')}</ButtonLink>}
            {partner.state === 'blocked' ? null : (
              <ButtonLink href={`${decide}block`} kind="danger">
                {t('block')}
              </ButtonLink>
            )}
          </>
        }
      />
      {stands === 'key_changed' ? (
        <Notice kind="danger" language={reader.language}>
          {t('keyChanged')}{' '}
          <a class="ds-link" href={`${decide}accept-key`}>
            {t('keyAccept')}
          </a>
        </Notice>
      ) : null}
      <Panel title={t('inForce')} id="covers">
        <DescriptionList items={facts.filter(({ value }) => value !== '–')} />
      </Panel>
      {partner.pinnedKey === null ? null : (
        <Panel title={t('key')} id="key">
          <p class="app-quiet">{t('fingerprintHint')}</p>
          <DescriptionList
            items={[
              { term: t('fingerprint'), value: <code>{fingerprint(partner.pinnedKey)}</code> },
              { term: t('when'), value: t('sinceKey', { date: dayInWords(partner.pinnedKeyAt, reader.language) }) },
            ]}
          />
        </Panel>
      )}
      {model.health && model.health.parked.length > 0 ? (
        <ParkedTable parked={model.health.parked} reader={reader} />
      ) : null}
      <RegisterTable rows={model.decisions} reader={reader} />
    </Stack>
  );
}

/** Decisions as they stand in the register. */
export function RegisterTable({ rows, reader }: { rows: readonly PartnerDecisionRow[]; reader: Reader }) {
  const t = pageText(reader.language);
  return (
    <DataTable
      id="register"
      caption={t('register')}
      rows={rows}
      columns={[
        { header: t('when'), cell: (row) => formatDateTime(reader.language, reader.timeZone, row.at) },
        { header: t('decision'), cell: (row) => decisionInWords(row.what, reader.language) },
        { header: t('hosts'), cell: (row) => new URL(row.origin).host },
        { header: t('by'), cell: (row) => row.by },
        { header: t('reason'), cell: (row) => row.reason },
      ]}
    />
  );
}
