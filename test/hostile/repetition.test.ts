import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type JsonObject, transact } from '@joinery/core';
import { joinGroup, setRole } from '@joinery/slices/groups';
import { createTopic, markdownText, postById } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settleAll } from '../../packages/federation/src/inbox.ts';
import { prepare } from '../../packages/federation/src/unwrap.ts';
import { startTestNode } from '../harness/node.ts';
import {
  by,
  create,
  expectRefused,
  expectWithoutEffect,
  join,
  ledger,
  objectOf,
  openGroup,
  postRow,
  standing,
  startWorld,
  type World,
} from './world.ts';

// Group E: repetition, order, addresses taken before.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const honest = () => create(world.good, world.alice, world.group);

async function postsNamed(id: string) {
  return world.node.context.db.reader.selectFrom('post').select('id').where('uri', '=', id).execute();
}

it('70: the same activity fifty times at once, to every inbox, has one effect', async () => {
  const { good, alice, node, group, owner } = world;
  const activity = honest();
  const count = async () =>
    (
      await node.context.db.reader
        .selectFrom('groups')
        .select('post_count')
        .where('id', '=', group.id)
        .executeTakeFirstOrThrow()
    ).post_count;
  const before = await count();
  const own = [group.uri, owner.uri].map((uri) => `${new URL(uri).pathname}/inbox`);
  const paths = ['/inbox', '/node/inbox', ...own];
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, turn) =>
      good.send(node, alice, activity, { path: paths[turn % paths.length] ?? '/inbox' }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  await node.settle();
  expect(await postsNamed(objectOf(activity).id)).toHaveLength(1);
  expect((await count()) - before).toBe(1);
  const events = await node.context.db.reader
    .selectFrom('log')
    .select('data')
    .where('name', '=', 'post.created')
    .execute();
  const [post] = await postsNamed(objectOf(activity).id);
  expect(events.filter(({ data }) => data.includes(post?.id ?? '-'))).toHaveLength(1);
});

it('71: nor days later', async () => {
  const { good, alice, node, forward } = world;
  const activity = honest();
  await good.send(node, alice, activity);
  await node.settle();
  let ahead = 0;
  for (const hours of [25, 8 * 24, 400 * 24]) {
    forward(hours * 3_600_000);
    ahead += hours * 3_600_000;
    const now = new Date(Date.now() + ahead);
    await expectLater(() => good.send(node, alice, activity, { now }), now);
  }
  forward(-ahead);
  expect(await postsNamed(objectOf(activity).id)).toHaveLength(1);
});

it('71: nor after the node was started again', async () => {
  const { good } = world;
  const folder = mkdtempSync(path.join(tmpdir(), 'joinery-again-'));
  const author = good.actor('again');
  let activity: JsonObject | undefined;
  let port = 0;
  for (let start = 0; start < 2; start += 1) {
    const environment = { JOINERY_DATA: folder, JOINERY_PORT: String(port) };
    await using node = await startTestNode('again', { environment });
    port = node.port ?? 0;
    if (activity === undefined) {
      await node.allow({ origin: good.origin });
      const group = await openGroup(node, await node.person('Ada Owner'), 'again');
      await join(node, good, author, group);
      activity = create(good, author, group);
    }
    for (let turn = 0; turn < 2; turn += 1) expect((await good.send(node, author, activity)).status).toBe(202);
    await node.settle();
    const { reader } = node.context.db;
    const posts = await reader.selectFrom('post').select('id').where('uri', '=', objectOf(activity).id).execute();
    expect(posts).toHaveLength(1);
    const events = await reader.selectFrom('log').select('seq').where('name', '=', 'post.created').execute();
    expect(events).toHaveLength(1);
  }
  rmSync(folder, { recursive: true });
});

async function expectLater(send: () => Promise<{ status: number }>, now: Date) {
  expect([now.toISOString(), (await send()).status]).toEqual([now.toISOString(), 202]);
  await world.node.settle();
}

it('73: another activity under an id that was used before is refused, and said so', async () => {
  const { good, alice, node } = world;
  const first = honest();
  await good.send(node, alice, first);
  await node.settle();
  const lines = node.logged.length;
  for (const second of [
    { ...honest(), id: first.id },
    { id: first.id, type: 'Delete', actor: alice.uri, object: objectOf(first).id },
  ]) {
    const answer = await good.send(node, alice, second);
    expect(answer).toMatchObject({ status: 409, code: 'activity_id_reused' });
  }
  await node.settle();
  expect(node.logged.slice(lines).filter((line) => line.includes('"inbox.id_reused"'))).toHaveLength(2);
  expect(await postRow(node, objectOf(first).id)).toMatchObject({ title: 'Secret-title', deleted_at: null });
});

it('what came before its turn, and is withheld by the time its sender’s log is read, is not applied after what followed it', async () => {
  const { good, alice, node } = world;
  const place = (sequence: number) => ({
    ...{ 'joinery:stream': `${good.origin}/streams/turns/log`, 'joinery:epoch': 'one' },
    ...{ 'joinery:sequence': sequence, 'joinery:after': sequence - 1 },
  });
  const [first, early] = [Object.assign(honest(), place(1)), Object.assign(honest(), place(3))];
  for (const one of [first, early]) expect((await good.send(node, alice, one)).status).toBe(202);
  await node.settle();
  expect(await ledger(node, String(early.id))).toMatchObject({ state: 'received' });
  const activity = {
    ...{ id: String(early.id), type: 'Announce', actor: alice.uri, 'joinery:withheld': true },
    ...place(3),
  };
  const { bridge } = node.federation;
  const origin = { actor: alice.uri, origin: good.origin, verified: 'origin' as const };
  const item = await prepare(bridge, node.context.db.reader, { ...origin, activity, text: JSON.stringify(activity) });
  const refused = await settleAll(bridge, [item], { fetched: true });
  const read = await settleAll(bridge, [item], { fetched: true, pulled: true });
  expect([refused, read].flat().map(({ conflict }) => conflict)).toEqual([true, false]);
  expect(await ledger(node, String(early.id))).toMatchObject({ state: 'ignored', text: null });
  await node.settle();
  expect(await postRow(node, objectOf(early).id)).toBeUndefined();
});

it('74: a Delete before its Create counts a year later still', async () => {
  const { good, alice, node, forward } = world;
  const gone = honest();
  const id = good.id('/deletes');
  await good.send(node, alice, { id, type: 'Delete', actor: alice.uri, object: objectOf(gone).id });
  await node.settle();
  const year = 370 * 86_400_000;
  forward(year);
  const answer = await good.send(node, alice, gone, { now: new Date(Date.now() + year) });
  await node.settle();
  forward(-year);
  expect(answer.status).toBe(202);
  expect(await postsNamed(objectOf(gone).id)).toHaveLength(0);
});

it('74: a Remove before what it removes was added hides it as soon as it comes', async () => {
  const { good, alice, node, owner } = world;
  const group = good.actor('removing', { type: 'Group' });
  const found = await node.context.ports.actors.resolve(group.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: owner.id }));
  await node.settle();
  const topic = create(good, alice, group);
  const tell = async (object: JsonObject) => {
    const announce = { id: good.id('/announces'), type: 'Announce', actor: group.uri, object };
    expect((await good.send(node, group, announce)).status).toBe(202);
    await node.settle();
  };
  const decision = { actor: group.uri, object: objectOf(topic).id, target: group.uri };
  await tell({ id: good.id('/removes'), type: 'Remove', ...decision });
  await tell(topic);
  const row = await postRow(node, objectOf(topic).id);
  expect(row?.removed_at ?? null).not.toBeNull();
});

it('74: a Remove from the pinned posts before its Add leaves nothing pinned, here and elsewhere, dated or not', async () => {
  const { good, alice, node, owner, forward } = world;
  const group = good.actor('pinning', { type: 'Group', featured: `${good.origin}/users/pinning/pinned` });
  const found = await node.context.ports.actors.resolve(group.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: owner.id }));
  await node.settle();
  const announced = async (object: JsonObject) => {
    const announce = { id: good.id('/announces'), type: 'Announce', actor: group.uri, object };
    expect((await good.send(node, group, announce)).status).toBe(202);
    await node.settle();
    return ledger(node, announce.id);
  };
  const target = String(group.document.featured);
  const pin = (type: 'Add' | 'Remove', topic: JsonObject, minutesAgo?: number, more: JsonObject = {}) => {
    const published =
      minutesAgo === undefined ? {} : { published: new Date(Date.now() - minutesAgo * 60_000).toISOString() };
    const object = objectOf(topic).id;
    return announced({ id: good.id('/pins'), type, actor: alice.uri, object, target, ...published, ...more });
  };
  const isPinned = async (topic: JsonObject) => (await postRow(node, objectOf(topic).id))?.pinned_at !== null;
  // Dated: the later decision counts, in whatever order they come.
  const dated = create(good, alice, group);
  await announced(dated);
  await pin('Add', dated, 30);
  expect(await isPinned(dated)).toBe(true);
  await pin('Remove', dated, 10);
  expect(await pin('Add', dated, 20)).toMatchObject({ state: 'ignored' });
  expect(await isPinned(dated)).toBe(false);
  await pin('Add', dated, 5);
  await pin('Remove', dated, 7);
  expect(await isPinned(dated)).toBe(true);
  // Undated: one Add that comes soon after is the one that was taken back already; later it is a new one.
  const undated = create(good, alice, group);
  await announced(undated);
  await pin('Remove', undated);
  await pin('Add', undated);
  expect(await isPinned(undated)).toBe(false);
  const hours = 2 * 3_600_000;
  forward(hours);
  const again = { id: good.id('/pins'), type: 'Add', actor: alice.uri, object: objectOf(undated).id, target };
  const announce = { id: good.id('/announces'), type: 'Announce', actor: group.uri, object: again };
  await good.send(node, group, announce, { now: new Date(Date.now() + hours) });
  await node.settle();
  forward(-hours);
  expect(await isPinned(undated)).toBe(true);
  // Both before the topic itself.
  const late = create(good, alice, group);
  await pin('Remove', late);
  await pin('Add', late);
  await announced(late);
  expect(await isPinned(late)).toBe(false);
  // What somebody pins to their own profile is no business of the group.
  await pin('Add', late, 0, { target: `${alice.uri}/collections/featured` });
  expect(await isPinned(late)).toBe(false);
  // The same in a group of ours, by its facilitator elsewhere.
  const ours = await openGroup(node, owner, 'pinned-here');
  await join(node, good, alice, ours);
  const member = await standing(node, ours, alice);
  await transact(node.context, by, (work) =>
    setRole(work, { group: ours.id, person: member?.person ?? '', by: owner.id, role: 'facilitator' }),
  );
  const here = create(good, alice, ours);
  await good.send(node, alice, here);
  await node.settle();
  for (const type of ['Remove', 'Add']) {
    const decision = { id: good.id('/pins'), type, actor: alice.uri, object: objectOf(here).id };
    await good.send(node, alice, { ...decision, target: `${ours.uri}/featured` });
    await node.settle();
  }
  expect(await isPinned(here)).toBe(false);
});

it('74: a Delete before its Create leaves nothing, an Update before its Create the newest text', async () => {
  const { good, alice, node } = world;
  const gone = honest();
  await good.send(node, alice, {
    id: good.id('/deletes'),
    type: 'Delete',
    actor: alice.uri,
    object: objectOf(gone).id,
  });
  await node.settle();
  await expectWithoutEffect(world, () => good.send(node, alice, gone), gone);
  const edited = create(good, alice, world.group, { published: new Date(Date.now() - 60_000).toISOString() });
  const object = { ...objectOf(edited), content: '<p>Newest</p>', updated: new Date().toISOString() };
  await good.send(node, alice, { id: good.id('/updates'), type: 'Update', actor: alice.uri, object });
  await node.settle();
  await good.send(node, alice, edited);
  await node.settle();
  expect(await postRow(node, objectOf(edited).id)).toMatchObject({ status: 'accepted', excerpt: 'Newest' });
});

it('74: an Undo before its Like or Follow leaves neither', async () => {
  const { good, alice, node, group } = world;
  const topic = honest();
  await good.send(node, alice, topic);
  await node.settle();
  const like = { id: good.id('/likes'), type: 'Like', actor: alice.uri, object: objectOf(topic).id };
  await good.send(node, alice, { id: good.id('/undos'), type: 'Undo', actor: alice.uri, object: like });
  await node.settle();
  await good.send(node, alice, like);
  await node.settle();
  expect(await postRow(node, objectOf(topic).id)).toMatchObject({ likes: 0 });
  const late = good.actor('late');
  const follow = { id: good.id('/follows'), type: 'Follow', actor: late.uri, object: group.uri };
  await good.send(node, late, { id: good.id('/undos'), type: 'Undo', actor: late.uri, object: follow });
  await node.settle();
  await good.send(node, late, follow);
  await node.settle();
  const left = await standing(node, group, late);
  expect(left === undefined || (left.state === 'none' && left.following === 0)).toBe(true);
});

it('76: an id of another node cannot be used up by a third', async () => {
  const { good, evil, alice, mallory, node } = world;
  const genuine = honest();
  const burnt = { ...create(evil, mallory, world.group), id: genuine.id };
  await expectRefused(world, { status: 401, code: 'activity_origin_mismatch' }, () =>
    evil.send(node, mallory, burnt as typeof genuine),
  );
  const inside = {
    id: evil.id('/announces'),
    type: 'Announce',
    actor: mallory.uri,
    object: { ...genuine, object: { ...objectOf(genuine), content: '<p>Burnt</p>' } },
  };
  await expectWithoutEffect(world, () => evil.send(node, mallory, inside), inside);
  expect((await good.send(node, alice, genuine)).status).toBe(202);
  await node.settle();
  expect(await postRow(node, objectOf(genuine).id)).toMatchObject({ status: 'accepted', excerpt: 'Secret-content' });
});

it('77: nothing is answered more than once, and no answer is answered', async () => {
  const { good, alice, node } = world;
  const before = good.requests.length;
  const outsider = good.actor('chatty');
  const refused = create(good, outsider, world.group);
  for (let turn = 0; turn < 3; turn += 1) await good.send(node, outsider, refused);
  await node.settle();
  const rejects = () => good.requests.slice(before).filter(({ body }) => body.includes('"Reject"'));
  expect(rejects()).toHaveLength(1);
  const answer = JSON.parse(rejects()[0]?.body ?? '{}') as { id: string };
  for (const type of ['Reject', 'Accept', 'TentativeAccept', 'Reject']) {
    const reply = { id: good.id('/replies'), type, actor: alice.uri, object: answer.id };
    await good.send(node, alice, reply);
    await node.settle();
    expect(['ignored', 'refused']).toContain((await ledger(node, reply.id))?.state);
  }
  expect(rejects()).toHaveLength(1);
});

it('79: a post that is sent twice with the same key is one, and both answers are the same', async () => {
  const { node, owner, group } = world;
  const send = () =>
    fetch(`${node.origin}/api/v1/groups/${group.id}/posts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${owner.token}`,
        'content-type': 'application/json',
        'idempotency-key': 'once-and-only',
      },
      body: JSON.stringify({ title: 'Once', content: 'Only' }),
    }).then(async (answer) => ({ status: answer.status, text: await answer.text() }));
  const answers = await Promise.all([send(), send()]);
  answers.push(await send());
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  const rows = await node.context.db.reader.selectFrom('post').select('id').where('title', '=', 'Once').execute();
  expect(rows).toHaveLength(1);
});

it('a person here is not moved by any of it', async () => {
  const { node, owner, group, good } = world;
  const before = good.requests.length;
  const topic = await transact(node.context, by, (work) =>
    createTopic(work, { group: group.id, author: owner.id, title: 'After', ...markdownText('All is well.') }),
  );
  await join(node, good, good.actor('newcomer'), group);
  expect(await postById(node.context.db.reader, topic.id)).toMatchObject({ status: 'accepted' });
  expect(good.requests.slice(before).some(({ body }) => body.includes('All is well'))).toBe(true);
});
