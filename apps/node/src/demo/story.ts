import {
  agencies,
  allowed,
  type DemoGroup,
  type DemoReply,
  type DemoTopic,
  type GroupKey,
  groupKeys,
  groups,
  guest,
  newcomer,
  type PersonKey,
  type Place,
  partnersOf,
  people,
  personKeys,
  places,
  readTopics,
} from './content.ts';
import type { Deed } from './deeds.ts';
import { folders, papers } from './papers.ts';
import { type DemoTalk, talkOverNodes, talks } from './talk.ts';

/** One running node: its address, and how to make it do something. Answers are the addresses of what was made. */
export type DemoNode = { origin: string; perform: (deeds: Deed[]) => Promise<string[]> };
export type DemoNodes<Node extends DemoNode = DemoNode> = Record<Place, Node>;
/** Addresses of people and groups, of a topic in the group that one asks to join, and of the guest. */
export type Cast = {
  people: Record<PersonKey, string>;
  groups: Record<GroupKey, string>;
  inHousing: string;
  guest: string;
  /** A topic of the council in the closed group. */
  inFraud: string;
  /** A post that its author, of the department, took back. */
  deleted: string;
  /** A document with several versions, kept at the council. */
  document: string;
  /** Requests to read a closed group in an emergency: one waits at the department, one was used at the Dutch council. */
  emergencies: { waiting: string; used: string };
};

const emergency = {
  waiting:
    'The court asks by tomorrow for the date on which the key safes were first mentioned, and Margaret is on leave.',
  used: 'Een inwoner heeft een klacht ingediend over wat hier over hem zou staan. De klachtencommissie wil weten of dat zo is.',
};
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** When the nodes began: before the first topic. */
const openingDay = 436;
/** How long after its topic each reply came; later ones as the last. */
const replyAfter = [2.4, 21.2, 26.5, 47.1].map((hours) => hours * hour);

/** What somebody does on their own node; `made` hears the address of what came of it. */
type Step = { by: PersonKey; deed: Deed; made?: (uri: string) => void };
type Topic = DemoTopic & { group: GroupKey; at: number; uri: string; answers: string[] };

/** Fills the nodes with people, groups and topics; what concerns several nodes really travels between them. */
export async function tell(nodes: DemoNodes, now: number): Promise<Cast> {
  const opening = iso(now - openingDay * day);
  const later = { inHousing: '', guest: '', inFraud: '', deleted: '', document: '' };
  const cast: Cast = { ...(await settle(nodes, opening, now)), ...later, emergencies: { waiting: '', used: '' } };
  await nodes.stranger.perform([propose(nodes)]);
  await Promise.all(
    places.map((place) => {
      const { colour, second } = agencies[place];
      return nodes[place].perform([{ do: 'style', colour, second }]);
    }),
  );
  await joinAll(nodes, cast, opening);
  const topics: Topic[] = groupKeys
    .flatMap((group) => readTopics(groups[group]).map((topic) => ({ ...topic, group, at: instantOf(topic, now) })))
    .map((topic) => ({ ...topic, uri: '', answers: [] }))
    .sort((a, b) => a.at - b.at);

  await perform(
    nodes,
    topics.map((topic) => {
      const { by, group, title, text, language, at } = topic;
      const deed = { title, text, language, at: iso(at), group: cast.groups[group], by: cast.people[by] };
      return { by, deed: { do: 'topic', ...deed }, made: (uri) => Object.assign(topic, { uri }) };
    }),
  );
  cast.inHousing = topics.find(({ group }) => group === 'housing')?.uri ?? '';
  cast.inFraud = topics.find(({ group, by }) => group === 'fraud' && by === 'grace')?.uri ?? '';
  cast.deleted = topics.find(({ deleted, by }) => deleted && people[by].place === 'department')?.uri ?? '';
  await arrived(nodes, topics, (topic) => [topic.uri]);
  await perform(
    nodes,
    topics.flatMap((topic) => topic.replies.map((reply, index) => answering(topic, reply, index, cast, now))),
  );
  await arrived(nodes, topics, (topic) => topic.answers);
  await perform(
    nodes,
    topics.flatMap((topic) => afterwards(topic, cast, now)),
  );
  await perform(
    nodes,
    talks.map((talk) => talking(talk, cast, now)),
  );
  await talkingOver(nodes, cast, now);
  cast.guest = await newcomers(nodes, cast, now);
  cast.document = await fillLibrary(nodes, cast, now);
  cast.emergencies = await emergencies(nodes, cast, topics.find(({ group }) => group === 'dilemmas')?.uri ?? '');
  await nodes.department.perform([leaving(cast)]);
  await nodes.department.perform([{ do: 'park', group: cast.groups.services, origin: nodes.council.origin }]);
  return cast;
}

/** People, groups, and who works with whom. */
async function settle(nodes: DemoNodes, at: string, now: number): Promise<Pick<Cast, 'people' | 'groups'>> {
  const made = await Promise.all(
    places.map(async (place) => {
      const own = personKeys.filter((key) => people[key].place === place);
      const uris = await nodes[place].perform(
        own.map((key) => ({ do: 'person', at, person: people[key], handle: handleOf(key) })),
      );
      return own.map((key, index) => [key, uris[index] ?? ''] as const);
    }),
  );
  // One node after the other: an offer that comes before its receiver has allowed the sender waits for the next contact.
  for (const place of allowed) {
    await nodes[place].perform(partnersOf(place).map((other) => allow(nodes, place, other, now)));
  }
  for (const place of allowed)
    if (place !== 'department') await nodes[place].perform([{ do: 'introduced', origin: nodes.department.origin }]);
  const everybody = Object.fromEntries(made.flat()) as Cast['people'];
  const addresses = await Promise.all(
    groupKeys.map(async (key) => {
      const { owner, members, waiting, answers, text, ...group }: DemoGroup = groups[key];
      const deed = { do: 'group', at, group, owner: everybody[owner] } as const;
      const [uri = ''] = await nodes[people[owner].place].perform([deed]);
      return [key, uri] as const;
    }),
  );
  return { people: everybody, groups: Object.fromEntries(addresses) as Cast['groups'] };
}

const handleOf = (key: PersonKey) =>
  people[key].name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z]+/g, '-');

function allow(nodes: DemoNodes, place: Place, other: Place, now: number): Deed {
  const expires = agreementEnds(place, other) ? iso(now + 6 * day).slice(0, 10) : undefined;
  const options = {
    agency: agencies[other].name,
    by: 'Demo',
    reason: 'Working together on local services',
    expires,
    scopes: 'discover,open-groups,closed-groups',
    classification: 'confidential',
  };
  return { do: 'command', name: 'partner allow', input: { arguments: [nodes[other].origin], options } };
}

/** One agreement is about to end, so that what the department's officer is told of it can be seen. */
const agreementEnds = (place: Place, other: Place) => place === 'department' && other === 'zandhoven';

/** The stranger asks the department, which has not answered. */
function propose(nodes: DemoNodes): Deed {
  const reason = 'We advise several councils and would like to follow your groups';
  const options = { agency: agencies.department.name, kind: 'government', by: people.leo.name, reason };
  return { do: 'command', name: 'partner propose', input: { arguments: [nodes.department.origin], options } };
}

async function joinAll(nodes: DemoNodes, cast: Cast, at: string): Promise<void> {
  const join = (
    group: GroupKey,
    person: PersonKey,
    state: 'member' | 'requested',
    answers: DemoGroup['answers'] = [],
  ) =>
    nodes[people[person].place].perform([
      { do: 'join', at, group: cast.groups[group], person: cast.people[person], state, answers },
    ]);
  await Promise.all(
    groupKeys.map(async (key) => {
      const { owner, joining, members, waiting, answers }: DemoGroup = groups[key];
      const host = nodes[people[owner].place];
      for (const person of members) {
        await join(key, person, joining === 'open' ? 'member' : 'requested');
        const deed = { at, group: cast.groups[key], person: cast.people[person], by: cast.people[owner] };
        if (joining === 'request') await host.perform([{ do: 'approve', ...deed }]);
      }
      for (const person of waiting) await join(key, person, 'requested', answers);
    }),
  );
}

/** The library of the group that is open to the web. @returns the address of the document that is kept at the council */
async function fillLibrary(nodes: DemoNodes, cast: Cast, now: number): Promise<string> {
  const group = cast.groups.services;
  const place = new Map<string, string>();
  for (const name of folders) {
    const at = iso(now - 341 * day);
    const [id = ''] = await nodes.department.perform([{ do: 'folder', at, group, by: cast.people.margaret, name }]);
    place.set(name, id);
  }
  let elsewhere = '';
  for (const { by, folder, versions, ...paper } of papers) {
    const files = versions.map(({ daysAgo, ...version }) => ({ ...version, at: iso(now - daysAgo * day) }));
    const own = { group, by: cast.people[by], folder: place.get(folder) ?? '', versions: files, language: 'en' };
    const [uri = ''] = await nodes[people[by].place].perform([{ do: 'paper', paper: { ...paper, ...own } }]);
    if (people[by].place === 'council') elsewhere = uri;
  }
  await nodes.department.perform([{ do: 'await', posts: [elsewhere] }]);
  return elsewhere;
}

/** At the department nobody has decided yet; at the Dutch council somebody has read. */
async function emergencies(
  { department, zandhoven }: DemoNodes,
  cast: Cast,
  topic: string,
): Promise<Cast['emergencies']> {
  const { fraud, dilemmas } = cast.groups;
  const { ines, pieter, sanne } = cast.people;
  const [waiting = ''] = await department.perform([
    { do: 'emergency', group: fraud, by: ines, reason: emergency.waiting },
  ]);
  const [used = ''] = await zandhoven.perform([
    { do: 'emergency', group: dilemmas, by: pieter, reason: emergency.used },
  ]);
  await zandhoven.perform([
    { do: 'agree', access: used, by: sanne },
    { do: 'read', access: used, by: pieter, topic },
    { do: 'end', access: used, by: pieter },
  ]);
  return { waiting, used };
}

/** The only member of the Dutch council goes, so that its node drops what it has of others and says so. */
const leaving = (cast: Cast): Deed => ({
  ...{ do: 'removal', group: cast.groups.fraud, person: cast.people.sanne, by: cast.people.margaret },
  reason: 'Works on other cases now. Thank you, Sanne!',
});

/** A guest of the department, and somebody who asked it for an account. @returns the address of the guest */
async function newcomers(nodes: DemoNodes, cast: Cast, now: number): Promise<string> {
  const until = iso(now + guest.days * day).slice(0, 10);
  const invited = { sponsor: cast.people[guest.sponsor], guest, group: cast.groups[guest.group], until };
  const [address = ''] = await nodes.department.perform([
    { do: 'guest', ...invited },
    { do: 'register', newcomer, administrator: cast.people[newcomer.administrator] },
  ]);
  return address;
}

function answering(topic: Topic, reply: DemoReply, index: number, cast: Cast, now: number): Step {
  const { by, text, language } = reply;
  const after = replyAfter[Math.min(index, replyAfter.length - 1)] ?? hour;
  const at = iso(Math.min(topic.at + after + index * 7 * minute, now - (10 - index) * minute));
  const deed: Deed = { do: 'reply', at, to: topic.uri, by: cast.people[by], text, language };
  return {
    by,
    deed,
    made: (uri) => {
      topic.answers[index] = uri;
    },
  };
}

function talking({ people: [by, ...others], subject, language, said }: DemoTalk, cast: Cast, now: number): Step {
  const people = others.map((key) => cast.people[key]);
  const lines = said.map((one) => ({ by: cast.people[one.by], at: iso(now - one.hours * hour), text: one.text }));
  return { by, deed: { do: 'talk', people, subject, language, said: lines } };
}

/** A conversation over nodes: what is said where it lives, and then at the other. */
async function talkingOver({ council, department }: DemoNodes, cast: Cast, now: number): Promise<void> {
  const { answer, ...begun } = talkOverNodes;
  const [last = ''] = await council.perform([talking(begun, cast, now).deed]);
  const at = iso(now - answer.hours * hour);
  await department.perform([
    { do: 'await', posts: [last] },
    { do: 'say', after: last, by: cast.people[answer.by], at, text: answer.text, language: begun.language },
  ]);
}

/** What happens to a topic once all replies are there, and who does it. */
function afterwards(topic: Topic, cast: Cast, now: number): Step[] {
  const at = iso(Math.min(topic.at + 3 * day, now - minute));
  const { owner } = groups[topic.group];
  const steps: Step[] = [];
  const add = (by: PersonKey, deed: Deed) => steps.push({ by, deed });
  const like = (by: PersonKey, post: string) => add(by, { do: 'like', at, post, by: cast.people[by] });
  for (const person of topic.likes) like(person, topic.uri);
  for (const [index, reply] of topic.replies.entries()) {
    const answer = topic.answers[index] ?? '';
    for (const person of reply.likes) like(person, answer);
    if (reply.answer) add(topic.by, { do: 'answer', at, topic: topic.uri, answer, by: cast.people[topic.by] });
  }
  const { uri: post, by: author, edited, removed } = topic;
  if (edited !== null) add(author, { do: 'edit', at, post, by: cast.people[author], text: edited });
  if (topic.pinned) add(owner, { do: 'pin', at, post, by: cast.people[owner] });
  if (topic.locked) add(owner, { do: 'lock', at, post, by: cast.people[owner] });
  // Now, when the other nodes take part: so they confirm it.
  if (topic.deleted) add(author, { do: 'delete', at: iso(Date.now()), post, by: cast.people[author] });
  if (removed !== null) add(owner, { do: 'remove', at, post, by: cast.people[owner], reason: removed });
  return steps;
}

/** Each node does what its people do, one thing after the other; all nodes at once. */
async function perform(nodes: DemoNodes, steps: Step[]): Promise<void> {
  await Promise.all(
    places.map(async (place) => {
      const own = steps.filter(({ by }) => people[by].place === place);
      const answers = await nodes[place].perform(own.map(({ deed }) => deed));
      for (const [index, { made }] of own.entries()) made?.(answers[index] ?? '');
    }),
  );
}

/** Waits until every node with members of a group has these posts of it. */
async function arrived(nodes: DemoNodes, topics: Topic[], posts: (topic: Topic) => string[]): Promise<void> {
  await Promise.all(
    groupKeys.flatMap((key) => {
      const members: PersonKey[] = [groups[key].owner, ...groups[key].members];
      const expected = topics.filter(({ group }) => group === key).flatMap(posts);
      const homes = new Set(members.map((person) => people[person].place));
      return [...homes].map((place) => nodes[place].perform([{ do: 'await', posts: expected }]));
    }),
  );
}

/** In office hours of a working day; the same every time. */
function instantOf({ daysAgo, title }: DemoTopic, now: number): number {
  const start = new Date(now - daysAgo * day);
  start.setUTCHours(8 + (title.length % 9), (title.length * 7) % 60, 0, 0);
  const weekday = start.getUTCDay();
  const back = weekday === 0 ? 2 : weekday === 6 ? 1 : 0;
  return start.getTime() - back * day;
}

const iso = (instant: number) => new Date(instant).toISOString();
