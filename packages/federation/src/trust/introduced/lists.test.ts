import { generateKeyPairSync } from 'node:crypto';
import {
  type Inbound,
  newId,
  nodeActor,
  runAfterEffects,
  streams,
  subscribe,
  transact,
  type Work,
} from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import { acceptKey, allowPartner, pinKey } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';
import { introductions } from './host.ts';
import { introducedDocument } from './list.ts';
import { introducedHandler } from './receive.ts';
import { introducedNodes, introductionRow, nodesIn } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;
const decider = { by: 'Anna de Vries', reason: 'Agreement 2026-17' };
const [borough, city] = ['https://borough.example', 'https://city.example'];
const newKey = () => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

describeStores('Nodes that a closed group introduces', (open) => {
  it('are those of its members whose pinned key is the one that they use: nobody vouches for another', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    const { context } = store;
    const act = async <T>(run: (work: Work) => Promise<T>) => {
      const done = await transact(context, by, run);
      await runAfterEffects(context);
      return done;
    };
    const id = newId();
    const group = { id, uri: `${context.config.origin}/groups/${id}` };
    const key = newKey();
    for (const origin of [borough, city]) {
      await act((work) => allowPartner(work, { origin, fields: { agency: origin }, ...decider }));
      await act((work) => subscribe(work, streams.members(group.id), origin));
      await act((work) => pinKey(work, origin, key));
    }
    await act((work) => introductions.set(work, group, true));
    const told = async () => {
      const row = await introductionRow(context.db.reader, group.uri);
      return row && nodesIn(row).map(({ origin }) => origin);
    };
    expect(await told()).toEqual([borough, city]);
    expect(await act((work) => pinKey(work, city, newKey()))).toBe('changed');
    expect(await told()).toEqual([borough]);
    await act((work) => acceptKey(work, { origin: city, ...decider }));
    expect(await told()).toEqual([borough]);
    await act((work) => pinKey(work, city, newKey()));
    expect(await told()).toEqual([borough, city]);
  });

  it('are shown to officers elsewhere without their own node and the group’s', async () => {
    await using store = await open({ slices: [createPartnersSlice({})] });
    const { context } = store;
    const group = `${borough}/groups/1`;
    const nodes = [context.config.origin, borough, city].map((origin) => ({ origin, agency: origin, key: newKey() }));
    const list = introducedDocument(group, { version: 1, epoch: '', nodes });
    expect(list).toMatchObject({ nodes: nodes.map(({ origin }) => ({ origin, nodeActor: nodeActor(origin) })) });
    const inbound = {
      ...{ type: 'Update', actor: group, origin: borough, through: null, verified: 'proof' },
      activity: { object: { id: `${group}#introduced`, 'joinery:introduced': list } },
    } as unknown as Inbound;
    expect(await transact(context, by, (work) => introducedHandler.apply(work, inbound))).toEqual({ state: 'applied' });
    expect((await introducedNodes(context.db.reader)).map(({ origin }) => origin)).toEqual([city]);
  });
});
