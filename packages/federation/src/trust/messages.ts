import { defineMessages } from '@joinery/ui';

/** The words of decisions: shared by pages, API and command line. */
export const trustText = defineMessages({
  en: {
    entry_address:
      '“{typed}” is a bare network address. Agencies are listed by their host name, which a certificate can prove.',
    entry_empty: 'Enter the address of their node, for example https://work.agency.example.',
    entry_http: '“{typed}” is not encrypted. Use {suggestion}.',
    entry_own_node: 'This is the address of your own node.',
    entry_path: '“{typed}” is a page or has more than a host. List the node itself: {suggestion}.',
    entry_too_wide: '“{typed}” is not one agency’s host: many organisations share it. Enter the full host name.',
    entry_unreadable:
      '“{typed}” is not the address of a node. Enter scheme and host, for example https://work.agency.example.',
    entry_wildcard:
      'A star would let anybody in. List each node by its full host name; subdomains count only when they are listed.',
    explain_in_no: 'We do not take from them: {scope} ({why}).',
    explain_in_yes: 'We take from them: {scope}.',
    explain_no: 'May {who} read {thing}? No: {why}.',
    explain_out_no: 'They do not get: {scope} ({why}).',
    explain_out_yes: 'They get: {scope}.',
    explain_unknown: 'Nothing on this node has the address {thing}.',
    explain_web: 'May {who} read {thing}? Yes: anyone on the web may.',
    explain_whole_no: 'Is anything exchanged with {who}? No: {why}.',
    explain_whole_yes: 'Is anything exchanged with {who}? Yes: {why}.',
    explain_with_token:
      'May {who} read {thing}? Yes, with the token of its closed group, which only nodes with members in it get: {why}.',
    explain_yes: 'May {who} read {thing}? Yes: {why}.',
    reason_allowed: 'the agreement is in force',
    reason_bad_origin: 'this is not the address of a node',
    reason_blocked: 'this agency is blocked',
    reason_classification_too_high: 'the group is classified higher than the agreement with this partner covers',
    reason_classification_unmapped:
      'nobody here has said what the label of this group means, which another agency gave it',
    reason_introduced: 'a closed group introduces it, and this node takes introductions from there',
    reason_expired: 'the agreement ended on {date}',
    reason_group_not_named: 'the agreement covers only named groups, and this is not one of them',
    reason_key_changed: 'the key of their node changed on {date}, and an administrator has to look at it first',
    reason_list_unreadable: 'the list of partners cannot be read, so everything is closed',
    reason_not_listed: 'there is no agreement with this node',
    reason_quarantine:
      'this node was restored from a backup, and nothing is exchanged before an administrator has confirmed that and their node has told what it holds of ours',
    reason_not_yet_valid: 'the agreement begins on {date}',
    reason_own_node: 'this is our own node',
    reason_proposed: 'an agreement is proposed and not yet allowed',
    reason_closed:
      'it belongs to a closed group: only nodes with members in it get it, and each time with a token of the group',
    reason_reading: 'it is not shared with other nodes',
    reason_scope_missing: 'the agreement does not cover this',
    reason_suspended: 'the agreement is suspended',
    reason_wrong_direction: 'the agreement covers only the other direction',
    scope_closed_groups: 'closed groups',
    scope_discover: 'finding groups and people',
    scope_open_groups: 'open groups',
  },
  nl: {
    entry_address:
      '“{typed}” is een kaal netwerkadres. Organisaties staan op de lijst met hun hostnaam, die een certificaat kan bewijzen.',
    entry_empty: 'Vul het adres van hun knooppunt in, bijvoorbeeld https://samen.organisatie.example.',
    entry_http: '“{typed}” is niet versleuteld. Gebruik {suggestion}.',
    entry_own_node: 'Dit is het adres van uw eigen knooppunt.',
    entry_path: '“{typed}” is een pagina of bevat meer dan een host. Zet het knooppunt zelf op de lijst: {suggestion}.',
    entry_too_wide: '“{typed}” is niet de host van één organisatie: velen delen die. Vul de volledige hostnaam in.',
    entry_unreadable:
      '“{typed}” is niet het adres van een knooppunt. Vul schema en host in, bijvoorbeeld https://samen.organisatie.example.',
    entry_wildcard:
      'Een sterretje laat iedereen binnen. Noem elk knooppunt met de volledige hostnaam; subdomeinen tellen alleen als ze op de lijst staan.',
    explain_in_no: 'Wij nemen niet van hen aan: {scope} ({why}).',
    explain_in_yes: 'Wij nemen van hen aan: {scope}.',
    explain_no: 'Mag {who} {thing} lezen? Nee: {why}.',
    explain_out_no: 'Zij krijgen niet: {scope} ({why}).',
    explain_out_yes: 'Zij krijgen: {scope}.',
    explain_unknown: 'Niets op dit knooppunt heeft het adres {thing}.',
    explain_web: 'Mag {who} {thing} lezen? Ja: iedereen op het web mag dat.',
    explain_whole_no: 'Wordt er iets uitgewisseld met {who}? Nee: {why}.',
    explain_whole_yes: 'Wordt er iets uitgewisseld met {who}? Ja: {why}.',
    explain_with_token:
      'Mag {who} {thing} lezen? Ja, met het token van de besloten groep, dat alleen knooppunten met leden daarin krijgen: {why}.',
    explain_yes: 'Mag {who} {thing} lezen? Ja: {why}.',
    reason_allowed: 'de afspraak is van kracht',
    reason_bad_origin: 'dit is niet het adres van een knooppunt',
    reason_blocked: 'deze organisatie is geblokkeerd',
    reason_classification_too_high:
      'de groep heeft een hogere classificatie dan waar de afspraak met deze partner voor geldt',
    reason_classification_unmapped:
      'niemand hier heeft gezegd wat het label van deze groep betekent, dat een andere organisatie eraan gaf',
    reason_introduced: 'een besloten groep introduceert het, en dit knooppunt neemt introducties van daar aan',
    reason_expired: 'de afspraak is geëindigd op {date}',
    reason_group_not_named: 'de afspraak geldt alleen voor genoemde groepen, en deze hoort daar niet bij',
    reason_key_changed:
      'de sleutel van hun knooppunt is op {date} veranderd, en een beheerder moet daar eerst naar kijken',
    reason_list_unreadable: 'de lijst van partners kan niet worden gelezen, dus alles is dicht',
    reason_not_listed: 'er is geen afspraak met dit knooppunt',
    reason_quarantine:
      'dit knooppunt is teruggezet uit een back-up, en er wordt niets uitgewisseld voordat een beheerder dat heeft bevestigd en hun knooppunt heeft verteld wat het van ons heeft',
    reason_not_yet_valid: 'de afspraak begint op {date}',
    reason_own_node: 'dit is ons eigen knooppunt',
    reason_proposed: 'een afspraak is voorgesteld en nog niet toegestaan',
    reason_closed:
      'het hoort bij een besloten groep: alleen knooppunten met leden daarin krijgen het, en elke keer met een token van de groep',
    reason_reading: 'het wordt niet met andere knooppunten gedeeld',
    reason_scope_missing: 'de afspraak geldt hier niet voor',
    reason_suspended: 'de afspraak is opgeschort',
    reason_wrong_direction: 'de afspraak geldt alleen voor de andere richting',
    scope_closed_groups: 'besloten groepen',
    scope_discover: 'groepen en mensen vinden',
    scope_open_groups: 'open groepen',
  },
});
