/** Words that stand nowhere else, by what they are in: the group's name, the post of B, its edited text, its file, the reply of C, the document in the library and its second version, and what is written by the host. */
export const words = {
  G: 'Quillon',
  P: 'Kestrel',
  E: 'Wagtail',
  F: 'Otterburn',
  R: 'Wombat',
  D: 'Lapwing',
  V: 'Pangolin',
  H: 'Heronry',
} as const;
export type Letter = keyof typeof words;
export const letters = Object.keys(words) as Letter[];
/** Stands in all that is written: what is searched for. */
export const common = 'nesting';

export const nodeNames = ['a', 'b', 'c', 'x'] as const;
export type NodeName = (typeof nodeNames)[number];
export const people = ['ada', 'nora', 'bob', 'cleo', 'dora', 'xena'] as const;
export type Person = (typeof people)[number];

/** Where a person is told something by their node, and of which words each can say any. */
const opens = {
  page: 'GPEFRH',
  thread: 'PEFRH',
  list: 'PEFDVH',
  group: 'GPEDH',
  topics: 'GPEDH',
  groups: 'G',
  library: 'GDV',
  document: 'DV',
  start: 'GPERDH',
  feed: 'PERDH',
  search: 'GPERDH',
  about: 'F',
  bytes: 'F',
  range: 'F',
  kept: 'DV',
  atom: '',
  bell: '',
  live: 'G',
  heard: '',
} as const;
export type Door = keyof typeof opens;
export const doors = Object.keys(opens) as Door[];

/** How somebody stands with the group: their node shows them that there is one, that they asked, or all that is in it. */
type Standing = 'knows' | 'asks' | 'in';
const shown: Record<Standing, readonly Door[]> = {
  knows: ['group', 'groups'],
  asks: ['group', 'groups', 'start'],
  in: ['group', 'groups', 'start', 'topics', 'library', 'live', 'bell'],
};
/** What a node gets, signed: of the group at A, of the host's post, and of what is at B without a token and with the last one that it was given. */
type Served = Partial<Record<'is' | 'minutes' | 'plain' | 'proven', string>>;
type Reads = Partial<Record<Person, Standing | `${Standing} ${string}`>>;

/**
 * A row of the message table: what happens, who is told, and what holds afterwards everywhere. What a row does not name must be nothing at all: no word at any door, no mail, no
 * word in any table. X, and whoever has not signed in, never get anything but what a missing one gives; no mail and no line of a log ever has a word.
 */
export type Row = {
  what: string;
  /** From whom to whom, and with what type; then the words in it. A receipt says that copies were dropped. */
  told: string[];
  /** Who gets a mail. */
  mails?: Person[];
  reads: Reads;
  serves: Partial<Record<NodeName, Served>>;
  /** Words that stand in any table of a node. */
  holds: Partial<Record<NodeName, string>>;
  /** Doors that say something else than what somebody reads lets expect. */
  doors?: Partial<Record<Person, Partial<Record<Door, string>>>>;
  /** C may not read any more: how long it goes on is measured. */
  refuses?: true;
  /** The group's node cannot be reached. */
  away?: true;
  /** Members open the group, which brings what is not there (any more). */
  opens?: true;
};

const here: Reads = { ada: 'in', nora: 'knows' };
const everybody = (letters: string): Reads => ({
  ...{ ada: `in ${letters}`, nora: 'knows', bob: `in ${letters}`, cleo: `in ${letters}`, dora: 'knows' },
});
const served = (minutes: string, letters: string): Row['serves'] => ({
  ...{ a: { plain: letters, proven: letters }, b: { is: 'in', minutes }, c: { is: 'in', minutes, proven: letters } },
});
/** As the others; C has lost its access at A, and keeps what its own people wrote. */
const withoutC = (reads: Standing, is: string): Omit<Row, 'what' | 'told'> => ({
  reads: { ...everybody('PEFRH'), cleo: reads },
  serves: { ...served('H', 'PEF'), c: { is } },
  holds: { a: 'GPEFRH', b: 'GPEFRDVH', c: 'GR' },
  refuses: true,
});
const whole: Omit<Row, 'what' | 'told'> = {
  ...{ reads: everybody('PEFRH'), serves: served('H', 'PEF') },
  holds: { a: 'GPEFRH', b: 'GPEFRDVH', c: 'GPEFRH' },
};
const all = (letters: string) => ({ a: letters, b: letters, c: letters });
const back = { ...whole, opens: true } as const;
const gone = ['a>b Announce Remove', 'a>c Remove', 'c>a receipt', 'c>b receipt'];
/** The notice that its access is gone waits in the lane until there is an agreement again: what is dropped by then is said once more. */
const late = ['c>a receipt', 'c>b receipt'];
const toBoth = (type: string) => [`a>b ${type}`, `a>c ${type}`];

export const rows: Row[] = [
  {
    what: 'group made',
    told: [],
    reads: here,
    serves: { b: { is: 'knows' }, c: { is: 'knows' } },
    holds: { a: 'G' },
    doors: { ada: { bell: '' } },
  },
  {
    what: 'asks to join',
    told: ['b>a Join'],
    mails: ['ada'],
    reads: { ...here, bob: 'asks' },
    serves: { b: { is: 'knows' }, c: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
  },
  {
    what: 'admitted',
    told: ['a>b Accept'],
    mails: ['bob'],
    reads: { ...here, bob: 'in' },
    serves: { b: { is: 'in' }, c: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
  },
  {
    what: 'somebody of C joins',
    told: [...toBoth('Announce Update G'), 'a>c Accept', 'c>a Join'],
    mails: ['ada', 'cleo'],
    ...{ reads: everybody(''), serves: served('', ''), holds: all('G') },
  },
  {
    what: 'post with a file',
    told: [...toBoth('Announce'), 'b>a Create PF'],
    mails: ['ada'],
    reads: { ...everybody('PF'), cleo: 'in' },
    serves: { ...served('', 'PF'), c: { is: 'in' } },
    holds: { a: 'GPF', b: 'GPF', c: 'G' },
    doors: { bob: { bell: 'G' } },
  },
  {
    what: 'introduced, and fetched at C',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF'), opens: true },
  },
  {
    what: 'B and C agree',
    told: [],
    ...{ reads: everybody('PF'), serves: served('', 'PF'), holds: all('GPF') },
  },
  {
    what: 'edited',
    told: [...toBoth('Announce'), 'b>a Update PEF'],
    ...{ reads: everybody('PEF'), serves: served('', 'PEF'), holds: all('GPEF') },
  },
  {
    what: 'liked',
    told: ['c>a Like'],
    ...{ reads: everybody('PEF'), serves: served('', 'PEF'), holds: all('GPEF') },
  },
  {
    what: 'like taken back',
    told: ['c>a Undo'],
    ...{ reads: everybody('PEF'), serves: served('', 'PEF'), holds: all('GPEF') },
  },
  {
    what: 'reply at C',
    told: [...toBoth('Announce'), 'c>a Create R'],
    mails: ['bob'],
    ...{ reads: everybody('PEFR'), serves: served('', 'PEF'), holds: all('GPEFR') },
  },
  {
    what: 'pinned',
    told: toBoth('Announce Add'),
    ...{ reads: everybody('PEFR'), serves: served('', 'PEF'), holds: all('GPEFR') },
  },
  {
    what: 'locked',
    told: toBoth('Announce Lock'),
    ...{ reads: everybody('PEFR'), serves: served('', 'PEF'), holds: all('GPEFR') },
  },
  {
    what: 'post of the host',
    told: [...toBoth('Announce'), ...toBoth('Announce Undo')],
    ...{ reads: everybody('PEFRH'), serves: served('H', 'PEF'), holds: all('GPEFRH') },
  },
  {
    what: 'document in the library',
    told: [...toBoth('Announce'), 'b>a Create D'],
    ...{ reads: everybody('PEFRDH'), serves: served('H', 'PEFD'), holds: all('GPEFRDH') },
  },
  {
    what: 'file replaced',
    told: [...toBoth('Announce'), 'b>a Update DV'],
    ...{ reads: everybody('PEFRDVH'), serves: served('H', 'PEFDV'), holds: all('GPEFRDVH') },
    // The file as it is now.
    doors: Object.fromEntries(['ada', 'bob', 'cleo'].map((name) => [name, { kept: 'V' }])),
  },
  { what: 'file deleted', told: [...toBoth('Announce Delete'), 'b>a Delete'], ...whole },
  {
    what: 'removed by a facilitator',
    told: toBoth('Announce Remove'),
    ...whole,
    reads: { ...everybody('PEFRH'), cleo: 'in H' },
    serves: { ...served('H', 'PEF'), c: { is: 'in', minutes: 'H' } },
    // Its author and those who run the group see it where it stood, and nowhere else.
    doors: {
      ada: { start: 'GH', feed: 'H', search: 'GH', bell: 'G', about: '', bytes: '', range: '' },
      bob: { start: 'GH', feed: 'H', search: 'GH', bell: 'G' },
    },
  },
  { what: 'put back', told: toBoth('Announce Undo'), ...back },
  {
    what: 'left, and nobody else is of C',
    told: [...gone, 'c>a Leave'],
    ...withoutC('knows', 'knows'),
  },
  { what: 'joins again', told: ['a>c Accept', 'c>a Join'], mails: ['cleo'], ...back },
  { what: 'last member of C removed', told: [...gone, 'a>c Reject'], ...withoutC('knows', 'knows') },
  { what: 'let in again', told: ['a>c Accept', 'c>a Join'], mails: ['cleo'], ...back },
  { what: 'banned', told: [...gone, 'a>b Announce Block', 'a>c Reject'], ...withoutC('knows', 'knows') },
  {
    what: 'ban ended, and let in',
    told: [...toBoth('Announce Undo'), 'a>c Accept', 'c>a Join'],
    mails: ['cleo'],
    ...back,
  },
  { what: 'A suspends C', told: gone, ...withoutC('asks', '') },
  { what: 'A allows C again', told: late, ...back },
  {
    what: 'B suspends C',
    told: ['c>b receipt'],
    ...whole,
    reads: { ...everybody('PEFRH'), cleo: 'in RH' },
    serves: { ...served('H', 'PEF'), c: { is: 'in', minutes: 'H' } },
    holds: { ...whole.holds, c: 'GRH' },
  },
  { what: 'B allows C again', told: [], ...back },
  {
    what: 'B narrows its agreement with C',
    told: ['c>b receipt'],
    ...whole,
    reads: { ...everybody('PEFRH'), cleo: 'in RH' },
    serves: { ...served('H', 'PEF'), c: { is: 'in', minutes: 'H' } },
    holds: { ...whole.holds, c: 'GRH' },
  },
  { what: 'B widens it', told: [], ...back },
  { what: 'A narrows its agreement with C', told: gone, ...withoutC('asks', '') },
  { what: 'A widens it', told: [], ...back },
  { what: 'agreement of A with C ended', told: gone, ...withoutC('asks', '') },
  { what: 'renewed', told: late, ...back },
  {
    what: 'A away for four days',
    told: [],
    reads: { bob: 'asks', cleo: 'asks', dora: 'knows' },
    serves: {},
    holds: whole.holds,
    // His own file.
    doors: { bob: { about: 'F' } },
    away: true,
  },
  {
    what: 'A away for a month',
    told: ['b>c receipt', 'c>b receipt'],
    reads: { bob: 'asks', cleo: 'asks', dora: 'knows' },
    serves: {},
    holds: { a: 'GPEFRH', b: 'GPEF', c: 'GR' },
    doors: { bob: { about: 'F' } },
    away: true,
  },
  {
    what: 'A is back',
    told: ['b>a receipt', 'c>a receipt'],
    ...back,
    holds: all('GPEFRH'),
  },
  {
    what: 'deleted by its author',
    told: [...toBoth('Announce Delete'), 'b>a Delete'],
    ...{ reads: everybody('RH'), serves: served('H', ''), holds: all('GRH') },
  },
  {
    what: 'A restored from before that',
    told: toBoth('Announce Delete'),
    ...{ reads: everybody('RH'), serves: served('H', ''), holds: all('GRH'), opens: true },
  },
  {
    what: 'archived',
    told: toBoth('Announce Update G'),
    ...{ reads: everybody('RH'), serves: served('H', ''), holds: all('GRH') },
  },
  {
    what: 'group deleted',
    told: [...toBoth('Delete'), 'b>a receipt', 'b>c receipt', 'c>a receipt', 'c>b receipt'],
    reads: {},
    serves: {},
    holds: { a: 'GRH', b: 'G', c: 'GR' },
    // What somebody's own node keeps: that there was a group, and what they wrote.
    doors: {
      bob: { page: 'G', group: 'G', topics: 'G', library: 'G', live: 'G' },
      cleo: { page: 'GR', thread: 'R', group: 'G', topics: 'G', library: 'G', live: 'G' },
    },
  },
];

const within = (door: Door, letters: string) => [...opens[door]].filter((letter) => letters.includes(letter)).join('');
/** Of what there is news for each, and what they must read for that. */
const news: Partial<Record<Person, { of: string; with: string }>> = {
  ada: { of: 'PE', with: 'P' },
  bob: { of: 'PR', with: 'PR' },
};

/** The words that somebody gets at each door after a row, by door. */
export function expectedOf(row: Row, person: Person): Partial<Record<Door, string>> {
  const [standing, letters = ''] = (row.reads[person] ?? '').split(' ') as [Standing | '', string?];
  const expected: Partial<Record<Door, string>> = {};
  for (const door of doors) {
    const about = within(door, letters);
    const names = standing !== '' && (shown[standing].includes(door) || (about !== '' && opens[door].includes('G')));
    expected[door] = names ? `G${about}` : about;
  }
  const told = news[person];
  const isNews = told && [...told.with].every((letter) => letters.includes(letter));
  if (standing === 'in') expected.bell = `G${isNews ? letters.replace(new RegExp(`[^${told.of}]`, 'g'), '') : ''}`;
  const all = { ...expected, ...row.doors?.[person] };
  return Object.fromEntries(Object.entries(all).filter(([, said]) => said !== ''));
}
