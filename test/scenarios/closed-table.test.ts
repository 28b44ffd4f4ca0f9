import { readFileSync } from 'node:fs';
import { transact } from '@joinery/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { createProbe, type Things } from './closed-probe.ts';
import { rows } from './closed-rows.ts';
import { createSteps, nobodyListens } from './closed-steps.ts';
import {
  type Between,
  expectedOf,
  letters,
  type NodeName,
  nodeNames,
  people,
  type Row,
  words,
} from './closed-table.ts';
import { by, bytesHeld, type ClosedWorld, limit, openClosedWorld, scopes } from './closed-world.ts';

/**
 * The message table of closed groups, walked row by row over three nodes and a fourth: A keeps the group, bob of B writes, cleo of C reads, and X is in nothing. After each row the
 * same is asked everywhere, by everybody, and held against the row.
 */
const things: Things = {
  ...{ post: null, minutes: null, document: null, file: null, activity: null },
  ...{ paper: null, binned: null },
};
let world: ClosedWorld;
let probe: ReturnType<typeof createProbe>;
let walk: ReturnType<typeof createSteps>;
/** Version of the token that C was given last. */
let version = 1;
/** How B and C stand to each other, since the last row that said so. */
let between: Between = ['not_listed', 'not_listed', ''];

beforeAll(async () => {
  const apart = ['Borough', 'City'];
  world = await openClosedWorld({
    environment: nobodyListens,
    agreed: (one, other) => {
      if ([one, other].includes('Xanadu')) return ['discover', 'open-groups'];
      return apart.includes(one) && apart.includes(other) ? null : [...scopes];
    },
  });
  const { a, c, x, ada, bob, cleo } = world;
  const [nora, dora] = [await a.person('Nora Nobody'), await c.person('Dora Other')];
  const xena = await x.person('Xena Other');
  probe = createProbe(world, {
    ada: { node: 'a', person: ada },
    nora: { node: 'a', person: nora },
    bob: { node: 'b', person: bob },
    cleo: { node: 'c', person: cleo },
    dora: { node: 'c', person: dora },
    xena: { node: 'x', person: xena },
  });
  for (const node of world.nodes()) probe.catchMails(node);
  walk = createSteps(world, things, { nora, dora, xena }, probe.catchMails);
  await world.settle();
  await probe.told();
}, 60_000);

afterAll(async () => {
  probe?.close();
  await world?.[Symbol.asyncDispose]();
});

/** Until C is refused at A, and at B with the token that it has. A second is promised. */
async function refused({ what }: Row): Promise<void> {
  const token = await world.forged({ version });
  await until(async () => (await world.get(world.c, `${world.group.uri}/outbox`)).status !== 200, limit);
  await until(async () => (await world.get(world.c, things.post ?? '', token)).status !== 200, limit);
  const took = await world.untilRefused();
  console.log(`${what}: refused at B ${took} ms after A`);
  expect(took).toBeLessThanOrEqual(1_000);
}

/** Mails are sent a while after what they tell. */
async function sendMails(): Promise<void> {
  for (const { context } of world.nodes())
    await transact(context, by, async (work) => {
      const mails = work.db.updateTable('job').set({ run_at: work.now });
      await mails.where('name', 'like', 'notifications.%').execute();
    });
  await world.settle();
}

const held = async () =>
  Object.fromEntries(await Promise.all(nodeNames.map(async (name) => [name, (await probe.held(name)).has])));

/** Receipts wait for it. */
async function forgets(): Promise<boolean> {
  const jobs = world.nodes().map(({ context }) => context.db.reader.selectFrom('job').select('name').execute());
  return (await Promise.all(jobs)).flat().some(({ name }) => name === 'posts.forget');
}

/** Of what C has said to be gone, all that still stands in any byte of its database. */
function leftover(row: Row): string {
  if (!row.told.some((message) => /^c>. receipt/.test(message))) return '';
  return letters.filter((one) => !row.holds.c?.includes(one) && bytesHeld(world.c, words[one]) > 0).join('');
}

/** Until every node has what the row says; what else there is shows in what is compared then. */
async function reached(row: Row): Promise<void> {
  const expected = JSON.stringify({ a: '', b: '', c: '', x: '', ...row.holds });
  await until(async () => {
    await world.settle();
    if (JSON.stringify(await held()) === expected && !(await forgets())) return true;
    if (row.opens) await walk.open();
    return false;
  }, 2 * limit).catch(() => undefined);
}

/** Those to whom a page says what the row says. */
async function said({ says = {} }: Row): Promise<string[]> {
  const told: string[] = [];
  for (const [name, { at, has, lacks = [] }] of Object.entries(says)) {
    const page = await probe.says(name as keyof typeof says, at);
    const wrong = [...has.filter((words) => !page.includes(words)), ...lacks.filter((words) => page.includes(words))];
    told.push([name, ...wrong].join(': '));
  }
  return told;
}

async function found(row: Row) {
  const access = world.a.context.db.reader.selectFrom('group_access').select(['version', 'revoked_at']);
  const known = await access.where('origin', '=', world.c.origin).executeTakeFirst();
  if (known?.revoked_at === null) version = known.version;
  const reads: Record<string, unknown> = {};
  const serves: Record<string, unknown> = {};
  for (const name of people)
    if (!row.away || !['ada', 'nora'].includes(name)) reads[name] = await probe.asPerson(name, things);
  for (const name of row.away ? [] : nodeNames)
    serves[name] = await probe.asNode(name, things, name === 'c' ? version : 1);
  // What it held before it lost its access opens nothing again, also once it is let in again.
  const opens = async (more: Parameters<typeof world.forged>[0], node = world.c) =>
    !row.away && things.post !== null && (await world.get(node, things.post, await world.forged(more))).status === 200;
  const stale = [
    ...(version > 1 && (await opens({ version: version - 1 })) ? ['superseded'] : []),
    ...((await opens({ version }, world.x)) ? ['of another'] : []),
    ...(walk.kept.stolen && (await opens({ version, key: walk.kept.stolen })) ? ['of an ended key'] : []),
  ];
  const kept = await Promise.all(nodeNames.map((name) => probe.held(name)));
  return {
    ...{ told: await probe.told(), mails: probe.mails(), reads, serves },
    ...{
      holds: Object.fromEntries(nodeNames.map((name, at) => [name, kept[at]?.has])),
      logged: kept.map(({ logged }) => logged).join(''),
      stale,
      leftover: leftover(row),
      parts: row.away ? [] : await probe.parts(things),
    },
    ...{ between: await probe.between(), says: await said(row) },
  };
}

function expected(row: Row): Awaited<ReturnType<typeof found>> {
  const nothing = { is: '', minutes: '', plain: '', proven: '' };
  const asked = people.filter((name) => !row.away || !['ada', 'nora'].includes(name));
  const servedTo = (name: NodeName) => [name, { ...nothing, ...row.serves[name] }];
  return {
    ...{ told: [...row.told].sort(), mails: [...(row.mails ?? [])].sort() },
    reads: Object.fromEntries(asked.map((name) => [name, expectedOf(row, name)])),
    serves: row.away ? {} : Object.fromEntries(nodeNames.map(servedTo)),
    ...{ holds: { a: '', b: '', c: '', x: '', ...row.holds }, logged: '', stale: [], leftover: '', parts: [] },
    ...{ between, says: Object.keys(row.says ?? {}) },
  };
}

for (const row of rows)
  it(row.refuses ? `${row.what} (hostile case 121)` : row.what, async () => {
    await walk.steps[row.what]?.();
    between = row.between ?? between;
    if (row.refuses) await refused(row);
    await reached(row);
    await sendMails();
    expect(await found(row)).toEqual(expected(row));
  }, 120_000);

it('every step of the protocol has its rows, and they are there', () => {
  const text = readFileSync(new URL('closed-table.ts', import.meta.url), 'utf8').split('*/')[0] ?? '';
  const steps = [...text.replace(/\n \* {5}/g, ' ').matchAll(/^ \* +(\d+)\. [^:]*: (.*)$/gm)];
  expect(steps.map(([, number]) => Number(number))).toEqual(Array.from({ length: 21 }, (_, at) => at + 1));
  const known = rows.map(({ what }) => what);
  for (const [, number, said = ''] of steps) {
    const named = [...said.matchAll(/'([^']+)'/g)].map(([, what = '']) => what);
    expect([number, named.length > 0, named.filter((what) => !known.includes(what))]).toEqual([number, true, []]);
  }
});

it('those in it heard of it live, by bytes in which no word stands, and nobody else', () => {
  expect(probe.listened()).toEqual(['ada', 'bob', 'cleo']);
});
