import { defineMessages } from '@joinery/ui';

/** Words of what is shut after a restore, until its members are confirmed. */
export const shutMessages = defineMessages({
  en: {
    panelTitle: 'After the restore',
    panelLead: 'This node was put back as it was on {time}. Who was removed after that is not known.',
    panelConfirm: 'Say who is in it',
    panelShut: 'Waits for those who run it',
    badge: 'Shut',
    shutLead: 'Shut for its members since this node was put back',
    shutText:
      'This node was put back as it was on {time}. You were a member then. Whoever was removed after that is not known here, so the group stays shut until one of those who run it has confirmed who is a member.',
    shutWho: 'Ask one of those who run it',
    shutNobody: 'Nobody who ran it is here any more. Ask an administrator of this node',
    shutNobodyText: 'They can open it with “joinery group confirm-members {group}”, without reading what is in it.',
    shutLeave: 'I am no longer a member',
    confirmTitle: 'Who is in {group}?',
    confirmLead:
      'These were members on {time}. Somebody may have left or been removed after that, and only the people of the group know. Tick whoever is no longer in it; it opens for all others. Invitations that were not answered have ended.',
    confirmGone: 'No longer a member',
    confirmGoneOf: 'No longer a member: {name}',
    confirmYou: 'You',
    confirmButton: 'Confirm the members',
    confirmCancel: 'Not now',
    confirmMore: 'Not all are shown. You can end the membership of the others afterwards.',
    confirmed: '{count, plural, one {The group is open for # member.} other {The group is open for # members.}}',
    webTitle: 'Anyone on the web reads {group}',
    webAbout: 'As of the backup. If somebody narrowed that after it, or deleted something in it, look at it first.',
    ruleTitle: 'Members of {group}',
    ruleMembers:
      '{count, plural, one {# member} other {# members}} as of the backup. Those who run it can say who is in it; this opens it for all of them.',
    faultMeanwhile: 'The list has changed since you opened it. Look at it again.',
  },
  nl: {
    panelTitle: 'Na het terugzetten',
    panelLead: 'Dit knooppunt is teruggezet naar hoe het was op {time}. Wie daarna is verwijderd, is niet bekend.',
    panelConfirm: 'Zeg wie erin zit',
    panelShut: 'Wacht op wie haar begeleidt',
    badge: 'Dicht',
    shutLead: 'Dicht voor haar leden sinds dit knooppunt is teruggezet',
    shutText:
      'Dit knooppunt is teruggezet naar hoe het was op {time}. U was toen lid. Wie daarna is verwijderd, is hier niet bekend. Daarom blijft de groep dicht tot een van de begeleiders heeft bevestigd wie lid is.',
    shutWho: 'Vraag het een van de begeleiders',
    shutNobody: 'Niemand die haar begeleidde, is er nog. Vraag het een beheerder van dit knooppunt',
    shutNobodyText: 'Die kan haar openen met “joinery group confirm-members {group}”, zonder te lezen wat erin staat.',
    shutLeave: 'Ik ben geen lid meer',
    confirmTitle: 'Wie zit er in {group}?',
    confirmLead:
      'Zij waren lid op {time}. Iemand kan daarna zijn weggegaan of verwijderd, en alleen de mensen van de groep weten dat. Vink aan wie er niet meer in zit; voor alle anderen gaat de groep open. Uitnodigingen die niet waren beantwoord, zijn vervallen.',
    confirmGone: 'Geen lid meer',
    confirmGoneOf: 'Geen lid meer: {name}',
    confirmYou: 'U',
    confirmButton: 'De leden bevestigen',
    confirmCancel: 'Nu niet',
    confirmMore: 'Niet iedereen staat hier. Het lidmaatschap van de anderen kunt u daarna beëindigen.',
    confirmed: '{count, plural, one {De groep is open voor # lid.} other {De groep is open voor # leden.}}',
    webTitle: 'Iedereen op het web leest {group}',
    webAbout: 'Volgens de back-up. Heeft iemand dat daarna beperkt, of er iets in verwijderd, kijk er dan eerst naar.',
    ruleTitle: 'Leden van {group}',
    ruleMembers:
      '{count, plural, one {# lid} other {# leden}} volgens de back-up. Wie haar begeleidt, kan zeggen wie erin zit; dit opent haar voor allemaal.',
    faultMeanwhile: 'De lijst is veranderd sinds u haar opende. Kijk er opnieuw naar.',
  },
});
