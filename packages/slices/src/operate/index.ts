import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { ownChecks } from './checks.ts';
import { messages } from './messages.ts';
import { startPanel } from './panel.tsx';
import { healthHref, routes } from './routes.tsx';

/** How the node is, and the first steps of a new one. */
export const operate: Slice = {
  name: 'operate',
  routes,
  checks: ownChecks,
  panels: [startPanel],
  navigation: [
    {
      href: healthHref,
      order: 96,
      label: (language) => messages(isLanguage(language) ? language : 'en')('health'),
      show: (visitor) => visitor?.administrator === true,
    },
  ],
};
