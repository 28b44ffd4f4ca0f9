import { agencyOfPerson } from '@joinery/slices/people';
import {
  Avatar,
  Badge,
  ButtonLink,
  Details,
  EmptyState,
  Form,
  formatDateTime,
  HiddenField,
  type Language,
  List,
  Notice,
  PageHeading,
  Pagination,
  type Reader,
  SubmitButton,
  Time,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { messages } from './messages.ts';
import { countedAtMost, type Notification } from './reading.ts';
import { alwaysKinds } from './tables.ts';
import { noteOf, quoteOf, reasonOf, sentenceOf } from './words.ts';

/** How many are unread, in words. */
export function unreadText(count: number, language: Language): string {
  const t = messages(language);
  return count > countedAtMost ? t('unreadMany', { count: countedAtMost }) : t('unread', { count });
}

/** Everything that somebody was told, the newest first. */
export function NotificationsPage(props: {
  items: Notification[];
  next: string | null;
  unread: number;
  /** Whether this node sends mail. */
  mail: boolean;
  /** As of when the backup was, for whoever gets no mail since its restore. */
  silenced: string | null;
  reader: Reader;
  csrf: string;
}) {
  const { items, next, unread, reader, csrf } = props;
  const t = messages(reader.language);
  return (
    <>
      <PageHeading
        title={t('notifications')}
        lead={props.mail ? t('lead') : `${t('lead')} ${t('noMail')}`}
        badges={unread > 0 ? <Badge tone="accent">{unreadText(unread, reader.language)}</Badge> : undefined}
        actions={
          <>
            {unread > 0 ? (
              <Form action="/notifications/read" csrf={csrf} inline={true}>
                <SubmitButton kind="secondary">{t('markAllRead')}</SubmitButton>
              </Form>
            ) : null}
            <ButtonLink href="/notifications/settings">{t('settings')}</ButtonLink>
          </>
        }
      />
      {props.silenced === null ? null : (
        <Notice kind="info" language={reader.language}>
          {t('silenced', { time: formatDateTime(reader.language, reader.timeZone, props.silenced) })}{' '}
          <a class="ds-link" href="/notifications/settings">
            {t('silencedOpen')}
          </a>
        </Notice>
      )}
      {items.length === 0 ? (
        <EmptyState
          title={t('emptyTitle')}
          icon="bell"
          action={<ButtonLink href="/groups">{t('findGroups')}</ButtonLink>}
        >
          {t('empty')}
        </EmptyState>
      ) : (
        <List label={t('notifications')}>
          {items.map((item) => (
            <Item item={item} reader={reader} csrf={csrf} />
          ))}
        </List>
      )}
      <Pagination language={reader.language} next={next && `/notifications?cursor=${encodeURIComponent(next)}`} />
    </>
  );
}

function Item({ item, reader, csrf }: { item: Notification; reader: Reader; csrf: string }) {
  const { language } = reader;
  const t = messages(language);
  const { actor, group, topic, post, ending } = item;
  const name = group?.name ?? ending?.agency ?? item.node ?? t('notifications');
  const mark = actor ?? { name, agency: undefined };
  const [said, note] = [quoteOf(item), noteOf(item, language)];
  const talk = group?.kind === 'conversation';
  const mutes = [
    ...(topic && !talk ? [{ scope: 'topic', subject: topic.id, label: t('muteTopic') }] : []),
    ...(group ? [{ scope: 'group', subject: group.id, label: talk ? t('muteConversation') : t('muteGroup') }] : []),
    ...(alwaysKinds.includes(item.kind) ? [] : [{ scope: 'kind', subject: item.kind, label: t('muteKind') }]),
  ];
  const facts: Child[] = [
    ...(actor && (actor.agency || actor.guest_until) ? [agencyOfPerson(actor, reader.language)] : []),
    ...(post && group && !talk ? [t('inGroup', { group: group.name })] : []),
    <Time at={item.at} reader={reader} />,
  ];
  return (
    <div class="app-item app-notification" data-unread={item.read ? undefined : ''}>
      <Avatar name={mark.name} agency={mark.agency} />
      <div class="app-item-words">
        <div class="app-item-title">
          <h2 class="ds-heading">
            <a href={`/notifications/${item.id}`}>{sentenceOf(item, language)}</a>
          </h2>
          {item.read ? null : <Badge tone="accent">{t('isNew')}</Badge>}
        </div>
        {topic?.title ? <p class="app-strong">{topic.title}</p> : null}
        {said ? (
          <p class="app-post-summary" lang={post?.language ?? undefined}>
            {said}
          </p>
        ) : null}
        {note ? <p>{note}</p> : null}
        {post?.gone ? <p class="app-quiet">{t('textGone')}</p> : null}
        <p class="app-quiet">
          {facts.map((fact, index) => (
            <>
              {index > 0 ? ' · ' : ''}
              {fact}
            </>
          ))}
        </p>
        <Details summary={t('why')}>
          <p>{reasonOf(item, language)}</p>
          <div class="app-actions">
            {mutes.slice(1).map((mute) => (
              <Mute {...mute} csrf={csrf} />
            ))}
          </div>
        </Details>
      </div>
      <div class="app-item-action">
        {mutes.slice(0, 1).map((mute) => (
          <Mute {...mute} csrf={csrf} />
        ))}
      </div>
    </div>
  );
}

function Mute({ scope, subject, label, csrf }: { scope: string; subject: string; label: string; csrf: string }) {
  return (
    <Form action="/notifications/mute" csrf={csrf} inline={true}>
      <HiddenField name="scope" value={scope} />
      <HiddenField name="subject" value={subject} />
      <SubmitButton kind="tertiary" small={true}>
        {label}
      </SubmitButton>
    </Form>
  );
}
