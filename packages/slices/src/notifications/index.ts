import './tables.ts';
import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { afterEffects } from './after-effects.ts';
import { api } from './api.ts';
import { sendNotificationMail } from './mail-job.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { mailJob } from './notify.ts';
import { countedAtMost, countUnread } from './reading.ts';
import { routes } from './routes.tsx';
import { unreadText } from './views.tsx';

/** What concerns somebody: told once, on a page and by mail, as far as they want to hear of it. */
export const notifications: Slice = {
  name: 'notifications',
  migrations,
  on: afterEffects,
  routes,
  api,
  jobs: { [mailJob]: sendNotificationMail },
  signedPaths: ['/notifications/mute/'],
  headerMarks: [
    {
      href: '/notifications',
      order: 10,
      icon: 'bell',
      render: async (context, visitor, language) => {
        const count = await countUnread(context.db.reader, visitor.person.id);
        const spoken = isLanguage(language) ? language : 'en';
        const label = messages(spoken)('notifications');
        if (count === 0) return { label, count: null };
        return {
          label: `${label}: ${unreadText(count, spoken)}`,
          count: count > countedAtMost ? `${countedAtMost}+` : String(count),
        };
      },
    },
  ],
  navigation: [
    {
      href: '/administration/mail',
      order: 86,
      label: (language) => messages(isLanguage(language) ? language : 'en')('mailAdministration'),
      show: (visitor) => visitor?.administrator === true,
    },
  ],
};
