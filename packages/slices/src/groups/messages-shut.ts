import { defineMessages } from '@joinery/ui';

/** Words of what is shut after a restore, until its members are confirmed. */
export const shutMessages = defineMessages({
  en: {
    panelTitle: 'After the restore',
    panelLead:
      'This node was put back as it was on {time}. What was deleted, and who was removed, after that is not known.',
    panelConfirm: 'Look and open it',
    panelShut: 'Waits for those who run it',
    badge: 'Shut',
    shutLead: 'Shut for its members since this node was put back',
    shutText:
      'This node was put back as it was on {time}. You were a member then. What was deleted and who was removed after that is not known here, so the group stays shut until one of those who run it has looked and opened it.',
    shutWho: 'Ask one of those who run it',
    shutNobody: 'Nobody who ran it is here any more. Ask an administrator of this node',
    shutNobodyText: 'They can open it with “joinery group confirm-members {group}”, without reading what is in it.',
    shutLeave: 'I am no longer a member',
    ruleMembers: '{count, plural, one {# member} other {# members}} as of the backup. Shut until somebody has looked.',
    keys: 'Keys of groups',
    keysEnded:
      'A group’s keys were renewed after the backup. Other nodes have told that the ones in the backup have ended, and take nothing that is signed with them: what is written there reaches nobody elsewhere.',
    keysEndedMend:
      'Renew the keys. Nodes of members read the new ones where the group lives; nobody has to do anything there.',
    keysEndedRenew: 'Renew the keys',
    keysEndedReason: 'Restored from a backup that had keys of before a renewal',
    keysEndedGo: 'Look and renew',
    pageTitle: '{count, plural, one {# group is shut} other {# groups are shut}}',
    pageAbout:
      'What was deleted or narrowed in them after the backup may be there again. Look, and open them one by one or together.',
    joiningTitle: 'Joining {group} by oneself',
    joiningAbout:
      'As of the backup anybody could join. Who was banned after it is not known, so those who run it decide until this is switched on.',
    joiningRulesAbout:
      'As of the backup a rule let people in by itself. Who was banned after it is not known, so those who run it decide until this is switched on.',
    joiningInvitesAbout:
      'As of the backup members could invite others. Who was banned after it is not known, so those who run it invite and decide until this is switched on.',
    joiningHeld:
      'After the restore we do not know who was banned since {time}. So nobody joins before one of you has decided.',
    joiningOn: 'People may join by themselves again',
    bansUnknown: 'After the restore we do not know who was banned since {time}.',
    confirmed: '{count, plural, one {The group is open for # member.} other {The group is open for # members.}}',
  },
  nl: {
    panelTitle: 'Na het terugzetten',
    panelLead:
      'Dit knooppunt is teruggezet naar hoe het was op {time}. Wat daarna is verwijderd en wie eruit is gezet, is niet bekend.',
    panelConfirm: 'Bekijken en openen',
    panelShut: 'Wacht op wie haar begeleidt',
    badge: 'Dicht',
    shutLead: 'Dicht voor de leden sinds dit knooppunt is teruggezet',
    shutText:
      'Dit knooppunt is teruggezet naar hoe het was op {time}. U was toen lid. Wat daarna is verwijderd en wie eruit is gezet, is hier niet bekend. Daarom blijft de groep dicht tot een van de begeleiders heeft gekeken en de groep opent.',
    shutWho: 'Vraag het een van de begeleiders',
    shutNobody: 'Niemand die deze groep begeleidde, is er nog. Vraag het een beheerder van dit knooppunt',
    shutNobodyText:
      'Die kan de groep openen met “joinery group confirm-members {group}”, zonder te lezen wat erin staat.',
    shutLeave: 'Ik ben geen lid meer',
    ruleMembers: '{count, plural, one {# lid} other {# leden}} volgens de back-up. Dicht tot iemand heeft gekeken.',
    keys: 'Sleutels van groepen',
    keysEnded:
      'De sleutels van een groep zijn na de back-up vernieuwd. Andere knooppunten hebben verteld dat die uit de back-up zijn beëindigd, en nemen niets aan wat daarmee is ondertekend: wat daar wordt geschreven, bereikt elders niemand.',
    keysEndedMend:
      'Vernieuw de sleutels. Knooppunten van leden lezen de nieuwe waar de groep woont; niemand hoeft daar iets te doen.',
    keysEndedRenew: 'Sleutels vernieuwen',
    keysEndedReason: 'Teruggezet uit een back-up met sleutels van voor een vernieuwing',
    keysEndedGo: 'Bekijken en vernieuwen',
    pageTitle: '{count, plural, one {# groep is dicht} other {# groepen zijn dicht}}',
    pageAbout:
      'Wat er na de back-up is verwijderd of beperkt, kan er weer staan. Kijk, en open ze een voor een of samen.',
    joiningTitle: 'Zelf lid worden van {group}',
    joiningAbout:
      'Volgens de back-up kon iedereen lid worden. Wie daarna is geweerd, is niet bekend. Daarom beslist wie haar begeleidt, tot dit weer aanstaat.',
    joiningRulesAbout:
      'Volgens de back-up liet een regel mensen vanzelf binnen. Wie daarna is geweerd, is niet bekend. Daarom beslist wie haar begeleidt, tot dit weer aanstaat.',
    joiningInvitesAbout:
      'Volgens de back-up konden leden anderen uitnodigen. Wie daarna is geweerd, is niet bekend. Daarom nodigt wie haar begeleidt uit en beslist, tot dit weer aanstaat.',
    joiningHeld:
      'Na het terugzetten weten we niet wie sinds {time} is geweerd. Daarom wordt niemand lid voordat een van u heeft beslist.',
    joiningOn: 'Mensen mogen weer zelf lid worden',
    bansUnknown: 'Na het terugzetten weten we niet wie sinds {time} is geweerd.',
    confirmed: '{count, plural, one {De groep is open voor # lid.} other {De groep is open voor # leden.}}',
  },
});
