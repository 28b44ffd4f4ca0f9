/** Emergency access: an administrator reads one closed group for a day, with a second person. Start in README.md. */
import './tables.ts';
import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { activities } from './activities.ts';
import { api } from './api.ts';
import { closeInTime, closeJob, endAll, forgetOwners, onRole, openAfterNotice, openJob } from './emergency.ts';
import { events } from './events.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { panels } from './panels.tsx';
import { askHref, routes } from './routes.tsx';
import { ownAccesses } from './store.ts';

export { approveReading, askToRead, beginPage, endReading } from './emergency.ts';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

/** Reading a closed group without being in it: with a reason, a second person, an end, and its members knowing. */
export const emergency: Slice = {
  name: 'emergency',
  migrations,
  events,
  activities,
  routes,
  api,
  panels,
  on: {
    'group.role_changed': (work, { data }) => onRole(work, data),
    'group.narrowed': (work, { data }) => forgetOwners(work, data.group),
  },
  jobs: { [openJob]: openAfterNotice, [closeJob]: closeInTime },
  // Whether it was refused after the backup is not known: whoever still needs it asks again.
  chooseAnew: endAll,
  administration: [
    {
      href: askHref,
      part: 'people',
      order: 90,
      label: (language) => messages(languageOf(language))('name'),
      says: (language) => messages(languageOf(language))('says'),
      show: (visitor) => visitor.administrator,
      state: async ({ db }, language) => {
        const waits = (await ownAccesses(db.reader)).some(({ state }) => state === 'asked');
        return waits ? { tone: 'warning', text: messages(languageOf(language))('tagAsked') } : null;
      },
    },
  ],
};
