import { createActorKeys, newId } from '@joinery/core';
import { joinGroup, leaveGroup, setRole } from '@joinery/slices/groups';
import { lock, pin, postByUri, putBack, removeFromGroup, reply, unlock } from '@joinery/slices/posts';
import { expect } from 'vitest';
import { deliver } from '../../packages/federation/src/deliver.ts';
import { documentContext, prove } from '../../packages/federation/src/outgoing.ts';
import { peerRow } from '../../packages/federation/src/peers.ts';
import { renewGroupKeys } from '../../packages/slices/src/groups/keys.ts';
import { until } from '../harness/until.ts';
import type { Tools } from './closed-steps.ts';
import { type ClosedWorld, limit } from './closed-world.ts';

type Key = NonNullable<Parameters<ClosedWorld['forged']>[0]>['key'];

/** Running the group from another node, and what the group itself refuses, renews and is said to do. */
export function runningSteps(world: ClosedWorld, tools: Tools, kept: { stolen: Key }) {
  const { b, c, x, ada, bob, cleo, group, link, settle } = world;
  const { act, at, byAda, copy, forward, memberAtA, text, wake } = tools;
  let refused = '';
  const role = async (name: 'facilitator' | 'member') => {
    const person = await memberAtA(cleo);
    await act(world.a, (work) => setRole(work, { group: group.id, person, by: ada.id, role: name }));
  };
  const byCleo = async (does: typeof pin | typeof putBack) => {
    const post = await copy(c);
    await act(c, (work) => does(work, { post, by: cleo.id }));
  };

  return {
    'a post that the group refuses': async () => {
      await byAda(unlock);
      await settle();
      // B does not hear that it is locked again, and takes the reply from its author.
      link.cut();
      await byAda(lock);
      const replyTo = await copy(b);
      const made = await act(b, (work) => reply(work, { replyTo, author: bob.id, ...text('N') }));
      refused = made.id;
      await settle();
      const state = () => postByUri(b.context.db.reader, made.uri);
      expect(await state()).toMatchObject({ status: 'waiting' });
      link.mend();
      await forward(2);
      await until(async () => {
        await wake();
        return (await state())?.status !== 'waiting';
      }, limit);
      expect(await state()).toMatchObject({ status: 'refused', refusal: 'locked' });
      expect(await postByUri(world.a.context.db.reader, made.uri)).toBeUndefined();
    },
    'thrown away by its author': () => bob.api('DELETE', `/posts/${refused}`),
    'somebody of C runs it': () => role('facilitator'),
    'another of C asks': () => act(c, (work) => joinGroup(work, { group: at.c, person: tools.people.dora.id })),
    'let in by who runs it at C': () => cleo.api('POST', `/groups/${at.c}/members/${tools.people.dora.id}/approve`, {}),
    'who was let in leaves': () => act(c, (work) => leaveGroup(work, { group: at.c, person: tools.people.dora.id })),
    'removed by who runs it at C': async () => {
      const post = await copy(c);
      await act(c, (work) => removeFromGroup(work, { post, by: cleo.id, reason: 'Elsewhere' }));
    },
    'put back by who runs it at C': () => byCleo(putBack),
    'pinned by who runs it at C': () => byCleo(pin),
    'nobody of C runs it any more': () => role('member'),
    'keys of the group renewed': async () => {
      const { bridge } = world.a.federation;
      kept.stolen = (await bridge.keys.find(world.a.context.db.reader, group.uri, 'ed25519')) ?? undefined;
      const keys = await createActorKeys();
      await act(world.a, (work) =>
        renewGroupKeys(work, { group: group.id, by: ada.id, reason: 'A laptop was lost', keys }),
      );
    },
    'said to have moved to X': async () => {
      const { bridge } = world.a.federation;
      const published = world.clock.now().toISOString();
      for (const node of [b, c]) {
        const move = {
          ...{ '@context': documentContext, id: `${world.a.origin}/activities/${newId()}`, type: 'Move', published },
          ...{ actor: group.uri, object: group.uri, target: `${x.origin}/groups/${newId()}` },
          to: [`${group.uri}/followers`],
        };
        const peer = await peerRow(world.a.context.db.reader, node.origin);
        if (!peer) throw new Error('A does not know this node');
        const sent = await deliver(
          bridge,
          peer,
          group.uri,
          JSON.stringify(await prove(bridge, move, group.uri, published)),
        );
        expect(sent.result).toBe('taken');
        await settle();
        const rows = node.context.db.reader.selectFrom('ledger').select('state').where('id', '=', move.id);
        expect((await rows.executeTakeFirst())?.state).toBe('ignored');
      }
    },
  };
}
