import {
  classificationLabels,
  classificationOf,
  createActorKeys,
  newId,
  nodeActor,
  theirLabels,
  transact,
} from '@joinery/core';
import { membershipOf } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, markdownText, postByUri, sendAgain } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pinnedKey } from '../../packages/federation/src/closed/group-keys.ts';
import { deliver } from '../../packages/federation/src/deliver.ts';
import { decodeMultikey } from '../../packages/federation/src/multikey.ts';
import { documentContext, prove } from '../../packages/federation/src/outgoing.ts';
import { peerRow } from '../../packages/federation/src/peers.ts';
import { readProof, verifyProof } from '../../packages/federation/src/proof.ts';
import { decideLabels, decideMeanings } from '../../packages/federation/src/trust/classification/labels.ts';
import { labelGroup } from '../../packages/slices/src/groups/classify.ts';
import { renewGroupKeys } from '../../packages/slices/src/groups/keys.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { by, type ClosedWorld, limit, openClosedWorld, scopes } from './closed-world.ts';

/** Agreements that come to cover less: at the group's node A, and at B for what was written there. */
let world: ClosedWorld;
const at = { b: '', c: '' };
let posts: { a: { id: string; uri: string }; b: { id: string; uri: string } };
const fewer = { scopes: ['discover', 'open-groups'] as const };

beforeAll(async () => {
  world = await openClosedWorld();
  const { a, b, c, ada, bob, cleo, group, settle, arrives } = world;
  at.b = await world.become(b, bob);
  at.c = await world.become(c, cleo);
  posts = {
    a: await transact(a.context, by, (work) =>
      createTopic(work, { group: group.id, author: ada.id, title: 'Minutes', ...markdownText('Minutes of May.') }),
    ),
    b: await transact(b.context, by, (work) =>
      createTopic(work, { group: at.b, author: bob.id, title: 'Budget', ...markdownText('Budget of May.') }),
    ),
  };
  await settle();
  await arrives(c, posts.a.uri, 'May');
  await arrives(c, posts.b.uri, 'May');
}, 60_000);

afterAll(() => world[Symbol.asyncDispose]());

const accessAt = async (node: TestNode, id: string) =>
  node.context.db.reader
    .selectFrom('group_access')
    .selectAll()
    .where('group_id', '=', id)
    .where('origin', '=', world.c.origin)
    .executeTakeFirst();

/** C reads no more, at A by its membership and at B with the token it holds, keeps nothing, and has said so to both; cleo is a member all the same. */
async function losesAccess(what: string, narrow: () => Promise<unknown>): Promise<void> {
  const { a, b, c, cleo, group, settle, get, forged } = world;
  const before = await accessAt(a, group.id);
  const token = await forged({ version: before?.version ?? 0 });
  expect([what, (await get(c, posts.b.uri, token)).status]).toEqual([what, 200]);
  await narrow();
  await until(async () => (await get(c, posts.a.uri)).status !== 200, limit);
  await until(async () => (await get(c, posts.b.uri, token)).status !== 200, limit);
  const took = await world.untilRefused();
  console.log(`${what}: refused at B ${took} ms after A`);
  expect(took).toBeLessThanOrEqual(1_000);
  expect((await accessAt(a, group.id))?.version).toBeGreaterThan(before?.version ?? 0);
  await until(async () => {
    await settle();
    return (await world.copiesAt(c, at.c, 'May')) === 0;
  }, limit);
  for (const [node, id] of [
    [a, group.id],
    [b, at.b],
  ] as const)
    await until(async () => {
      await settle();
      const row = await accessAt(node, id);
      return row?.revoked_at != null && row.receipt_at != null && row.receipt_at >= row.revoked_at;
    }, limit);
  const there = await personByUri(a.context.db.reader, cleo.uri);
  expect(await membershipOf(a.context.db.reader, group.id, there?.id ?? '')).toMatchObject({ state: 'member' });
  await until(async () => {
    await settle();
    return (await cleo.api('GET', `/groups/${at.c}/posts`)).status === 404;
  }, limit);
}

/** Covered again, the people of C read again without asking anybody. */
async function readsAgain(what: string): Promise<void> {
  const { a, c, cleo, group, settle } = world;
  await until(async () => {
    await settle();
    return (await accessAt(a, group.id))?.revoked_at === null;
  }, limit);
  // C asks for its lease from time to time.
  await transact(c.context, by, async (work) => {
    await work.db.updateTable('group_lease').set({ next_at: work.now }).execute();
    await work.db.updateTable('job').set({ run_at: work.now }).where('name', 'like', 'groups.lease%').execute();
  });
  await until(async () => {
    await settle();
    return (await cleo.api('GET', `/groups/${at.c}/posts`)).status === 200;
  }, limit);
  await until(async () => {
    await settle();
    return (await world.copiesAt(c, at.c, 'May')) === 2;
  }, limit);
  expect([what, (await world.get(c, posts.a.uri)).status]).toEqual([what, 200]);
}

it('A takes closed groups out of its agreement with C, and puts them back: C is told the library again', async () => {
  const { a, c, ada, group, settle } = world;
  const made = await ada.api('POST', `/groups/${group.id}/library/folders`, { name: 'May papers' });
  expect(made.status).toBe(201);
  const folders = async () => {
    const rows = c.context.db.reader.selectFrom('library_folder').select('name').where('group_id', '=', at.c);
    return (await rows.execute()).map(({ name }) => name);
  };
  await settle();
  await until(async () => (await folders()).length === 1, limit);
  await losesAccess('scope removed', () => a.decide('change', c, { scopes: [...fewer.scopes] }));
  expect(await folders()).toEqual([]);
  await a.decide('change', c, { scopes: [...scopes] });
  await readsAgain('scope back');
  await until(async () => {
    await settle();
    return (await folders()).join() === 'May papers';
  }, limit);
});

it('A suspends C, and allows it again: names of folders are gone when C says that nothing is left, and are told again', async () => {
  const { a, c, settle } = world;
  const folders = async () => {
    const rows = c.context.db.reader.selectFrom('library_folder').select('name').where('group_id', '=', at.c);
    return (await rows.execute()).map(({ name }) => name).join();
  };
  expect(await folders()).toBe('May papers');
  await losesAccess('suspended', () => a.decide('suspend', c));
  expect(await folders()).toBe('');
  await a.allow(c, { scopes: [...scopes] });
  await readsAgain('allowed again');
  await until(async () => {
    await settle();
    return (await folders()) === 'May papers';
  }, limit);
});

it('the keys of the group are renewed: members read on, and a stolen old key opens and changes nothing', async () => {
  const { a, b, c, ada, group, settle, get, forged } = world;
  const { bridge } = a.federation;
  const { reader } = a.context.db;
  const find = async (algorithm: 'rsa' | 'ed25519') => {
    const key = await bridge.keys.find(reader, group.uri, algorithm);
    if (!key) throw new Error('no key');
    return key;
  };
  const stolen = { rsa: await find('rsa'), ed25519: await find('ed25519') };
  const thief = {
    ...bridge,
    keys: { find: async (...[, , algorithm]: Parameters<typeof bridge.keys.find>) => stolen[algorithm] },
  };
  const version = (await accessAt(b, at.b))?.version ?? 0;
  const said = (at: string) => ({
    ...{ '@context': documentContext, id: `${a.origin}/activities/${newId()}`, type: 'Remove', actor: group.uri },
    ...{ object: nodeActor(c.origin), target: `${group.uri}/followers`, to: [nodeActor(b.origin)], published: at },
    'joinery:version': version + 20,
  });
  const before = new Date().toISOString();
  const earlier = await prove(bridge, said(before), group.uri, before);
  const held = await forged({ version: version + 1, key: stolen.ed25519 });
  expect((await get(c, posts.b.uri, held)).status).toBe(200);
  const pins = () => Promise.all([b, c].map((node) => pinnedKey(node.context.db.reader, group.uri)));
  const [pinnedAtB, pinnedAtC] = await pins();

  const keys = await createActorKeys();
  const renewal = { group: group.id, by: ada.id, reason: 'A laptop was lost', keys };
  await transact(a.context, by, (work) => renewGroupKeys(work, renewal));
  await until(async () => {
    await settle();
    const [now, there] = await pins();
    return (
      now !== undefined && pinnedAtB?.equals(now) === false && there !== undefined && pinnedAtC?.equals(there) === false
    );
  }, limit);

  // Who is a member reads on, with a token that the new key proves.
  expect((await get(c, posts.b.uri, await forged({ version: version + 1 }))).status).toBe(200);
  const read = () => c.context.ports.closedGroups.reference(posts.b.uri, { id: at.c, uri: group.uri });
  await until(async () => (await read()).state === 'found', limit);

  // The thief's token, request and proof, dated before the end as well.
  expect((await get(c, posts.b.uri, held)).status).toBe(404);
  expect((await get(c, posts.b.uri, await forged({ version: version + 1, key: stolen.ed25519 }))).status).toBe(404);
  const peer = await peerRow(reader, b.origin);
  if (!peer) throw new Error('A does not know B');
  for (const text of [await prove(thief, said(before), group.uri, before), earlier]) {
    const delivery = await deliver(thief, peer, group.uri, JSON.stringify(text));
    expect(delivery.result).not.toBe('taken');
  }
  await settle();
  expect((await get(c, posts.b.uri, await forged({ version: version + 1 }))).status).toBe(200);

  // What it signed before its end is still proven by what the group publishes, and says until when.
  const { document } = await get(b, group.uri);
  const [former] = (
    document as { 'joinery:formerKeys': { id: string; publicKeyMultibase: string; expires: string }[] }
  )['joinery:formerKeys'];
  expect(former?.id).toBe(stolen.ed25519.id);
  const proof = readProof(earlier);
  const key = decodeMultikey(former?.publicKeyMultibase ?? '');
  expect(key !== null && verifyProof(earlier, key)).toBe(true);
  expect(Date.parse(proof?.created ?? '')).toBeLessThanOrEqual(Date.parse(former?.expires ?? ''));
  const rows = await reader.selectFrom('key').selectAll().where('actor', '=', group.uri).execute();
  expect(rows.filter((row) => row.retired_at !== null).map((row) => row.private)).toEqual(['', '']);

  // Named again by a host that came back from a backup of before, it holds no more.
  await transact(a.context, by, async (work) => {
    await work.db.deleteFrom('key').where('actor', '=', group.uri).where('retired_at', 'is', null).execute();
    const again = work.db.updateTable('key').where('actor', '=', group.uri);
    await again.set({ retired_at: null }).execute();
  });
  await b.context.ports.closedGroups.renewKey(group.uri);
  expect((await get(c, posts.b.uri, held)).status).toBe(404);
  await transact(a.context, by, async (work) => renewGroupKeys(work, { ...renewal, keys: await createActorKeys() }));
  await until(async () => {
    await settle();
    return (await get(c, posts.b.uri, await forged({ version: version + 1 }))).status === 200;
  }, limit);
});

it('the group is labelled above what the agreement with C covers, and C’s ceiling is raised', async () => {
  const { a, b, c, ada, group, settle } = world;
  const decider = { by: 'test', reason: 'test' };
  await transact(a.context, by, (work) => decideLabels(work, 'Internal / Intern\nSecret / Geheim', decider));
  const secret = (await classificationLabels(a.context.db.reader)).find(({ en }) => en === 'Secret')?.id ?? '';
  await a.decide('change', b, { classification: secret });
  const label = (to: string | null) =>
    transact(a.context, by, (work) => labelGroup(work, { group: group.id, person: ada.id, label: to, ...decider }));
  // What A calls Secret is here what B and C call confidential, and they have agreed on that with A.
  for (const node of [b, c]) {
    await node.decide('change', a, { classification: 'confidential' });
    await node.decide('change', node === b ? c : b, { classification: 'confidential' });
  }
  await losesAccess('label raised', () => label(secret));
  await a.decide('change', c, { classification: secret });
  await readsAgain('ceiling raised');
  await losesAccess('ceiling lowered', () => a.decide('change', c, { classification: null }));
  await a.decide('change', c, { classification: secret });
  await readsAgain('ceiling raised again');
  await label(null);
  // Told before agreements cover less: B would have C drop what it wrote under that label.
  await settle();
  for (const node of [b, c]) await node.decide('change', node === b ? c : b, { classification: null });
  for (const node of [b, c]) await node.decide('change', a, { classification: null });
});

it('a label is told to nodes of members at once; what it means there their officer says, and meanwhile nothing of the group is lost', async () => {
  const { a, b, c, ada, bob, cleo, group, settle, copiesAt } = world;
  const decider = { by: 'test', reason: 'test' };
  const internal = (await classificationLabels(a.context.db.reader)).find(({ en }) => en === 'Internal')?.id ?? '';
  const label = (to: string | null) =>
    transact(a.context, by, (work) => labelGroup(work, { group: group.id, person: ada.id, label: to, ...decider }));
  const officer = await c.person('Olga Officer', { administrator: true });
  const labelAt = async (node: TestNode, id: string) =>
    (await classificationOf(node.context.db.reader, id))?.en ?? null;
  const said = async (to: string | null, words: string | null) => {
    const began = performance.now();
    await label(to);
    for (const [node, id] of [
      [b, at.b],
      [c, at.c],
    ] as const)
      await until(async () => (await labelAt(node, id)) === words, limit);
    console.log(`label told to B and C after ${Math.round(performance.now() - began)} ms`);
  };
  const reads = async (person: TestPerson, id: string, status: number) =>
    until(async () => {
      await settle();
      return (await person.api('GET', `/groups/${id}/posts`)).status === status;
    }, limit);
  // What was decided about a label counts from the moment that it is: nothing has to be renewed in time.
  await settle();
  expect(await copiesAt(c, at.c, 'May')).toBe(2);

  // At A it is the lowest of two; the same word stands second at B and C, and nobody there has said that it means the same.
  await said(internal, 'Internal');
  await reads(bob, at.b, 404);
  await reads(cleo, at.c, 404);
  const { trust } = c.context.ports;
  expect(trust.mayFederate(a.origin, 'closed-groups', 'in', at.c).reason).toBe('classification_unmapped');
  // Hidden and not lost: neither dropped nor asked back, no membership ended, and what is written meanwhile comes.
  expect(await copiesAt(c, at.c, 'May')).toBe(2);
  expect(await membershipOf(c.context.db.reader, at.c, cleo.id)).toMatchObject({ state: 'member' });
  const meanwhile = await transact(a.context, by, (work) =>
    createTopic(work, { group: group.id, author: ada.id, title: 'Meanwhile', ...markdownText('Written unseen.') }),
  );
  await settle();
  expect(await world.textAt(c, meanwhile.uri)).toBeUndefined();
  // Whoever decides at C is asked, and is not told which group it is.
  const bell = await officer.api('GET', '/notifications');
  expect(bell.body.items).toMatchObject([{ kind: 'label' }]);
  expect(JSON.stringify(bell.body)).not.toContain('Fraud board');
  const theirs = await theirLabels(c.context.db.reader);
  expect(theirs).toMatchObject([{ origin: a.origin, en: 'Internal', rank: 0, groups: 1, place: null }]);

  for (const [node, person, id] of [
    [b, bob, at.b],
    [c, cleo, at.c],
  ] as const) {
    const means = [{ origin: a.origin, en: 'Internal', label: 'public' }];
    await transact(node.context, by, (work) => decideMeanings(work, means, decider));
    await reads(person, id, 200);
  }
  await until(async () => {
    await settle();
    await transact(c.context, by, async (work) => {
      await work.db.updateTable('post_wanted').set({ due_at: work.now }).execute();
      await work.db.updateTable('job').set({ run_at: work.now }).where('name', 'like', 'posts.%').execute();
    });
    return (await world.textAt(c, meanwhile.uri))?.includes('unseen') === true;
  }, limit);
  // Mapped above what C agreed with A: its ceiling holds as ever.
  const high = [{ origin: a.origin, en: 'Internal', label: 'confidential' }];
  await transact(c.context, by, (work) => decideMeanings(work, high, decider));
  await until(
    async () => trust.mayFederate(a.origin, 'closed-groups', 'in', at.c).reason === 'classification_too_high',
    limit,
  );
  await reads(cleo, at.c, 404);
  expect(await copiesAt(c, at.c, 'May')).toBe(2);
  expect((await officer.api('GET', '/notifications')).body.items).toHaveLength(1);
  // It loses its meaning while it is hidden, and they are asked again.
  const rings = async () => (await officer.api('GET', '/notifications')).body.items.length;
  const none = [{ origin: a.origin, en: 'Internal', label: null }];
  expect((await officer.api('POST', '/notifications/read', {})).status).toBeLessThan(300);
  await transact(c.context, by, (work) => decideMeanings(work, none, decider));
  await until(async () => {
    await settle();
    return (await rings()) === 2;
  }, limit);
  // Lowered again: as told at once, and everybody reads.
  await said(null, null);
  await reads(bob, at.b, 200);
  await reads(cleo, at.c, 200);
}, 90_000);

it('B narrows its agreement with C: what was written at B is gone from C, with a receipt, and the rest stays', async () => {
  const { b, c, cleo, settle, textAt, get, forged } = world;
  const version = (await accessAt(b, at.b))?.version ?? 0;
  const token = await forged({ version: version + 1 });
  await b.decide('change', c, { scopes: [...fewer.scopes] });
  expect((await get(c, posts.b.uri, token)).status).toBe(404);
  const narrowed = new Date().toISOString();
  await until(async () => {
    await settle();
    return (await textAt(c, posts.b.uri)) === undefined;
  }, limit);
  expect(await textAt(c, posts.a.uri)).toContain('May');
  await until(async () => {
    await settle();
    const row = await accessAt(b, at.b);
    return row?.receipt_at != null && row.receipt_at >= narrowed && row.receipt_items === 1;
  }, limit);
  await b.decide('change', c, { scopes: [...scopes] });
  await cleo.api('GET', `/groups/${at.c}/posts`);
  await until(async () => {
    await settle();
    return (await textAt(c, posts.b.uri))?.includes('May') === true;
  }, limit);
});

it('what waits for a group that the agreement covers no more is refused to its author, who sends it again when it is covered', async () => {
  const { a, b, bob, link, settle } = world;
  link.cut();
  const waits = await transact(b.context, by, (work) =>
    createTopic(work, { group: at.b, author: bob.id, title: 'Late', ...markdownText('Late.') }),
  );
  const state = async () => {
    const row = await postByUri(b.context.db.reader, waits.uri);
    return [row?.status, row?.refusal];
  };
  expect(await state()).toEqual(['waiting', null]);
  await b.decide('change', a, { scopes: [...fewer.scopes] });
  await until(async () => {
    await settle();
    return (await state())[0] === 'refused';
  }, limit);
  expect(await state()).toEqual(['refused', 'no_agreement']);
  const again = () => transact(b.context, by, (work) => sendAgain(work, { post: waits.id, author: bob.id }));
  await expect(again()).rejects.toMatchObject({ code: 'no_agreement' });
  link.mend();
  await b.decide('change', a, { scopes: [...scopes] });
  await until(async () => {
    await settle();
    // What A had taken in before is accepted by itself.
    if ((await state())[0] === 'refused') await again();
    return (await state())[0] === 'accepted';
  }, 45_000);
}, 90_000);
