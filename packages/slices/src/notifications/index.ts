import './tables.ts';
import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { afterEffects } from './after-effects.ts';
import { silenceMail } from './anew.ts';
import { api } from './api.ts';
import { decide } from './decide.ts';
import { sendNotificationMail } from './mail-job.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { mutesOf, putMute } from './mutes.ts';
import { mailJob } from './notify.ts';
import { countedAtMost, countUnread } from './reading.ts';
import { routes } from './routes.tsx';
import { unreadText } from './views.tsx';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

/** What concerns somebody: told once, on a page and by mail, as far as they want to hear of it. */
export const notifications: Slice = {
  name: 'notifications',
  migrations,
  on: afterEffects,
  routes,
  api,
  chooseAnew: silenceMail,
  jobs: { [mailJob]: sendNotificationMail },
  signedPaths: ['/notifications/mute/'],
  silence: {
    holds: async (db, person, group) => {
      const told = decide(await mutesOf(db, person), { kind: 'message', group, topic: null });
      return !told.page && !told.mail;
    },
    set: (work, { person, group, silent }) =>
      putMute(work, { person, scope: 'group', subject: group, page: silent, mail: silent }),
  },
  headerMarks: [
    {
      href: '/notifications',
      order: 10,
      icon: 'bell',
      render: async (context, visitor, language) => {
        const count = await countUnread(context.db.reader, visitor.person.id);
        const spoken = languageOf(language);
        const label = messages(spoken)('notifications');
        if (count === 0) return { label, count: null };
        return {
          label: `${label}: ${unreadText(count, spoken)}`,
          count: count > countedAtMost ? `${countedAtMost}+` : String(count),
        };
      },
    },
  ],
  administration: [
    {
      href: '/administration/mail',
      part: 'node',
      order: 86,
      label: (language) => messages(languageOf(language))('mailAdministration'),
      says: (language) => messages(languageOf(language))('mailSays'),
      show: (visitor) => visitor.administrator,
      state: async ({ doors }, language) => {
        const t = messages(languageOf(language));
        return doors.mail ? { tone: 'success', text: t('mailIsSet') } : { tone: 'warning', text: t('mailNone') };
      },
    },
  ],
};
