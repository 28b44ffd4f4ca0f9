import type { Slice } from '@joinery/core';
import { guestsOf } from '@joinery/slices/people';
import { isLanguage } from '@joinery/ui';
import { guestRule, leaveToAdministrators } from './anew.ts';
import { choice } from './choice.ts';
import { events } from './events.ts';
import { followName, passOn } from './guests.ts';
import { jobs } from './jobs.tsx';
import { messages } from './messages.ts';
import { panels } from './panels.tsx';
import { administrationHref, routes } from './routes.tsx';

export { inviteGuest } from './guests.ts';
export { changeSettings as changeGuestSettings } from './settings.ts';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

/** People of other agencies who work here for a while, with somebody who answers for them. */
export const guests: Slice = {
  name: 'guests',
  events,
  routes,
  jobs,
  panels,
  choices: [choice],
  chooseAnew: leaveToAdministrators,
  withheld: guestRule,
  on: {
    'person.disabled': (work, { data }) => passOn(work, data.person),
    'person.deleted': (work, { data }) => passOn(work, data.person),
    'person.updated': (work, { data }) => followName(work, data.person),
  },
  administration: [
    {
      href: administrationHref,
      part: 'people',
      order: 15,
      label: (language) => messages(languageOf(language))('all'),
      says: (language) => messages(languageOf(language))('allLead'),
      show: (visitor) => visitor.administrator,
      state: async ({ db }, language) => {
        const t = messages(languageOf(language));
        const here = (await guestsOf(db.reader, null)).filter((guest) => guest.disabled_at === null);
        const orphans = here.filter((guest) => guest.guest_sponsor === null).length;
        if (orphans > 0) return { tone: 'warning', text: t('stateOrphans', { count: orphans }) };
        if (here.length === 0) return { tone: 'neutral', text: t('stateNone') };
        return { tone: 'neutral', text: t('stateCount', { count: here.length }) };
      },
    },
  ],
};
