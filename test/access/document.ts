import { changingRoutes } from './changing-routes-table.ts';
import { isNode, places, type Visitor, visitors } from './closed-world.ts';
import { posted, type Receipt, receiptOf, receipts } from './delivering.ts';
import { type Row as Looked, looking, totals } from './looking-table.ts';
import { outcomeOf, outcomes, type Rule, type RuleName, rules } from './rules.ts';
import type { Person } from './seed.ts';
import { sentPlaces } from './sending.ts';
import { answerOfRule, answers, type SendingRule, sending } from './sending-table.ts';

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

/** People whom the visitors do not tell apart. */
const finer: Person[] = ['owner', 'colleague', 'reader'];

/** An address that changes something, with who of those whom the table above does not tell apart may, and may not. */
function changing(route: string): string {
  const row = changingRoutes[route];
  if (!row || 'open' in row) return `- \`${route}\`${row ? `: ${row.open}` : ''}`;
  const not = row.not.filter((person) => finer.includes(person)).map(named);
  const may = finer.includes(row.as) ? [`done by: ${named(row.as)}`] : [];
  const said = [...may, ...(not.length > 0 ? [`refused as well: ${not.join(', ')}`] : [])];
  return `- \`${route}\`${said.length > 0 ? ` (${said.join('; ')})` : ''}`;
}

function sendingSection(rule: SendingRule): string {
  const everybody = Object.keys(visitors) as Visitor[];
  const width = rule.cells.nobody.length;
  const among = width === 1 ? ['Answer'] : sentPlaces.map((place) => placeWords[place]);
  const rows = [...Map.groupBy(everybody, (visitor) => rule.cells[visitor]).values()].map((group) => [
    group.map((visitor) => `**${visitor}**`).join(', '),
    ...among.map((_place, index) => answerOfRule(rule, group[0] as Visitor, index)),
  ]);
  return `### ${rule.says}\n\n${head('Who', ...among)}\n${lines(rows)}\n\n${rule.routes.map(changing).join('\n')}`;
}

/** Who is answered what at an address for deliveries. */
function deliverySection(paths: readonly string[]): string {
  const [path = ''] = paths;
  const alike = Map.groupBy(Object.keys(visitors) as Visitor[], (visitor) => receiptOf(path, visitor));
  const rows = [...alike].map(([receipt, group]) => [
    group.map((one) => `**${one}**`).join(', '),
    receipt satisfies Receipt,
  ]);
  return `${head('Who', 'Answer')}\n${lines(rows)}\n\n${paths.map((one) => `- \`POST ${one}\``).join('\n')}`;
}

/** Nodes, where they have no line of their own, and the addresses at which they have. */
function nodesSentence(): string {
  const asNobody = Object.entries(looking).filter(
    ([route, row]) =>
      route.startsWith('GET ') &&
      (Object.keys(visitors) as Visitor[])
        .filter(isNode)
        .every((node) => rules[ruleOf(row)].cells[node] === rules[ruleOf(row)].cells.nobody),
  );
  const own = Object.keys(looking).filter(
    (route) => route.startsWith('GET ') && !asNobody.some(([one]) => one === route),
  );
  const names = (Object.keys(visitors) as Visitor[]).filter(isNode).map((node) => `**${node}**`);
  return `Nodes (${names.join(', ')}) that ask for a page, a feed or the API, or send something there, are answered what **nobody** is answered, byte for byte, whatever they sign with and whatever token they have: at ${asNobody.length} of ${asNobody.length + own.length} addresses that are looked at, and at every one that changes something. They are told something of their own at ${own.map((route) => `\`${route}\``).join(', ')}, and where nodes ask (below).`;
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

${nodesSentence()}

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

## What other nodes deliver

The answer is the same whatever group it is about, and whether there is one. The test sends what would change something in each kind of group (likes, answers, reports, changed and deleted posts, a changed group, a removed member), from
people of each kind of node who have no part in it, and nothing in the groups is changed by it.

${head('Word', 'What it means')}
${lines(Object.entries(receipts).map(([name, says]) => [`**${name}**`, says]))}

${[...Map.groupBy(posted, (path) => path === '/node/proposals').values()].map(deliverySection).join('\n\n')}

## Totals of the whole node

What is in closed groups counts in these numbers, which only administrators and federation officers see. They name no group.

${head('Address', 'What it counts')}
${lines(Object.entries(totals).map(([route, says]) => [`\`${route}\``, says]))}

## What changes something

Forms of pages and requests of programs, about something in a hidden and in a closed, listed group; where it is about nothing in a group there is one answer. The test sends what somebody who may would send.
Whoever is refused changes nothing: all tables are compared. Somebody who is banned is answered as a stranger, but may still go. No answer has a title or text of a group that its reader does not read, nor a name that they may not know.

${head('Word', 'What it means')}
${lines(Object.entries(answers).map(([name, says]) => [`**${name}**`, says]))}

${Object.values(sending).map(sendingSection).join('\n\n')}
`;
}
