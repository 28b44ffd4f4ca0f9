import { type PersonKey, type Place, people } from './content.ts';
import type { Cast } from './story.ts';

/** Something to look at: by whom, where, and what it is in two sentences, in the language of whoever it is for. */
export type Sight = { as: PersonKey; title: string; words: string; address: string };

/** What is worth a look, by who sees it. */
export function sightsOf(nodes: Record<Place, { origin: string }>, cast: Cast): Sight[] {
  const { services, fraud, dilemmas } = cast.groups;
  /** The page of something elsewhere, on the node of whoever looks. */
  const here = (as: PersonKey, uri: string) =>
    `${nodes[people[as].place].origin}/follow?uri=${encodeURIComponent(uri)}`;
  const partners = `${nodes.department.origin}/administration/partners`;
  return [
    {
      ...{ as: 'margaret', title: 'A closed group of four agencies', address: fraud },
      words:
        'What is written here stays at its author’s agency, and members elsewhere read it there. The group is labelled Confidential, and the ministry keeps a record copy, which everybody was told before joining.',
    },
    {
      ...{ as: 'margaret', title: 'A request that waits', address: `${fraud}/requests` },
      words:
        'Priya Nair has answered the two questions of the group. Let her in or decline here, one by one or many at once, and she reads the answer at her own node.',
    },
    {
      ...{ as: 'margaret', title: 'A library with an official pack', address: `${services}/library` },
      words:
        'Folders, documents with all their versions, and the training pack on top. One document lies at Harrowdean Council and is read there when you open it.',
    },
    {
      ...{ as: 'margaret', title: 'The bin', address: `${services}/library/bin` },
      words: 'Anneke has deleted a draft, and has thirty days to have it back. Other nodes have deleted it already.',
    },
    {
      ...{ as: 'rhys', title: 'A deletion that other nodes confirm', address: `${cast.deleted}/delivery` },
      words: 'Rhys took a post back. Each node that had a copy says here that it is gone.',
    },
    {
      ...{ as: 'anneke', title: 'A group that is only read live', address: here('anneke', dilemmas) },
      words:
        'It lives at Gemeente Zandhoven, and nothing of it is kept at the ministry: no text, no mail, no search. When that node is away, the page says since when.',
    },
    {
      ...{ as: 'ines', title: 'Emergency access that waits', address: cast.emergencies.waiting },
      words:
        'Inês is in no closed group, and asked to read one for a day. Margaret has to agree, or 72 hours pass; the people concerned have been told.',
    },
    {
      ...{ as: 'ines', title: 'Partners, requests and proof', address: partners },
      words:
        'One agreement ends within a week, and a stranger proposes one. Each entry has its reason, its scope and its end, and a proof that a refusal refuses.',
    },
    {
      ...{ as: 'ines', title: 'The rehearsal', address: `${partners}/rehearsal` },
      words:
        'One button starts two partners that exist for seconds, and tries agreement, joining, posting, a closed group, deletion and suspension. Each line can be red.',
    },
    {
      ...{ as: 'grace', title: 'Where a closed post is', address: `${cast.inFraud}/delivery` },
      words:
        'Grace sees node by node who was told of her post, who fetched it, and who dropped it. Zandhoven’s copy is gone with a receipt, since its only member left the group.',
    },
    {
      ...{ as: 'priya', title: 'A document of the council, version by version', address: cast.document },
      words:
        'The file lies here; members of other agencies read it through their own nodes. Bring a new version, and they see it at once.',
    },
    {
      ...{ as: 'priya', title: 'A conversation over nodes', address: `${nodes.council.origin}/conversations` },
      words:
        'Priya talks with Margaret of the ministry, and each keeps what she wrote. No administrator reads it, in no emergency.',
    },
    {
      ...{ as: 'ruth', title: 'Introduced by a group', address: here('ruth', fraud) },
      words:
        'Millbrook Homes has an agreement with the ministry alone. The group introduces it to the councils, so that Ruth reads what Grace wrote at Harrowdean, in this group and nowhere else.',
    },
    {
      ...{ as: 'sanne', title: 'Een besloten groep die alleen live te lezen is', address: dilemmas },
      words:
        'Leden van het ministerie lezen hier mee zonder dat daar iets bewaard wordt. Onder ‘Wat de groep belooft’ staat dat, met alles wat ooit veranderd is.',
    },
    {
      ...{ as: 'pieter', title: 'Noodtoegang die gebruikt is', address: cast.emergencies.used },
      words:
        'Pieter las in een noodgeval twee pagina’s van een besloten groep, nadat Sanne had ingestemd. Elke pagina staat opgeschreven, en de leden weten ervan.',
    },
  ];
}
