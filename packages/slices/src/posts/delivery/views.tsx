import type { Decision } from '@joinery/core';
import {
  Badge,
  DescriptionList,
  Details,
  Form,
  List,
  ListItem,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Since,
  SubmitButton,
  Time,
  type Tone,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { hostOf } from '../labels.tsx';
import { deliveryMessages } from './messages.ts';
import type { NodeLine, NodeStatus } from './nodes.ts';

export type DeliveryModel = {
  post: { id: string; name: string; deletedAt: string | null };
  group: { id: string; home: string; local: boolean; closed: boolean };
  lines: readonly (NodeLine & { awaySince: string | null })[];
  figures: { nodes: number; reached: number; waiting: number; failed: number };
  /** When the node of a group elsewhere last reported; null before it did, and for a group of this node. */
  reportedAt: string | null;
  /** How many nodes can be asked again, when they last were, and from when on they can be. */
  open: number;
  asked: { at: string; again: string | null } | null;
  csrf: string;
};

const tones: Record<NodeStatus, Tone> = {
  taken: 'success',
  announced: 'info',
  fetched: 'success',
  reached: 'success',
  waiting: 'info',
  refused: 'danger',
  unknown: 'neutral',
  withheld: 'neutral',
  dropped: 'success',
  unconfirmed: 'warning',
  deleted: 'success',
  undeleted: 'warning',
};

const reasons: Partial<Record<Decision['reason'], Parameters<ReturnType<typeof deliveryMessages>>[0]>> = {
  not_listed: 'whyNotListed',
  proposed: 'whyProposed',
  suspended: 'whySuspended',
  blocked: 'whyBlocked',
  expired: 'whyExpired',
  not_yet_valid: 'whyNotYet',
  scope_missing: 'whyScope',
  group_not_named: 'whyGroup',
  classification_too_high: 'whyLabel',
  classification_unmapped: 'whyLabel',
  wrong_direction: 'whyDirection',
  key_changed: 'whyKey',
  quarantine: 'whyQuarantine',
};

/** To its author: who keeps a post, which node has it, which had it, and what each has said about its copies. */
export function DeliveryPage({ model, reader }: { model: DeliveryModel; reader: Reader }) {
  const t = deliveryMessages(reader.language);
  const { post, group, lines, figures } = model;
  const host = hostOf(group.home);
  const count = (...statuses: NodeStatus[]) => lines.filter(({ status }) => statuses.includes(status)).length;
  const inShort = group.closed
    ? t('summaryClosed', {
        ...{ nodes: lines.length, fetched: count('fetched', 'taken'), waiting: count('waiting', 'refused') },
        open: count('unconfirmed', 'undeleted'),
      })
    : t('summaryOpen', figures);
  return (
    <>
      <PageHeading title={t('title')} parent={{ href: `/posts/${post.id}`, label: post.name }} lead={t('lead')} />
      <div class="app-stack app-reading">
        {post.deletedAt === null ? null : (
          <Notice kind="info" language={reader.language}>
            {t('deletedOn')} <Time at={post.deletedAt} reader={reader} />.
          </Notice>
        )}
        <DescriptionList
          items={[
            {
              term: t('kept'),
              value: group.local ? t('keptHere') : `${t('keptHere')} ${t('keptHost', { node: host })}`,
            },
            { term: t('summary'), value: inShort },
          ]}
        />
        {group.local ? null : model.reportedAt === null ? (
          <p class="app-quiet">{t('notReported', { node: host })}</p>
        ) : (
          <p class="app-quiet">
            {t('reportedAt', { node: host })}, <Time at={model.reportedAt} reader={reader} />.
          </p>
        )}
        <Asking model={model} reader={reader} />
        <Panel title={t('nodes')} id="nodes">
          {lines.length === 0 ? (
            <p class="app-quiet">{t('nobody')}</p>
          ) : (
            <List label={t('nodes')}>
              {lines.map((line) => (
                <Line line={line} reader={reader} />
              ))}
            </List>
          )}
        </Panel>
        <Receipts lines={lines} reader={reader} />
        {group.closed ? (
          <p>
            <a class="ds-link" href={`/groups/${group.id}/terms`}>
              {t('whatRemains')}
            </a>
          </p>
        ) : null}
      </div>
    </>
  );
}

function Asking({ model, reader }: { model: DeliveryModel; reader: Reader }) {
  const t = deliveryMessages(reader.language);
  const { asked, open, post } = model;
  return (
    <Panel title={t('ask')} id="ask">
      <p>{open === 0 ? t('askNothing') : t('askLead', { count: open })}</p>
      {asked === null ? null : (
        <p class="app-quiet">
          {t('asked')} <Time at={asked.at} reader={reader} />.
          {asked.again === null ? null : (
            <>
              {' '}
              {t('askFrom')} <Time at={asked.again} reader={reader} />.
            </>
          )}
        </p>
      )}
      {open > 0 && !asked?.again ? (
        <Form action={`/posts/${post.id}/delivery`} csrf={model.csrf}>
          <SubmitButton kind="secondary">{t('ask')}</SubmitButton>
        </Form>
      ) : null}
    </Panel>
  );
}

function Line({ line, reader }: { line: DeliveryModel['lines'][number]; reader: Reader }) {
  const t = deliveryMessages(reader.language);
  const host = hostOf(line.home);
  return (
    <ListItem
      title={line.agency || host}
      badges={<Badge tone={tones[line.status]}>{t(line.status)}</Badge>}
      avatar={{ name: line.agency || host, agency: line.agency || host }}
      lead={<Says line={line} reader={reader} />}
      facts={<span class="app-host">{host}</span>}
    />
  );
}

const faults = {
  too_large: 'notKeptLarge',
  infected: 'notKeptInfected',
  other_type: 'notKeptType',
  no_room: 'notKeptRoom',
} as const;

/** What the group's node has for its record copy, and what it does not keep. */
function Record(props: {
  record: NonNullable<DeliveryModel['lines'][number]['record']>;
  timed: (words: string, at: string | null) => Child;
  language: Reader['language'];
}) {
  const { record, timed, language } = props;
  const t = deliveryMessages(language);
  const { files, of, at, notKept } = record;
  const isNone = files === 0 && notKept.length > 0;
  return (
    <>
      {isNone ? null : timed(t('saysRecord', { files, of }), at)}
      {notKept.map(({ reason, files: count }) => (
        <strong>{`${t('saysNotKept', { count, why: t(faults[reason]) })} `}</strong>
      ))}
    </>
  );
}

/** What there is to say of a node: what it has, why not, and what it has confirmed, each with its time. */
function Says({ line, reader }: { line: DeliveryModel['lines'][number]; reader: Reader }) {
  const t = deliveryMessages(reader.language);
  const timed = (words: string, at: string | null): Child =>
    at === null ? (
      `${words}. `
    ) : (
      <>
        {words} <Time at={at} reader={reader} />.{' '}
      </>
    );
  const since = (words: string, at: string): Child => (
    <>
      {words} <Since at={at} reader={reader} />.{' '}
    </>
  );
  const why = line.reason === null ? null : `${t(reasons[line.reason] ?? 'whyOther')} `;
  const ended = line.endedAt === null ? `${t('saysEndedNow')} ` : since(t('saysEnded'), line.endedAt);
  const fetched =
    line.fetchedAt === null ? null : timed(line.current ? t('saysFetched') : t('saysFetchedOld'), line.fetchedAt);
  switch (line.status) {
    case 'taken':
      return (
        <>
          {t('saysTaken')}{' '}
          {line.record === null ? null : <Record record={line.record} timed={timed} language={reader.language} />}
        </>
      );
    case 'announced':
      return <>{t('saysAnnounced')}</>;
    case 'reached':
      return <>{t('saysReached')}</>;
    case 'fetched':
      return <>{fetched}</>;
    case 'waiting':
      return (
        <>
          {line.awaySince === null ? null : since(t('saysAway'), line.awaySince)}
          {t('saysWaiting')}
        </>
      );
    case 'refused':
      return <>{t('saysRefused', { error: line.error ?? '' })}</>;
    case 'unknown':
      return <>{t('saysUnknown')}</>;
    case 'withheld':
      return (
        <>
          {why}
          {t('saysWithheld')}
        </>
      );
    case 'dropped':
      return (
        <>
          {why}
          {ended}
          {line.droppedItems === null
            ? timed(t('saysDeletedItem'), line.droppedAt)
            : timed(t('saysDropped', { count: line.droppedItems }), line.droppedAt)}
        </>
      );
    case 'unconfirmed':
      return (
        <>
          {why}
          {ended}
          {fetched}
          {t('saysUnconfirmed')} {line.grantedUntil === null ? null : timed(t('saysGranted'), line.grantedUntil)}
        </>
      );
    case 'deleted':
      return <>{line.droppedAt === null ? t('saysDeleted') : timed(t('saysDeletedItem'), line.droppedAt)}</>;
    case 'undeleted':
      return (
        <>
          {fetched}
          {timed(t('saysUndeleted'), line.deletedAt)}
          {line.awaySince === null ? null : since(t('saysAway'), line.awaySince)}
        </>
      );
  }
}

/** What nodes have said of their copies, as it arrived. */
function Receipts({ lines, reader }: { lines: readonly NodeLine[]; reader: Reader }) {
  const t = deliveryMessages(reader.language);
  const given = lines.filter(({ receipt }) => receipt !== null);
  if (given.length === 0) return null;
  return (
    <Panel title={t('receipts')} id="receipts">
      <p class="app-quiet">{t('receiptLead')}</p>
      {given.map(({ home, agency, receipt }) => (
        <Details summary={agency || hostOf(home)}>
          <div class="app-content">
            <pre>{receipt}</pre>
          </div>
        </Details>
      ))}
    </Panel>
  );
}
