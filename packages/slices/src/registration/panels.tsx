import type { Panel } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { settingsOf } from './settings.ts';
import { RegisterPanel } from './views.tsx';

/** The way to registration, on the sign-in page; only while somebody may register. */
export const panels: Panel[] = [
  {
    place: 'no-account',
    order: 10,
    render: async (context, _visitor, _subject, language) =>
      (await settingsOf(context.db.reader)).mode === 'off' ? null : (
        <RegisterPanel language={isLanguage(language) ? language : 'en'} />
      ),
  },
];
