import { defineMessages } from '@joinery/ui';

/** The words of the rehearsal. */
export const rehearsalText = defineMessages({
  en: {
    about: 'What happens',
    aboutKept:
      'Their keys, people and posts live in a temporary folder on this machine and are removed afterwards. Nothing is written to this node’s own list, register, groups or log.',
    aboutOwn:
      'A throw-away partner, which is not on your list, first knocks at this node’s own address: it must be reached, and be refused.',
    aboutCopy:
      'Then a copy of this node, with its settings but without its content, makes an agreement with that partner and goes through what agencies do; for a closed group a second partner joins them.',
    allGreen: 'All went as it should.',
    done: 'Went well',
    failed: 'Did not go as it should',
    lead: 'Try what an agreement does before you make one, with a partner that exists for some seconds only.',
    milliseconds: 'Time',
    outcome: 'Outcome',
    run: 'Rehearse now',
    someRed: '{count, plural, one {One step} other {# steps}} did not go as it should.',
    stepAgreed: 'Two nodes agree: each allows the other, and both know it',
    stepAnswered: 'An answer reaches the other node',
    stepClosed: 'A closed group gives the partner exactly what a missing one gives',
    stepClosedJoined: 'Once agreements cover closed groups, people of two partners ask to join one, and are let in',
    stepClosedRead:
      'What one of them writes stays at its author’s node; the other reads it there with a token of the group, and not without',
    stepClosedRemoved: 'Whoever is removed from it is refused with the same token, and their node drops its copy',
    stepDeleted: 'What its author deletes disappears on the other node',
    stepJoined: 'A person of one node joins a group of the other',
    stepPosted: 'What they write arrives, signed, with the group’s node',
    stepReached: 'A partner reaches this node at its address, and sees its key',
    stepReadingRefused: 'A node that is not on the list gets nothing to read',
    stepSendingRefused: 'A node that is not on the list cannot deliver anything',
    stepSuspended: 'After a suspension nothing goes out any more, and nothing can be read',
    steps: 'Steps',
    takes: 'It takes some seconds.',
    title: 'Rehearsal',
    what: 'Step',
  },
  nl: {
    about: 'Wat er gebeurt',
    aboutKept:
      'Hun sleutels, mensen en berichten staan in een tijdelijke map op deze machine en worden daarna verwijderd. In de eigen lijst, het register, de groepen en het logboek van dit knooppunt wordt niets geschreven.',
    aboutOwn:
      'Een wegwerppartner, die niet op uw lijst staat, klopt eerst aan bij het eigen adres van dit knooppunt: dat moet bereikbaar zijn, en weigeren.',
    aboutCopy:
      'Daarna maakt een kopie van dit knooppunt, met de instellingen maar zonder de inhoud, een afspraak met die partner en doorloopt wat organisaties doen; voor een besloten groep komt er een tweede partner bij.',
    allGreen: 'Alles ging zoals het hoort.',
    done: 'Ging goed',
    failed: 'Ging niet zoals het hoort',
    lead: 'Probeer wat een afspraak doet voordat u er een maakt, met een partner die maar enkele seconden bestaat.',
    milliseconds: 'Tijd',
    outcome: 'Uitkomst',
    run: 'Nu oefenen',
    someRed: '{count, plural, one {Eén stap} other {# stappen}} ging niet zoals het hoort.',
    stepAgreed: 'Twee knooppunten spreken af: elk staat de ander toe, en beide weten het',
    stepAnswered: 'Een antwoord bereikt het andere knooppunt',
    stepClosed: 'Een besloten groep geeft de partner precies wat een ontbrekende geeft',
    stepClosedJoined:
      'Als afspraken besloten groepen omvatten, vragen mensen van twee partners om lid te worden, en worden zij toegelaten',
    stepClosedRead:
      'Wat een van hen schrijft blijft bij het knooppunt van de schrijver; de ander leest het daar met een bewijs van de groep, en niet zonder',
    stepClosedRemoved:
      'Wie eruit wordt gezet, wordt met hetzelfde bewijs geweigerd, en diens knooppunt wist zijn kopie',
    stepDeleted: 'Wat de schrijver verwijdert, verdwijnt op het andere knooppunt',
    stepJoined: 'Iemand van het ene knooppunt wordt lid van een groep van het andere',
    stepPosted: 'Wat die schrijft komt ondertekend aan bij het knooppunt van de groep',
    stepReached: 'Een partner bereikt dit knooppunt op zijn adres, en ziet zijn sleutel',
    stepReadingRefused: 'Een knooppunt dat niet op de lijst staat krijgt niets te lezen',
    stepSendingRefused: 'Een knooppunt dat niet op de lijst staat kan niets bezorgen',
    stepSuspended: 'Na een opschorting gaat er niets meer uit, en is er niets meer te lezen',
    steps: 'Stappen',
    takes: 'Het duurt enkele seconden.',
    title: 'Oefening',
    what: 'Stap',
  },
});
