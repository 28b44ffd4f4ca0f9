import type { HeaderMark, Panel } from '@joinery/core';
import { personById } from '@joinery/slices/people';
import { ButtonLink, isLanguage, List, Panel as Section } from '@joinery/ui';
import { reachOf } from './elsewhere.ts';
import { addressLabel, shownCount, titleOf, unreadText } from './labels.ts';
import { listConversations, participantsIn, shutConversations, unreadOf } from './lists.ts';
import { messages } from './messages.ts';
import { ConversationItem, ShutConversations } from './views-list.tsx';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');
const mostShown = 5;

/** Beside the bell: conversations, and how much in them is new. */
export const headerMark: HeaderMark = {
  href: '/conversations',
  order: 5,
  icon: 'comment',
  render: async (context, visitor, asked) => {
    const language = languageOf(asked);
    const label = messages(language)('messages');
    const unread = await unreadOf(context, visitor.person.id);
    const count = unread.reduce((sum, one) => sum + one.count, 0);
    return count === 0
      ? { label, count: null }
      : { label: `${label}: ${unreadText(count, language)}`, count: shownCount(count) };
  },
};

/** On the start page, conversations with something new; on a person's page the way to write to them. */
export const panels: Panel[] = [
  {
    place: 'home',
    order: 5,
    render: async (context, visitor, _subject, asked) => {
      if (!visitor) return null;
      const language = languageOf(asked);
      const shut = await shutConversations(context.db.reader, visitor.person.id, language);
      if (shut.length > 0) return <ShutConversations shut={shut.slice(0, mostShown)} language={language} />;
      const unread = (await unreadOf(context, visitor.person.id)).slice(0, mostShown);
      if (unread.length === 0) return null;
      const t = messages(language);
      const ids = unread.map(({ id }) => id);
      const { reader } = context.db;
      const rows = await reader.selectFrom('groups').select(['id', 'name']).where('id', 'in', ids).execute();
      const participants = await participantsIn(reader, ids);
      const title = (id: string) =>
        titleOf(
          { name: rows.find((row) => row.id === id)?.name ?? '' },
          participants.get(id) ?? [],
          visitor.person.id,
          language,
        );
      return (
        <Section title={t('messages')} id="new-messages">
          <List label={t('messages')}>
            {unread.map(({ id, count }) => (
              <span class="app-actions">
                <a class="ds-link" href={`/conversations/${id}`}>
                  {title(id)}
                </a>
                <span class="app-quiet">{unreadText(count, language)}</span>
              </span>
            ))}
          </List>
        </Section>
      );
    },
  },
  {
    place: 'person',
    order: 10,
    render: async (context, visitor, subject, asked) => {
      const person = subject ? await personById(context.db.reader, subject.id) : undefined;
      if (!visitor || visitor.person.guest || !person || person.id === visitor.person.id) return null;
      const language = languageOf(asked);
      const t = messages(language);
      const reader = { language, timeZone: visitor.person.timeZone || 'UTC', now: context.clock.now() };
      if (person.local !== 1 && (await reachOf(context, person.home)) !== 'reached')
        return (
          <Section title={t('panelTitle')} id="write">
            <p>{t('notReached', { agency: person.agency })}</p>
          </Section>
        );
      const { items } = await listConversations(context, visitor.person.id, { limit: 3, with: person.id });
      if (items.length === 0 && person.disabled_at !== null) return null;
      return (
        <Section title={t('panelTitle')} id="write">
          {person.disabled_at === null ? (
            <div class="app-actions">
              <ButtonLink href={`/conversations/new?to=${encodeURIComponent(addressLabel(person))}`} kind="primary">
                {t('sendTo')}
              </ButtonLink>
              <span class="app-quiet">{t('sendToLead')}</span>
            </div>
          ) : null}
          {items.length === 0 ? null : (
            <List label={t('together')}>
              {items.map((item) => (
                <ConversationItem item={item} person={visitor.person.id} reader={reader} level={3} />
              ))}
            </List>
          )}
        </Section>
      );
    },
  },
];
