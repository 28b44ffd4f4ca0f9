import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accountOfPerson,
  cookieName,
  createActorKeys,
  type JsonObject,
  newId,
  originOf,
  startSession,
  streams,
  subscribe,
  transact,
} from '@joinery/core';
import { type RunningNode, startNode } from '@joinery/node';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { addPerson, personByUri } from '@joinery/slices/people';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { rememberDocument } from '../../packages/federation/src/fetch.ts';
import { learnPeer } from '../../packages/federation/src/peers.ts';
import { decideAs } from '../../packages/federation/src/trust/testing.ts';
import { makeBusy, movableClock } from '../harness/busy-node.ts';
import { busyPages } from '../harness/busy-pages.ts';
import { answerCalls } from './children.ts';
import { bringFile, fileFrom, joinThere } from './media-nodes.ts';
import { startProfile } from './profile.ts';
import { statementTimes, timeStatements } from './statements.ts';

const by = { kind: 'system', what: 'bench' } as const;

/** The node that is measured, alone in its process: real database, server, lanes and background work. */
export async function serveSubject(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-bench-'));
  if (process.env.BENCH_STATEMENTS) timeStatements();
  const logged = new Map<string, number>();
  const note = (line: string) => {
    const { level, message, event } = JSON.parse(line) as Record<string, string>;
    if (level === 'error') process.stderr.write(`${line}\n`);
    const key = `${level} ${event ?? message}`;
    logged.set(key, (logged.get(key) ?? 0) + 1);
  };
  const clock = movableClock();
  const node = await startNode(
    {
      JOINERY_DATA: folder,
      JOINERY_PORT: '0',
      JOINERY_AGENCY: 'Department',
      JOINERY_LOOPBACK_PEERS: '1',
      JOINERY_DATABASE_URL: process.env.BENCH_DATABASE_URL,
      JOINERY_FILE_MEGABYTES: process.env.JOINERY_FILE_MEGABYTES,
    },
    { log: note, clock },
  );
  let thread = process.threadCpuUsage();
  let whole = process.cpuUsage();
  let stopProfile: Awaited<ReturnType<typeof startProfile>> | null = null;
  process.on('SIGTERM', async () => {
    await node.close();
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
  answerCalls({
    address: () => ({ origin: node.origin, port: node.port }),
    group: () => openGroup(node),
    allow: (peers: string[]) => decideAll(node, peers, 'both'),
    onlyReceive: (peers: string[]) => decideAll(node, peers, 'in'),
    onlyFetch: (peers: string[]) => decideAll(node, peers, 'out'),
    join: (input: { group: string; documents: JsonObject[] }) => joinAll(node, input.group, input.documents),
    crowd: (input: { group: string; origins: string[]; members: number }) => crowd(node, input),
    peers: (origins: string[]) => rememberPeers(node, origins),
    subscribe: (input: { group: string; origins: string[] }) =>
      transact(node.context, by, async (work) => {
        for (const origin of input.origins) await subscribe(work, streams.group(input.group), origin);
      }),
    topics: (input: { group: string; owner: string; count: number }) => writeTopics(node, input),
    busy: async (posts: number) => {
      const busy = await makeBusy(node, clock);
      await busy.grow(posts);
      return { reader: busy.reader, officer: busy.officer, pages: await busyPages(node.context, busy) };
    },
    setClock: (milliseconds: number) => clock.set(milliseconds),
    cookie: (person: string) => signedInCookie(node, person),
    counts: () => countAll(node),
    bringFile: (input: Parameters<typeof bringFile>[1]) => bringFile(node, input),
    joinThere: (uri: string) => joinThere(node, uri),
    fileFrom: (uri: string) => fileFrom(node, uri),
    drain: () => node.worker?.drain(),
    begin: async (profiled: boolean) => {
      statementTimes();
      stopProfile = profiled ? await startProfile() : null;
      thread = process.threadCpuUsage();
      whole = process.cpuUsage();
    },
    end: async () => ({
      thread: process.threadCpuUsage(thread),
      whole: process.cpuUsage(whole),
      profile: stopProfile && (await stopProfile()),
      statements: statementTimes(),
      logged: Object.fromEntries(logged),
    }),
  });
}

async function openGroup(node: RunningNode) {
  const owner = await addPerson(node.context, by, {
    name: 'Ada Owner',
    email: 'ada@example.test',
    administrator: false,
    federationOfficer: false,
  });
  const keys = await createActorKeys();
  const group = await transact(node.context, by, (work) =>
    createGroup(work, { name: 'Parking permits', handle: 'parking', owner: owner.id, reading: 'web', keys }),
  );
  return { owner: owner.id, id: group.id, uri: group.uri };
}

async function decideAll(node: RunningNode, peers: string[], direction: 'both' | 'in' | 'out'): Promise<void> {
  await transact(node.context, by, async (work) => {
    for (const origin of peers) {
      const what = direction === 'both' ? 'allow' : 'change';
      const fields = { direction, ...(what === 'allow' ? { agency: origin } : {}) };
      await decideAs(work, what, { origin, fields, by: 'bench', reason: 'bench' });
    }
  });
  await node.federation.bridge.trust.refresh();
}

/** People of other nodes, known here with their keys, become members. */
async function joinAll(node: RunningNode, group: string, documents: JsonObject[]): Promise<void> {
  for (const document of documents) {
    await rememberDocument(node.federation.bridge, document);
    const origin = originOf(String(document.id)) ?? '';
    await transact(
      node.context,
      { kind: 'peer', origin },
      async (work) => {
        const person = await personByUri(work.db, String(document.id));
        await joinGroup(work, { group, person: person?.id ?? '' });
      },
      { origin },
    );
  }
}

/** Rows for many members on some nodes: copies of one that joined properly on each. */
async function crowd(node: RunningNode, input: { group: string; origins: string[]; members: number }): Promise<void> {
  const each = input.members / input.origins.length;
  for (const origin of input.origins) {
    const document = {
      id: `${origin}/people/first`,
      type: 'Person',
      preferredUsername: 'first',
      name: 'First',
      inbox: `${origin}/people/first/inbox`,
    };
    await joinAll(node, input.group, [document]);
    await transact(node.context, by, async (work) => {
      const person = await personByUri(work.db, document.id);
      const member = await work.db
        .selectFrom('group_member')
        .selectAll()
        .where('group_id', '=', input.group)
        .where('person_id', '=', person?.id ?? '')
        .executeTakeFirst();
      if (!person || !member) throw new Error('Nobody joined');
      for (let number = 1; number < each; number += 1) {
        const id = newId();
        const handle = `p${number}`;
        await work.db
          .insertInto('person')
          .values({ ...person, id, uri: `${origin}/people/${handle}`, handle })
          .execute();
        await work.db
          .insertInto('group_member')
          .values({ ...member, person_id: id })
          .execute();
      }
      await work.db
        .updateTable('groups')
        .set((eb) => ({ member_count: eb('member_count', '+', each - 1) }))
        .where('id', '=', input.group)
        .execute();
    });
  }
}

/** Nodes whose inbox is known: Joinery nodes, as far as this one can tell. */
async function rememberPeers(node: RunningNode, origins: string[]): Promise<void> {
  await transact(node.context, by, async (work) => {
    for (const origin of origins) {
      await learnPeer(work, {
        id: `${origin}/node`,
        type: 'Application',
        inbox: `${origin}/inbox`,
        generator: { name: 'Joinery' },
      });
    }
  });
}

async function writeTopics(node: RunningNode, input: { group: string; owner: string; count: number }): Promise<void> {
  const text = markdownText('How do *you* handle permits for a second car?\n\nOur form asks for eleven things.');
  for (let first = 0; first < input.count; first += 200) {
    await transact(node.context, by, async (work) => {
      for (let number = first; number < Math.min(first + 200, input.count); number += 1)
        await createTopic(work, { group: input.group, author: input.owner, title: `Topic ${number}`, ...text });
    });
  }
}

async function signedInCookie(node: RunningNode, person: string): Promise<string> {
  const account = await accountOfPerson(node.context.db.reader, person);
  const value = await transact(node.context, by, (work) => startSession(work, account?.id ?? ''));
  return `${cookieName(node.origin, 'session')}=${value}`;
}

async function countAll({ context: { db } }: RunningNode) {
  const count = async (table: 'post' | 'log') =>
    Number(
      (
        await db.reader
          .selectFrom(table)
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    );
  const applied = await db.reader
    .selectFrom('ledger')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('state', '=', 'applied')
    .executeTakeFirstOrThrow();
  const events = await db.reader.selectFrom('log').select('name').orderBy('seq', 'desc').limit(5).execute();
  return {
    posts: await count('post'),
    log: await count('log'),
    applied: Number(applied.n),
    newest: events.map((event) => event.name),
  };
}
