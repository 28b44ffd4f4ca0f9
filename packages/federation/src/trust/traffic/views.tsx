import type { Purpose } from '@joinery/core';
import {
  Badge,
  DataTable,
  EmptyState,
  formatDateTime,
  formatNumber,
  type Language,
  PageHeading,
  type Reader,
  Stack,
} from '@joinery/ui';
import type { OutboundRow } from '../../tables.ts';
import { home, PartnerTabs } from '../views.tsx';
import { trafficText } from './text.ts';
import type { Traffic } from './traffic.ts';

const purposes: Record<Exclude<Purpose, `needed by ${string}`>, keyof typeof trafficText.catalogue.en> = {
  'key of an actor': 'purposeKeyOfActor',
  'owner of a key': 'purposeOwnerOfKey',
  'inbox of a node': 'purposeInboxOfNode',
  'replies of a topic': 'purposeReplies',
  'history of a group': 'purposeHistory',
  'groups at other agencies': 'purposeGroupsElsewhere',
  'catching up': 'purposeCatchingUp',
  'comparing members': 'purposeComparingMembers',
  'comparing what both nodes have': 'purposeComparing',
  rehearsal: 'purposeRehearsal',
  'identity provider: description': 'purposeProviderDescription',
  'identity provider: sign-in': 'purposeProviderSignIn',
  'is it there': 'purposeIsItThere',
  'a person asked for this link': 'purposePersonLink',
  'a person asked for this handle': 'purposePersonHandle',
  'who runs a group': 'purposeWhoRuns',
  proposal: 'purposeProposal',
  delivery: 'purposeDelivery',
  file: 'purposeFile',
  'token of a closed group': 'purposeToken',
  'item of a closed group': 'purposeItem',
  'key of a closed group': 'purposeKeyOfGroup',
  'key of a group': 'purposeKeyOfGroup',
  'author of a post': 'purposeAuthor',
  'can a partner reach this node': 'purposeReach',
  'after a restore: what is held of ours': 'purposeHeld',
};

/** What leaves this node, and what comes. */
export function TrafficPage(model: {
  traffic: readonly Traffic[];
  connections: readonly OutboundRow[];
  waiting: number;
  reader: Reader;
}) {
  const { traffic, connections, reader } = model;
  const t = trafficText(reader.language);
  return (
    <Stack>
      <PageHeading title={t('title')} lead={t('lead')} />
      <PartnerTabs current={`${home}/traffic`} requests={model.waiting} reader={reader} />
      {traffic.length > 0 ? <Figures traffic={traffic} reader={reader} /> : null}
      {connections.length === 0 ? (
        <EmptyState title={t('emptyTitle')}>{t('empty')}</EmptyState>
      ) : (
        <Connections connections={connections} reader={reader} />
      )}
    </Stack>
  );
}

function Figures({ traffic, reader }: { traffic: readonly Traffic[]; reader: Reader }) {
  const t = trafficText(reader.language);
  const number = (value: number) => formatNumber(reader.language, value);
  return (
    <DataTable
      id="figures"
      caption={t('partners')}
      rows={traffic}
      columns={[
        {
          header: t('where'),
          cell: ({ partner }) => (
            <a class="ds-link" href={`${home}/${partner.id}`}>
              {partner.agency}
            </a>
          ),
        },
        { header: t('sent'), numeric: true, cell: ({ sent }) => number(sent) },
        {
          header: t('received'),
          numeric: true,
          cell: ({ received, refused }) => (
            <span>
              {number(received)}
              {refused > 0 ? <span class="app-quiet"> ({t('refusedOf', { count: refused })})</span> : null}
            </span>
          ),
        },
        {
          header: t('copies'),
          cell: ({ copies, groups }) => (groups > 0 ? t('copiesValue', { items: copies, groups }) : '–'),
        },
      ]}
    />
  );
}

function Connections({ connections, reader }: { connections: readonly OutboundRow[]; reader: Reader }) {
  const t = trafficText(reader.language);
  return (
    <DataTable
      id="connections"
      caption={t('connections', { count: connections.length })}
      rows={connections}
      columns={[
        { header: t('where'), cell: ({ url }) => <Address url={url} /> },
        { header: t('purpose'), cell: ({ purpose }) => purposeInWords(purpose, reader.language) },
        { header: t('outcome'), cell: (row) => <Outcome row={row} reader={reader} /> },
        {
          header: t('milliseconds'),
          cell: ({ at, milliseconds }) => (
            <span class="app-quiet">
              {formatDateTime(reader.language, reader.timeZone, at)} · {formatNumber(reader.language, milliseconds)} ms
            </span>
          ),
        },
      ]}
    />
  );
}

function Address({ url }: { url: string }) {
  const { host, pathname } = new URL(url);
  return (
    <div>
      {host}
      <br />
      <span class="app-quiet">{pathname}</span>
    </div>
  );
}

function Outcome({ row, reader }: { row: OutboundRow; reader: Reader }) {
  if (row.status === null)
    return (
      <div>
        <Badge tone="warning">{trafficText(reader.language)('failed')}</Badge>
        <br />
        <code>{row.outcome}</code>
      </div>
    );
  return <Badge tone={row.status < 400 ? 'success' : 'warning'}>{row.status}</Badge>;
}

function purposeInWords(purpose: string, language: Language): string {
  // What was needed to understand something is named with the kind of thing.
  const key = purpose.startsWith('needed by ') ? 'purposeNeeded' : purposes[purpose as keyof typeof purposes];
  return key ? trafficText(language)(key) : purpose;
}
