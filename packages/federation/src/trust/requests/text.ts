import { defineMessages } from '@joinery/ui';

/** The words of what waits for the federation officer. */
export const requestText = defineMessages({
  en: {
    answer: 'Your answer to the people who asked',
    answerHint: 'They read it in their notifications. It also goes into the register.',
    answered: 'Answered and registered.',
    asked: 'Our people ask for',
    decline: 'Answer that there will be no agreement',
    empty:
      'When another agency proposes an agreement, or somebody here asks for one, it lands here. Nothing is exchanged before somebody has allowed it.',
    emptyTitle: 'Nothing waits for you',
    faultAnswer: 'Write an answer for the people who asked.',
    faultLong: 'Keep the answer below 1,000 characters.',
    groups: 'Groups they want to see',
    lead: 'What our people ask for, and what other nodes propose.',
    notListed: 'Not on the list',
    openPartner: 'Open the partner',
    people: '{count, plural, one {one person} other {# people}}',
    sendAnswer: 'Send this answer',
    who: 'Asked by',
  },
  nl: {
    answer: 'Uw antwoord aan wie het vroeg',
    answerHint: 'Zij lezen het bij hun meldingen. Het komt ook in het register.',
    answered: 'Beantwoord en geregistreerd.',
    asked: 'Onze mensen vragen om',
    decline: 'Antwoorden dat er geen afspraak komt',
    empty:
      'Als een andere organisatie een afspraak voorstelt, of iemand hier erom vraagt, komt dat hier binnen. Er wordt niets uitgewisseld voordat iemand het heeft toegestaan.',
    emptyTitle: 'Er wacht niets op u',
    faultAnswer: 'Schrijf een antwoord voor wie het vroeg.',
    faultLong: 'Houd het antwoord onder de 1.000 tekens.',
    groups: 'Groepen die zij willen zien',
    lead: 'Waar onze mensen om vragen, en wat andere knooppunten voorstellen.',
    notListed: 'Niet op de lijst',
    openPartner: 'Partner openen',
    people: '{count, plural, one {één persoon} other {# mensen}}',
    sendAnswer: 'Dit antwoord sturen',
    who: 'Gevraagd door',
  },
});
