import './tables.ts';
import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { events } from './events.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { routes } from './routes.tsx';
import { houseStyle } from './store.ts';

export { changeStyle } from './style.ts';

/** The house style: how the pages of this node look. */
export const style: Slice = {
  name: 'style',
  migrations,
  events,
  routes,
  houseStyle,
  administration: [
    {
      href: '/administration/style',
      part: 'node',
      order: 84,
      label: (language) => messages(isLanguage(language) ? language : 'en')('title'),
      says: (language) => messages(isLanguage(language) ? language : 'en')('says'),
      show: (visitor) => visitor.administrator,
    },
  ],
};
