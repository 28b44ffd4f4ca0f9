import type { Slice } from '@joinery/core';
import { api } from './api.ts';
import { messages } from './messages.ts';
import { routes } from './routes.tsx';

/** The start page: what needs somebody, and everything new in their groups, here and elsewhere. */
export const feed: Slice = {
  name: 'feed',
  routes,
  api,
  navigation: [
    {
      href: '/',
      order: 0,
      label: (language) => messages(language === 'nl' ? 'nl' : 'en')('home'),
      show: (visitor) => visitor !== null,
    },
  ],
};
