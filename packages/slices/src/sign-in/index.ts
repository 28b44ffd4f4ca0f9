import './tables.ts';
import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { confirmGrant } from './grants.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { panels } from './panels.tsx';
import { serviceAddresses } from './providers.ts';
import { callbacks, routes } from './routes.tsx';

/** Signing in with the agency's identity provider, and what a person sees of their own sign-in. */
export const signIn: Slice = {
  name: 'sign-in',
  migrations,
  routes,
  callbacks,
  panels,
  services: serviceAddresses,
  confirmGrant,
  navigation: [
    {
      href: '/administration/sign-in',
      order: 82,
      label: (language) => messages(isLanguage(language) ? language : 'en')('manage'),
      show: (visitor) => visitor?.administrator === true,
    },
  ],
};
