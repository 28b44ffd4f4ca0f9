import { defineMessages } from '@joinery/ui';

/** All words of the pages behind links. */
export const messages = defineMessages({
  en: {
    ownNodeTitle: 'Which node is yours?',
    onward: 'On to {node}',
    onwardLead: 'Your browser goes there by itself. If it does not, use the button.',
    onwardGo: 'Go to {node}',
    nodeRequired: 'Fill in the address of your agency’s node.',
    nodeWrong: 'This is not the address of a node. Fill in a name such as samen.agency.example.',
    openTitle: 'Open a link here',
    openLead: 'Paste the link of a group, a post or a person at another agency. You see what it is before you join.',
    uri: 'Link',
    uriHint: 'For example https://work.agency.example/groups/…',
    open: 'Open',
    uriWrong: 'This is not a link that this node can open. Copy the whole address, from https:// on.',
    missing: '{node} shows nothing to your node at this address',
    missingLead:
      'The link may be wrong, or what it leads to is closed, was removed, or is not shared with your agency. Ask whoever gave you the link.',
    away: '{node} does not answer now',
    awayLead: 'The link may well be right. Try again in a few minutes.',
    tryAgain: 'Try again',
    noAgreement: 'Your node has no agreement with {node} yet',
    noAgreementLead:
      'This node exchanges only with agencies that were allowed. Your federation officer decides which; nothing was sent to {node}.',
    notAllowedThere: '{node} has not allowed your node yet',
    notAllowedThereLead:
      'Your node is ready to exchange; the other one has to allow it too. Your federation officer can remind them.',
    blocked: 'Your node does not exchange with {node}',
    blockedLead: 'Your federation officer blocked it. Ask them if you think that this is wrong.',
    home: 'Go to the start page',
  },
  nl: {
    ownNodeTitle: 'Welk knooppunt is van u?',
    onward: 'Door naar {node}',
    onwardLead: 'Uw browser gaat er vanzelf heen. Gebeurt dat niet, gebruik dan de knop.',
    onwardGo: 'Naar {node}',
    nodeRequired: 'Vul het adres van het knooppunt van uw organisatie in.',
    nodeWrong: 'Dit is niet het adres van een knooppunt. Vul een naam in zoals samen.organisatie.example.',
    openTitle: 'Een link hier openen',
    openLead:
      'Plak de link van een groep, een bericht of een persoon bij een andere organisatie. U ziet eerst wat het is voordat u lid wordt.',
    uri: 'Link',
    uriHint: 'Bijvoorbeeld https://samen.organisatie.example/groups/…',
    open: 'Openen',
    uriWrong: 'Dit is geen link die dit knooppunt kan openen. Kopieer het hele adres, vanaf https://.',
    missing: '{node} toont uw knooppunt niets op dit adres',
    missingLead:
      'De link kan onjuist zijn, of wat erachter zit is besloten, verwijderd of niet met uw organisatie gedeeld. Vraag het aan degene van wie u de link hebt.',
    away: '{node} antwoordt nu niet',
    awayLead: 'De link kan goed zijn. Probeer het over een paar minuten opnieuw.',
    tryAgain: 'Opnieuw proberen',
    noAgreement: 'Uw knooppunt heeft nog geen afspraak met {node}',
    noAgreementLead:
      'Dit knooppunt wisselt alleen uit met organisaties die zijn toegelaten. Uw federatiebeheerder beslist welke; er is niets naar {node} gestuurd.',
    notAllowedThere: '{node} heeft uw knooppunt nog niet toegelaten',
    notAllowedThereLead:
      'Uw knooppunt staat klaar om uit te wisselen; het andere moet het ook toelaten. Uw federatiebeheerder kan daaraan herinneren.',
    blocked: 'Uw knooppunt wisselt niet uit met {node}',
    blockedLead: 'Uw federatiebeheerder heeft het geblokkeerd. Vraag het na als u denkt dat dit niet klopt.',
    home: 'Naar de startpagina',
  },
});
