import { agencies, type PersonKey, people, places, type Words } from './content.ts';
import type { Cast, DemoNodes } from './story.ts';

/** Who can be signed in as, and what for. */
export const signInRoles: { key: PersonKey; what: Words }[] = [
  {
    key: 'margaret',
    what: {
      en: 'runs the groups of the department, one of them closed',
      nl: 'leidt de groepen van het ministerie, waarvan één besloten',
    },
  },
  {
    key: 'ines',
    what: {
      en: 'security officer of the department: administers its node and decides about partners',
      nl: 'beveiligingsfunctionaris van het ministerie: beheert het knooppunt en beslist over partners',
    },
  },
  { key: 'priya', what: { en: 'officer of Harrowdean Council', nl: 'medewerker van Harrowdean Council' } },
  {
    key: 'grace',
    what: {
      en: 'of Harrowdean Council too, and in the closed group',
      nl: 'ook van Harrowdean Council, en lid van de besloten groep',
    },
  },
  {
    key: 'moira',
    what: { en: 'administers the node of Harrowdean Council', nl: 'beheert het knooppunt van Harrowdean Council' },
  },
  {
    key: 'sanne',
    what: {
      en: 'runs the Dutch groups at Gemeente Zandhoven',
      nl: 'leidt de Nederlandse groepen bij Gemeente Zandhoven',
    },
  },
  {
    key: 'pieter',
    what: { en: 'administers the node of Gemeente Zandhoven', nl: 'beheert het knooppunt van Gemeente Zandhoven' },
  },
  {
    key: 'ruth',
    what: {
      en: 'of a housing association, in the closed group',
      nl: 'van een woningcorporatie, lid van de besloten groep',
    },
  },
  { key: 'leo', what: { en: 'at the stranger', nl: 'bij de vreemde' } },
];

/** What is printed once the demo is ready: addresses, links to sign in, and what to try. */
export async function describeDemo(nodes: DemoNodes, cast: Cast, desk: string): Promise<string> {
  const links = await Promise.all(
    signInRoles.map(async ({ key, what: { en: what } }) => {
      const node = nodes[people[key].place];
      const [link = ''] = await node.perform([{ do: 'link', person: cast.people[key] }]);
      return `  ${people[key].name}, ${what}\n    ${link}`;
    }),
  );
  const addresses = places.map((place) => `  ${nodes[place].origin}  ${agencies[place].name}, ${agencies[place].what}`);
  const { services, housing, zandhoven } = cast.groups;
  const { department, council, stranger } = nodes;
  const partners = `${department.origin}/administration/partners`;
  const things = [
    `Join elsewhere. As Priya open  ${council.origin}/groups/join  and paste  ${zandhoven}  All its topics are there at once. Join it.`,
    'See where a post goes. As Priya start a topic in "Local services": the form says who will get it. Seconds later, open it again: it says which nodes have it.',
    `Let somebody in. As Margaret open  ${department.origin}  Priya has asked to join the housing group. Let her in, and open it as Priya.`,
    `Be a stranger. Run  curl -i -H 'Accept: application/activity+json' ${housing}  and, as Inês, read why: ${partners}/explain?origin=${stranger.origin}&thing=${housing}`,
    `Look after the node. As Inês open  ${department.origin}/administration  It says what waits for you: a proposal, an agreement that ends, and a delivery to Harrowdean Council that failed and was put aside.`,
    `Read what stays elsewhere. As Margaret open  ${cast.groups.fraud}  Four agencies write in it, and each keeps its own. As Ruth open it too: her node has no agreement with Harrowdean, the group introduces them.`,
    `Suspend a partner. As Inês open  ${partners}  and choose Harrowdean Council, read what a suspension does, do it, and post as Priya: it waits. Allow again: it arrives.`,
  ];
  return [
    '',
    'The demo is ready. Each address is a node of its own:',
    ...addresses,
    '',
    `Begin at the visitor's desk, which signs you in as anybody with one click and shows what passes between the nodes:\n  ${desk}`,
    '',
    'Or sign in with these links. Each works once, and a browser holds one person per node (a private window holds another):',
    ...links,
    '',
    `Anyone can read this group, signed in or not:\n  ${services}`,
    '',
    'Seven things to try:',
    ...things.map((thing, index) => `  ${index + 1}. ${thing}`),
    '',
    'At the desk, or with  npm run joinery -- demo stranger|stop|kill|remove|agree , let the stranger try its doors, stop a node, kill one in the middle of a post, remove a member of a closed group, or agree to an emergency access.',
    'End it with Ctrl-C. Nothing is kept.',
  ].join('\n');
}
