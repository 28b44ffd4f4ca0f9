import { changingRoutes, type Row } from './changing-routes-table.ts';
import { places, type Visitor, visitors } from './closed-world.ts';
import { type Row as Looked, looking, totals } from './looking-table.ts';
import { outcomeOf, outcomes, type Rule, type RuleName, rules } from './rules.ts';
import type { Person } from './seed.ts';

const placeWords = {
  hidden: 'Hidden group',
  listed: 'Closed, listed group',
  open: 'Open group',
  elsewhere: 'Closed group of another node',
};

const personWords: Partial<Record<Person, string>> = {
  ...{
    bystander: 'somebody outside',
    owner: 'owner',
    facilitator: 'facilitator',
    member: 'member',
    colleague: 'another member',
  },
  ...{ reader: 'member who does not follow', requester: 'somebody who asks to join', invitee: 'somebody invited' },
  ...{ banned: 'somebody banned', administrator: 'administrator', officer: 'federation officer', guest: 'guest' },
};
const named = (person: Person) => personWords[person] ?? person;

const lines = (rows: string[][]): string => rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
const head = (...names: string[]): string => lines([names, names.map(() => '---')]);

/** Visitors who are told the same stand in one line. */
function matrix(rule: Rule): string {
  const alike = Map.groupBy(Object.keys(visitors) as Visitor[], (visitor) => rule.cells[visitor]);
  const rows = [...alike.values()].map((group) => [
    group.map((visitor) => `**${visitor}**`).join(', '),
    ...places.map((_place, index) => outcomeOf(rule, group[0] as Visitor, index)),
  ]);
  return `${head('Who', ...places.map((place) => placeWords[place]))}\n${lines(rows)}`;
}

const ruleOf = (row: Looked): RuleName => (typeof row === 'string' ? row : row.rule);

function sectionsOf(kind: 'GET' | 'NODES'): string {
  const routes = Object.entries(looking).filter(([route]) => route.startsWith(kind));
  const byRule = Map.groupBy(routes, ([, row]) => ruleOf(row));
  return [...byRule]
    .map(([name, found]) => {
      const addresses = found.map(([route]) => `- \`${route.replace('NODES ', '')}\``).join('\n');
      return `### ${rules[name].says}\n\n${matrix(rules[name])}\n\n${addresses}`;
    })
    .join('\n\n');
}

function changing(route: string, row: Row): string[] {
  if ('open' in row) return [`\`${route}\``, `anybody: ${row.open}`, ''];
  return [`\`${route}\``, named(row.as), row.not.map(named).join(', ')];
}

/** Text of docs/access.md. */
export function accessDocument(): string {
  const who = lines(Object.entries(visitors).map(([name, says]) => [`**${name}**`, says]));
  const what = lines(Object.entries(outcomes).map(([name, says]) => [`**${name}**`, says]));
  return `# Who may see what

Every address of a node, and what it tells of a group to each kind of visitor. This page is made from the tables in \`test/access\`, and a test asks a node at each address as each visitor: what it says
here is what happens. An address that is missing here fails that test, and so does one that tells anybody more, or less.

Nobody reads a closed group because of what they are on the node: an administrator and a federation officer who are not in it are told what any colleague is told. What an administrator can do in
an emergency is in [the guide for security officers](security-officer.md).

A node that asks for a page, a feed or the API is nobody, whatever it signs with: what is said of **nobody** there is said of every node, byte for byte, and nodes have lines of their own only where nodes ask.

Beside what is said here the test holds: whoever may not know of a hidden group gets the same bytes as for one that does not exist; no number, list or date that an outsider is told changes when a hidden group
is made and filled, but the totals named below; no word of a closed group is in a line of the log or in a mail; and a mail that there is something to read in one goes to those who take part.

## Who asks

${head('Name', 'Who it is')}
${who}

A node is proven by the signature of its request. On pages and in the API a signature means nothing: nodes are told what nobody is told.

## What they are told

${head('Word', 'What it means')}
${what}

## Pages, the API, files, feeds and news

${sectionsOf('GET')}

## What other nodes ask for

As ActivityStreams, at the same addresses. \`/posts\`, \`/activities\` and \`/files\` of a closed group of another node are those that people of this node brought there.

${sectionsOf('NODES')}

## Totals of the whole node

What is in closed groups counts in these numbers, which only administrators and federation officers see. They name no group.

${head('Address', 'What it counts')}
${lines(Object.entries(totals).map(([route, says]) => [`\`${route}\``, says]))}

## What changes something

In a hidden group, unless it is about something else. Whoever has not signed in is led to signing in, or refused by the API; whoever is refused changes nothing.

${head('Address', 'Who does it', 'Who is refused')}
${lines(Object.entries(changingRoutes).map(([route, row]) => changing(route, row)))}
`;
}
