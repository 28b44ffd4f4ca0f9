import { defineMessages } from '@joinery/ui';

/** The words of what is printed. */
export const paperText = defineMessages({
  en: {
    agreement: 'The agreement',
    confirmedByThem: 'Their node has confirmed it.',
    fingerprintOf: 'Key of {agency}',
    keyUnknown: 'not known yet: their node has not been in contact',
    keys: 'Keys',
    keysHint:
      'Read these to each other over the phone, using numbers that you know from elsewhere. Both must be the same on both sides; otherwise sign nothing.',
    letter: 'Connection letter',
    letterLead:
      '{own} and {theirs} connect their nodes. Each keeps what it wrote; each can end the connection at once, and then nothing more is exchanged.',
    made: 'Made on {date} by {agency}. Joinery.',
    nodes: 'Nodes',
    notConfirmed: 'Their node has not confirmed it yet.',
    ourNode: 'Node of {agency}',
    page: '{page} of {pages}',
    reference: 'Reference',
    registerOlder: 'Older decisions than these {count} stand in the CSV file.',
    sign: 'Date, name and signature for {agency}',
    signatures: 'Signed',
    status: 'State',
  },
  nl: {
    agreement: 'De afspraak',
    confirmedByThem: 'Hun knooppunt heeft die bevestigd.',
    fingerprintOf: 'Sleutel van {agency}',
    keyUnknown: 'nog niet bekend: hun knooppunt heeft nog geen contact gehad',
    keys: 'Sleutels',
    keysHint:
      'Lees deze elkaar voor aan de telefoon, met nummers die u van elders kent. Beide moeten aan beide kanten gelijk zijn; onderteken anders niets.',
    letter: 'Verbindingsbrief',
    letterLead:
      '{own} en {theirs} verbinden hun knooppunten. Elk houdt wat daar geschreven is; elk kan de verbinding meteen beëindigen, en dan wordt er niets meer uitgewisseld.',
    made: 'Gemaakt op {date} door {agency}. Joinery.',
    nodes: 'Knooppunten',
    notConfirmed: 'Hun knooppunt heeft die nog niet bevestigd.',
    ourNode: 'Knooppunt van {agency}',
    page: '{page} van {pages}',
    reference: 'Kenmerk',
    registerOlder: 'Oudere besluiten dan deze {count} staan in het CSV-bestand.',
    sign: 'Datum, naam en handtekening voor {agency}',
    signatures: 'Ondertekend',
    status: 'Status',
  },
});
