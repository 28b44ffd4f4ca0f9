import { places, type Visitor, visitors } from './closed-world.ts';

/** What an answer tells of a thing, from most to least. */
export const outcomes = {
  content: 'titles, texts, files',
  profile: 'that there is such a group, its name and what it is for; no titles, texts or files',
  facts:
    'that there is something, with addresses, states, numbers or names of people; no name of the group, no titles, texts or files',
  refused: 'told that they may not; the same as for what is missing, unless they may know of the group',
  'signed out': 'led to signing in, or asked for a signature or token, whatever the address',
  'as missing': 'the same answer, to the byte, as if there were no such thing',
} as const;
export type Outcome = keyof typeof outcomes;
const letters: Record<string, Outcome> = {
  ...{ C: 'content', P: 'profile', F: 'facts', r: 'refused', s: 'signed out' },
  '-': 'as missing',
};

/** What each visitor is told of a thing in each place: one letter for hidden, listed, open and elsewhere. */
export type Rule = { says: string; cells: Record<Visitor, string> };
type Given = Partial<Record<Visitor, string>>;

export function outcomeOf(rule: Rule, visitor: Visitor, place: number): Outcome {
  const outcome = letters[rule.cells[visitor]?.[place] ?? ''];
  if (!outcome) throw new Error(`"${rule.says}" needs ${places.length} letters for ${visitor}`);
  return outcome;
}

const signedOut: Visitor[] = ['nobody', 'signed out', 'ended'];
const nodes: Visitor[] = ['unlisted', 'blocked', 'suspended', 'allowed', 'thief', 'left', 'introduced', 'members'];

function rule(says: string, given: Given, like: (visitor: Visitor) => Visitor | string): Rule {
  const cell = (visitor: Visitor): string => {
    const own = given[visitor];
    if (own !== undefined) return own;
    const other = like(visitor);
    return other in visitors ? cell(other as Visitor) : other;
  };
  return {
    says,
    cells: Object.fromEntries(Object.keys(visitors).map((one) => [one, cell(one as Visitor)])) as Rule['cells'],
  };
}

/** For people: whoever is not named is told what a stranger is told, and who has not signed in, nodes included, is led to signing in. */
const page = (says: string, given: Given): Rule =>
  rule(says, given, (visitor) => {
    if (visitor === 'nobody') return 'ssss';
    if (signedOut.includes(visitor) || nodes.includes(visitor)) return 'nobody';
    if (visitor === 'facilitator') return 'member';
    return visitor === 'stranger' ? '----' : 'stranger';
  });
/** For nodes: people are not answered, nor who has no agreement. */
const between = (says: string, given: Given): Rule =>
  rule(says, given, (visitor) => {
    if (!nodes.includes(visitor)) return 'ssss';
    if (visitor === 'thief' || visitor === 'left') return 'allowed';
    return visitor === 'allowed' || visitor === 'members' ? '----' : 'rrrr';
  });

const all = (letter: string) => letter.repeat(places.length);
const onlyFor = (...who: Visitor[]): Given => ({
  ...{ stranger: all('r'), guest: all('r'), member: all('r') },
  ...Object.fromEntries(who.map((one) => [one, all('-')])),
});

export const rules = {
  anybody: page('Open to anybody, and says nothing of any group', { nobody: all('-') }),
  nobodyYet: page('Answers whoever comes back from an identity provider, and nobody else', {
    nobody: all('r'),
    stranger: all('r'),
  }),
  own: page('About the visitor’s own account: says nothing of any group', {}),
  staff: page('For people of the agency, not for guests: says nothing of any group', { guest: all('r') }),
  administration: page('For administrators: says nothing of any group', onlyFor('administrator')),
  partners: page(
    'For administrators and federation officers: says nothing of any group',
    onlyFor('administrator', 'officer'),
  ),
  deciding: page('For federation officers: says nothing of any group', onlyFor('officer')),
  explaining: page('For administrators and federation officers: what a partner gets at an address that they name', {
    ...onlyFor(),
    ...{ administrator: 'FFFF', officer: 'FFFF' },
  }),
  proving: page(
    'For administrators and federation officers: proof of what a partner gets, of groups that people here may know of or at an address that they name',
    {
      ...onlyFor(),
      ...{ administrator: 'FPP-', officer: 'FPP-' },
    },
  ),
  proven: page('For administrators and federation officers: the paper of such a proof', {
    ...onlyFor(),
    ...{ administrator: 'FFF-', officer: 'FFF-' },
  }),
  sponsoring: page('For administrators and whoever answers for a guest: says nothing of any group', {
    ...onlyFor('stranger', 'administrator'),
    ...{ former: all('r'), asking: all('r'), invited: all('r'), officer: all('r') },
  }),

  reading: page('Reads what is in a group', { stranger: '--C-', guest: all('-'), invited: 'CCC-', member: all('C') }),
  home: page('A group’s first page: those who may know of a closed group see what it is for', {
    ...{ nobody: all('-'), stranger: '-PC-', guest: all('-'), asking: 'PPC-', invited: 'CCC-', member: all('C') },
  }),
  feeding: page('News of one’s own groups', { member: all('C') }),
  beginning: page('One’s own first page: news of one’s groups, and where one asked or is invited', {
    ...{ nobody: all('-'), asking: 'PPP-', invited: 'PPP-', member: all('C') },
  }),
  ownGroups: page('Groups: one’s own, and those that people here may know of', {
    ...{ nobody: all('-'), stranger: '-PP-', guest: all('-'), asking: 'PPP-', invited: 'PPP-', member: all('P') },
  }),
  knowing: page('Lists and describes groups that one may know of', {
    ...{ stranger: '-PP-', guest: all('-'), asking: 'PPP-', invited: 'PPP-', member: all('P') },
  }),
  askedFor: page('What somebody is asked who asks to join, for those who may know of the group', {
    ...{ stranger: '-PP-', guest: all('-'), asking: 'PPP-', invited: 'PPP-', member: 'PPPF' },
  }),
  labelled: page('How confidential a group is, for those who may know of it', {
    ...{ stranger: '-FF-', guest: all('-'), asking: 'FFF-', invited: 'FFF-', member: all('F') },
  }),
  promised: page('What a group promises and asks', {
    ...{ nobody: all('-'), stranger: '-PP-', guest: all('-'), asking: 'PPP-', invited: 'PPP-', member: all('P') },
  }),
  whoIsIn: page('Who is in a group, for those who read it', {
    ...{ stranger: '-rP-', guest: all('-'), asking: 'rrP-', invited: 'PPP-', member: all('P') },
  }),
  whoIsInList: page('Who is in a group, for those who read it, as a list', {
    ...{ stranger: '-rF-', guest: all('-'), asking: 'rrF-', invited: 'FFF-', member: all('F') },
  }),
  reached: page('Where a post has arrived, and whom one can name in a text: for those who read the group', {
    ...{ stranger: '--F-', guest: all('-'), invited: 'FFF-', member: all('F') },
  }),
  tagged: page('What has a tag, in groups that one reads as a member or that are open', {
    stranger: '--C-',
    guest: all('-'),
    member: all('C'),
  }),
  asking: page('Asks to take part', {
    ...{ stranger: '-PF-', guest: all('-'), asking: 'FFF-', invited: 'FFF-', member: all('F') },
  }),
  writing: page('Writes in a group: for its members', {
    ...{ stranger: '--r-', guest: all('-'), invited: 'rrr-', member: all('P') },
  }),
  adding: page('Adds to a library: for members', {
    ...{ stranger: '--r-', guest: all('-'), invited: 'rrr-', member: all('C') },
  }),
  arranging: page('Makes and changes folders: for those who run a group of this node', {
    ...{ stranger: '--r-', guest: all('-'), invited: 'rrr-', member: all('r'), facilitator: 'CCCr' },
  }),
  renewing: page('Moves a document or brings a version: for its author and those who run the group', {
    ...{ stranger: '--r-', guest: all('-'), invited: 'rrr-', member: all('r'), facilitator: all('C') },
  }),
  binned: page('What one deleted oneself; to those who run the group, what anybody did', {
    ...{ stranger: '--P-', guest: all('-'), invited: 'PPP-', member: all('P') },
  }),
  binnedList: page('What one deleted oneself, as a list; to those who run the group, what anybody did', {
    ...{ stranger: '--F-', guest: all('-'), invited: 'FFF-', member: all('F') },
  }),
  moderating: page('For those who run the group: reports, and removing what was written', {
    ...{ stranger: '--r-', guest: all('-'), invited: 'rrr-', member: all('r'), facilitator: all('C') },
  }),
  authoring: page('For the author of a post alone', {
    ...{ stranger: '--r-', guest: all('-'), invited: 'rrr-', member: all('r') },
  }),
  requests: page('For those who run the group: who asks to take part', {
    ...{ stranger: '-rr-', guest: all('-'), asking: 'rrr-', invited: 'rrr-', member: all('r'), facilitator: all('P') },
  }),
  requestsList: page('For those who run the group: who asks to take part, as a list', {
    ...{ stranger: '-rr-', guest: all('-'), asking: 'rrr-', invited: 'rrr-', member: all('r'), facilitator: all('F') },
  }),
  inviting: page('For those who run a group of this node', {
    ...{ stranger: '-rr-', guest: all('-'), asking: 'rrr-', invited: 'rrr-', member: all('r'), facilitator: 'PPPr' },
  }),
  owning: page('For the owners of a group of this node', {
    ...{ stranger: '-rr-', guest: all('-'), asking: 'rrr-', invited: 'rrr-', member: all('r') },
  }),
  remembering: page('Who read a group in an emergency: for its members', {
    ...{ stranger: '-rr-', guest: all('-'), asking: 'rrr-', invited: 'rrr-', member: all('P') },
  }),
  rememberingList: page('Who read a group in an emergency, as a list: for its members', {
    ...{ stranger: '-rr-', guest: all('-'), asking: 'rrr-', invited: 'rrr-', member: all('F') },
  }),
  confirming: page('For those who run a group of this node, after a restore', { facilitator: 'FFF-' }),
  told: page('What one was told of', { invited: 'PPP-', member: all('P'), facilitator: all('-') }),
  toldOne: page('One thing that one was told of: leads there', { member: all('F'), facilitator: all('-') }),
  silencing: page('What one hears of', { member: all('P') }),
  held: page('What one wrote and has not left yet: for its author alone', { member: all('C'), facilitator: all('-') }),
  wrote: page('What one wrote: for its author alone', { member: all('C'), facilitator: all('-') }),
  listening: page('News of a group as it happens, for pages that one may read', {
    member: all('F'),
    facilitator: all('-'),
  }),

  viewing: page('A file on a page: by the rule of what it hangs on, and without signing in as if it were not there', {
    ...{ nobody: all('-'), stranger: '--C-', guest: all('-'), invited: 'CCC-', member: all('C') },
  }),
  passing: page(
    'A file at the second address, by an address that its reader was given: for a minute, or half an hour in a viewer of PDF, as long as they read it, whether they have signed out or not',
    {
      ...{ nobody: all('-'), 'signed out': all('C'), ended: all('-'), stranger: '--C-' },
      ...{ guest: all('-'), invited: 'CCC-', member: all('C') },
    },
  ),
  opened: page('Who opened a file of a closed group: for its author and those who run the group', {
    ...{ nobody: all('-'), facilitator: 'CC-C' },
  }),
  openedList: page('Who opened a file of a closed group, as a list: for its author and those who run the group', {
    facilitator: 'FF-F',
  }),
  bytes: rule(
    'Files: by the rule of what they hang on, for people and for nodes',
    {
      ...{ nobody: all('-'), stranger: '--C-', guest: all('-'), invited: 'CCC-', member: all('C') },
      ...{ unlisted: all('r'), allowed: '--C-', introduced: '---C', members: all('C') },
    },
    (visitor) => {
      if (visitor === 'blocked' || visitor === 'suspended') return 'unlisted';
      if (visitor === 'thief' || visitor === 'left') return 'allowed';
      if (visitor === 'facilitator') return 'member';
      return signedOut.includes(visitor) ? 'nobody' : 'stranger';
    },
  ),

  toAnybody: page('Answers anybody, and says nothing of any group', { nobody: all('-'), stranger: all('-') }),
  finding: page('WebFinger: listed groups that are not closed, for anybody', {
    nobody: '--P-',
    stranger: '--P-',
    guest: '--P-',
    member: '--P-',
  }),
  betweenNodes: between('For nodes with an agreement: says nothing of any group', {}),
  describing: between('Describes a group to nodes that may know of it', { allowed: '-PP-', members: 'PPP-' }),
  listing: between('Lists the groups that people of other nodes may find', { allowed: '-PP-', members: '-PP-' }),
  collecting: between('Lists of a group, as addresses: for nodes that read it', { allowed: '--F-', members: 'FFF-' }),
  telling: between('What was written in a group: of a closed one addresses and numbers alone', {
    allowed: '--C-',
    members: 'FFC-',
  }),
  authored: between(
    'What people here wrote, at its author’s node: in a closed group for nodes of members, with a token of that group',
    {
      ...{ allowed: '--C-', introduced: '---C', members: all('C') },
    },
  ),
  threads: between('Threads of groups of this node, as addresses', {
    allowed: '--F-',
    introduced: all('-'),
    members: 'FFF-',
  }),
  threadTexts: between('Threads of groups of this node: of a closed one addresses and numbers alone', {
    ...{ allowed: '--C-', introduced: all('-'), members: 'FFC-' },
  }),
  announced: between('What people here did, as it was told to the nodes that got it', {
    left: '--C-',
    introduced: '---C',
    members: '--CC',
  }),
  announcedInside: between(
    'What people here wrote, as it is announced: in a closed group for nodes of members, with a token of that group',
    {
      ...{ left: '--C-', introduced: '---C', members: all('C') },
    },
  ),
  answers: between('Answers to what people here wrote, as addresses', {
    allowed: '--F-',
    introduced: '---F',
    members: all('F'),
  }),
  shelving: between('Folders of groups of this node, for nodes that read the group', {
    allowed: '--C-',
    members: 'CCC-',
  }),
  streams: between('What happens in a group, for nodes that get it', { left: '--C-', members: 'PPC-' }),
  granting: between('The token of a closed group, for nodes of its members', { members: 'FF--' }),
} satisfies Record<string, Rule>;
export type RuleName = keyof typeof rules;
