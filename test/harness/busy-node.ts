import { type Clock, type Context, createActorKeys, transact, type Work } from '@joinery/core';
import type { RunningNode } from '@joinery/node';
import { beginConversation, sendMessage } from '@joinery/slices/conversations';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { addPerson, createPerson, personByUri } from '@joinery/slices/people';
import { createTopic, markdownText, reply } from '@joinery/slices/posts';
import { rememberDocument } from '../../packages/federation/src/fetch.ts';
import { decideAs } from '../../packages/federation/src/trust/testing.ts';
import { putMembership } from '../../packages/slices/src/groups/store.ts';
import { markAllRead, markTopicRead } from '../../packages/slices/src/posts/unread.ts';
import { type BusyMore, fillMore } from './busy-more.ts';
import { createWriter, rareWord } from './busy-words.ts';

const by = { kind: 'system', what: 'test' } as const;
const day = 86_400_000;
/** The node began so long ago. */
const age = 420;
const peoplePerPartner = 8;
const scopes = ['discover', 'open-groups', 'closed-groups'] as const;
/** A council of four hundred. */
const council = { colleagues: 400, partners: 30, groups: 30, conversations: 20 };
const perUnit = 200;
/** One thread that everybody answers. */
const longThread = 300;

/** A clock that can be set back: what is written then looks as old as it says. */
export function movableClock(): Clock & { set: (milliseconds: number | null) => void } {
  let fixed: number | null = null;
  return {
    now: () => new Date(fixed ?? Date.now()),
    set: (milliseconds) => {
      fixed = milliseconds;
    },
  };
}

type Topic = { id: string; replies: number };
type Place = { id: string; home: string | null; members: string[]; topics: Topic[]; share: number; talk?: boolean };

/** A node in daily use: what its pages are asked with. */
export type BusyNode = {
  /** Somebody in all groups, who reads and writes. */
  reader: string;
  /** Administrator and federation officer. */
  officer: string;
  groups: Record<'large' | 'small' | 'closed' | 'elsewhere' | 'asked', string>;
  topics: Record<'short' | 'long' | 'elsewhere', string>;
  conversation: string;
  colleague: string;
  /** Origin of a partner with shared groups. */
  partner: string;
  more: BusyMore;
  /** Writes more posts, as many on each of the last days, fourteen months unless given. */
  grow: (posts: number, days?: number) => Promise<void>;
};

/**
 * Fills a node with people, partners and groups, as a council has them. Posts come with `grow`.
 * @param clock the one that the node was started with
 */
export async function makeBusy(
  node: Pick<RunningNode, 'context' | 'federation' | 'origin'>,
  clock: ReturnType<typeof movableClock>,
  size = council,
): Promise<BusyNode> {
  const { colleagues } = size;
  const { context } = node;
  const began = Date.now();
  const act = <T>(change: (work: Work) => Promise<T>, origin?: string) =>
    transact(context, by, change, origin === undefined ? {} : { origin });
  clock.set(began - age * day);
  const [reader, officer] = await Promise.all([
    addPerson(context, by, account('Renske Reader')),
    addPerson(context, by, { ...account('Olga Officer'), administrator: true, federationOfficer: true }),
  ]);
  const keys = await createActorKeys();
  const staff = await act(async (work) => {
    const ids: string[] = [];
    const common = { agency: context.config.agency, language: 'nl', timeZone: 'Europe/Amsterdam', keys };
    for (let number = 0; number < colleagues; number += 1)
      ids.push((await createPerson(work, { ...common, name: `${nameOf(number)} ${number}`, role: 'Adviser' })).id);
    return ids;
  });
  const guests = await makePartners(node, act, size.partners);

  const open = async (number: number, input: { name: string; closed?: boolean; share: number; size: number }) => {
    const group = await act((work) =>
      createGroup(work, {
        name: input.name,
        handle: `group-${number}`,
        owner: number === 0 ? reader.id : officer.id,
        reading: input.closed ? 'members' : number % 3 === 0 ? 'web' : 'partners',
        summary: 'What we do, and how: questions, practice and news.',
        keys,
      }),
    );
    const members = [reader.id, officer.id, ...staff.slice(0, input.size)];
    await act(async (work) => {
      for (const person of members) await joinGroup(work, { group: group.id, person });
      if (input.closed) return;
      for (const [index, { id }] of guests.entries())
        if (index % 4 === number % 4) members.push((await putMembership(work, group.id, id, joined(work))).person_id);
    });
    const place: Place = { id: group.id, home: null, members, topics: [], share: input.share };
    return place;
  };
  const places = [
    await open(0, { name: 'Parkeren en vergunningen', share: 50, size: colleagues }),
    await open(1, { name: 'Kleine groep', share: 1, size: 10 }),
    await open(2, { name: 'Crisisteam', closed: true, share: 3, size: 20 }),
  ];
  for (let number = 3; number < size.groups; number += 1)
    places.push(await open(number, { name: `Werkgroep ${nameOf(number)}`, share: 1, size: 20 }));
  const asked = await act((work) =>
    createGroup(work, {
      ...{ name: 'Op verzoek', handle: 'group-asked', owner: reader.id, keys },
      ...{ reading: 'partners', joining: 'request', summary: 'Wie mee wil doen, vraagt het.' },
    }),
  );
  const talks = await Promise.all(
    Array.from({ length: size.conversations }, (_, number) =>
      openTalk(act, reader.id, staff.slice(number, number + 3)),
    ),
  );
  places.push(...talks);
  for (let number = 0; number < size.partners / 3; number += 1)
    places.push(await openElsewhere(node, act, reader.id, guests, number));

  const write = createWriter();
  const pool = places.flatMap((place) => Array.from({ length: place.share }, () => place));
  const post = async (work: Work, place: Place): Promise<void> => {
    const author = write.one(place.members);
    const language = write.one(['nl', 'en']);
    if (place.talk) {
      await sendMessage(work, { conversation: place.id, by: author, content: write.text(), language });
      return;
    }
    const arrival = place.home && { uri: `${place.home}/posts/${write.number()}`, verified: 'origin' as const };
    const common = { author, language, ...markdownText(write.text()), ...(arrival ? { arrival } : {}) };
    const [first] = place.topics;
    const isLong = first && first.replies < longThread && write.chance(0.2);
    const topic = isLong ? first : write.one(place.topics.slice(-40));
    if (!topic || (!isLong && write.chance(0.25))) {
      const { id } = await createTopic(work, { ...common, group: place.id, title: write.title() });
      place.topics.push({ id, replies: 0 });
      if (!place.home && write.chance(0.1)) await read(work, place, id);
    } else {
      await reply(work, { ...common, replyTo: topic.id });
      topic.replies += 1;
    }
  };
  const read = (work: Work, place: Place, topic: string) =>
    markTopicRead(work, { person: reader.id, topic: { id: topic, group_id: place.id }, at: work.now });

  const [large, small, closed] = places as [Place, Place, Place];
  const elsewhere = places.at(-1) as Place;
  const grow = async (posts: number, days = age): Promise<void> => {
    for (let written = 0; written < posts; written += perUnit) {
      clock.set(began - days * day * (1 - written / posts));
      const unit = new Map<Place, number>();
      for (let number = written; number < Math.min(written + perUnit, posts); number += 1) {
        const place = write.one(pool);
        unit.set(place, (unit.get(place) ?? 0) + 1);
      }
      for (const [place, count] of unit) {
        const several = async (work: Work) => {
          for (let number = 0; number < count; number += 1) await post(work, place);
        };
        await act(several, place.home ?? undefined);
      }
    }
    clock.set(null);
    // Counting what is new has to look furthest where everything is read.
    await act((work) => markAllRead(work, reader.id, large.id));
  };
  // Each group has something from the beginning.
  for (const place of places) await act((work) => post(work, place), place.home ?? undefined);
  clock.set(null);
  const topicOf = (place: Place) => place.topics[0]?.id ?? '';
  const guest = guests.find(({ home }) => home === partnerOrigin(0))?.id ?? '';
  const ids = { reader: reader.id, officer: officer.id, large: large.id, closed: closed.id, guest, staff };
  const more = await fillMore(context, act, keys, ids);
  return {
    reader: reader.id,
    officer: officer.id,
    groups: { large: large.id, small: small.id, closed: closed.id, elsewhere: elsewhere.id, asked: asked.id },
    topics: { long: topicOf(large), short: topicOf(small), elsewhere: topicOf(elsewhere) },
    conversation: talks[0]?.id ?? '',
    colleague: staff[1] ?? '',
    partner: partnerOrigin(0),
    more,
    grow,
  };
}

export const words = { rare: rareWord, common: 'parkeren' };

const account = (name: string) => ({
  name,
  email: `${name.toLowerCase().replace(' ', '.')}@example.test`,
  administrator: false,
  federationOfficer: false,
});

const joined = (work: Work) => ({ state: 'member' as const, joined_at: work.now });

const firstNames = ['Anna', 'Bram', 'Cato', 'Daan', 'Eva', 'Femke', 'Guus', 'Hanna', 'Ivo', 'Julia'];
const lastNames = ['de Vries', 'Jansen', 'Bakker', 'Visser', 'Smit', 'Meijer', 'Bos', 'Mulder', 'Vos', 'Peters'];
const nameOf = (number: number): string => `${firstNames[number % 10]} ${lastNames[Math.floor(number / 10) % 10]}`;

/** Nobody listens there, so nothing is delivered anywhere. */
const partnerOrigin = (number: number): string => `http://localhost:${20_001 + number}`;

type Act = <T>(change: (work: Work) => Promise<T>, origin?: string) => Promise<T>;

/** Agreements with other nodes, and people of them. */
async function makePartners(node: Pick<RunningNode, 'context' | 'federation'>, act: Act, partners: number) {
  await act(async (work) => {
    for (let number = 0; number < partners; number += 1) {
      const fields = { agency: `Gemeente ${nameOf(number)}`, scopes: [...scopes] };
      await decideAs(work, 'allow', { origin: partnerOrigin(number), fields, by: 'test', reason: 'Shared groups' });
    }
  });
  await node.federation.bridge.trust.refresh();
  const guests: { id: string; home: string }[] = [];
  for (let number = 0; number < partners; number += 1) {
    for (let person = 0; person < peoplePerPartner; person += 1) {
      const home = partnerOrigin(number);
      const uri = `${home}/people/${person}`;
      await rememberDocument(node.federation.bridge, {
        id: uri,
        type: 'Person',
        preferredUsername: `guest${person}`,
        name: `${nameOf(number + person * 7)} (guest)`,
        inbox: `${uri}/inbox`,
        'joinery:agency': { id: `${home}/agency`, name: `Gemeente ${nameOf(number)}` },
      });
      guests.push({ id: await idOf(node.context, uri), home });
    }
  }
  return guests;
}

async function idOf(context: Context, uri: string): Promise<string> {
  const person = await personByUri(context.db.reader, uri);
  if (!person) throw new Error(`${uri} was not kept`);
  return person.id;
}

/** A conversation of the reader with some colleagues. */
async function openTalk(act: Act, reader: string, people: string[]): Promise<Place> {
  const begin = { by: reader, people, subject: '', content: 'Hebben jullie even?', language: 'nl' };
  const { id } = await act((work) => beginConversation(work, begin));
  return { id, home: null, members: [reader, ...people], topics: [], share: 1, talk: true };
}

/** A group of a partner in which the reader takes part. */
async function openElsewhere(
  node: Pick<RunningNode, 'federation'>,
  act: Act,
  reader: string,
  guests: { id: string; home: string }[],
  number: number,
): Promise<Place> {
  const home = partnerOrigin(number);
  const uri = `${home}/groups/1`;
  const saved = await rememberDocument(node.federation.bridge, {
    id: uri,
    type: 'Group',
    preferredUsername: `regional-${number}`,
    name: `Regio-overleg ${nameOf(number)}`,
    summary: 'Of all councils in the region.',
    inbox: `${uri}/inbox`,
    outbox: `${uri}/outbox`,
    followers: `${uri}/followers`,
    attributedTo: `${uri}/moderators`,
  });
  if (!saved) throw new Error(`${uri} was not kept`);
  const members = guests.filter((guest) => guest.home === home).map(({ id }) => id);
  await act(async (work) => {
    for (const person of [reader, ...members]) await putMembership(work, saved.id, person, joined(work));
  });
  return { id: saved.id, home, members, topics: [], share: 1 };
}
