import { defineMessages } from '@joinery/ui';

/** The words of the warning that an agreement ends. */
export const expiryText = defineMessages({
  en: {
    open: 'Extend it, or let it end:',
    subject: '{days, plural, one {Tomorrow} other {In # days}} the agreement with {agency} ends',
    afterwards: 'After {date} nothing is exchanged any more. Both nodes keep what they have.',
    why: 'You get this mail because you decide about partners at {agency}.',
  },
  nl: {
    open: 'Verleng die, of laat die aflopen:',
    subject: '{days, plural, one {Morgen} other {Over # dagen}} eindigt de afspraak met {agency}',
    afterwards: 'Na {date} wordt er niets meer uitgewisseld. Beide knooppunten houden wat ze hebben.',
    why: 'U krijgt deze mail omdat u bij {agency} over partners beslist.',
  },
});
