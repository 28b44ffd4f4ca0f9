import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Context, createActorKeys, refuse, transact } from '@joinery/core';
import { approve, createGroup, groupByUri, joinGroup, membershipOf, removeMember } from '@joinery/slices/groups';
import { addPerson, linkFor, personByUri } from '@joinery/slices/people';
import {
  createTopic,
  currentRevision,
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
import {
  agreeToEmergency,
  askInEmergency,
  bringPaper,
  endEmergency,
  folderIn,
  readInEmergency,
  shapeGroup,
  takeIntroductions,
} from './closed.ts';
import { deskFile } from './content.ts';
import type { Answer, Deed, Request } from './deeds.ts';
import { knock } from './doors.ts';
import { figures, processorSeconds } from './figures.ts';
import { letIn, register } from './newcomers.ts';
import { park, parkedFor, shownHere } from './states.ts';
import { answerIn, isIn, talk } from './talking.ts';

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
      const made = await transact(context, by, (work) => createGroup(work, input));
      if (deed.group.shape) await shapeGroup(context, { group: made, owner, shape: deed.group.shape });
      return made.uri;
    }
    case 'command': {
      const command = slices.flatMap((slice) => slice.commands ?? []).find(({ name }) => name === deed.name);
      await (command ?? missing(deed.name)).run(now, deed.input);
      return '';
    }
    case 'join': {
      const { id: group } = await until(deed.group, () => now.ports.actors.resolve(deed.group).catch(() => null));
      const person = await personId(deed.person);
      const { answers } = deed;
      // Who was just removed hears of it from the group's node first.
      await until(
        `the end of a membership in ${deed.group}`,
        async () => (await membershipOf(reader, group, person))?.state !== 'member',
      );
      await transact(context, by, (work) => joinGroup(work, { group, person, answers }));
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
    case 'removal': {
      const { reason } = deed;
      const [group, person, facilitator] = await Promise.all([
        groupId(deed.group),
        personId(deed.person),
        personId(deed.by),
      ]);
      await transact(now, by, (work) => removeMember(work, { group, person, by: facilitator, reason }));
      return '';
    }
    case 'introduced':
      await takeIntroductions(now, deed.origin);
      return '';
    case 'folder': {
      const [group, maker] = await Promise.all([groupId(deed.group), personId(deed.by)]);
      return folderIn(context, { group, by: maker, name: deed.name });
    }
    case 'paper': {
      const [group, author] = await Promise.all([groupId(deed.paper.group), personId(deed.paper.by)]);
      return bringPaper(now, { ...deed.paper, group, by: author });
    }
    case 'emergency':
      return askInEmergency(now, { ...deed, by: await personId(deed.by) });
    case 'agree':
      await agreeToEmergency(now, { ...deed, by: await personId(deed.by) });
      return '';
    case 'read':
      await readInEmergency(now, { ...deed, by: await personId(deed.by), topic: await postId(deed.topic) });
      return '';
    case 'end':
      await endEmergency(now, { ...deed, by: await personId(deed.by) });
      return '';
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
        await until(post, async () => {
          const found = await postByUri(reader, post);
          const isThere = found?.status === 'accepted';
          return isThere && (!deed.texts || (await currentRevision(reader, found)) !== undefined);
        });
      }
      return '';
    case 'open':
      await now.ports.actors.history(deed.group, 'topics');
      return '';
    case 'gone':
      for (const uri of deed.posts) {
        await until(`the end of ${uri}`, async () => {
          const post = await postByUri(reader, uri);
          return post === undefined || (await currentRevision(reader, post)) === undefined;
        });
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
