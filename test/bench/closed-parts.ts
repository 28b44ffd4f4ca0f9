import { copyFileSync, mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import {
  type ActorKeys,
  coreMigrations,
  createActorKeys,
  createToken,
  migrate,
  openDatabase,
  transact,
} from '@joinery/core';
import { createNodeWebApp, type RunningNode, slices, startNode } from '@joinery/node';
import { accessOf, createGroup, groupByUri, joinGroup, removeMember, setAutomaticRules } from '@joinery/slices/groups';
import { addPersonIn } from '@joinery/slices/people';
import { decideAs } from '../../packages/federation/src/trust/testing.ts';
import { countRequests, type Requests } from '../harness/requests.ts';

export const by = { kind: 'system', what: 'bench' } as const;
const scopes: ('discover' | 'open-groups' | 'closed-groups')[] = ['discover', 'open-groups', 'closed-groups'];
const longest = 300_000;

/** A whole node that shares its process with others, the people on it, and the requests that it makes. */
export type LightNode = RunningNode & { people: { id: string; token: string }[]; requests: Requests };

/** A database with all tables. @returns its path */
export async function migrated(folder: string): Promise<string> {
  const place = join(folder, 'template');
  await using db = await openDatabase({ databaseUrl: null, dataFolder: place, exclusive: false });
  await migrate(db.writer, db.dialect, [...coreMigrations, ...slices.map((slice) => slice.migrations ?? {})]);
  return join(place, 'joinery.db');
}

const webApp = createNodeWebApp();
/** Making keys takes longer than all that is measured: people of one process share theirs. */
let shared: ActorKeys | undefined;

/** @param origin address of the line that leads to it */
export async function startLight(folder: string, template: string, origin: string, people: number): Promise<LightNode> {
  mkdirSync(folder, { recursive: true });
  copyFileSync(template, join(folder, 'joinery.db'));
  const settings = { JOINERY_DATA: folder, JOINERY_PORT: '0', JOINERY_ORIGIN: origin, JOINERY_LOOPBACK_PEERS: '1' };
  const log = (line: string) => {
    if (JSON.parse(line).level === 'error' || process.env.BENCH_LOG) process.stderr.write(`${line}\n`);
  };
  const agency = `Agency at ${new URL(origin).port}`;
  const node = await startNode({ ...settings, JOINERY_AGENCY: agency }, { log, webApp });
  shared ??= await createActorKeys();
  const keys = shared;
  const made: LightNode['people'] = [];
  for (let number = 0; number < people; number += 1) {
    made.push(
      await transact(node.context, by, async (work) => {
        const roles = { administrator: false, federationOfficer: false };
        const input = { name: `Member ${number}`, email: `member${number}@example.test`, ...roles };
        const { person, account } = await addPersonIn(work, { agency, keys, language: 'en' }, input);
        const { token } = await createToken(work, { account: account.id, name: 'bench' });
        return { id: person.id, token };
      }),
    );
  }
  return { ...node, people: made, requests: countRequests(node) };
}

export async function allow(node: LightNode, origins: string[]): Promise<void> {
  await transact(node.context, by, async (work) => {
    for (const origin of origins) {
      const fields = { agency: origin, scopes };
      await decideAs(work, 'allow', { origin, fields, by: 'bench', reason: 'bench' });
    }
  });
  await node.federation.bridge.trust.refresh();
}

/** A closed group that lets people of some nodes in without asking anybody. */
export async function openGroup(node: LightNode, agencies: string[]) {
  const owner = node.people[0]?.id ?? '';
  const keys = await createActorKeys();
  return transact(node.context, by, async (work) => {
    const group = await createGroup(work, {
      ...{ name: 'Fraud board', handle: 'fraud', owner, keys },
      ...{ reading: 'members', joining: 'request' },
    });
    await setAutomaticRules(work, group.id, owner, { agencies, domains: [] });
    return { id: group.id, uri: group.uri, owner };
  });
}

export async function groupAt(node: LightNode, uri: string): Promise<string> {
  const group = await groupByUri(node.context.db.reader, uri);
  if (!group) throw new Error('The group is not known here');
  return group.id;
}

/** Everybody of a node asks to join a group of another one, which is known here. */
export async function joinAll(node: LightNode, uri: string): Promise<void> {
  const id = await groupAt(node, uri);
  for (const person of node.people)
    await transact(node.context, by, (work) => joinGroup(work, { group: id, person: person.id }));
}

/** How many people of some nodes are not members yet, as their own nodes know. */
export async function missing(nodes: LightNode[], uri: string): Promise<number> {
  let count = 0;
  for (const node of nodes) {
    const { n } = await node.context.db.reader
      .selectFrom('group_member')
      .innerJoin('groups', 'groups.id', 'group_member.group_id')
      .innerJoin('person', 'person.id', 'group_member.person_id')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('groups.uri', '=', uri)
      .where('group_member.state', '=', 'member')
      .where('person.local', '=', 1)
      .executeTakeFirstOrThrow();
    count += node.people.length - Number(n);
  }
  return count;
}

/** Removes every member of other nodes but those of one, each in a unit of work of its own, as somebody does who clicks. @returns instant of the last */
export async function removeAll(node: LightNode, input: { group: string; by: string; keep: string }): Promise<number> {
  const members = await membersOf(node, input.group).where('person.home', '!=', input.keep).execute();
  return remove(node, input, members);
}

/** Removes people of one node, all but some of them. @returns instant of the last */
export async function removeFrom(
  node: LightNode,
  input: { group: string; by: string; node: string; leave: number },
): Promise<number> {
  const members = await membersOf(node, input.group).where('person.home', '=', input.node).execute();
  return remove(node, input, members.slice(input.leave));
}

function membersOf(node: LightNode, group: string) {
  return node.context.db.reader
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('person.id')
    .where('group_member.group_id', '=', group)
    .where('group_member.state', '=', 'member')
    .where('person.local', '=', 0);
}

async function remove(
  node: LightNode,
  { group, by: facilitator }: { group: string; by: string },
  people: { id: string }[],
) {
  for (const { id } of people)
    await transact(node.context, by, (work) => removeMember(work, { group, person: id, by: facilitator }));
  return performance.timeOrigin + performance.now();
}

/** @returns the instant from which a node refuses another one in a group, whatever token that one holds, as it noted it itself */
export async function refusedFrom(node: LightNode, uri: string, origin: string): Promise<number> {
  const { reader } = node.context.db;
  const group = await groupAt(node, uri);
  const since = async () => (await accessOf(reader, group, origin))?.revoked_at ?? null;
  // Nothing else follows from it here, so that nobody is told.
  await reached(node, async () => (await since()) !== null);
  return Date.parse((await since()) ?? '');
}

/** Looks whenever something has changed at a node. @returns the instant at which it is so */
export async function reached(node: LightNode, isSo: () => Promise<boolean>): Promise<number> {
  const { changes } = node.context.db;
  const end = performance.now() + longest;
  for (;;) {
    const changed = Promise.withResolvers<void>();
    const stop = changes.subscribe(() => changed.resolve());
    try {
      if (await isSo()) return performance.timeOrigin + performance.now();
      if (performance.now() > end) throw new Error(`Not reached at ${node.origin}`);
      const timer = setTimeout(changed.resolve, 1_000);
      await changed.promise;
      clearTimeout(timer);
    } finally {
      stop();
    }
  }
}

/** Whether a member gets a topic with its text from the REST interface of their own node. */
export async function isReadable(node: LightNode, topic: { title: string; text: string }): Promise<boolean> {
  const row = await node.context.db.reader
    .selectFrom('post')
    .select('id')
    .where('title', '=', topic.title)
    .executeTakeFirst();
  if (!row) return false;
  const headers = { host: new URL(node.origin).host, authorization: `Bearer ${node.people[0]?.token}` };
  const path = `/api/v1/posts/${row.id}`;
  return new Promise((resolve, reject) => {
    request({ port: node.port ?? 0, path, headers }, (answer) => {
      let body = '';
      answer.on('data', (piece) => {
        body += piece;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 && body.includes(topic.text)));
    })
      .on('error', reject)
      .end();
  });
}

/** Whether a node has heard that it may not read a group any more. */
export async function isWithheld(node: LightNode, uri: string): Promise<boolean> {
  const group = await groupByUri(node.context.db.reader, uri);
  return group !== undefined && group.withheld_at !== null;
}

/** How many nodes have told the group's own node what they dropped. */
export async function receiptsAt(node: LightNode, group: string): Promise<number> {
  const { n } = await node.context.db.reader
    .selectFrom('group_access')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('group_id', '=', group)
    .where('receipt_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(n);
}
