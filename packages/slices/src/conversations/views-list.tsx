import {
  Badge,
  ButtonLink,
  Details,
  EmptyState,
  Form,
  formatDateTime,
  type Language,
  List,
  ListItem,
  PageHeading,
  Pagination,
  Panel,
  type Reader,
  SubmitButton,
  Time,
} from '@joinery/ui';
import { isAlone, namesOf, previewOf, shownCount, titleOf, unreadText } from './labels.ts';
import type { ListedConversation } from './lists.ts';
import { messages } from './messages.ts';

/** Everything somebody talks about with a few others, the liveliest first. */
export function ConversationsPage(model: {
  items: readonly ListedConversation[];
  next: string | null;
  /** Local id of who reads. */
  person: string;
  /** Those that wait for a word since a restore. */
  shut: readonly Shut[];
  /** Those that wait for a word of the reader, or that they ignore. */
  contacts: ReadonlyMap<string, 'waiting' | 'accepted' | 'ignored'>;
  ignored: readonly ListedConversation[];
  reader: Reader;
}) {
  const { items, next, person, reader } = model;
  const t = messages(reader.language);
  const begin = (
    <ButtonLink href="/conversations/new" kind="primary">
      {t('newConversation')}
    </ButtonLink>
  );
  return (
    <>
      <PageHeading title={t('messages')} lead={t('lead')} actions={items.length > 0 ? begin : undefined} />
      {model.shut.length === 0 ? null : <ShutConversations shut={model.shut} language={reader.language} />}
      {items.length === 0 && model.shut.length > 0 ? null : items.length === 0 ? (
        <EmptyState title={t('emptyTitle')} icon="comment" action={begin}>
          {t('empty')}
        </EmptyState>
      ) : (
        <List label={t('messages')}>
          {items.map((item) => (
            <ConversationItem
              item={item}
              person={person}
              reader={reader}
              level={2}
              asks={model.contacts.get(item.conversation.id) === 'waiting'}
            />
          ))}
        </List>
      )}
      <Pagination language={reader.language} next={next && `/conversations?cursor=${encodeURIComponent(next)}`} />
      {model.ignored.length === 0 ? null : (
        <Details summary={t('ignoredTitle', { count: model.ignored.length })}>
          <List label={t('ignoredTitle', { count: model.ignored.length })}>
            {model.ignored.map(({ conversation, participants }) => (
              <a class="ds-link" href={`/conversations/${conversation.id}`}>
                {titleOf(conversation, participants, person, reader.language)}
              </a>
            ))}
          </List>
        </Details>
      )}
      <p>
        <a class="ds-link" href="/profile/conversations">
          {t('choiceTitle')}
        </a>
      </p>
    </>
  );
}

/** A conversation that somebody was in as of the backup: only they know whether they still are. */
export function ReopenPage(model: {
  conversation: { id: string; title: string };
  /** Of the others, as of the backup. */
  names: string;
  asOf: string;
  reader: Reader;
  csrf: string;
}) {
  const { conversation, reader, csrf } = model;
  const t = messages(reader.language);
  const href = `/conversations/${conversation.id}`;
  const time = formatDateTime(reader.language, reader.timeZone, model.asOf);
  return (
    <>
      <PageHeading
        title={conversation.title}
        parent={{ href: '/conversations', label: t('messages') }}
        lead={t('reopenLead', { names: model.names, time })}
      />
      <div class="app-actions">
        <Form action={`${href}/reopen`} csrf={csrf} inline>
          <SubmitButton>{t('reopen')}</SubmitButton>
        </Form>
        <Form action={`${href}/leave`} csrf={csrf} inline>
          <SubmitButton kind="secondary">{t('hadLeft')}</SubmitButton>
        </Form>
      </div>
    </>
  );
}

/** Conversations that wait for somebody's word since a restore. */
export function ShutConversations({ shut, language }: { shut: readonly Shut[]; language: Language }) {
  const t = messages(language);
  return (
    <Panel title={t('shutTitle')} id="shut-conversations">
      <p>{t('shutLead')}</p>
      <List label={t('shutTitle')}>
        {shut.map(({ id, title }) => (
          <ListItem href={`/conversations/${id}`} title={title} />
        ))}
      </List>
    </Panel>
  );
}

export type Shut = { id: string; title: string };

/** One conversation in a list: whom with, what was said last, and how much of it is new. */
export function ConversationItem(model: {
  item: ListedConversation;
  person: string;
  reader: Reader;
  level: 2 | 3;
  /** Somebody of another agency asks to talk. */
  asks?: boolean;
}) {
  const { item, person, reader } = model;
  const { language } = reader;
  const t = messages(language);
  const { conversation, participants, last, unread } = item;
  const others = participants.filter((one) => one.person.id !== person);
  const mark = others[0]?.person ?? { name: t('messages'), agency: '' };
  const at = last?.sort_at ?? conversation.created_at;
  return (
    <ListItem
      href={`/conversations/${conversation.id}`}
      title={titleOf(conversation, participants, person, language)}
      level={model.level}
      lead={<span lang={last?.language ?? undefined}>{previewOf(item, person, language)}</span>}
      facts={
        <>
          {isAlone(participants) ? `${t('alone')} · ` : null}
          {conversation.name ? `${t('between', { names: namesOf(participants, person, language) })} · ` : null}
          <Time at={at} reader={reader} />
        </>
      }
      badges={
        unread > 0 || model.asks ? (
          <>
            {model.asks ? <Badge tone="warning">{t('request')}</Badge> : null}
            {unread > 0 ? (
              <Badge tone="accent">
                <span aria-hidden="true">{t('newCount', { shown: shownCount(unread) })}</span>
                <span class="ds-sr-only">{unreadText(unread, language)}</span>
              </Badge>
            ) : null}
          </>
        ) : undefined
      }
      avatar={{ name: mark.name, agency: mark.agency }}
    />
  );
}
