import { defineMessages } from '@joinery/ui';

export const messages = defineMessages({
  en: {
    deletedPerson: 'Deleted person',
  },
  nl: {
    deletedPerson: 'Verwijderde persoon',
  },
});
