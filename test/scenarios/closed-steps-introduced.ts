import type { Work } from '@joinery/core';
import { joinGroup } from '@joinery/slices/groups';
import { pin, unpin } from '@joinery/slices/posts';
import { expect } from 'vitest';
import { explain } from '../../packages/federation/src/trust/explain.ts';
import {
  decideIntroduced,
  introductionRow,
  nodesIn,
  saveIntroduction,
} from '../../packages/federation/src/trust/introduced/store.ts';
import { tryItem } from '../../packages/federation/src/trust/proof/try.ts';
import { rememberRemoteGroup } from '../../packages/slices/src/groups/activities-remote.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import type { Things } from './closed-probe.ts';
import type { Tools } from './closed-steps.ts';
import { type ClosedWorld, limit, scopes } from './closed-world.ts';

/** Nodes that know each other through the group alone, and a node that has no place in it. */
export function introducingSteps(world: ClosedWorld, things: Things, tools: Tools) {
  const { b, c, x, group, settle } = world;
  const { act, at, byAda, forward, open } = tools;
  const introduce = (on: boolean) => act(world.a, (work) => world.a.context.ports.introductions.set(work, group, on));
  const takeFrom = (node: TestNode, introductions: boolean) =>
    node.allow(world.a, { scopes: [...scopes], introductions });
  const decideOfC = async (refused: boolean) => {
    const about = { group: group.uri, origin: c.origin, refused, by: 'Olga', reason: 'Not with them' };
    await act(b, (work) => decideIntroduced(work, about));
    await b.federation.bridge.trust.refresh();
  };
  /** Asks to join at an address whose group X was told of by somebody, and hears the answer. */
  const xAsks = async (uri: string, person: TestPerson) => {
    const said = { id: uri, type: 'Group', name: 'Told by somebody', 'joinery:reading': 'members' };
    const receipt = { fetchedAt: new Date().toISOString(), verified: 'origin' } as const;
    const asks = async (work: Work) => {
      const id = await rememberRemoteGroup(
        work,
        { ...said, inbox: `${uri}/inbox`, 'joinery:joining': 'request' },
        receipt,
      );
      await joinGroup(work, { group: id, person: person.id });
      return id;
    };
    const id = await act(x, asks);
    await settle();
    const { body } = await person.api('GET', `/groups/${id}`);
    const rows = x.context.db.reader.selectFrom('group_member').select(['state', 'reason']).where('group_id', '=', id);
    return { body: { ...body, id: '', uri: '', handle: '', fetchedAt: '' }, standing: await rows.execute() };
  };

  return {
    'X asks all the same': async () => {
      await x.decide('change', world.a, { scopes: [...scopes] });
      const answers = [];
      for (const uri of [group.uri, `${world.a.origin}/groups/01900000-0000-7000-8000-000000000000`])
        answers.push(await xAsks(uri, tools.people.xena));
      expect(answers[0]?.standing).toMatchObject([{ state: 'none' }]);
      expect(answers[0]).toEqual(answers[1]);
      await x.decide('change', world.a, { scopes: ['discover', 'open-groups'] });
    },
    'the group introduces its nodes to each other': () => introduce(true),
    'B takes that': () => takeFrom(b, true),
    'C takes that, and fetches': async () => {
      await takeFrom(c, true);
      const said = await explain(b.context, b.context.db.reader, c.origin, things.post ?? '', 'en');
      expect(said.lines.join()).toContain('a closed group introduces it');
      // It delivers nothing, finds nobody and searches nothing: in this group it reads, and in no other of the same node.
      for (const scope of [null, ...scopes])
        for (const way of ['in', 'out'] as const)
          expect(b.federation.bridge.trust.mayFederate(c.origin, scope, way).reason).toBe('not_listed');
      const peers = b.context.db.reader.selectFrom('peer').select('origin').where('origin', '=', c.origin);
      expect(await peers.execute()).toEqual([]);
      const other = { uri: `${world.a.origin}/groups/other` };
      expect(b.federation.bridge.trust.mayRead(c.origin, other, 'out').reason).toBe('not_listed');
    },
    'B refuses C in this group': () => decideOfC(true),
    'B takes C again': () => decideOfC(false),
    'the group introduces nobody any more': () => introduce(false),
    'introduced again': () => introduce(true),
    'an entry of C decides alone': () => c.allow(b, { scopes: ['open-groups'] }),
    'B and C agree': async () => {
      await b.allow(c, { scopes: [...scopes] });
      await c.allow(b, { scopes: [...scopes] });
      // The officer's proof asks for an item with the group's token, without it, and with a stolen one.
      const ask = (request: Request) => fetch(request.url, { headers: Object.fromEntries(request.headers) });
      const trials = await tryItem(b.federation, ask, c.origin, things.post ?? '', group.uri);
      expect(trials.map(({ asker, status }) => [asker, status === 200])).toEqual([
        ['partner', false],
        ['token', true],
        ['stolen', false],
        ['stranger', false],
        ['nobody', false],
      ]);
    },
    'what B and C know has drifted, and is mended': async () => {
      const { dora } = tools.people;
      const reads = async () => (await dora.api('GET', `/groups/${at.c}/posts`)).status;
      const introduced = async () => {
        const row = await introductionRow(b.context.db.reader, group.uri);
        return row ? nodesIn(row).map(({ origin }) => origin) : [];
      };
      const there = await introductionRow(world.a.context.db.reader, group.uri);
      // C has lost that somebody is no member, and B whom the group introduces: it has X instead of C.
      await act(c, (work) =>
        work.db
          .updateTable('group_member')
          .set({ state: 'member', updated_at: '2026-01-01T00:00:00.000Z' })
          .where('group_id', '=', at.c)
          .where('person_id', '=', dora.id)
          .execute(),
      );
      await act(b, async (work) => {
        const here = await introductionRow(work.db, group.uri);
        if (!here || !there) throw new Error('There is no list');
        const [ofC] = nodesIn(there).filter(({ origin }) => origin === c.origin);
        await saveIntroduction(work, { ...here, nodes: JSON.stringify([{ ...ofC, origin: x.origin }]) });
      });
      expect([await reads(), await introduced()]).toEqual([200, [x.origin]]);
      for (const change of [unpin, pin]) {
        // Digests are compared once an hour at most.
        await forward(61);
        await byAda(change);
        await settle();
        // One difference alone changes nothing: what was said may be on its way.
        if (change === unpin) expect(await reads()).toBe(200);
      }
      await until(async () => {
        await settle();
        return (await reads()) === 404 && (await introduced()).join() === c.origin;
      }, limit);
      await open();
    },
  };
}
