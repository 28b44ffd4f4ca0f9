import type { NavigationEntry, Panel } from '@joinery/core';
import { isLanguage, List, ListItem, Panel as Section } from '@joinery/ui';
import { groupsOf, groupsWithoutOwner } from './lists.ts';
import { messages } from './messages.ts';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

export const navigation: NavigationEntry[] = [
  { href: '/groups', order: 20, label: (language) => messages(languageOf(language))('groups'), show: () => true },
];

/** The visitor's groups on the start page; groups that nobody owns on the administrator's. */
export const panels: Panel[] = [
  {
    place: 'home',
    order: 50,
    render: async (context, visitor, _subject, language) => {
      if (!visitor) return null;
      const rows = await groupsOf(context.db.reader, visitor.person.id);
      if (rows.length === 0) return null;
      const t = messages(languageOf(language));
      return (
        <Section title={t('yourGroups')} id="your-groups">
          <List label={t('yourGroups')}>
            {rows.slice(0, 20).map(({ group }) => (
              <a class="ds-link" href={`/groups/${group.id}`}>
                {group.name}
              </a>
            ))}
          </List>
        </Section>
      );
    },
  },
  {
    place: 'administration',
    order: 40,
    render: async (context, visitor, _subject, language) => {
      if (!visitor?.administrator) return null;
      const rows = await groupsWithoutOwner(context.db.reader);
      if (rows.length === 0) return null;
      const t = messages(languageOf(language));
      return (
        <Section title={t('ownerless')} id="ownerless-groups">
          <p>{t('ownerlessLead')}</p>
          <List label={t('ownerless')}>
            {rows.map((group) => (
              <ListItem href={`/groups/${group.id}`} title={group.name} facts={group.id} />
            ))}
          </List>
        </Section>
      );
    },
  },
];
