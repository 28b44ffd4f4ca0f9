import type { DemoShape } from './closed.ts';
import { dilemmas } from './dilemmas.ts';
import { fraud } from './fraud.ts';
import { housing } from './housing.ts';
import type { DemoGuest, DemoNewcomer } from './newcomers.ts';
import { services } from './services.ts';
import { zandhoven } from './zandhoven.ts';

/** Where a running demo says how it is reached, for `joinery demo`: in its folder. */
export const deskFile = 'desk.json';

/** The same in each language of the desk. */
export type Words = Record<'en' | 'nl', string>;

/** The nodes of the demo, in the order of their ports. */
export const agencies = {
  department: {
    name: 'Ministry of Housing',
    what: 'the department: hosts three groups, one of them closed',
    colour: '#1a5d78',
    second: '#6a4a9c',
  },
  council: {
    name: 'Harrowdean Council',
    what: 'a council: its people work in the groups of the department',
    colour: '#6b2c5f',
    second: '#8a6d00',
  },
  zandhoven: {
    name: 'Gemeente Zandhoven',
    what: 'a Dutch council: hosts two groups in Dutch, one of them closed',
    colour: '#1f6b3a',
    second: '#b4451f',
  },
  landlord: {
    name: 'Millbrook Homes',
    what: 'a housing association: has an agreement with the department alone, and is introduced to the others by a closed group',
    colour: '#7a4b00',
    second: '#2f6f6a',
  },
  stranger: {
    name: 'Brightwell Consulting',
    what: 'a stranger: a node that nobody has allowed',
    colour: '#a8431b',
    second: '#3d4f91',
  },
} as const;
export type Place = keyof typeof agencies;
export const places = Object.keys(agencies) as Place[];
/** Those that somebody allows. */
export const allowed = places.filter((place) => place !== 'stranger');
/** Whom a node allows, and is allowed by. */
export const partnersOf = (place: Place): Place[] =>
  allowed.filter(
    (other) =>
      other !== place && ((place !== 'landlord' && other !== 'landlord') || [place, other].includes('department')),
  );

export type DemoPerson = {
  place: Place;
  name: string;
  role: string;
  language: 'en' | 'nl';
  /** Administers the node and decides about partners. */
  administrator?: true;
};

export const people = {
  margaret: { place: 'department', name: 'Margaret Osei', role: 'Head of local partnerships', language: 'en' },
  tom: { place: 'department', name: 'Tom Hargreaves', role: 'Policy adviser, allocations', language: 'en' },
  rhys: { place: 'department', name: 'Rhys Bevan', role: 'Digital accessibility lead', language: 'en' },
  anneke: { place: 'department', name: 'Anneke Visser', role: 'International liaison', language: 'en' },
  ines: {
    place: 'department',
    name: 'Inês Duarte',
    role: 'Information security officer',
    language: 'en',
    administrator: true,
  },
  priya: { place: 'council', name: 'Priya Nair', role: 'Parking and permits officer', language: 'en' },
  colin: { place: 'council', name: 'Colin Ashworth', role: 'Waste contracts manager', language: 'en' },
  grace: { place: 'council', name: 'Grace Adeyemi', role: 'Housing options team leader', language: 'en' },
  moira: { place: 'council', name: 'Moira Kelly', role: 'Web manager', language: 'en', administrator: true },
  sanne: { place: 'zandhoven', name: 'Sanne de Wit', role: 'Adviseur dienstverlening', language: 'nl' },
  joris: { place: 'zandhoven', name: 'Joris van den Berg', role: 'Woo-coördinator', language: 'nl' },
  fatima: { place: 'zandhoven', name: 'Fatima El Amrani', role: 'Inkoopadviseur', language: 'nl' },
  pieter: {
    place: 'zandhoven',
    name: 'Pieter Hoekstra',
    role: 'Functioneel beheerder',
    language: 'nl',
    administrator: true,
  },
  ruth: { place: 'landlord', name: 'Ruth Pemberton', role: 'Tenancy fraud lead', language: 'en', administrator: true },
  leo: { place: 'stranger', name: 'Leo Marchetti', role: 'Consultant', language: 'en', administrator: true },
} satisfies Record<string, DemoPerson>;
export type PersonKey = keyof typeof people;
export const personKeys = Object.keys(people) as PersonKey[];

/** Works at the department for a while, though of no agency here. */
export const guest = {
  sponsor: 'margaret',
  group: 'housing',
  days: 60,
  name: 'Efua Mensah',
  email: 'efua.mensah@rooftree-charity.example',
  organisation: 'Rooftree housing charity',
  language: 'en',
} as const satisfies { sponsor: PersonKey; group: string; days: number } & DemoGuest;

/** Asked the department for an account, and waits for its administrator. */
export const newcomer = {
  administrator: 'ines',
  name: 'Daniel Whitlock',
  email: 'daniel.whitlock@harrowdean-parish.example',
  language: 'en',
  note: 'I am clerk of a parish council without a node of its own, and answer the questions about empty homes.',
} as const satisfies { administrator: PersonKey } & DemoNewcomer;

export type DemoGroup = {
  owner: PersonKey;
  name: string;
  handle: string;
  summary: string;
  reading: 'web' | 'partners' | 'members';
  joining: 'open' | 'request';
  language: 'en' | 'nl';
  members: PersonKey[];
  /** Asked to join and wait for an answer. */
  waiting: PersonKey[];
  /** What those say who wait. */
  answers?: readonly { question: string; answer: string }[];
  shape?: DemoShape;
  text: string;
};

export const groups = {
  services: {
    owner: 'margaret',
    name: 'Local services: tips and wrinkles',
    handle: 'local-services',
    summary: 'Permits, bins, forms and counters: what works, what does not, and who has solved it already.',
    reading: 'web',
    joining: 'open',
    language: 'en',
    members: ['rhys', 'anneke', 'ines', 'priya', 'colin', 'grace', 'moira', 'sanne', 'fatima', 'pieter'],
    waiting: [],
    text: services,
  },
  housing: {
    owner: 'margaret',
    name: 'Housing allocations and waiting lists',
    handle: 'housing-allocations',
    summary: 'For people who decide who gets which home. Ask to join, and say what you work on.',
    reading: 'partners',
    joining: 'request',
    language: 'en',
    members: ['tom', 'grace', 'sanne'],
    waiting: ['priya'],
    text: housing,
  },
  zandhoven: {
    owner: 'sanne',
    name: 'Dienstverlening: vragen en vondsten',
    handle: 'dienstverlening',
    summary: 'Woo-verzoeken, brieven, balies en formulieren: wat werkt, wat niet, en wie het al heeft opgelost.',
    reading: 'partners',
    joining: 'open',
    language: 'nl',
    members: ['joris', 'fatima', 'pieter', 'anneke'],
    waiting: [],
    text: zandhoven,
  },
  fraud: {
    owner: 'margaret',
    name: 'Tenancy fraud: joint cases',
    handle: 'tenancy-fraud',
    summary: 'Closed. For people of four agencies who look into homes that are not lived in by the tenant.',
    reading: 'members',
    joining: 'request',
    language: 'en',
    members: ['tom', 'grace', 'sanne', 'ruth'],
    waiting: ['priya'],
    answers: [
      {
        question: 'What do you work on?',
        answer: 'Resident permits: nine of them hang on one flat in Cathedral Road.',
      },
      { question: 'Who can confirm that?', answer: 'Grace Adeyemi, who is in the group already.' },
    ],
    shape: {
      terms: { recordCopy: true, inviting: 'members', asking: 'partners' },
      label: 'confidential',
      questions: ['What do you work on?', 'Who can confirm that?'],
      introduces: true,
    },
    text: fraud,
  },
  dilemmas: {
    owner: 'sanne',
    name: 'Dilemma’s aan het loket',
    handle: 'dilemmas',
    summary: 'Besloten. Elders wordt hier alleen live gelezen: er blijft nergens een kopie.',
    reading: 'members',
    joining: 'request',
    language: 'nl',
    members: ['joris', 'fatima', 'anneke'],
    waiting: [],
    shape: { terms: { keeping: 'live' }, label: 'internal', questions: [], introduces: false },
    text: dilemmas,
  },
} satisfies Record<string, DemoGroup>;
export type GroupKey = keyof typeof groups;
export const groupKeys = Object.keys(groups) as GroupKey[];

export type DemoReply = {
  by: PersonKey;
  text: string;
  language: 'en' | 'nl';
  likes: PersonKey[];
  /** This reply answered the question. */
  answer: boolean;
};
export type DemoTopic = DemoReply & {
  title: string;
  daysAgo: number;
  pinned: boolean;
  locked: boolean;
  /** Taken back by its author. */
  deleted: boolean;
  /** Why facilitators took it out of the group. */
  removed: string | null;
  /** The text after its author changed it. */
  edited: string | null;
  replies: DemoReply[];
};

/**
 * Reads what is written in a group. `== ` begins a topic with its title, `-- ` a reply, `++` the text as changed later. Below a title: who
 * wrote it; how many days ago; then any of `nl`, `pinned`, `locked`, `deleted`, `answer`, `likes <people>`, `removed <why>`. A reply has the same line without days.
 */
export function readTopics({ text, language }: Pick<DemoGroup, 'text' | 'language'>): DemoTopic[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((part) => {
      const [opening = '', ...answers] = part.split(/^-- /m);
      const [title = '', marks = '', ...lines] = opening.split('\n');
      const [by = '', daysAgo = '', ...rest] = marks.split('; ');
      const [first = '', edited] = lines.join('\n').split(/^\+\+$/m);
      return {
        ...readWritten([by, ...rest], first, language),
        title,
        daysAgo: Number(daysAgo),
        pinned: rest.includes('pinned'),
        locked: rest.includes('locked'),
        deleted: rest.includes('deleted'),
        removed: rest.find((mark) => mark.startsWith('removed '))?.slice('removed '.length) ?? null,
        edited: edited?.trim() ?? null,
        replies: answers.map((answer) => {
          const [line = '', ...body] = answer.split('\n');
          return readWritten(line.split('; '), body.join('\n'), language);
        }),
      };
    });
}

function readWritten([by = '', ...marks]: string[], text: string, language: 'en' | 'nl'): DemoReply {
  const likes = marks.find((mark) => mark.startsWith('likes '));
  return {
    by: readPerson(by),
    text: text.trim(),
    language: marks.includes('nl') ? 'nl' : language,
    likes: likes ? likes.split(' ').slice(1).map(readPerson) : [],
    answer: marks.includes('answer'),
  };
}

function readPerson(word: string): PersonKey {
  const key = personKeys.find((known) => known === word);
  if (!key) throw new Error(`Nobody in the demo is called "${word}"`);
  return key;
}
