import './tables.ts';
import type { Context, HealthCheck, Slice } from '@joinery/core';
import { isLanguage, type Language } from '@joinery/ui';
import { registrationRule, switchOff } from './anew.ts';
import { choice } from './choice.ts';
import { events } from './events.ts';
import { jobs } from './mail-job.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { panels } from './panels.tsx';
import { waitingRequests } from './requests.ts';
import { routes } from './routes.tsx';
import { settingsOf } from './settings.ts';
import { administrationHref } from './views-administration.tsx';

export { registrationAddress } from './addresses.ts';
export { askForAccount, confirmRequest, tokenOf } from './requests.ts';
export { changeSettings as changeRegistration } from './settings.ts';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

/** Registration without mail leads nowhere: said on the page about the node's health. */
async function checks(context: Context, language: Language): Promise<HealthCheck[]> {
  if (context.doors.mail !== null || (await settingsOf(context.db.reader)).mode === 'off') return [];
  const t = messages(language);
  return [
    {
      ...{ name: 'registration', state: 'attention', title: t('checkTitle') },
      ...{ says: t('checkNoMail'), mend: t('checkMend'), link: { href: administrationHref, text: t('manage') } },
    },
  ];
}

/** People make their own account, as far as an administrator lets them. */
export const registration: Slice = {
  name: 'registration',
  migrations,
  events,
  routes,
  panels,
  jobs,
  checks,
  choices: [choice],
  chooseAnew: switchOff,
  withheld: registrationRule,
  administration: [
    {
      href: administrationHref,
      part: 'people',
      order: 30,
      label: (language) => messages(languageOf(language))('manage'),
      says: (language) => messages(languageOf(language))('manageLead'),
      show: (visitor) => visitor.administrator,
      state: async ({ db }, language) => {
        const t = messages(languageOf(language));
        const { mode } = await settingsOf(db.reader);
        if (mode === 'off') return { tone: 'neutral', text: t('stateOff') };
        const waiting = (await waitingRequests(db.reader, 100)).length;
        if (waiting > 0) return { tone: 'warning', text: t('stateWaiting', { count: waiting }) };
        return { tone: 'success', text: t('stateOn') };
      },
    },
  ],
};
