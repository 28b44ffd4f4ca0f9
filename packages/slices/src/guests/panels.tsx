import type { Panel as SlicePanel } from '@joinery/core';
import { guestsOf } from '@joinery/slices/people';
import { ButtonLink, isLanguage, Panel } from '@joinery/ui';
import { messages } from './messages.ts';
import { canInviteGuests } from './policy.ts';
import { settingsOf } from './settings.ts';

/** The way to one's own guests, on the page of people; only for whoever has some, or may invite them. */
export const panels: SlicePanel[] = [
  {
    place: 'people',
    order: 10,
    render: async ({ db }, visitor, _subject, language) => {
      if (!visitor || visitor.person.guest) return null;
      const may = canInviteGuests(visitor, await settingsOf(db.reader));
      if (!may && (await guestsOf(db.reader, visitor.person.id, 1)).length === 0) return null;
      const t = messages(isLanguage(language) ? language : 'en');
      return (
        <Panel title={t('all')} id="guests">
          <p>{t('mineLead')}</p>
          <ButtonLink href="/guests">{t('mine')}</ButtonLink>
        </Panel>
      );
    },
  },
];
