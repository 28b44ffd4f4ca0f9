import './tables.ts';
import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { endPasskeysAndLinks, providerRule } from './anew.ts';
import { events } from './events.ts';
import { confirmGrant } from './grants.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { panels } from './panels.tsx';
import { commands } from './person/commands.ts';
import { serviceAddresses } from './providers.ts';
import { restoredCommands } from './restored/commands.ts';
import { heldNotice } from './restored/routes.tsx';
import { callbacks, routes } from './routes.tsx';
import { liveProviders, providerDecides } from './store.ts';
import { tokenCommands } from './tokens.ts';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

/** Signing in with the agency's identity provider, and what a person sees of their own sign-in. */
export const signIn: Slice = {
  name: 'sign-in',
  migrations,
  events,
  routes,
  callbacks,
  commands: [...commands, ...tokenCommands, ...restoredCommands],
  panels,
  notices: ({ db }, language) => heldNotice(db.reader, language),
  services: serviceAddresses,
  confirmGrant,
  providerDecides,
  chooseAnew: endPasskeysAndLinks,
  withheld: providerRule,
  administration: [
    {
      href: '/administration/sign-in',
      part: 'people',
      order: 20,
      label: (language) => messages(languageOf(language))('manage'),
      says: (language) => messages(languageOf(language))('manageLead'),
      show: (visitor) => visitor.administrator,
      state: async ({ db }, language) => {
        const t = messages(languageOf(language));
        const live = await liveProviders(db.reader);
        if (live.length === 0) return { tone: 'neutral', text: t('manageNone') };
        return { tone: 'success', text: t('manageLive', { names: live.map(({ name }) => name).join(', ') }) };
      },
    },
  ],
};
