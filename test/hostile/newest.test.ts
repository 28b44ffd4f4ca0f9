import { type JsonObject, transact } from '@joinery/core';
import { joinGroup, membershipOf } from '@joinery/slices/groups';
import { expect, it } from 'vitest';
import { postgresMissing } from '../harness/postgres.ts';
import { activityStreams } from '../harness/rogue.ts';
import { askedOf, by, create, expectHonestWorks, startWorld } from './world.ts';

// What another node may say in members of its own (`joinery:`), against the node that reads them.

/** Whole numbers that a column of PostgreSQL does not hold, and what is none. */
const numbers = [2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e300, -1, 0.5, '7', null];

it.skipIf(postgresMissing)(
  'numbers that no database holds are as good as none: what comes with them counts, and what comes after them too',
  async () => {
    await using world = await startWorld({ dialect: 'postgres' });
    const { evil, mallory, node, owner, group } = world;
    const evilGroup = evil.actor('numbers', { type: 'Group' });
    const found = await node.context.ports.actors.resolve(evilGroup.uri);
    await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: owner.id }));
    await node.settle();
    const asked = askedOf(evil).filter(({ type }) => type === 'Follow' || type === 'Join');
    const tell = async (activity: JsonObject, actor = evilGroup) => {
      const sent = { ...activity, id: evil.id('/numbers'), actor: actor.uri };
      expect([202, 400]).toContain((await evil.send(node, actor, sent)).status);
      await node.settle();
    };
    for (const [index, number] of numbers.entries()) {
      const stream = `${evil.origin}/streams/numbers-${index}`;
      evil.serve('/streams', {
        ...{ '@context': activityStreams, id: `${evil.origin}/streams`, type: 'Collection' },
        items: [
          {
            id: stream,
            'joinery:epoch': 'one',
            'joinery:from': number,
            'joinery:begin': number,
            'joinery:head': number,
          },
        ],
      });
      const place = {
        'joinery:stream': stream,
        'joinery:epoch': 'one',
        'joinery:sequence': number,
        'joinery:after': 0,
      };
      await tell({ type: 'Like', object: evilGroup.uri, ...place }, mallory);
      const head = { 'joinery:epoch': 'one', 'joinery:from': number, 'joinery:head': number };
      await tell({ type: 'Update', object: { id: stream, ...head } }, mallory);
      for (const { id = '' } of asked) await tell({ type: 'Accept', object: id, 'joinery:standing': number });
      const nodes = [{ origin: evil.origin, agency: 'Evil', members: number }];
      const counts = { 'joinery:memberCount': number, 'joinery:postCount': number, 'joinery:nodes': nodes };
      await tell({ type: 'Update', object: { id: evilGroup.uri, type: 'Group', name: 'Numbers', ...counts } });
      const about = { object: evilGroup.uri, likes: number, replies: number };
      await tell({ type: 'Update', object: { id: evilGroup.uri, type: 'Group', 'joinery:counts': [about] } });
      const theirs = {
        object: `${evil.origin}/actor`,
        target: `${evilGroup.uri}/followers`,
        'joinery:version': number,
      };
      await tell({ type: 'Announce', object: { type: 'Remove', actor: evilGroup.uri, ...theirs } });
      await tell({ type: 'Announce', object: `${evil.origin}/nothing`, 'joinery:number': number });
      await tell({ type: 'Leave', object: group.uri, 'joinery:dropped': { version: number, items: number } }, mallory);
      const { status } = await evil.send(node, mallory, create(evil, mallory, group), {
        headers: { 'joinery-digest': `wrong-${index}` },
      });
      expect(status).toBe(202);
      await node.settle();
    }
    expect(node.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    const stuck = node.context.db.reader.selectFrom('ledger').select(['id', 'state']).where('state', '=', 'received');
    expect(await stuck.execute()).toEqual([]);
    expect(await membershipOf(node.context.db.reader, found.id, owner.id)).toMatchObject({ state: 'member' });
    await expectHonestWorks(world);
  },
  60_000,
);
