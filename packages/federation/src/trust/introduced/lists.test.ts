import { generateKeyPairSync } from 'node:crypto';
import {
  type Inbound,
  type JsonObject,
  newId,
  nodeActor,
  runAfterEffects,
  type Slice,
  streams,
  subscribe,
  transact,
  type Work,
} from '@joinery/core';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import type { Bridge } from '../../bridge.ts';
import { acceptKey, allowPartner, pinKey } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';
import { createIntroducedRepair } from './compare.ts';
import { introductions } from './host.ts';
import { introducedDocument, readIntroduced } from './list.ts';
import { introducedHandler } from './receive.ts';
import { introducedNodes, introductionRow, nodesIn } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;
const decider = { by: 'Anna de Vries', reason: 'Agreement 2026-17' };
const [borough, city] = ['https://borough.example', 'https://city.example'];
const newKey = () => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** Who takes part where, in the simplest form. */
const groups: Slice = {
  name: 'groupsample',
  migrations: {
    '2026-11-22-groupsample': async (db) => {
      await sql`create table groups (id text, uri text, local integer)`.execute(db);
      await sql`create table person (id text, local integer)`.execute(db);
      await sql`create table group_member (group_id text, person_id text, state text)`.execute(db);
      await sql`insert into person values ('ours', 1), ('theirs', 0)`.execute(db);
    },
  },
};
const taking = async (work: Work, group: string, [person, state]: readonly [string, string]) => {
  await sql`insert into groups values (${group}, ${group}, 0)`.execute(work.db);
  await sql`insert into group_member values (${group}, ${person}, ${state})`.execute(work.db);
};

it('have a version that every database holds', () => {
  const read = (version: number) => readIntroduced(introducedDocument(city, { version, epoch: '', nodes: [] }), city);
  expect([read(2_147_483_647)?.version, read(2_147_483_648)]).toEqual([2_147_483_647, null]);
});

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
    await using store = await open({ slices: [createPartnersSlice({}), groups] });
    const { context } = store;
    const group = `${borough}/groups/1`;
    await transact(context, by, (work) => taking(work, group, ['ours', 'requested']));
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

  it('are kept of groups alone that somebody here is in, or asked to be', async () => {
    await using store = await open({ slices: [createPartnersSlice({}), groups] });
    const { context } = store;
    const nodes = [{ origin: city, agency: 'City', key: newKey() }];
    const standings = {
      member: ['ours', 'member'],
      asked: ['ours', 'requested'],
      left: ['ours', 'none'],
      theirs: ['theirs', 'member'],
    } as const;
    await transact(context, by, async (work) => {
      for (const [name, standing] of Object.entries(standings))
        for (const way of ['told', 'compared']) await taking(work, `${borough}/groups/${name}-${way}`, standing);
    });
    const entries: JsonObject[] = [];
    for (const name of [...Object.keys(standings), 'unknown']) {
      const [told, compared] = ['told', 'compared'].map((way) => `${borough}/groups/${name}-${way}`) as [
        string,
        string,
      ];
      const inbound = {
        ...{ type: 'Update', actor: told, origin: borough, through: null, verified: 'proof' },
        activity: {
          object: {
            id: `${told}#introduced`,
            'joinery:introduced': introducedDocument(told, { version: 1, epoch: '', nodes }),
          },
        },
      } as unknown as Inbound;
      await transact(context, by, (work) => introducedHandler.apply(work, inbound));
      const list = introducedDocument(compared, { version: 1, epoch: '', nodes });
      entries.push({ attributedTo: compared, 'joinery:introduced': list });
    }
    const repair = createIntroducedRepair({ context } as Bridge);
    for (let time = 0; time < 2; time += 1) await repair.compare(borough, entries);
    const kept = await context.db.reader.selectFrom('introduction').select('group_uri').execute();
    expect(kept.map(({ group_uri }) => group_uri.split('/').at(-1)).sort()).toEqual([
      'asked-compared',
      'asked-told',
      'member-compared',
      'member-told',
    ]);
  });
});
