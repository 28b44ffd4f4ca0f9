import { type PersonKey, type Place, people, type Words } from './content.ts';
import type { Cast } from './story.ts';

/** Something to look at: by whom, where, and what it is in two sentences. */
export type Sight = { as: PersonKey; title: Words; words: Words; address: string };

/** What is worth a look, by who sees it. */
export function sightsOf(nodes: Record<Place, { origin: string }>, cast: Cast): Sight[] {
  const { services, fraud, dilemmas } = cast.groups;
  /** The page of something elsewhere, on the node of whoever looks. */
  const here = (as: PersonKey, uri: string) =>
    `${nodes[people[as].place].origin}/follow?uri=${encodeURIComponent(uri)}`;
  const partners = `${nodes.department.origin}/administration/partners`;
  return [
    {
      ...{ as: 'margaret', address: fraud },
      title: { en: 'A closed group of four agencies', nl: 'Een besloten groep van vier organisaties' },
      words: {
        en: 'What is written here stays at its author’s agency, and members elsewhere read it there. The group is labelled Confidential, and the ministry keeps a record copy, which everybody was told before joining.',
        nl: 'Wat hier wordt geschreven, blijft bij de organisatie van de schrijver, en leden elders lezen het daar. De groep heeft het label Vertrouwelijk, en het ministerie bewaart een archiefkopie; dat wist ieder voordat die lid werd.',
      },
    },
    {
      ...{ as: 'margaret', address: `${fraud}/requests` },
      title: { en: 'A request that waits', nl: 'Een aanvraag die wacht' },
      words: {
        en: 'Priya Nair has answered the two questions of the group. Let her in or decline here, one by one or many at once, and she reads the answer at her own node.',
        nl: 'Priya Nair heeft de twee vragen van de groep beantwoord. Laat haar hier toe of wijs haar af, een voor een of velen tegelijk; zij leest het antwoord op haar eigen knooppunt.',
      },
    },
    {
      ...{ as: 'margaret', address: here('margaret', cast.inFraud) },
      title: {
        en: 'What stays to be read while a node is away',
        nl: 'Wat te lezen blijft als een knooppunt uit staat',
      },
      words: {
        en: 'Grace of Harrowdean wrote this. Stop the node of Harrowdean above and open it once more: the ministry shows its record copy, and what members answer waits for her.',
        nl: 'Grace van Harrowdean schreef dit. Zet hierboven het knooppunt van Harrowdean uit en open het nog eens: het ministerie toont de archiefkopie, en wat leden antwoorden wacht op haar.',
      },
    },
    {
      ...{ as: 'margaret', address: `${services}/library` },
      title: { en: 'A library with an official pack', nl: 'Een bibliotheek met een officieel pakket' },
      words: {
        en: 'Folders, documents with all their versions, and the training pack on top. One document lies at Harrowdean Council and is read there when you open it.',
        nl: 'Mappen, documenten met al hun versies, en bovenaan het lesmateriaal. Eén document ligt bij Harrowdean Council en wordt daar gelezen als u het opent.',
      },
    },
    {
      ...{ as: 'margaret', address: `${services}/library/bin` },
      title: { en: 'The bin', nl: 'De prullenbak' },
      words: {
        en: 'Anneke has deleted a draft, and has thirty days to have it back. Other nodes have deleted it already.',
        nl: 'Anneke heeft een concept gewist, en kan het dertig dagen terughalen. Andere knooppunten hebben het al verwijderd.',
      },
    },
    {
      ...{ as: 'rhys', address: `${cast.deleted}/delivery` },
      title: { en: 'A deletion that other nodes confirm', nl: 'Een verwijdering die andere knooppunten bevestigen' },
      words: {
        en: 'Rhys took a post back. Each node that had a copy says here that it is gone.',
        nl: 'Rhys nam een bericht terug. Elk knooppunt dat een kopie had, zegt hier dat die weg is.',
      },
    },
    {
      ...{ as: 'anneke', address: here('anneke', dilemmas) },
      title: { en: 'A group that is only read live', nl: 'Een groep die alleen rechtstreeks te lezen is' },
      words: {
        en: 'It lives at Gemeente Zandhoven, and nothing of it is kept at the ministry: no text, no mail, no search. When that node is away, the page says since when.',
        nl: 'Ze staat bij Gemeente Zandhoven, en bij het ministerie wordt er niets van bewaard: geen tekst, geen mail, geen zoeken. Is dat knooppunt weg, dan zegt de pagina sinds wanneer.',
      },
    },
    {
      ...{ as: 'ines', address: cast.emergencies.waiting },
      title: { en: 'Emergency access that waits', nl: 'Noodtoegang die wacht' },
      words: {
        en: 'Inês is in no closed group, and asked to read one for a day. Margaret has to agree, or 72 hours pass; the people concerned have been told.',
        nl: 'Inês zit in geen besloten groep, en vroeg om er een dag een te lezen. Margaret moet instemmen, of er gaan 72 uur voorbij; wie het aangaat, weet ervan.',
      },
    },
    {
      ...{ as: 'ines', address: partners },
      title: { en: 'Partners, requests and proof', nl: 'Partners, verzoeken en bewijs' },
      words: {
        en: 'One agreement ends within a week, and a stranger proposes one. Each entry has its reason, its scope and its end, and a proof that a refusal refuses.',
        nl: 'Eén afspraak eindigt binnen een week, en een vreemde stelt er een voor. Elke regel heeft een reden, een reikwijdte en een einde, en een bewijs dat weigeren echt weigeren is.',
      },
    },
    {
      ...{ as: 'ines', address: `${partners}/rehearsal` },
      title: { en: 'The rehearsal', nl: 'De oefening' },
      words: {
        en: 'One button starts two partners that exist for seconds, and tries agreement, joining, posting, a closed group, deletion and suspension. Each line can be red.',
        nl: 'Eén knop start twee partners die seconden bestaan, en probeert afspraak, lid worden, schrijven, een besloten groep, verwijderen en opschorten. Elke regel kan rood worden.',
      },
    },
    {
      ...{ as: 'grace', address: `${cast.inFraud}/delivery` },
      title: { en: 'Where a closed post is', nl: 'Waar een besloten bericht is' },
      words: {
        en: 'Grace sees node by node who was told of her post, who fetched it, and who dropped it. Zandhoven’s copy is gone with a receipt, since its only member left the group.',
        nl: 'Grace ziet per knooppunt wie van haar bericht hoorde, wie het ophaalde en wie het wegdeed. De kopie van Zandhoven is weg, met een ontvangstbewijs, want het enige lid daar verliet de groep.',
      },
    },
    {
      ...{ as: 'priya', address: cast.document },
      title: {
        en: 'A document of the council, version by version',
        nl: 'Een document van de gemeente, versie voor versie',
      },
      words: {
        en: 'The file lies here; members of other agencies read it through their own nodes. Bring a new version, and they see it at once.',
        nl: 'Het bestand ligt hier; leden van andere organisaties lezen het via hun eigen knooppunt. Breng een nieuwe versie, en zij zien die meteen.',
      },
    },
    {
      ...{ as: 'priya', address: `${nodes.council.origin}/conversations` },
      title: { en: 'A conversation over nodes', nl: 'Een gesprek over knooppunten heen' },
      words: {
        en: 'Priya talks with Margaret of the ministry, and each keeps what she wrote. No administrator reads it, in no emergency.',
        nl: 'Priya praat met Margaret van het ministerie, en ieder bewaart wat die zelf schreef. Geen beheerder leest het, in geen noodgeval.',
      },
    },
    {
      ...{ as: 'ruth', address: here('ruth', fraud) },
      title: { en: 'Introduced by a group', nl: 'Geïntroduceerd door een groep' },
      words: {
        en: 'Millbrook Homes has an agreement with the ministry alone. The group introduces it to the councils, so that Ruth reads what Grace wrote at Harrowdean, in this group and nowhere else.',
        nl: 'Millbrook Homes heeft alleen een afspraak met het ministerie. De groep introduceert het bij de gemeenten, zodat Ruth leest wat Grace bij Harrowdean schreef: in deze groep en nergens anders.',
      },
    },
    {
      ...{ as: 'sanne', address: dilemmas },
      title: { en: 'A closed group that is only read live', nl: 'Een besloten groep die alleen live te lezen is' },
      words: {
        en: 'Members at the ministry read along here and nothing of it is kept there. “What remains where” says so, with everything that ever changed.',
        nl: 'Leden van het ministerie lezen hier mee zonder dat daar iets bewaard wordt. Onder ‘Wat waar blijft’ staat dat, met alles wat ooit veranderd is.',
      },
    },
    {
      ...{ as: 'pieter', address: cast.emergencies.used },
      title: { en: 'Emergency access that was used', nl: 'Noodtoegang die gebruikt is' },
      words: {
        en: 'Pieter read two pages of a closed group in an emergency, after Sanne had agreed. Each page is written down, and the members know.',
        nl: 'Pieter las in een noodgeval twee pagina’s van een besloten groep, nadat Sanne had ingestemd. Elke pagina staat opgeschreven, en de leden weten ervan.',
      },
    },
  ];
}
