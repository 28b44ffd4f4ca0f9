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
    rulesOff:
      '{count, plural, one {# thing that lets others in is} other {# things that let others in are}} off since the restore, until somebody has looked.',
    rulesGo: 'Look at them',
    quarantineGo: 'Look at it and confirm',
    quarantineLook: 'Look at it',
    quarantineWaits:
      '{count, plural, one {# node has} other {# nodes have}} not told yet what it holds of ours: {names}. Nothing is exchanged with it before.',
    quarantineWaitsMend: 'It is asked again by itself. If it has left for good, suspend it.',
    quarantineDone: 'Restored as of {time}. All nodes have told what they hold.',
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
    rulesOff:
      '{count, plural, one {# regel die anderen binnenlaat, staat} other {# regels die anderen binnenlaten, staan}} uit sinds het terugzetten, tot iemand heeft gekeken.',
    rulesGo: 'Bekijken',
    quarantineGo: 'Bekijken en bevestigen',
    quarantineLook: 'Bekijken',
    quarantineWaits:
      '{count, plural, one {# knooppunt heeft} other {# knooppunten hebben}} nog niet verteld wat het van ons heeft: {names}. Daarvoor wordt er niets mee uitgewisseld.',
    quarantineWaitsMend: 'Het wordt vanzelf opnieuw gevraagd. Is het voorgoed weg, schort het dan op.',
    quarantineDone: 'Teruggezet naar {time}. Alle knooppunten hebben verteld wat ze hebben.',
    people: 'Mensen',
    partners: 'Partners',
  },
});
