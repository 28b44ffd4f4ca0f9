import type { OwnNodeOffer } from '@joinery/core';
import {
  Badge,
  ButtonLink,
  Columns,
  DescriptionList,
  Form,
  formatDate,
  Notice,
  OpenOnOwnNode,
  PageHeading,
  Panel,
  type Reader,
  readAt,
  SourceLabel,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { agencyOf, badgesOf, hostOf, newText } from './labels.ts';
import { messages } from './messages.ts';
import {
  canInvite,
  canManage,
  canSeeMembers,
  isBanned,
  isMember,
  isReadLive,
  joinRefusal,
  joinsAtOnce,
} from './policy.ts';
import { Landing, type LandingModel } from './requests/views-ask.tsx';
import type { NodeMembers } from './store.ts';
import type { GroupMemberRow, GroupRow } from './tables.ts';
import { MembersByAgency } from './views-list.tsx';

export type GroupPageModel = {
  reader: Reader;
  csrf: string;
  signedIn: boolean;
  guest: boolean;
  /** For somebody who came from elsewhere. */
  offer: OwnNodeOffer | null;
  /** Name of this node's agency. */
  agency: string;
  group: GroupRow;
  standing: GroupMemberRow | undefined;
  /** Its label, when it has one. */
  classification: { en: string; nl: string } | null;
  readable: boolean;
  lead: { id: string; name: string; agency: string } | null;
  nodes: readonly NodeMembers[];
  /** Those of `nodes` that this node blocks. */
  blocked: readonly NodeMembers[];
  /** False while no agreement covers the node of a group elsewhere. */
  connected: boolean;
  requests: number;
  /** How much is new to the visitor. */
  fresh: number;
  panels: Child[];
  /** What somebody learns who may not read the group; null for those who may. */
  landing: LandingModel | null;
  /** Whether asking to join has a page of its own. */
  asksOnPage: boolean;
  /** Who has the visitor's own request. */
  withWhom: string | null;
};

/** A group: what it is for, who leads it, who is in it, what joining means, and what other capabilities put on its page. */
export function GroupPage(model: GroupPageModel) {
  const { group, standing, reader } = model;
  const t = messages(reader.language);
  const badges = badgesOf(group, standing, readAt(reader), t);
  return (
    <Stack>
      <PageHeading
        title={group.name}
        lead={group.summary || undefined}
        badges={[
          ...(model.fresh > 0 ? [{ tone: 'accent' as const, text: newText(model.fresh, t) }] : []),
          ...badges,
          ...(model.classification ? [{ tone: 'warning' as const, text: model.classification[reader.language] }] : []),
        ].map((badge) => <Badge tone={badge.tone}>{badge.text}</Badge>)}
        actions={model.signedIn ? <GroupActions {...model} /> : <StrangerActions {...model} />}
      />
      {group.local === 1 ? null : (
        <SourceLabel
          source={{
            agency: agencyOf(group, model.agency),
            node: hostOf(group.home),
            ...(group.fetched_at ? { fetchedAt: group.fetched_at } : {}),
          }}
          reader={reader}
        />
      )}
      <StandingNotices {...model} />
      <Columns aside={<Aside {...model} />}>
        {model.readable ? (
          model.panels
        ) : (
          <>
            <Notice kind={group.opened_at === null ? 'info' : 'warning'} language={reader.language}>
              {t(group.opened_at === null ? 'closedLead' : 'openedLead')}
            </Notice>
            {model.landing ? <Landing {...model.landing} /> : null}
          </>
        )}
      </Columns>
    </Stack>
  );
}

/** The way on for somebody who came by a link: their own node stands far down on a narrow screen. */
function StrangerActions({ offer, reader }: GroupPageModel) {
  if (!offer) return null;
  const t = messages(reader.language);
  return offer.remembered ? (
    <ButtonLink href={offer.remembered.href} kind="primary">
      {t('takePartAt', { node: offer.remembered.host })}
    </ButtonLink>
  ) : (
    <ButtonLink href="#own-node" kind="primary">
      {t('takePart')}
    </ButtonLink>
  );
}

function StandingNotices(model: GroupPageModel) {
  const { group, standing, reader } = model;
  const t = messages(reader.language);
  const agency = agencyOf(group, model.agency);
  const notices: { kind: 'info' | 'warning'; text: string }[] = [];
  const info = (text: string) => notices.push({ kind: 'info', text });
  if (model.withWhom) info(model.withWhom);
  if (standing?.state === 'requested') info(group.local === 1 ? t('waiting') : t('waitingElsewhere', { agency }));
  else if (
    standing &&
    group.local !== 1 &&
    standing.follow_activity !== null &&
    standing.following === 0 &&
    !isMember(standing)
  )
    info(t('followWaiting', { agency }));
  if (model.readable && isReadLive(group)) info(t('liveNotice'));
  if (standing?.state === 'invited') info(t('invitedNotice'));
  if (isBanned(standing, readAt(reader))) {
    const until = standing?.banned_until;
    const date = until ? formatDate(reader.language, reader.timeZone, until) : null;
    notices.push({ kind: 'warning', text: date ? t('bannedUntil', { date }) : t('bannedNotice') });
  } else if (standing?.state === 'none' && standing.reason) info(t('refusedNotice', { reason: standing.reason }));
  else if (
    standing?.state === 'none' &&
    standing.following === 0 &&
    standing.follow_activity === null &&
    group.local !== 1
  )
    info(t('keptNotice'));
  if (group.archived_at !== null) info(t('archivedNotice'));
  if (group.deleted_at !== null) info(t('goneNotice'));
  if (!model.connected && model.signedIn)
    notices.push({ kind: 'warning', text: t('suspendedNotice', { node: hostOf(group.home) }) });
  return (
    <>
      {notices.map(({ kind, text }) => (
        <Notice kind={kind} language={reader.language}>
          {text}
        </Notice>
      ))}
    </>
  );
}

function GroupActions(model: GroupPageModel) {
  const { group, standing, reader, csrf } = model;
  const t = messages(reader.language);
  const now = readAt(reader);
  const button = (verb: string, label: string, kind: 'primary' | 'secondary' = 'secondary') => (
    <Form action={`/groups/${group.id}/${verb}`} csrf={csrf} inline>
      <SubmitButton kind={kind}>{label}</SubmitButton>
    </Form>
  );
  const state = standing?.state ?? 'none';
  const mayAsk =
    model.connected &&
    (group.local !== 1 ? !isBanned(standing, now) : joinRefusal(group, standing, now, model.guest) === null);
  const joinLabel = joinsAtOnce(group, standing) ? t('join') : t('askToJoin');
  return (
    <>
      {state === 'invited' ? button('join', t('acceptInvitation'), 'primary') : null}
      {state === 'invited' ? button('decline-invitation', t('declineInvitation')) : null}
      {(state === 'none' || state === 'banned') && mayAsk && group.deleted_at === null ? (
        joinsAtOnce(group, standing) || !model.asksOnPage ? (
          button('join', joinLabel, 'primary')
        ) : (
          <ButtonLink href={`/groups/${group.id}/ask`} kind="primary">
            {joinLabel}
          </ButtonLink>
        )
      ) : null}
      {canFollow(model) ? button('follow', t('follow')) : null}
      {standing &&
      (standing.following === 1 || (standing.follow_activity !== null && !isMember(standing))) &&
      state !== 'requested'
        ? button('unfollow', t('unfollow'))
        : null}
      {state === 'requested' ? button('leave', t('withdraw')) : null}
      {model.fresh > 0 ? button('read', t('markRead')) : null}
      {canInvite(group, standing, model.guest) ? (
        <ButtonLink href={`/groups/${group.id}/invite`}>{t('inviteSomebody')}</ButtonLink>
      ) : null}
      {canManage(group, standing) ? (
        <ButtonLink href={`/groups/${group.id}/settings`}>{t('settings')}</ButtonLink>
      ) : null}
    </>
  );
}

function canFollow({ group, standing, readable, connected, reader, guest }: GroupPageModel): boolean {
  if (guest && !isMember(standing)) return false;
  if (!readable || !connected || group.deleted_at !== null || isBanned(standing, readAt(reader))) return false;
  if (standing?.following === 1 || standing?.state === 'requested') return false;
  return isMember(standing) || !standing?.follow_activity;
}

function Aside(model: GroupPageModel) {
  const { group, lead, reader, standing } = model;
  const t = messages(reader.language);
  const showsMembers = model.signedIn && canSeeMembers(model.guest, standing);
  const about: { term: string; value: Child }[] = [{ term: t('agency'), value: agencyOf(group, model.agency) }];
  if (lead)
    about.unshift({
      term: t('lead'),
      value: showsMembers ? (
        <a class="ds-link" href={`/people/${lead.id}`}>{`${lead.name}, ${lead.agency}`}</a>
      ) : (
        `${lead.name}, ${lead.agency}`
      ),
    });
  if (model.readable) about.push({ term: t('members'), value: t('memberCount', { count: group.member_count }) });
  return (
    <>
      <Panel title={t('about')} id="about">
        <DescriptionList items={about} />
        {model.landing ? null : (
          <p>
            <a class="ds-link" href={`/groups/${group.id}/terms`}>
              {t('remainsWhere')}
            </a>
          </p>
        )}
      </Panel>
      {model.readable && model.nodes.length > 0 ? (
        <Panel title={t('membersByAgency')} id="members">
          <MembersByAgency language={reader.language} rows={byAgency(model.nodes)} />
          {group.local === 1 ? null : <p class="app-quiet">{t('membersMeasured')}</p>}
          {showsMembers ? (
            <a class="ds-link" href={`/groups/${group.id}/members`}>
              {t('allMembers')}
            </a>
          ) : null}
          {model.requests > 0 ? (
            <p>
              <a class="ds-link" href={`/groups/${group.id}/requests`}>
                {t('requestsWaiting', { count: model.requests })}
              </a>
            </p>
          ) : null}
        </Panel>
      ) : model.readable && showsMembers ? (
        <a class="ds-link" href={`/groups/${group.id}/members`}>
          {t('allMembers')}
        </a>
      ) : null}
      {model.signedIn && !isMember(standing) && group.deleted_at === null ? <BeforeJoining {...model} /> : null}
      {model.offer ? <OpenOnOwnNode offer={model.offer} csrf={model.csrf} language={reader.language} /> : null}
      {model.signedIn ? null : (
        <Panel title={t('beforeJoining')} id="joining">
          <p>{t('noAccount')}</p>
          <ButtonLink href={`/sign-in?next=${encodeURIComponent(`/groups/${group.id}`)}`}>{t('signIn')}</ButtonLink>
        </Panel>
      )}
      {model.signedIn && isMember(standing) ? (
        <Form action={`/groups/${group.id}/leave`} csrf={model.csrf} inline>
          <SubmitButton kind="tertiary">{t('leave')}</SubmitButton>
        </Form>
      ) : null}
    </>
  );
}

/** What taking part means: what is shown of me, and to which nodes it goes. */
function BeforeJoining(model: GroupPageModel) {
  const { group, reader, nodes, blocked } = model;
  const t = messages(reader.language);
  const agency = agencyOf(group, model.agency);
  const names = (rows: readonly NodeMembers[]) => rows.map((row) => row.agency || hostOf(row.origin)).join(', ');
  const others = nodes.filter((row) => row.origin !== group.home);
  return (
    <Panel title={t('beforeJoining')} id="joining">
      <p>{t('showsOfMe')}</p>
      <p>
        {group.local === 1
          ? t('passesOnHere', { count: others.length, nodes: names(others) })
          : nodes.length > 0
            ? t('passesOn', { agency, count: nodes.length, nodes: names(nodes) })
            : t('passesOnUnknown', { agency })}
      </p>
      {blocked.length > 0 ? (
        <Notice kind="warning" language={reader.language}>
          {t('blockedAmong', { nodes: names(blocked) })}
        </Notice>
      ) : null}
    </Panel>
  );
}

function byAgency(nodes: readonly NodeMembers[]): { agency: string; members: number }[] {
  const sums = new Map<string, number>();
  for (const row of nodes) {
    const agency = row.agency || hostOf(row.origin);
    sums.set(agency, (sums.get(agency) ?? 0) + row.members);
  }
  return [...sums].map(([agency, members]) => ({ agency, members })).sort((one, other) => other.members - one.members);
}
