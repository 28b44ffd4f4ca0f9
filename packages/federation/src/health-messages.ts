import { defineMessages } from '@joinery/ui';

/** Words about how the exchange with other nodes is, and about a restored node. */
export const healthText = defineMessages({
  en: {
    lanes: 'Delivery to other nodes',
    lanesGood: 'Nothing waits longer than a quarter of an hour.',
    lanesWait: '{count, plural, one {# node has} other {# nodes have}} not been reached for a while: {names}.',
    lanesMend: 'It is tried again by itself, for as long as it takes. Look there for what their nodes answer.',
    parked: 'Refused items',
    parkedGood: 'No node refuses anything.',
    parkedSome: '{count, plural, one {# item was} other {# items were}} refused for an hour and put aside.',
    parkedMend: 'See with “joinery lanes” what their node says, then send it again with “joinery lanes resend”.',
    stuck: 'Received items',
    stuckGood: 'Everything that was received has been dealt with.',
    stuckSome:
      '{count, plural, one {# item} other {# items}} from other nodes could not be dealt with because of a fault in this node.',
    stuckMend: 'They are kept. Look for inbox.parked in the log, and report the fault.',
    unknown: 'Kinds that this node does not know',
    unknownNone: 'Nothing of the kind came in the last seven days.',
    unknownSome:
      '{count, plural, one {# activity} other {# activities}} in the last seven days had no effect here: {kinds}. Other software says more than this version understands.',
    clock: 'Clock',
    clockGood: 'No other node complains about this clock. It is {time} (UTC).',
    clockOff: 'Other nodes refuse what this one signs because of the time: {names}. Here it is {time} (UTC).',
    clockMend: 'Compare with a good clock, and let the machine keep its time by NTP.',
    reach: 'Reachable for partners',
    reachUnknown: 'Not looked at since the node was started.',
    reachTrial: 'This is a trial: {origin} leads nowhere from other machines, so no partner can reach it.',
    reachTrialMend: 'Set JOINERY_ORIGIN to the address that partners will use, before anything is sent.',
    reachGood: '{origin} leads to this node.',
    reachLink: 'Ask now',
    reachOther: '{origin} answers, but it is another node, or another copy of this one.',
    reachOtherMend: 'Look where the name and the reverse proxy lead.',
    reachUnreachable: '{origin} does not answer: {detail}',
    reachUnreachableMend:
      'Look at the name (DNS), the firewall, and whether the reverse proxy runs. Some networks cannot reach their own public address: then try from outside.',
    reachTls: 'The certificate of {origin} is not accepted: {detail}',
    reachTlsMend: 'Renew it, with all intermediate certificates. For one of your own authority set JOINERY_CA_FILE.',
    reachStatus: '{origin} answers, but not as a node: {detail}',
    reachStatusMend:
      'The reverse proxy must pass every path on, with the Host header unchanged, and must not redirect or change answers.',
    reachTitle: 'Can a partner reach this node?',
    reachAsk: 'Fetch {origin} as a partner would',
    quarantine: 'Restored from a backup',
    quarantineOpen:
      'This node was restored from a backup as of {time} and is in quarantine: it exchanges nothing with other nodes and sends no mail.',
    quarantineGo: 'Look at it and confirm',
    quarantineWaits:
      '{count, plural, one {# node has} other {# nodes have}} not told yet what it holds of ours: {names}. Nothing is exchanged with it before.',
    quarantineWaitsMend: 'It is asked again by itself. If it has left for good, suspend it.',
    quarantineDone: 'Restored as of {time}. All nodes have told what they hold.',
    restoredTitle: 'Restored from a backup',
    restoredLead: 'Everything here is as it was on {time}. What came later is not in this backup.',
    restoredNever: 'This node was never restored from a backup.',
    restoredBefore: 'Before you confirm',
    restoredOther: 'No other node may run under {origin}. Two would each tell the others something else.',
    restoredPeople:
      'People who were disabled after that time could sign in again once you have confirmed. Disable them now. Until then only administrators can sign in.',
    restoredPartners:
      'Partners that were suspended or blocked after that time are allowed again. Suspend them now. A partner that keeps our signed notice gives it back, but do not rely on it.',
    restoredEnded: 'Everybody was signed out, and links and tokens have ended.',
    restoredRoles:
      'As of then these administer this node: {administrators}. These decide about partners: {officers}. Take the role from whoever has lost it since.',
    restoredTake: 'Passwords, passkeys, memberships and mutes',
    restoredTakeAbout:
      'What was withdrawn or changed after {time} is in the backup as if it were not, and no other node knows of it.',
    restoredAnew: 'It is unknown what was withdrawn: people choose anew (recommended)',
    restoredAnewAbout:
      'Every password, passkey and code ends, and so do links with a provider beside a password; people get a link by mail, or from you. Whom your provider alone lets in is not touched. Each closed group stays shut until somebody who runs it has confirmed its members; each person opens their conversations again; nobody gets mail before they have looked at their settings.',
    restoredTrusted: 'Nothing was withdrawn since the backup',
    restoredTrustedAbout: 'Everything opens as it was. Whoever was removed after that time has all of it again.',
    restoredReason: 'Why',
    restoredReasonAbout: 'Kept with the decision. Needed when you trust the backup.',
    restoredReasonMissing: 'Say how you know that nothing was withdrawn',
    restoredChoose: 'Choose one of the two',
    restoredWasAnew: 'People choose anew what may have been withdrawn after the backup.',
    restoredWasTrusted: 'The backup is trusted: nothing was withdrawn after it.',
    restoredBy: 'Decided by {name}.',
    restoredBecause: 'Why: {reason}',
    restoredConfirm: 'Confirm: this is the only node',
    restoredAfter: 'What happens then',
    restoredAfterText:
      'Each partner’s node is asked what it holds of ours. What was sent to us is sent again, and shows once. What our people wrote in groups of others comes back. Nobody is notified twice by mail.',
    restoredConfirmed: 'Confirmed on {time}.',
    restoredTold:
      '{origin} has told. It holds {lost, plural, =0 {nothing of ours that is missing here} one {# message of ours that is missing here} other {# messages of ours that are missing here}}.',
    restoredWaiting: '{origin} has not answered yet.',
    restoredNodes: 'Nodes',
    people: 'People',
    partners: 'Partners',
  },
  nl: {
    lanes: 'Bezorging aan andere knooppunten',
    lanesGood: 'Niets wacht langer dan een kwartier.',
    lanesWait: '{count, plural, one {# knooppunt is} other {# knooppunten zijn}} al een tijd niet bereikt: {names}.',
    lanesMend: 'Het wordt vanzelf opnieuw geprobeerd, zo lang als nodig. Kijk daar wat hun knooppunt antwoordt.',
    parked: 'Geweigerde berichten',
    parkedGood: 'Geen knooppunt weigert iets.',
    parkedSome: '{count, plural, one {# bericht is} other {# berichten zijn}} een uur lang geweigerd en apart gelegd.',
    parkedMend: 'Kijk met “joinery lanes” wat hun knooppunt zegt en stuur het opnieuw met “joinery lanes resend”.',
    stuck: 'Ontvangen berichten',
    stuckGood: 'Alles wat is ontvangen, is verwerkt.',
    stuckSome:
      '{count, plural, one {# bericht} other {# berichten}} van andere knooppunten kon niet worden verwerkt door een fout in dit knooppunt.',
    stuckMend: 'Ze zijn bewaard. Zoek inbox.parked in het logboek en meld de fout.',
    unknown: 'Soorten die dit knooppunt niet kent',
    unknownNone: 'De laatste zeven dagen kwam er niets van dien aard.',
    unknownSome:
      '{count, plural, one {# activiteit van de laatste zeven dagen had} other {# activiteiten van de laatste zeven dagen hadden}} hier geen gevolg: {kinds}. Andere software zegt meer dan deze versie begrijpt.',
    clock: 'Klok',
    clockGood: 'Geen ander knooppunt klaagt over deze klok. Het is {time} (UTC).',
    clockOff:
      'Andere knooppunten weigeren wat dit knooppunt ondertekent vanwege de tijd: {names}. Hier is het {time} (UTC).',
    clockMend: 'Vergelijk met een goede klok en laat de machine haar tijd gelijkzetten met NTP.',
    reach: 'Bereikbaar voor partners',
    reachUnknown: 'Niet bekeken sinds het knooppunt is gestart.',
    reachTrial:
      'Dit is een proef: {origin} leidt vanaf andere machines nergens heen, dus geen partner kan het bereiken.',
    reachTrialMend: 'Zet JOINERY_ORIGIN op het adres dat partners gaan gebruiken, voordat er iets is verstuurd.',
    reachGood: '{origin} leidt naar dit knooppunt.',
    reachLink: 'Nu vragen',
    reachOther: '{origin} antwoordt, maar het is een ander knooppunt, of een andere kopie van dit knooppunt.',
    reachOtherMend: 'Kijk waar de naam en de reverse proxy heen leiden.',
    reachUnreachable: '{origin} antwoordt niet: {detail}',
    reachUnreachableMend:
      'Kijk naar de naam (DNS), de firewall en of de reverse proxy draait. Sommige netwerken bereiken hun eigen openbare adres niet: probeer het dan van buiten.',
    reachTls: 'Het certificaat van {origin} wordt niet geaccepteerd: {detail}',
    reachTlsMend:
      'Vernieuw het, met alle tussenliggende certificaten. Stel JOINERY_CA_FILE in voor een certificaat van uw eigen autoriteit.',
    reachStatus: '{origin} antwoordt, maar niet als knooppunt: {detail}',
    reachStatusMend:
      'De reverse proxy moet elk pad doorgeven, met de Host-header ongewijzigd, en mag niet doorsturen of antwoorden veranderen.',
    reachTitle: 'Kan een partner dit knooppunt bereiken?',
    reachAsk: 'Haal {origin} op zoals een partner dat zou doen',
    quarantine: 'Teruggezet uit een back-up',
    quarantineOpen:
      'Dit knooppunt is teruggezet uit een back-up van {time} en staat in quarantaine: het wisselt niets uit met andere knooppunten en verstuurt geen mail.',
    quarantineGo: 'Bekijken en bevestigen',
    quarantineWaits:
      '{count, plural, one {# knooppunt heeft} other {# knooppunten hebben}} nog niet verteld wat het van ons heeft: {names}. Daarvoor wordt er niets mee uitgewisseld.',
    quarantineWaitsMend: 'Het wordt vanzelf opnieuw gevraagd. Is het voorgoed weg, schort het dan op.',
    quarantineDone: 'Teruggezet naar {time}. Alle knooppunten hebben verteld wat ze hebben.',
    restoredTitle: 'Teruggezet uit een back-up',
    restoredLead: 'Alles hier is zoals het was op {time}. Wat later kwam, staat niet in deze back-up.',
    restoredNever: 'Dit knooppunt is nooit uit een back-up teruggezet.',
    restoredBefore: 'Voordat u bevestigt',
    restoredOther:
      'Er mag geen ander knooppunt draaien onder {origin}. Twee zouden de anderen elk iets anders vertellen.',
    restoredPeople:
      'Mensen die na dat moment zijn uitgeschakeld, zouden na uw bevestiging weer kunnen inloggen. Schakel hen nu uit. Tot dan kunnen alleen beheerders inloggen.',
    restoredPartners:
      'Partners die na dat moment zijn opgeschort of geblokkeerd, zijn weer toegestaan. Schort hen nu op. Een partner die onze ondertekende mededeling bewaart, geeft die terug, maar reken daar niet op.',
    restoredEnded: 'Iedereen is uitgelogd, en links en tokens zijn beëindigd.',
    restoredRoles:
      'Op dat moment beheren dit knooppunt: {administrators}. Over partners beslissen: {officers}. Neem de rol af van wie die sindsdien kwijt is.',
    restoredTake: 'Wachtwoorden, passkeys, lidmaatschappen en wat is uitgezet',
    restoredTakeAbout:
      'Wat na {time} is ingetrokken of veranderd, staat in de back-up alsof dat niet zo is, en geen ander knooppunt weet ervan.',
    restoredAnew: 'Onbekend is wat is ingetrokken: mensen kiezen opnieuw (aanbevolen)',
    restoredAnewAbout:
      'Alle wachtwoorden, passkeys en codes vervallen, en ook koppelingen met een aanbieder naast een wachtwoord; mensen krijgen een link per mail, of van u. Wie alleen via uw aanbieder binnenkomt, merkt hier niets van. Elke besloten groep blijft dicht tot iemand die haar begeleidt, de leden heeft bevestigd; ieder opent de eigen gesprekken opnieuw; niemand krijgt mail voordat die de eigen instellingen heeft bekeken.',
    restoredTrusted: 'Sinds de back-up is niets ingetrokken',
    restoredTrustedAbout: 'Alles gaat open zoals het was. Wie daarna is verwijderd, heeft alles weer.',
    restoredReason: 'Waarom',
    restoredReasonAbout: 'Wordt bij het besluit bewaard. Nodig als u de back-up vertrouwt.',
    restoredReasonMissing: 'Zeg hoe u weet dat niets is ingetrokken',
    restoredChoose: 'Kies een van de twee',
    restoredWasAnew: 'Mensen kiezen opnieuw wat na de back-up kan zijn ingetrokken.',
    restoredWasTrusted: 'De back-up is vertrouwd: daarna is niets ingetrokken.',
    restoredBy: 'Besloten door {name}.',
    restoredBecause: 'Waarom: {reason}',
    restoredConfirm: 'Bevestigen: dit is het enige knooppunt',
    restoredAfter: 'Wat er dan gebeurt',
    restoredAfterText:
      'Aan het knooppunt van elke partner wordt gevraagd wat het van ons heeft. Wat aan ons is gestuurd, wordt opnieuw gestuurd en staat er één keer. Wat onze mensen in groepen van anderen schreven, komt terug. Niemand krijgt twee keer mail.',
    restoredConfirmed: 'Bevestigd op {time}.',
    restoredTold:
      '{origin} heeft het verteld. Het heeft {lost, plural, =0 {niets van ons dat hier ontbreekt} one {# bericht van ons dat hier ontbreekt} other {# berichten van ons die hier ontbreken}}.',
    restoredWaiting: '{origin} heeft nog niet geantwoord.',
    restoredNodes: 'Knooppunten',
    people: 'Mensen',
    partners: 'Partners',
  },
});
