import {
  agencies,
  allowed,
  type DemoReply,
  type DemoTopic,
  type GroupKey,
  groupKeys,
  groups,
  guest,
  newcomer,
  type PersonKey,
  type Place,
  people,
  personKeys,
  places,
  readTopics,
} from './content.ts';
import type { Deed } from './node.ts';
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
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** When the nodes began: before the first topic. */
const openingDay = 425;
/** How long after its topic each reply came; later ones as the last. */
const replyAfter = [2.4, 21.2, 26.5, 47.1].map((hours) => hours * hour);

/** What somebody does on their own node; `made` hears the address of what came of it. */
type Step = { by: PersonKey; deed: Deed; made?: (uri: string) => void };
type Topic = DemoTopic & { group: GroupKey; at: number; uri: string; answers: string[] };

/** Fills the nodes with people, groups and topics; what concerns several nodes really travels between them. */
export async function tell(nodes: DemoNodes, now: number): Promise<Cast> {
  const opening = iso(now - openingDay * day);
  const cast = { ...(await settle(nodes, opening, now)), inHousing: '', guest: '' };
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
    const others = allowed.filter((other) => other !== place);
    await nodes[place].perform(others.map((other) => allow(nodes, place, other, now)));
  }
  const everybody = Object.fromEntries(made.flat()) as Cast['people'];
  const addresses = await Promise.all(
    groupKeys.map(async (key) => {
      const { owner, members, waiting, text, ...group } = groups[key];
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
  const join = (group: GroupKey, person: PersonKey, state: 'member' | 'requested') =>
    nodes[people[person].place].perform([
      { do: 'join', at, group: cast.groups[group], person: cast.people[person], state },
    ]);
  await Promise.all(
    groupKeys.map(async (key) => {
      const { owner, joining, members, waiting } = groups[key];
      const host = nodes[people[owner].place];
      for (const person of members as PersonKey[]) {
        await join(key, person, joining === 'open' ? 'member' : 'requested');
        const deed = { at, group: cast.groups[key], person: cast.people[person], by: cast.people[owner] };
        if (joining === 'request') await host.perform([{ do: 'approve', ...deed }]);
      }
      for (const person of waiting as PersonKey[]) await join(key, person, 'requested');
    }),
  );
}

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
