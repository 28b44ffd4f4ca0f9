import { createActorKeys, type JsonObject, transact, type WebApp } from '@joinery/core';
import { createGroup, type GroupRow, groupById } from '@joinery/slices/groups';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { type RawAnswer, type Rogue, type RogueActor, startRogue } from '../harness/rogue.ts';

export const by = { kind: 'system', what: 'test' } as const;

/** Tables that hold what people see. What only tells that something arrived is not among them. */
const domainTables = 'person groups group_member group_node post post_revision post_like post_report'.split(' ');
/** Tables that a refused request must leave alone as well. */
const ledgerTables = ['ledger', 'log', 'remote_key', 'peer_stream', 'proposal', 'partner'];

/**
 * A department with an open group, an honest node that it allows (with a member), an allowed node that means harm (with a member of its own), and a stranger.
 */
export type World = AsyncDisposable & {
  node: TestNode;
  owner: TestPerson;
  group: GroupRow;
  good: Rogue;
  alice: RogueActor;
  evil: Rogue;
  mallory: RogueActor;
  stranger: Rogue;
  /** Puts the clock of the department forward. */
  forward: (milliseconds: number) => void;
};

type WorldOptions = { join?: boolean; webApp?: WebApp; dialect?: 'sqlite' | 'postgres' };

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  let ahead = 0;
  const node = await startTestNode('department', {
    clock: { now: () => new Date(Date.now() + ahead) },
    ...(options.webApp && { webApp: options.webApp }),
    ...(options.dialect && { dialect: options.dialect }),
  });
  const [good, evil, stranger] = await Promise.all([startRogue(), startRogue(), startRogue()]);
  await node.allow({ origin: good.origin, name: 'Good agency' });
  await node.allow({ origin: evil.origin, name: 'Evil agency' });
  const owner = await node.person('Ada Owner');
  const group = await openGroup(node, owner, 'parking');
  const [alice, mallory] = [good.actor('alice'), evil.actor('mallory')];
  if (options.join !== false) {
    await join(node, good, alice, group);
    await join(node, evil, mallory, group);
  }
  return {
    node,
    owner,
    group,
    good,
    alice,
    evil,
    mallory,
    stranger,
    forward: (milliseconds) => {
      ahead += milliseconds;
    },
    [Symbol.asyncDispose]: async () => {
      await node[Symbol.asyncDispose]();
      for (const rogue of [good, evil, stranger]) await rogue[Symbol.asyncDispose]();
    },
  };
}

type GroupFields = {
  reading?: 'web' | 'partners' | 'members';
  joining?: 'open' | 'request' | 'invited';
  listed?: boolean;
};

export async function openGroup(node: TestNode, owner: TestPerson, handle: string, fields: GroupFields = {}) {
  const keys = await createActorKeys();
  const made = await transact(node.context, by, (work) =>
    createGroup(work, { name: `Group ${handle}`, handle, owner: owner.id, keys, ...fields }),
  );
  const group = await groupById(node.context.db.reader, made.id);
  if (!group) throw new Error('The group is missing');
  return group;
}

/** A person of another node takes part in a group here. */
export async function join(node: TestNode, from: Rogue, person: RogueActor, group: GroupRow): Promise<void> {
  const answer = await from.send(node, person, {
    id: from.id('/follows'),
    type: 'Follow',
    actor: person.uri,
    object: group.uri,
  });
  expect(answer.status).toBe(202);
  await node.settle();
}

/** What was sent to a node, as documents. */
export const askedOf = (rogue: Rogue): JsonObject[] =>
  rogue.requests.flatMap(({ body }): JsonObject[] => (body.startsWith('{') ? [JSON.parse(body)] : []));

/** A topic as other software sends it. */
export function create(from: Rogue, author: RogueActor, group: { uri: string }, change: JsonObject = {}): JsonObject {
  const id = from.id('/notes');
  return {
    id: `${id}/create`,
    type: 'Create',
    actor: author.uri,
    to: [group.uri],
    object: {
      id,
      type: 'Article',
      name: 'Secret-title',
      content: '<p>Secret-content</p>',
      attributedTo: author.uri,
      audience: group.uri,
      to: [group.uri],
      ...change,
    },
  };
}

export const objectOf = (activity: JsonObject) => activity.object as JsonObject & { id: string };

/** Figures and reports about what was done before; they come when their minute is over, whatever happens meanwhile. */
const toldLater = ['post.counted', 'post.delivered', 'group.summarised'];

async function dump(node: TestNode, tables: string[]): Promise<string> {
  const parts: string[] = [];
  for (const table of tables) {
    const { rows } = await sql<JsonObject>`select * from ${sql.table(table)}`.execute(node.context.db.reader);
    parts.push(
      `${table}\n${rows
        .filter(({ name }) => table !== 'log' || !toldLater.includes(String(name)))
        .map((row) => JSON.stringify(row))
        .sort()
        .join('\n')}`,
    );
  }
  return parts.join('\n');
}

/** What people can see, as text. */
const seen = (node: TestNode): Promise<string> => dump(node, domainTables);

export type Outcome = { status: number | number[]; code?: string };

/**
 * The general oracle: the stated answer; nothing changes in the tables; no outbound connection; no 5xx; one log line with the stable code and
 * nothing personal; and the next honest request works.
 */
export async function expectRefused(
  world: World,
  outcome: Outcome,
  attack: () => Promise<RawAnswer>,
  /** Requests that the refusal may cost, to the allowed node itself: a key has to be looked up once. */
  lookUps = 0,
): Promise<RawAnswer> {
  const { node } = world;
  const before = await dump(node, [...domainTables, ...ledgerTables]);
  const connections = node.federation.door.recent();
  const lines = node.logged.length;
  const answer = await attack();
  expect([outcome.status].flat()).toContain(answer.status);
  if (outcome.code !== undefined) expect(answer.code).toBe(outcome.code);
  await node.settle();
  expect(await dump(node, [...domainTables, ...ledgerTables])).toBe(before);
  const made = node.federation.door.recent().filter((connection) => !connections.includes(connection));
  expect(made.length).toBeLessThanOrEqual(lookUps);
  const written = node.logged.slice(lines);
  expect(written).toHaveLength(1);
  const line = JSON.parse(written[0] ?? '{}') as JsonObject;
  expect(line).toMatchObject({ level: 'info', code: expect.stringMatching(/\.refused$/), status: answer.status });
  if (answer.code !== null) expect(line.refusal).toBe(answer.code);
  expectNothingPersonal(written);
  await expectHonestWorks(world);
  return answer;
}

/**
 * The oracle for what is taken (202) and rightly has no effect.
 * @returns state and code in the ledger
 */
export async function expectWithoutEffect(
  world: World,
  attack: () => Promise<RawAnswer>,
  activity?: JsonObject,
): Promise<{ state: string; code: string | null } | undefined> {
  const { node } = world;
  const before = await seen(node);
  const lines = node.logged.length;
  const answer = await attack();
  expect(answer.status).toBe(202);
  await node.settle();
  expect(await seen(node)).toBe(before);
  const written = node.logged.slice(lines);
  expect(written.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expectNothingPersonal(written);
  await expectHonestWorks(world);
  if (!activity) return undefined;
  return node.context.db.reader
    .selectFrom('ledger')
    .select(['state', 'code'])
    .where('id', '=', String(activity.id))
    .executeTakeFirst();
}

export function expectNothingPersonal(lines: string[]): void {
  for (const line of lines) expect(line).not.toMatch(/alice|mallory|Secret|Ada|Owner/);
}

/** The honest node's signed fetch of the group is answered. */
export async function expectHonestWorks({ node, good, alice, group }: World): Promise<void> {
  const answer = await good.get(node, alice, new URL(group.uri).pathname);
  expect(answer.status).toBe(200);
}

export const ledger = (node: TestNode, id: string) =>
  node.context.db.reader.selectFrom('ledger').selectAll().where('id', '=', id).executeTakeFirst();
export const postRow = (node: TestNode, uri: string) =>
  node.context.db.reader.selectFrom('post').selectAll().where('uri', '=', uri).executeTakeFirst();
export const contentOf = async (node: TestNode, uri: string): Promise<string | undefined> => {
  const post = await postRow(node, uri);
  const revision =
    post &&
    (await node.context.db.reader
      .selectFrom('post_revision')
      .select('content')
      .where('post_id', '=', post.id)
      .where('number', '=', post.revision)
      .executeTakeFirst());
  return revision?.content;
};
/** Standing of somebody of another node in a group here. */
export const standing = async (node: TestNode, group: GroupRow, person: RogueActor) =>
  node.context.db.reader
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select(['group_member.state', 'group_member.role', 'group_member.following', 'person.id as person'])
    .where('group_member.group_id', '=', group.id)
    .where('person.uri', '=', person.uri)
    .executeTakeFirst();
