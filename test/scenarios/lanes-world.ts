import { type Clock, cookieName, createActorKeys, startSession, transact } from '@joinery/core';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { createTopic, markdownText, type PostRow } from '@joinery/slices/posts';
import type { LaneHealth } from '../../packages/federation/src/peers.ts';
import { laneHealth } from '../../packages/federation/src/peers.ts';
import { type Gate, openGate } from '../harness/gate.ts';
import {
  allowEachOther,
  settleAll,
  startTestNode,
  type TestNode,
  type TestNodeOptions,
  type TestPerson,
} from '../harness/node.ts';

export const by = { kind: 'system', what: 'test' } as const;

/** A clock that goes on by itself and can be put forward; nodes of one test share it, since signatures are dated. */
export type MovingClock = Clock & { forward: (minutes: number) => void };

export function movingClock(): MovingClock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    forward: (minutes) => {
      ahead += minutes * 60_000;
    },
  };
}

export async function openGroup(node: TestNode, owner: string, handle: string) {
  const keys = await createActorKeys();
  return transact(node.context, by, (work) => createGroup(work, { name: 'Parking permits', handle, owner, keys }));
}

export async function join(node: TestNode, person: TestPerson, uri: string): Promise<string> {
  const found = await node.context.ports.actors.resolve(uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: person.id }));
  return found.id;
}

export const topic = (node: TestNode, group: string, author: string, title: string) =>
  transact(node.context, by, (work) => createTopic(work, { group, author, title, ...markdownText(title) }));

/** Titles in the order in which they were applied. */
export async function titles(node: TestNode): Promise<string[]> {
  const rows = await node.context.db.reader.selectFrom('post').select('title').orderBy('id').execute();
  return rows.map((row) => row.title ?? '');
}

/** The page about a partner, as its administrator sees it. */
export async function partnerPage(node: TestNode, person: TestPerson, origin: string): Promise<string> {
  const partner = await node.context.db.reader
    .selectFrom('partner_host')
    .select('partner_id')
    .where('origin', '=', origin)
    .executeTakeFirstOrThrow();
  const session = await transact(node.context, by, (work) => startSession(work, person.account));
  const cookie = `${cookieName(node.origin, 'session')}=${session}`;
  const answer = await fetch(`${node.origin}/administration/partners/${partner.partner_id}`, { headers: { cookie } });
  return answer.text();
}

export type LanesWorld = AsyncDisposable & {
  department: TestNode;
  council: TestNode;
  /** Everything that the council is sent goes through it. */
  gate: Gate;
  clock: MovingClock;
  group: { id: string; uri: string };
  post: (title: string) => Promise<PostRow>;
  /** How the department sees its lane to the council. */
  lane: () => Promise<LaneHealth>;
  settle: () => Promise<void>;
  /** Lets time pass, and the lane try again. */
  later: (minutes: number) => Promise<void>;
  ada: TestPerson;
  bob: TestPerson;
};

/** A department with a group, and a council behind a gate with a member in it. */
export async function lanesWorld(
  options: TestNodeOptions = {},
  ofDepartment: TestNodeOptions = {},
): Promise<LanesWorld> {
  const clock = movingClock();
  const gate = await openGate();
  const department = await startTestNode('department', { clock, ...ofDepartment });
  const council = await startTestNode('council', {
    clock,
    ...options,
    environment: { ...gate.environment, ...options.environment },
  });
  gate.to(council.port);
  const nodes = [department, council];
  await allowEachOther(nodes);
  const ada = await department.person('Ada Owner', { administrator: true });
  const bob = await council.person('Bob Council');
  const group = await openGroup(department, ada.id, 'parking');
  await join(council, bob, group.uri);
  await settleAll(nodes);
  const lane = async () => {
    const lanes = await laneHealth(department.context.db.reader, clock.now());
    const found = lanes.find(({ origin }) => origin === council.origin);
    if (!found) throw new Error('There is no lane');
    return found;
  };
  return {
    department,
    council,
    gate,
    clock,
    group,
    ada,
    bob,
    post: (title) => topic(department, group.id, ada.id, title),
    lane,
    settle: () => settleAll(nodes),
    later: async (minutes) => {
      clock.forward(minutes);
      department.federation.lanes.wake(council.origin);
      await settleAll(nodes);
    },
    [Symbol.asyncDispose]: async () => {
      await department[Symbol.asyncDispose]();
      await council[Symbol.asyncDispose]();
      await gate[Symbol.asyncDispose]();
    },
  };
}
