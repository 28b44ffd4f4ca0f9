import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type CommandInput, type Context, createActorKeys, refuse, transact } from '@joinery/core';
import { approve, createGroup, groupByUri, joinGroup, membershipOf } from '@joinery/slices/groups';
import { addPerson, linkFor, personByUri } from '@joinery/slices/people';
import {
  createTopic,
  deletePost,
  editPost,
  like,
  lock,
  markAnswered,
  markdownText,
  pin,
  postByUri,
  removeFromGroup,
  reply,
} from '@joinery/slices/posts';
import { changeStyle } from '@joinery/slices/style';
import { type RunningNode, startNode } from '../node.ts';
import { inWords } from '../run-server.ts';
import { slices } from '../slices.ts';
import { type DemoGroup, type DemoPerson, deskFile } from './content.ts';
import { knock, type Things } from './doors.ts';
import { figures, processorSeconds } from './figures.ts';
import { type DemoGuest, type DemoNewcomer, letIn, register } from './newcomers.ts';
import { park, parkedFor, shownHere } from './states.ts';
import { answerIn, isIn, talk } from './talking.ts';

/**
 * What one node of the demo is told to do. People, groups and posts are named by their addresses; `at` is the instant at which it is said to have
 * happened.
 */
export type Deed =
  | { do: 'person'; at: string; person: DemoPerson; handle: string }
  | { do: 'group'; at: string; owner: string; group: Omit<DemoGroup, 'owner' | 'members' | 'waiting' | 'text'> }
  | { do: 'command'; name: string; input: CommandInput }
  | { do: 'join'; at: string; group: string; person: string; state: 'member' | 'requested' }
  | { do: 'approve'; at: string; group: string; person: string; by: string }
  | { do: 'topic'; at: string; group: string; by: string; title: string; text: string; language: string }
  | { do: 'reply'; at: string; to: string; by: string; text: string; language: string }
  | { do: 'edit'; at: string; post: string; by: string; text: string }
  | { do: 'like'; at: string; post: string; by: string }
  | { do: 'answer'; at: string; topic: string; answer: string; by: string }
  | { do: 'pin'; at: string; post: string; by: string }
  | { do: 'remove'; at: string; post: string; by: string; reason: string }
  | { do: 'lock'; at: string; post: string; by: string }
  | { do: 'delete'; at: string; post: string; by: string }
  | {
      do: 'talk';
      people: string[];
      subject: string;
      language: string;
      said: { by: string; at: string; text: string }[];
    }
  | { do: 'say'; after: string; by: string; at: string; text: string; language: string }
  | { do: 'guest'; sponsor: string; guest: DemoGuest; group: string; until: string }
  | { do: 'register'; newcomer: DemoNewcomer; administrator: string }
  | { do: 'effort' }
  | { do: 'await'; posts: string[] }
  | { do: 'count'; title: string }
  | { do: 'link'; person: string }
  | { do: 'style'; colour: string; second: string }
  | { do: 'figures' }
  | { do: 'states' }
  | { do: 'park'; group: string; origin: string }
  | { do: 'parked'; origin: string }
  | { do: 'knock'; at: string; things: Things };

export type Request = { number: number; deeds: Deed[] } | { pause: true };
export type Answer = { ready: string } | { number: number; answers: string[] } | { number: number; fault: string };

const by = { kind: 'system', what: 'demo' } as const;
const lookEvery = 25;
const longestWait = 30_000;

/** Runs one node of the demo: does what the process that started it says, and ends with it, leaving nothing behind. */
export async function runDemoNode(environment: Record<string, string | undefined>): Promise<void> {
  // The folder is removed at the end, so it must be the demo that chose it: somebody's own settings name the data of a real node.
  if (process.send === undefined) {
    process.stderr.write('The nodes of the demo are started by the demo itself: npm run demo\n');
    process.exit(1);
  }
  let starting: Promise<RunningNode> | undefined;
  // Ctrl-C reaches every process of the terminal: the one that started this decides when it is over.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  const leave = async () => {
    // A node that is still starting would go on making files in the folder that is removed.
    const node = await starting?.catch(() => undefined);
    await node?.close();
    await forget(environment.JOINERY_DATA ?? '');
    process.exit(0);
  };
  process.on('disconnect', leave);
  if (!process.connected) await leave();
  // Nobody hears an answer once the other side has gone; failing over that would leave the folder behind.
  const tell = (answer: Answer) => {
    if (process.connected) process.send?.(answer, undefined, undefined, () => {});
  };
  try {
    starting = startNode(environment);
    const running = await starting;
    process.on('message', async (request: Request) => {
      if ('pause' in request) {
        await running.close();
        process.exit(0);
      }
      const { number, deeds } = request;
      try {
        const answers: string[] = [];
        for (const deed of deeds) answers.push(await perform(running, deed));
        tell({ number, answers });
      } catch (error) {
        tell({ number, fault: inWords(error) });
      }
    });
    tell({ ready: running.origin });
  } catch (error) {
    process.stderr.write(`${inWords(error)}\n`);
    process.exit(1);
  }
}

/** The last node takes the folder around with it, should the process that made it be gone. */
async function forget(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await rm(join(dirname(folder), deskFile), { force: true });
  await rmdir(dirname(folder)).catch(() => {});
}

/** @returns the address of what was made, what was asked for as text, or nothing */
async function perform(running: RunningNode, deed: Deed): Promise<string> {
  const now = running.context;
  const { reader } = now.db;
  // Only what is done here happens in the past: deliveries and signatures keep the real time.
  const context: Context =
    'at' in deed && deed.do !== 'knock' ? { ...now, clock: { now: () => new Date(deed.at) } } : now;
  const personId = async (uri: string) => (await personByUri(reader, uri))?.id ?? missing(uri);
  const groupId = async (uri: string) => (await groupByUri(reader, uri))?.id ?? missing(uri);
  const postId = async (uri: string) => (await postByUri(reader, uri))?.id ?? missing(uri);
  switch (deed.do) {
    case 'person': {
      const { name, role, language, administrator = false } = deed.person;
      const email = `${deed.handle}@${now.config.agency.toLowerCase().replace(/[^a-z]+/g, '-')}.example`;
      const rights = { administrator, federationOfficer: administrator };
      return (await addPerson(context, by, { name, role, language, email, handle: deed.handle, ...rights })).uri;
    }
    case 'group': {
      const [owner, keys] = await Promise.all([personId(deed.owner), createActorKeys()]);
      const { name, handle, summary, reading, joining } = deed.group;
      const input = { name, handle, summary, reading, joining, owner, keys };
      return (await transact(context, by, (work) => createGroup(work, input))).uri;
    }
    case 'command': {
      const command = slices.flatMap((slice) => slice.commands ?? []).find(({ name }) => name === deed.name);
      await (command ?? missing(deed.name)).run(now, deed.input);
      return '';
    }
    case 'join': {
      const { id: group } = await until(deed.group, () => now.ports.actors.resolve(deed.group).catch(() => null));
      const person = await personId(deed.person);
      await transact(context, by, (work) => joinGroup(work, { group, person }));
      if (deed.state === 'member')
        await until(
          `membership in ${deed.group}`,
          async () => (await membershipOf(reader, group, person))?.state === 'member',
        );
      return '';
    }
    case 'approve': {
      const group = await groupId(deed.group);
      const person = await until(deed.person, () => personByUri(reader, deed.person));
      await until(
        `request of ${deed.person}`,
        async () => (await membershipOf(reader, group, person.id))?.state === 'requested',
      );
      const facilitator = await personId(deed.by);
      await transact(context, by, (work) => approve(work, { group, person: person.id, by: facilitator }));
      return '';
    }
    case 'topic': {
      const [group, author] = await Promise.all([groupId(deed.group), personId(deed.by)]);
      const { title, language } = deed;
      const text = markdownText(deed.text);
      return (await transact(context, by, (work) => createTopic(work, { group, author, title, language, ...text })))
        .uri;
    }
    case 'reply': {
      const [replyTo, author] = await Promise.all([postId(deed.to), personId(deed.by)]);
      const input = { replyTo, author, language: deed.language, ...markdownText(deed.text) };
      return (await transact(context, by, (work) => reply(work, input))).uri;
    }
    case 'edit': {
      const [post, author] = await Promise.all([postId(deed.post), personId(deed.by)]);
      await transact(context, by, (work) => editPost(work, { post, author, ...markdownText(deed.text) }));
      return '';
    }
    case 'like': {
      const [post, person] = await Promise.all([postId(deed.post), personId(deed.by)]);
      await transact(context, by, (work) => like(work, { post, by: { uri: deed.by, person } }));
      return '';
    }
    case 'answer': {
      const [topic, answer, person] = await Promise.all([postId(deed.topic), postId(deed.answer), personId(deed.by)]);
      await transact(context, by, (work) => markAnswered(work, { topic, answer, by: person }));
      return '';
    }
    case 'pin': {
      const [post, person] = await Promise.all([postId(deed.post), personId(deed.by)]);
      await transact(context, by, (work) => pin(work, { post, by: person }));
      return '';
    }
    case 'remove': {
      const [post, person] = await Promise.all([postId(deed.post), personId(deed.by)]);
      await transact(context, by, (work) => removeFromGroup(work, { post, by: person, reason: deed.reason }));
      return '';
    }
    case 'talk':
      return talk(now, deed);
    case 'say':
      await until(deed.after, () => isIn(now, deed));
      return answerIn(now, deed);
    case 'guest': {
      const [sponsor, group] = await Promise.all([personId(deed.sponsor), groupId(deed.group)]);
      return letIn(now, sponsor, deed.guest, group, deed.until);
    }
    case 'register':
      await register(now, deed.newcomer, await personId(deed.administrator));
      return '';
    case 'effort':
      return String(processorSeconds());
    case 'await':
      for (const post of deed.posts) {
        await until(post, async () => (await postByUri(reader, post))?.status === 'accepted');
      }
      return '';
    case 'lock': {
      const [post, person] = await Promise.all([postId(deed.post), personId(deed.by)]);
      await transact(context, by, (work) => lock(work, { post, by: person }));
      return '';
    }
    case 'delete': {
      const [post, author] = await Promise.all([postId(deed.post), personId(deed.by)]);
      await transact(context, by, (work) => deletePost(work, { post, author }));
      return '';
    }
    case 'count': {
      const rows = await reader.selectFrom('post').select('id').where('title', '=', deed.title).execute();
      return String(rows.length);
    }
    case 'style': {
      const input = { colour: deed.colour, second: deed.second, radius: 6, logoAlt: '' };
      await transact(context, by, (work) => changeStyle(work, input, null));
      return '';
    }
    case 'figures':
      return JSON.stringify(await figures(now));
    case 'states':
      return JSON.stringify(await shownHere(now));
    case 'park':
      await park(now, await groupId(deed.group), deed.origin);
      return '';
    case 'parked':
      return (await parkedFor(now, deed.origin)).join(' ');
    case 'knock':
      return JSON.stringify(await knock(running, deed.at, deed.things));
    case 'link':
      return (await linkFor(now, by, await personId(deed.person))).address;
  }
}

function missing(what: string): never {
  return refuse('not_found', `${what} is not known here`);
}

/** Looks until something is there: it comes from another process. @throws after half a minute */
async function until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const end = performance.now() + longestWait; performance.now() < end; await setTimeout(lookEvery)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`Did not arrive within half a minute: ${what}`);
}
