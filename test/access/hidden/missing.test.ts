import { slices } from '@joinery/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statementsOf } from '../../harness/rows-read.ts';
import { fillGroups } from './groups.ts';
import { isPeer, type Visitor } from './model.ts';
import {
  type About,
  type Address,
  addressesForPeers,
  addressesForPeople,
  ask,
  missingInPlaceOf,
  partsFromMissing,
} from './questions.ts';
import { openWorld, originOfPeer, type World } from './world.ts';

// Whoever may not know of a group learns nothing from asking for it: not by what comes back, not by what the node does for it, not by how long that takes.
let world: World;
/** A topic with a file in a hidden group of this node, one in a group of another node, and a reply. */
let hidden: About[];
beforeAll(async () => {
  world = await openWorld(slices);
  await fillGroups(world, { hidden: 1, 'hidden elsewhere': 1 });
  // What its node said is fresh: known here, it would not be asked for again.
  await world.act(async (work) => {
    const idle = { inbox: null, shared: 0, software: null, lane: 'open', retry_at: null, attempts: 0 } as const;
    const never = { failing_since: null, refused_since: null, last_success_at: null, last_contact_at: null };
    const peer = { origin: originOfPeer.members, joinery: 1, last_error: null, signature_form: 'rfc9421' as const };
    const checked_at = '2099-01-01T00:00:00.000Z';
    const row = { ...idle, ...never, ...peer, checked_at };
    await work.db
      .insertInto('peer')
      .values(row)
      .onConflict((conflict) => conflict.column('origin').doUpdateSet({ checked_at }))
      .execute();
  });
  const abouts = world.groups.flatMap((group) =>
    group.posts.slice(0, 2).map((post) => ({ group, post, word: world.words.of(post).at(-1) ?? '' })),
  );
  hidden = abouts.filter(({ group, post }) => post.topic === null || group.here).slice(0, 3);
}, 60_000);
afterAll(() => world?.[Symbol.asyncDispose]());

const visitors: Visitor[] = ['nobody', 'stranger', 'administrator', 'officer', 'guest', 'bystanding', 'second'];
const addressesOf = (visitor: Visitor): Address[] =>
  isPeer(visitor) ? addressesForPeers(slices) : addressesForPeople();

/**
 * What is asked of the database by one look and by another. A node also does things of its own, now and then, so they count as apart only when they are each time.
 */
async function costs(look: () => Promise<unknown>, other: () => Promise<unknown>): Promise<[string[], string[]]> {
  for (let more = 4; ; more -= 1) {
    const cost: [string[], string[]] = [await statementsOf(look), await statementsOf(other)];
    if (more === 0 || cost[0].join('\n') === cost[1].join('\n')) return cost;
  }
}

describe.each(visitors)('a hidden group, what is in it and its files, for the %s', (visitor) => {
  it('give the same bytes and headers as what is missing, for the same statements, at every address (hostile cases 97, 125)', async () => {
    const apart: unknown[] = [];
    let read = 0;
    for (const address of addressesOf(visitor))
      for (const about of hidden) {
        const none = missingInPlaceOf(about);
        if (address.path(about, world, visitor) === address.path(none, world, visitor)) continue;
        if (about.post.topic && address.asks !== 'post') continue;
        // A minute later nobody has asked too often.
        world.forward(61_000);
        const [there, missing] = [await ask(world, visitor, address, about), await ask(world, visitor, address, none)];
        const where = `${address.name}, ${about.group.kind}`;
        const difference = partsFromMissing(about, there, none, missing);
        if (difference) apart.push([where, difference]);
        // What a node sends is taken before it is looked into: nobody waits for what it costs then.
        if (address.sends) continue;
        const [cost, costOfMissing] = await costs(
          () => ask(world, visitor, address, about),
          () => ask(world, visitor, address, none),
        );
        if (cost.join('\n') !== costOfMissing.join('\n'))
          apart.push([
            where,
            cost.filter((text) => !costOfMissing.includes(text)),
            costOfMissing.filter((text) => !cost.includes(text)),
            cost.length - costOfMissing.length,
          ]);
        read += cost.length;
      }
    expect(apart).toEqual([]);
    expect(read).toBeGreaterThan(visitor === 'nobody' ? 0 : 100);
  }, 120_000);
});

const requests = 500;
const tries = 5;
/** How many of the tries have to agree: one alone could be luck. */
const needed = 2;
const median = (times: number[]): number => times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;

const timed: [string, Visitor, (address: Address) => boolean][] = [
  ['page', 'stranger', ({ name }) => name === 'GET /groups/:id'],
  ['API', 'stranger', ({ name }) => name === 'GET /api/v1/groups/:id'],
  ['ActivityStreams', 'bystanding', ({ name }) => name === 'groups/outbox'],
  ['WebFinger', 'nobody', ({ name }) => name === 'WebFinger by address'],
  ['media', 'stranger', ({ name }) => name === 'GET /files/:id'],
  ['live', 'stranger', ({ name }) => name === 'GET /events?topic='],
];

/** Medians of hidden and missing in milliseconds, asked for in turns. */
async function medians(visitor: Visitor, address: Address): Promise<[number, number]> {
  const [about] = hidden;
  if (!about) throw new Error('There is no group');
  const sides = [about, missingInPlaceOf(about)].map((what) => ({ what, times: [] as number[] }));
  for (let n = 0; n < requests; n += 1)
    for (const { what, times } of n % 2 === 0 ? sides : [...sides].reverse()) {
      const began = performance.now();
      await ask(world, visitor, address, what);
      times.push(performance.now() - began);
      if (n % 10 === 0) world.forward(1_000);
    }
  return sides.map(({ times }) => median(times)) as [number, number];
}

it.each(timed)(
  'a hidden and a missing %s take the same time',
  async (what, visitor, isIt) => {
    const address = addressesOf(visitor).find(isIt);
    if (!address) throw new Error(`There is no address for ${what}`);
    const apart: number[] = [];
    const alike = () => apart.filter((by) => by <= 0.1).length;
    while (apart.length < tries && alike() < needed) {
      const [there, missing] = await medians(visitor, address);
      apart.push(Math.abs(there / missing - 1));
      const milliseconds = [there, missing].map((time) => time.toFixed(3)).join(' and ');
      process.stdout.write(`Hidden and missing, ${what}: medians ${milliseconds} ms of ${requests} requests each\n`);
    }
    expect([apart, alike()]).toEqual([apart, needed]);
  },
  120_000,
);
