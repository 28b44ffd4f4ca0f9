import type { ClassificationLabel } from '@joinery/core';
import {
  ButtonLink,
  DataTable,
  DescriptionList,
  Form,
  formatDateTime,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  Tabs,
  Time,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import type { LaneHealth } from '../peers.ts';
import { UnmappedNotice } from './classification/unmapped.tsx';
import { fingerprint } from './fingerprint.ts';
import {
  classificationInWords,
  coversInWords,
  dayInWords,
  decisionInWords,
  directionText,
  endInWords,
  kindText,
  StandingBadge,
  sourceInWords,
  standingOf,
} from './labels.tsx';
import { proofText } from './proof/text.ts';
import { type Partner, referenceOf } from './store.ts';
import type { PartnerDecisionRow } from './tables.ts';
import { pageText } from './text.ts';
import { LaneState, ParkedTable } from './views-lane.tsx';

export const home = '/administration/partners';

/** The pages about partners. */
export const tabs = [
  { href: home, label: 'name' },
  { href: `${home}/proposals`, label: 'requests' },
  { href: `${home}/import`, label: 'importTab' },
  { href: `${home}/register`, label: 'register' },
  { href: `${home}/labels`, label: 'labels' },
  { href: `${home}/introduced`, label: 'introduced' },
  { href: `${home}/explain`, label: 'explain' },
  { href: `${home}/traffic`, label: 'traffic' },
  { href: `${home}/rehearsal`, label: 'rehearsal' },
] as const;

/** The pages about partners belong together; `requests` counts what waits for an answer. */
export function PartnerTabs({ current, requests, reader }: { current: string; requests: number; reader: Reader }) {
  const t = pageText(reader.language);
  const items = tabs.map(({ href, label }) => ({
    ...{ href, label: t(label), current: href === current },
    ...(label === 'requests' && requests > 0 ? { count: requests } : {}),
  }));
  return <Tabs label={t('tabs')} items={items} />;
}

/** When their node last sent us something. */
export function Contact({ at, reader }: { at: string | null; reader: Reader }) {
  return at === null ? pageText(reader.language)('never') : <Time at={at} reader={reader} />;
}

/** One partner: what its agreement covers, what can be decided, and what was. */
export function PartnerPage(model: {
  partner: Partner;
  /** The agency's labels. */
  labels: readonly ClassificationLabel[];
  /** How many labels of their agency mean nothing here. */
  unmapped: number;
  groups: readonly { id: string; name: string }[];
  health: LaneHealth | undefined;
  decisions: readonly PartnerDecisionRow[];
  /** Whether the reader may decide. */
  decides: boolean;
  /** The public key of this node, PEM. */
  ownKey: string | null;
  now: Date;
  reader: Reader;
  csrf: string;
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
    { term: t('classification'), value: classificationInWords(partner, model.labels, reader.language) },
    { term: t('introductionsTerm'), value: t(partner.introductions ? 'introductionsYes' : 'introductionsNo') },
    { term: t('coverage'), value: names ? names.join(', ') || '–' : t('allGroups') },
    { term: t('direction'), value: t(directionText[partner.direction]) },
    { term: t('confirmed'), value: t(partner.confirmed ? 'confirmedYes' : 'confirmedNo') },
    { term: t('begins'), value: dayInWords(partner.validFrom, reader.language) },
    { term: t('review'), value: dayInWords(partner.reviewAt, reader.language) },
    { term: t('ends'), value: endInWords(partner.expiresAt, reader.language) },
    { term: t('reason'), value: partner.reason },
    { term: t('by'), value: partner.decidedBy },
    { term: t('agreementRef'), value: referenceOf(partner) },
    { term: t('contact'), value: partner.contact ?? '–' },
    { term: t('software'), value: model.health?.software ?? partner.software ?? '–' },
    { term: t('source'), value: sourceInWords(partner.source, reader.language) },
    { term: t('lastContact'), value: <Contact at={model.health?.lastContactAt ?? null} reader={reader} /> },
    {
      term: t('deliveries'),
      value: (
        <div class="app-stack">
          <LaneState health={model.health} reader={reader} />
          {model.health && model.health.lane !== 'open' && model.health.items > 0 ? (
            <Form action={`${home}/${partner.id}/deliver`} csrf={model.csrf} inline={true}>
              <SubmitButton kind="secondary">{t('tryNow')}</SubmitButton>
            </Form>
          ) : null}
        </div>
      ),
    },
  ];
  return (
    <Stack>
      <PageHeading
        title={partner.agency}
        parent={{ href: home, label: t('name') }}
        lead={partner.origin}
        badges={<StandingBadge partner={partner} now={now} language={reader.language} />}
        actions={model.decides ? <Actions partner={partner} language={reader.language} /> : undefined}
      />
      {stands === 'key_changed' ? (
        <Notice kind="danger" language={reader.language}>
          {t('keyChanged')}{' '}
          <a class="ds-link" href={`${decide}accept-key`}>
            {t('keyAccept')}
          </a>
        </Notice>
      ) : null}
      <UnmappedNotice count={model.unmapped} ofOne href={`${home}/labels#theirs`} language={reader.language} />
      {stands === 'allowed' && !partner.confirmed ? (
        <Notice kind="info" language={reader.language}>
          {t('letterNext')}
        </Notice>
      ) : null}
      <div class="app-actions">
        <ButtonLink href={`${home}/${partner.id}/proof`}>{proofText(reader.language)('title')}</ButtonLink>
        <ButtonLink href={`${home}/${partner.id}/letter.pdf`}>{t('letterFile')}</ButtonLink>
      </div>
      <Panel title={t('inForce')} id="covers">
        <DescriptionList items={facts.filter(({ value }) => value !== '–')} />
      </Panel>
      {partner.pinnedKey === null ? null : (
        <Panel title={t('key')} id="key">
          <p class="app-quiet">{t('fingerprintHint')}</p>
          <DescriptionList
            items={[
              ...(model.ownKey ? [{ term: t('fingerprintOwn'), value: <code>{fingerprint(model.ownKey)}</code> }] : []),
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

function Actions({ partner, language }: { partner: Partner; language: Reader['language'] }) {
  const t = pageText(language);
  const decide = `${home}/${partner.id}/decide?what=`;
  return (
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
