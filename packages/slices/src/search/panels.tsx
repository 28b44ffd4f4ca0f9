import type { Panel } from '@joinery/core';
import { HiddenField, isLanguage, SearchForm, SubmitButton, TextField } from '@joinery/ui';
import { messages } from './messages.ts';

/** A box on the page of a group, for whoever reads it. */
export const panels: Panel[] = [
  {
    place: 'group',
    order: 5,
    render: async (_context, visitor, subject, language) => {
      if (!visitor || !subject) return null;
      const t = messages(isLanguage(language) ? language : 'en');
      return (
        <SearchForm action="/search" label={t('searchInGroup')}>
          <HiddenField name="group" value={subject.id} />
          <TextField name="q" label={t('searchInGroup')} type="search" />
          <SubmitButton kind="secondary">{t('search')}</SubmitButton>
        </SearchForm>
      );
    },
  },
];
