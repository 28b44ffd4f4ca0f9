import {
  Badge,
  ButtonLink,
  EmptyState,
  Form,
  formatNumber,
  type Language,
  List,
  ListItem,
  PageHeading,
  Pagination,
  type Reader,
  readAt,
  SearchForm,
  Select,
  SourceLabel,
  Stack,
  SubmitButton,
  Tabs,
  TextField,
  Time,
} from '@joinery/ui';
import type { DirectoryState } from './directory.ts';
import { agencyOf, badgesOf, hostOf, newText } from './labels.ts';
import type { ListedGroup } from './lists.ts';
import { messages } from './messages.ts';
import { readsWithin, tellsFigures } from './policy.ts';

export type ListTab = 'mine' | 'here' | 'elsewhere';

/** The lists of groups: mine, on this node, at other agencies. */
export function GroupsPage(model: {
  reader: Reader;
  agency: string;
  tab: ListTab;
  groups: readonly ListedGroup[];
  search: string;
  next: string | null;
  signedIn: boolean;
  /** Whoever is a guest makes no groups and looks for none elsewhere. */
  guest: boolean;
  elsewhere: Elsewhere | null;
  /** How much is new, by group. */
  fresh: Map<string, number>;
  csrf: string;
}) {
  const { language } = model.reader;
  const t = messages(language);
  const actions = (
    <>
      <ButtonLink href="/groups/new" kind="primary">
        {t('newGroup')}
      </ButtonLink>
      <ButtonLink href="/groups/join">{t('openByLink')}</ButtonLink>
    </>
  );
  return (
    <Stack>
      <PageHeading
        title={t('groups')}
        lead={t('groupsLead')}
        actions={model.signedIn && !model.guest ? actions : undefined}
      />
      {model.signedIn ? (
        <Tabs
          label={t('groups')}
          items={[
            { href: '/groups', label: t('tabMine'), current: model.tab === 'mine' },
            { href: '/groups?at=here', label: t('tabHere'), current: model.tab === 'here' },
            ...(model.guest
              ? []
              : [{ href: '/groups?at=elsewhere', label: t('tabElsewhere'), current: model.tab === 'elsewhere' }]),
          ]}
        />
      ) : null}
      {model.tab === 'mine' ? null : (
        <GroupSearch tab={model.tab} search={model.search} language={language} elsewhere={model.elsewhere} />
      )}
      {model.fresh.size > 0 ? (
        <Form action="/read" csrf={model.csrf} inline>
          <SubmitButton kind="tertiary">{t('markAllRead')}</SubmitButton>
        </Form>
      ) : null}
      {model.groups.length === 0 ? (
        <NoGroups tab={model.tab} search={model.search} language={language} signedIn={model.signedIn && !model.guest} />
      ) : (
        <List label={t('groups')}>
          {model.groups.map((row) => (
            <GroupItem
              row={row}
              fresh={model.fresh.get(row.group.id) ?? 0}
              reader={model.reader}
              agency={model.agency}
            />
          ))}
        </List>
      )}
      <Pagination next={model.next} language={language} />
      {model.elsewhere ? <Freshness state={model.elsewhere} reader={model.reader} /> : null}
    </Stack>
  );
}

/** What is known of the lists of other agencies, and which of them is looked at. */
type Elsewhere = DirectoryState & { agencies: readonly { origin: string; agency: string }[]; at: string };

/** How old the list is, and whose part is missing. */
function Freshness({ state, reader }: { state: Elsewhere; reader: Reader }) {
  const t = messages(reader.language);
  if (state.oldest === null && state.unread.length === 0) return null;
  return (
    <p class="app-quiet">
      {state.oldest ? (
        <>
          {t('directoryFrom')} <Time at={state.oldest} reader={reader} />.{' '}
        </>
      ) : null}
      {state.unread.length > 0
        ? t('directoryUnread', { count: state.unread.length, nodes: state.unread.map(hostOf).join(', ') })
        : null}
    </p>
  );
}

function GroupSearch({
  tab,
  search,
  language,
  elsewhere,
}: {
  tab: ListTab;
  search: string;
  language: Language;
  elsewhere: Elsewhere | null;
}) {
  const t = messages(language);
  return (
    <SearchForm action="/groups" label={t('searchGroups')}>
      <input type="hidden" name="at" value={tab} />
      <TextField name="q" label={t('searchGroups')} type="search" value={search} />
      {elsewhere && elsewhere.agencies.length > 1 ? (
        <Select
          name="node"
          label={t('agency')}
          value={elsewhere.at}
          options={[
            { value: '', label: t('allAgencies') },
            ...elsewhere.agencies.map(({ origin, agency }) => ({ value: origin, label: agency })),
          ]}
        />
      ) : null}
      <SubmitButton kind="secondary">{t('search')}</SubmitButton>
    </SearchForm>
  );
}

/** One group in a list: what it is for, who leads it, how big and how alive it is, and where it comes from. */
function GroupItem(props: { row: ListedGroup; fresh: number; reader: Reader; agency: string }) {
  const { row, fresh, reader, agency } = props;
  const { group, standing } = row;
  const t = messages(reader.language);
  const reads = readsWithin(group, standing);
  const facts = (
    <>
      {row.lead
        ? t('ledBy', { name: row.lead, agency: agencyOf(group, agency) })
        : t('ledFrom', { agency: agencyOf(group, agency) })}
      {reads ? <> · {t('memberCount', { count: group.member_count })}</> : null}
      {tellsFigures(group, reads) ? <> · {t('postCount', { count: group.post_count })}</> : null}
      {tellsFigures(group, reads) && group.last_post_at ? (
        <>
          {' · '}
          {t('lastActivity')} <Time at={group.last_post_at} reader={reader} />
        </>
      ) : null}
      {group.local === 1 ? null : (
        <>
          <br />
          <SourceLabel
            source={{
              agency: agencyOf(group, agency),
              node: hostOf(group.home),
              ...(group.fetched_at ? { fetchedAt: group.fetched_at } : {}),
            }}
            reader={reader}
          />
        </>
      )}
    </>
  );
  return (
    <ListItem
      href={`/groups/${group.id}`}
      title={group.name}
      level={2}
      lead={group.summary.split('\n')[0] || undefined}
      facts={facts}
      badges={[
        ...(fresh > 0 ? [{ tone: 'accent' as const, text: newText(fresh, t) }] : []),
        ...badgesOf(group, standing, readAt(reader), t),
      ].map((badge) => <Badge tone={badge.tone}>{badge.text}</Badge>)}
      avatar={{ name: group.name, agency: agencyOf(group, agency) }}
    />
  );
}

function NoGroups(model: { tab: ListTab; search: string; language: Language; signedIn: boolean }) {
  const t = messages(model.language);
  if (model.search !== '')
    return <EmptyState title={t('noneFound')}>{t('noneFoundLead', { search: model.search })}</EmptyState>;
  if (model.tab === 'mine')
    return (
      <EmptyState title={t('noneMine')} action={<ButtonLink href="/groups?at=here">{t('tabHere')}</ButtonLink>}>
        {t('noneMineLead')}
      </EmptyState>
    );
  if (model.tab === 'elsewhere')
    return (
      <EmptyState title={t('noneElsewhere')} action={<ButtonLink href="/groups/join">{t('openByLink')}</ButtonLink>}>
        {t('noneElsewhereLead')}
      </EmptyState>
    );
  return (
    <EmptyState
      title={t('noneHere')}
      action={model.signedIn ? <ButtonLink href="/groups/new">{t('newGroup')}</ButtonLink> : undefined}
    >
      {t('noneHereLead')}
    </EmptyState>
  );
}

/** A small bar per agency: how the members spread. The numbers stand beside it. */
export function MembersByAgency(model: { language: Language; rows: readonly { agency: string; members: number }[] }) {
  const most = Math.max(1, ...model.rows.map((row) => row.members));
  return (
    <List label={messages(model.language)('membersByAgency')}>
      {model.rows.map((row) => (
        <span class="app-meter">
          <svg viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="app-meter-track" width="100" height="8" rx="1.5" ry="4" />
            <rect class="app-meter-value" width={Math.max(4, (row.members / most) * 100)} height="8" rx="1.5" ry="4" />
          </svg>
          <span>
            {row.agency}: {formatNumber(model.language, row.members)}
          </span>
        </span>
      ))}
    </List>
  );
}
