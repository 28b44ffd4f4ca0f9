/**
 * The message table of closed groups: the steps that the protocol has, each with the rows in which it is walked (a test compares both). What each row tells and asks is in
 * `closed-rows.ts`; A keeps the group, bob of B writes, cleo of C reads, X is in nothing. Until B and C have an agreement, C is a node that the group introduces.
 *
 *  1. agreements between A, B and C, or an introduction: 'the group introduces its nodes to each other', 'B takes that', 'C takes that, and fetches', 'B refuses C in this group',
 *     'the group introduces nobody any more', 'an entry of C decides alone', 'B and C agree'
 *  2. the group is looked up; a hidden one only by whoever is invited: 'group made', 'group hidden', 'invited', 'invitation declined', 'listed again'
 *  3. somebody asks to join: 'asks to join', 'asks again', 'somebody of C joins', 'X asks all the same'
 *  4. who runs it decides, and is told who would be the first of their node: 'asks to join', 'turned down', 'another of C asks', 'let in by who runs it at C'
 *  5. the answer, told to the nodes of members: 'admitted', 'somebody of C joins', 'let in by who runs it at C'
 *  6. collections of the group, which every row asks for: 'admitted', 'left, and nobody else is of C'
 *  7. the token, which every row asks for: 'admitted', 'left, and nobody else is of C'
 *  8. the post fetched at its author's node: 'post with a file', 'C takes that, and fetches'
 *  9. written, and refused by the group: 'post with a file', 'document in the library', 'a post that the group refuses', 'thrown away by its author'
 * 10. announced by its address: 'post with a file', 'post of the host'
 * 11. the file, whole and in parts, which every row asks for: 'C takes that, and fetches', 'document in the library'
 * 12. reply and like: 'reply at C', 'liked', 'like taken back'
 * 13. edited: 'edited', 'file replaced'
 * 14. decisions of those who run it, at A and at C: 'pinned', 'locked', 'removed by a facilitator', 'put back', 'somebody of C runs it', 'removed by who runs it at C',
 *     'put back by who runs it at C', 'pinned by who runs it at C', 'nobody of C runs it any more', 'banned', 'ban ended, and let in'
 * 15. the last member of a node goes: 'left, and nobody else is of C', 'last member of C removed', 'who was let in leaves', 'let in again'
 * 16. A ends what C may read: 'A suspends C', 'A narrows its agreement with C', 'agreement of A with C ended', 'renewed'
 * 17. B ends what C may read of it: 'B suspends C', 'B narrows its agreement with C', 'B refuses C in this group'
 * 18. X asks, with or without a token, as every row has it do: 'X asks all the same', 'post with a file'
 * 19. the keys of the group are renewed: 'keys of the group renewed'
 * 20. what nodes know has drifted: 'what B and C know has drifted, and is mended', 'A away for a month', 'A is back', 'A restored from before that'
 * 21. deleted, archived, moved: 'deleted by its author', 'archived', 'group deleted', 'said to have moved to X'
 */

/** Words that stand nowhere else, by what they are in: the group's name, the post of B, its edited text, its file, the reply of C, the document in the library and its second version, what is written by the host, and what the group does not take. */
export const words = {
  G: 'Quillon',
  P: 'Kestrel',
  E: 'Wagtail',
  F: 'Otterburn',
  R: 'Wombat',
  D: 'Lapwing',
  V: 'Pangolin',
  H: 'Heronry',
  N: 'Nuthatch',
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
  page: 'GPEFRHN',
  thread: 'PEFRHN',
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
export type Standing = 'knows' | 'asks' | 'in';
const shown: Record<Standing, readonly Door[]> = {
  knows: ['group', 'groups'],
  asks: ['group', 'groups', 'start'],
  in: ['group', 'groups', 'start', 'topics', 'library', 'live', 'bell'],
};
/** What a node gets, signed: of the group at A, of the host's post, and of what is at B without a token and with the last one that it was given. */
type Served = Partial<Record<'is' | 'minutes' | 'plain' | 'proven', string>>;
/** Reasons of B and of C, and addresses. */
export type Between = readonly [gives: string, takes: string, besides: string];
export type Reads = Partial<Record<Person, Standing | `${Standing} ${string}`>>;

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
  /** What a page says to somebody, besides words; `:id` is the group there. */
  says?: Partial<Record<Person, { at: string; has: string[]; lacks?: string[] }>>;
  /** How B and C stand to each other, from here on: why C may read at B or not, why it takes what B has or not, and what else it gets there. */
  between?: Between;
  /** Doors that say something else than what somebody reads lets expect. */
  doors?: Partial<Record<Person, Partial<Record<Door, string>>>>;
  /** C may not read any more: how long it goes on is measured. */
  refuses?: true;
  /** The group's node cannot be reached. */
  away?: true;
  /** Members open the group, which brings what is not there (any more). */
  opens?: true;
};

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
