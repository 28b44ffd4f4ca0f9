import { Badge, ButtonLink, EmptyState, List, ListItem, PageHeading, Pagination, type Reader, Time } from '@joinery/ui';
import { isAlone, namesOf, previewOf, shownCount, titleOf, unreadText } from './labels.ts';
import type { ListedConversation } from './lists.ts';
import { messages } from './messages.ts';

/** Everything somebody talks about with a few others, the liveliest first. */
export function ConversationsPage(model: {
  items: readonly ListedConversation[];
  next: string | null;
  /** Local id of who reads. */
  person: string;
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
      {items.length === 0 ? (
        <EmptyState title={t('emptyTitle')} icon="comment" action={begin}>
          {t('empty')}
        </EmptyState>
      ) : (
        <List label={t('messages')}>
          {items.map((item) => (
            <ConversationItem item={item} person={person} reader={reader} level={2} />
          ))}
        </List>
      )}
      <Pagination language={reader.language} next={next && `/conversations?cursor=${encodeURIComponent(next)}`} />
    </>
  );
}

/** One conversation in a list: whom with, what was said last, and how much of it is new. */
export function ConversationItem(model: { item: ListedConversation; person: string; reader: Reader; level: 2 | 3 }) {
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
        unread > 0 ? (
          <Badge tone="accent">
            <span aria-hidden="true">{t('newCount', { shown: shownCount(unread) })}</span>
            <span class="ds-sr-only">{unreadText(unread, language)}</span>
          </Badge>
        ) : undefined
      }
      avatar={{ name: mark.name, agency: mark.agency }}
    />
  );
}
