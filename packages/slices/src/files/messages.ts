import { defineMessages } from '@joinery/ui';

/** Words about files, wherever they hang. */
export const messages = defineMessages({
  en: {
    scanner: 'Virus scanner',
    scannerNone: 'There is none: files are not checked for viruses.',
    scannerNoneMend: 'Set JOINERY_SCANNER when your agency runs clamd.',
    scannerGood: 'Files are checked when they arrive; none waits.',
    scannerWaits:
      '{count, plural, one {# file waits} other {# files wait}} for the virus scanner, the first since {when}. Only those who sent them see them.',
    scannerMend: 'See whether clamd runs at JOINERY_SCANNER. Files are checked by themselves as soon as it answers.',
  },
  nl: {
    scanner: 'Virusscanner',
    scannerNone: 'Die is er niet: bestanden worden niet op virussen gecontroleerd.',
    scannerNoneMend: 'Stel JOINERY_SCANNER in als uw organisatie clamd gebruikt.',
    scannerGood: 'Bestanden worden bij aankomst gecontroleerd; er wacht er geen.',
    scannerWaits:
      '{count, plural, one {# bestand wacht} other {# bestanden wachten}} op de virusscanner, het eerste sinds {when}. Alleen wie ze stuurde, ziet ze.',
    scannerMend: 'Kijk of clamd draait op JOINERY_SCANNER. Bestanden worden vanzelf gecontroleerd zodra het antwoordt.',
  },
});
