import { agencies, type PersonKey, people, places } from './demo-content.ts';
import type { Cast, DemoNodes } from './demo-story.ts';

/** Who can be signed in as, and what for. */
const roles: [PersonKey, string][] = [
  ['margaret', 'runs a group at the department'],
  ['ines', 'security officer, administers the department and decides about partners'],
  ['priya', 'officer of the council'],
  ['sanne', 'runs a group in Dutch at the other council'],
  ['leo', 'at the stranger'],
];

/** What is printed once the demo is ready: addresses, links to sign in, and what to try. */
export async function describeDemo(nodes: DemoNodes, cast: Cast): Promise<string> {
  const links = await Promise.all(
    roles.map(async ([key, what]) => {
      const node = nodes[people[key].place];
      const [link = ''] = await node.perform([{ do: 'link', person: cast.people[key] }]);
      return `  ${people[key].name}, ${what}\n    ${link}`;
    }),
  );
  const addresses = places.map((place) => `  ${nodes[place].origin}  ${agencies[place].name}, ${agencies[place].what}`);
  const { services, housing, zandhoven } = cast.groups;
  const things = [
    `Join from elsewhere: as Priya open ${nodes.council.origin}/groups/join, paste ${zandhoven} and join. Its topics are there.`,
    `See where a post goes: as Priya start a topic in "Local services"; below it stands which nodes it has reached.`,
    `Let somebody in: sign in as Tom (link below the others), open the requests of ${housing} and let Priya in.`,
    `Stop a partner: as Inês open ${nodes.department.origin}/administration/partners, choose Harrowdean Council, suspend it, and post as Priya again.`,
    `Be refused: run  curl -i -H 'Accept: application/activity+json' ${housing}`,
  ];
  return [
    '',
    'The demo is ready. Each address is a node of its own:',
    ...addresses,
    '',
    'Sign in with these links, each once. One browser can be signed in at all nodes:',
    ...links,
    '',
    `Readable by anyone, signed in or not:\n  ${services}`,
    '',
    'Five things to try:',
    ...things.map((thing, index) => `  ${index + 1}. ${thing}`),
    '',
    'End it with Ctrl-C. Nothing is kept.',
  ].join('\n');
}
