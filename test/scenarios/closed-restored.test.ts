import {
  createActorKeys,
  epochOf,
  type JsonObject,
  newId,
  nodeActor,
  type Restored,
  restoredState,
  transact,
} from '@joinery/core';
import { membershipOf, removeMember } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, editPost, like, markdownText, postByUri } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pinnedKey } from '../../packages/federation/src/closed/group-keys.ts';
import { deliver } from '../../packages/federation/src/deliver.ts';
import { documentContext, prove } from '../../packages/federation/src/outgoing.ts';
import { peerRow } from '../../packages/federation/src/peers.ts';
import { confirmRestored } from '../../packages/federation/src/rejoin.ts';
import { answerRules, rulesToAnswer } from '../../packages/federation/src/restored/rules.ts';
import { renewGroupKeys } from '../../packages/slices/src/groups/keys.ts';
import { giveRolesBack } from '../../packages/slices/src/groups/restored.ts';
import { openGroup } from '../../packages/slices/src/groups/shut.ts';
import { putCountedNodes } from '../../packages/slices/src/groups/store.ts';
import { sessionCookie } from '../harness/browser-pages.ts';
import { createNetworkBrowser } from '../harness/network-browser.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { by, type ClosedWorld, limit, openClosedWorld, scopes } from './closed-world.ts';

/** The node of a closed group comes back from a backup, with versions lower than the ones that it told the nodes of its members. */
let world: ClosedWorld;

beforeAll(async () => {
  world = await openClosedWorld();
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

const accessAt = (node: TestNode, id: string, of: TestNode) =>
  node.context.db.reader
    .selectFrom('group_access')
    .selectAll()
    .where('group_id', '=', id)
    .where('origin', '=', of.origin)
    .executeTakeFirst();

it('members read again after the group’s node was restored, and neither ex-members nor what was signed before it', {
  timeout: 120_000,
}, async () => {
  const { b, c, x, ada, bob, cleo, group, settle, become, get, forged, arrives } = world;
  const xaver = await x.person('Xaver Leaver');
  const at = { b: await become(b, bob), c: await become(c, cleo), x: await become(x, xaver) };
  const budget = await transact(b.context, by, (work) =>
    createTopic(work, { group: at.b, author: bob.id, title: 'Budget', ...markdownText('Budget of May.') }),
  );
  await arrives(c, budget.uri, 'May');
  const numberOf = async (uri: string) =>
    (
      await world.a.context.db.reader
        .selectFrom('post_reference')
        .innerJoin('post', 'post.id', 'post_reference.post_id')
        .select('post_reference.number')
        .where('post.uri', '=', uri)
        .executeTakeFirst()
    )?.number ?? 0;

  // C asks for its lease from time to time.
  const askLeases = () =>
    transact(c.context, by, async (work) => {
      await work.db.updateTable('group_lease').set({ next_at: work.now }).execute();
      await work.db.updateTable('job').set({ run_at: work.now }).where('name', 'like', 'groups.lease%').execute();
    });

  const backup = await world.backUp();
  const there = async (person: TestPerson) => (await personByUri(world.a.context.db.reader, person.uri))?.id ?? '';
  const remove = async (person: TestPerson) => {
    const id = await there(person);
    await transact(world.a.context, by, (work) => removeMember(work, { group: group.id, person: id, by: ada.id }));
    await settle();
  };
  // C loses its access and has it again, twice; X goes.
  for (let round = 0; round < 2; round += 1) {
    const access = async (isRevoked: boolean) =>
      until(async () => {
        await settle();
        return ((await accessAt(world.a, group.id, c))?.revoked_at !== null) === isRevoked;
      }, limit);
    await world.a.decide('change', c, { scopes: ['discover', 'open-groups'] });
    await access(true);
    await world.a.decide('change', c, { scopes: [...scopes] });
    await access(false);
  }
  await askLeases();
  await remove(xaver);
  // The group gets other keys; B and C know them.
  const pins = () => Promise.all([b, c].map((node) => pinnedKey(node.context.db.reader, group.uri)));
  const renewed = (before: Awaited<ReturnType<typeof pins>>) =>
    until(async () => {
      await settle();
      return (await pins()).every((now, index) => now !== undefined && before[index]?.equals(now) === false);
    }, limit);
  const [first, keys] = [await pins(), await createActorKeys()];
  const renewal = { group: group.id, by: ada.id, reason: 'A laptop was lost', keys };
  await transact(world.a.context, by, (work) => renewGroupKeys(work, renewal));
  await renewed(first);
  const second = await pins();
  const late = await transact(b.context, by, (work) =>
    createTopic(work, { group: at.b, author: bob.id, title: 'June', ...markdownText('Budget of June.') }),
  );
  await arrives(c, late.uri, 'June');
  const [versionOfC = 0, versionOfX = 0] = [
    (await accessAt(b, at.b, c))?.version,
    (await accessAt(b, at.b, x))?.version,
  ];
  const lateNumber = await numberOf(late.uri);
  expect([versionOfC, versionOfX]).toEqual([3, 2]);
  const old = await forged({ version: versionOfC });
  expect((await get(c, budget.uri, old)).status).toBe(200);

  await world.restore(backup);
  expect((await accessAt(world.a, group.id, c))?.version).toBe(1);
  await confirmRestored(world.a.context, by, { take: 'anew', administrators: [ada.id] });
  await answerRules(world.a.context, by, 'test', await rulesToAnswer(world.a.context, null, 'en'), true);
  await until(async () => (await restoredState(world.a.context.db.reader))?.waiting.length === 0, 30_000);
  await settle();
  const { at: epoch } = (await restoredState(world.a.context.db.reader)) as Restored;

  // The keys are those of before the renewal, which B and C take no more: they have told, and one button renews them, by whoever looks after the node and does not learn of which group.
  const browser = createNetworkBrowser(world.a.origin);
  const cookie = await sessionCookie(world.a.context, ada.account);
  browser.cookies(world.a.origin).set(cookie.name, cookie.value);
  for (const [page, words] of [
    ['/administration/restored', 'action="/administration/restored/keys"'],
    ['/administration/health', 'href="/administration/restored#keys"'],
  ] as const) {
    const { html } = await browser.get(page);
    expect([page, html.includes(words), html.includes('Fraud')]).toEqual([page, true, false]);
  }
  expect((await browser.post('/administration/restored/keys')).html).not.toContain('restored/keys');
  expect((await browser.get('/administration/health')).html).not.toContain('restored#keys');

  // Nobody has said who is in it: nothing opens, and what was signed before counts no more.
  expect((await get(c, `${group.uri}/token`)).status).not.toBe(200);
  await until(async () => (await get(c, budget.uri, old)).status !== 200, limit);

  // What B's people wrote since the backup is back, although nobody has said yet that they are members; so is what they change and like now.
  const here = (uri: string) => postByUri(world.a.context.db.reader, uri);
  await until(async () => {
    await settle();
    return (await here(late.uri)) !== undefined;
  }, limit);
  const aside = await transact(b.context, by, async (work) => {
    await editPost(work, { post: budget.id, author: bob.id, ...markdownText('Budget of May, mended.') });
    await like(work, { post: late.id, by: { uri: bob.uri, person: bob.id } });
    const audience = { kind: 'agency', origin: c.origin } as const;
    await putCountedNodes(work, at.b, [{ origin: c.origin, agency: 'City', members: 1 }]);
    return createTopic(work, {
      group: at.b,
      author: bob.id,
      title: 'Aside',
      audience,
      ...markdownText('For C alone.'),
    });
  });
  await until(async () => {
    await settle();
    if ((await here(budget.uri))?.revision !== 2 || (await here(late.uri))?.likes !== 1) return false;
    return (await here(aside.uri)) !== undefined;
  }, limit);
  expect(await postByUri(c.context.db.reader, aside.uri)).toBeUndefined();

  await transact(world.a.context, by, (work) => giveRolesBack(work, ada.id));
  const gone = [await there(xaver)];
  await transact(world.a.context, by, (work) => openGroup(work, { group: group.id, by: ada.id, gone }));
  await settle();
  expect((await membershipOf(world.a.context.db.reader, group.id, await there(cleo)))?.state).toBe('member');
  await renewed(second);

  // C with a version below the one that B knew of, in the new epoch; X has none that counts.
  const fresh = await forged({ version: 1, epoch });
  expect((await get(c, budget.uri, fresh)).status).toBe(200);
  expect(await accessAt(b, at.b, x)).toMatchObject({ epoch, version: 2 });
  for (const [node, token] of [
    [c, { version: 99 }],
    [c, { version: versionOfC }],
    [c, { version: 1, epoch: '2999-01-01T00:00:00.000Z' }],
    [x, { version: 1, epoch }],
    [x, { version: versionOfX }],
  ] as const)
    expect([token, (await get(node, budget.uri, await forged({ by: node, ...token }))).status]).toEqual([token, 404]);

  await askLeases();
  await until(async () => {
    await settle();
    return JSON.stringify((await cleo.api('GET', `/groups/${at.c}/posts`)).body).includes('Budget of May');
  }, limit);
  // What was written meanwhile for C's people alone is told to C now.
  await arrives(c, aside.uri, 'For C alone');

  // A notice from before the restore, however high its version, takes nothing away when it is told again.
  for (const said of [{} as Record<string, string>, { 'joinery:hostEpoch': '2020-01-01T00:00:00.000Z' }]) {
    await tellB(said);
    await settle();
    expect(await accessAt(b, at.b, c)).not.toMatchObject({ version: 50 });
    expect((await get(c, budget.uri, fresh)).status).toBe(200);
  }
  // Who has copied the group's key does not say that its node was restored: neither so, nor in the name of its streams.
  const known = () => epochOf(b.context.db.reader, world.a.origin);
  const ahead = new Date(Date.now() + 120_000).toISOString();
  await tellB({ 'joinery:hostEpoch': ahead });
  await tellB({ ...streamHead(ahead) });
  await settle();
  expect([await known(), (await get(c, budget.uri, fresh)).status]).toEqual([epoch, 200]);
  // A node that was not told of the restore, or has forgotten, asks the group's node once it is shown a token of it.
  await transact(b.context, by, (work) => work.db.deleteFrom('host_epoch').execute());
  expect([await known(), (await get(c, budget.uri, fresh)).status, await known()]).toEqual(['', 200, epoch]);
  await tellB({ 'joinery:hostEpoch': epoch });
  await until(async () => (await get(c, budget.uri, fresh)).status === 404, limit);

  // What is written now is numbered after all that was ever written.
  const now = await transact(b.context, by, (work) =>
    createTopic(work, { group: at.b, author: bob.id, title: 'July', ...markdownText('Budget of July.') }),
  );
  await settle();
  expect(await numberOf(now.uri)).toBeGreaterThan(lateNumber + 1_000);

  // A node that loses its agreement and has it again while a restore keeps the group shut reads again once it is open.
  const decided = async (covers: readonly (typeof scopes)[number][], isRevoked: boolean) => {
    await world.a.decide('change', c, { scopes: [...covers] });
    await settle();
    expect((await accessAt(world.a, group.id, c))?.revoked_at !== null).toBe(isRevoked);
  };
  await transact(world.a.context, by, async (work) => {
    await work.db.updateTable('groups').set({ shut_at: work.now }).where('id', '=', group.id).execute();
    const ours = work.db.updateTable('group_member').where('group_id', '=', group.id);
    await ours.set({ state: 'unconfirmed' }).where('state', '=', 'member').execute();
  });
  await decided(['discover', 'open-groups'], true);
  await decided(scopes, true);
  await transact(world.a.context, by, (work) => openGroup(work, { group: group.id, by: ada.id }));
  await settle();
  expect((await accessAt(world.a, group.id, c))?.revoked_at).toBeNull();
});

/** What a node says of one of its streams after a restore. */
function streamHead(hostEpoch: string): JsonObject {
  const id = `${world.a.origin}/streams/other/log`;
  const head = { 'joinery:epoch': newId(), 'joinery:head': 1, 'joinery:from': 0, 'joinery:hostEpoch': hostEpoch };
  return { type: 'Update', object: { id, type: 'OrderedCollection', ...head } };
}

/** The group says at B that C’s version in it is 50, or something else. */
async function tellB(said: JsonObject): Promise<void> {
  const { a, b, c, group } = world;
  const { bridge } = a.federation;
  const peer = await peerRow(a.context.db.reader, b.origin);
  if (!peer) throw new Error('A does not know B');
  const notice = await prove(
    bridge,
    {
      '@context': documentContext,
      id: `${a.origin}/activities/${newId()}`,
      type: 'Remove',
      actor: group.uri,
      object: nodeActor(c.origin),
      target: `${group.uri}/followers`,
      to: [nodeActor(b.origin)],
      'joinery:version': 50,
      ...said,
    },
    group.uri,
    new Date().toISOString(),
  );
  expect((await deliver(bridge, peer, group.uri, JSON.stringify(notice))).result).toBe('taken');
}
