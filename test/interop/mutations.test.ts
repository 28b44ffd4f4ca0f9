import { isObject, type Json, type JsonObject, originOf, transact } from '@joinery/core';
import { joinGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rememberDocument } from '../../packages/federation/src/fetch.ts';
import { readJson } from '../../packages/federation/src/json.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { type Below, below } from './apply.ts';
import { type FediverseServer, startServer } from './server.ts';
import { lemmy, mastodon, nodebb } from './shapes.ts';
import { by, errors, openGroup, type World } from './world.ts';

let node: TestNode;
let server: FediverseServer;
let tools: Below;
/** Documents of the three shapes, about a group here and one there. */
let activities: JsonObject[];
let documents: JsonObject[];
let owner: TestPerson;
let groups: string[];

beforeAll(async () => {
  node = await startTestNode('department', { environment: { JOINERY_OUTBOUND_PROXY: 'http://127.0.0.1:9' } });
  server = await startServer({ to: node });
  tools = below(node);
  await tools.allow([server.origin]);
  owner = await node.person('Ada');
  const ours = await openGroup({ node, owner, server } as World, 'parking');
  const [anna, mod] = [lemmy.person(server, 'anna'), lemmy.person(server, 'mod')];
  const [femke, carla] = [mastodon.person(server, 'femke'), nodebb.person(server, 5, 'carla')];
  const theirs = lemmy.group(server, 'roads');
  const category = nodebb.category(server, 3, 'Road works');
  const actors = [anna, mod, femke, carla, theirs, category].map((actor) => actor.document);
  for (const document of actors) await rememberDocument(node.federation.bridge, document);
  const group = (await tools.group(theirs.uri)).id;
  groups = [ours.id, group];
  const topic = await transact(node.context, by, async (work) => {
    await joinGroup(work, { group, person: owner.id });
    return createTopic(work, { group: ours.id, author: owner.id, title: 'Ours', ...markdownText('Text') });
  });
  for (const person of [anna, femke, carla]) await tools.apply(mastodon.follow(server, person, ours.uri));
  await tools.topic(`${server.origin}/post/1`, anna.uri, theirs.uri);
  const post = `${server.origin}/post/1`;
  const say = (type: string, change: JsonObject, actor = mod) =>
    lemmy.activity(server, type, actor, { audience: theirs.uri, cc: [theirs.uri], ...change });
  const page = lemmy.page(anna, ours.uri, `${server.origin}/post/2`);
  const note = lemmy.note(anna, theirs.uri, `${server.origin}/comment/3`, post);
  const block = { object: owner.uri, target: theirs.uri, summary: 'Enough', endTime: '2099-01-01T00:00:00Z' };
  const bare = [
    say('Create', { object: page, audience: ours.uri }, anna),
    say('Create', { object: note }, anna),
    mastodon.create(femke, mastodon.note(femke, `${femke.uri}/statuses/1`, { inReplyTo: topic.uri, cc: [ours.uri] })),
    nodebb.create(
      carla,
      nodebb.post(server, carla, 12, { audience: ours.uri, preview: { type: 'Note', content: 'x' } }),
    ),
    say('Update', { object: { ...page, name: 'Changed', updated: '2026-11-01T00:00:00Z' } }, anna),
    say('Update', { object: theirs.document }, theirs),
    say('Update', { object: anna.document }, anna),
    ...['Like', 'Dislike', 'Lock', 'Flag', 'Delete', 'Warn'].map((type) => say(type, { object: post, summary: 'Why' })),
    ...['Like', 'Lock', 'Delete', 'Flag'].map((type) => say(type, { object: topic.uri }, anna)),
    ...['Like', 'Lock', 'Delete', 'Block', 'Follow'].map((type) =>
      say('Undo', { object: say(type, { ...block, object: post }) }),
    ),
    ...['Add', 'Remove'].flatMap((type) => [
      say(type, { object: post, target: `${theirs.uri}/featured` }),
      say(type, { object: anna.uri, target: `${theirs.uri}/moderators` }),
      say(type, { object: post, target: theirs.uri }),
    ]),
    say('Block', block),
    say('Follow', { object: ours.uri }, anna),
    say('Join', { object: ours.uri }, femke),
    say('Leave', { object: ours.uri }, femke),
    say('Invite', { object: theirs.uri, target: owner.uri }, theirs),
    say('Accept', { object: say('Follow', { object: theirs.uri }) }, theirs),
    say('Reject', { object: `${node.origin}/activities/1`, 'joinery:code': 'banned', endTime: 'soon' }, theirs),
    say(
      'Update',
      { object: theirs.uri, 'joinery:counts': [{ object: post, likes: 3, replies: 1, pinned: true }] },
      theirs,
    ),
    say(
      'Update',
      { object: theirs.uri, 'joinery:delivery': [{ activity: post, nodes: 3, reached: [], waiting: [], failed: [] }] },
      theirs,
    ),
    say('Update', { object: post, 'joinery:answer': note.id ?? '' }, anna),
  ];
  const placed = {
    'joinery:stream': `${server.origin}/streams/1/log`,
    'joinery:epoch': '1',
    'joinery:sequence': 3,
    'joinery:after': 2,
    'joinery:authorKey': {
      id: `${anna.uri}#k`,
      controller: anna.uri,
      publicKeyMultibase: 'z6Mk',
      name: 'A',
      agency: { name: 'B' },
    },
  };
  const proof = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    verificationMethod: `${anna.uri}#k`,
    proofValue: 'z1',
    proofPurpose: 'assertionMethod',
    created: '2026-01-01T00:00:00Z',
  };
  activities = [
    ...bare,
    ...bare.map((activity) => lemmy.announce(server, theirs, activity)),
    ...bare.slice(0, 4).map((activity) => ({ ...lemmy.announce(server, theirs, { ...activity, proof }), ...placed })),
    lemmy.announce(server, theirs, page),
    lemmy.announce(server, theirs, post),
  ];
  documents = [
    ...actors,
    page,
    note,
    nodebb.post(server, carla, 13),
    { id: `${server.origin}/post/2`, type: 'Tombstone' },
  ];
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Values of every kind where something else was meant, addresses of ours, and of nowhere, among them. */
const oddity = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    '',
    ' ',
    'x',
    '2026-13-45T99:99:99Z',
    '+275760-09-13T00:00:00.001Z',
    [],
    {},
    [[]],
    [null],
    [{}],
    'https://',
    'javascript:x',
    'acct:a@b',
    '\u202e\ud83d\ude00',
    { '@value': 'x' },
    { nl: 'x' },
  ),
  fc.constant('a').map((letter): Json => letter.repeat(50_000)),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text): Json => text.replaceAll('\0', '')),
  fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json),
  fc.constantFrom('people', 'groups', 'posts', 'activities', 'node').map((path): Json => `${node.origin}/${path}/1`),
);

type Change = { path: number; how: 'drop' | 'replace' | 'many' | 'one' | 'twice' | 'null'; odd: Json };

const change: fc.Arbitrary<Change> = fc.record({
  path: fc.nat(400),
  how: fc.constantFrom('drop', 'replace', 'replace', 'replace', 'many', 'one', 'twice', 'null'),
  odd: oddity,
});

/** Every member of a document, at any depth, with what holds it. */
function membersOf(value: Json): [JsonObject | Json[], string | number][] {
  if (value === null || typeof value !== 'object') return [];
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  return [...entries].flatMap(([key, item]) => [
    [value, key] as [JsonObject | Json[], string | number],
    ...membersOf(item ?? null),
  ]);
}

function mutate(document: JsonObject, changes: Change[]): JsonObject {
  const copy = structuredClone(document);
  for (const { path, how, odd: given } of changes) {
    // One of its own for each place: an object put into itself is no document.
    const odd = structuredClone(given);
    const members = membersOf(copy);
    const [holder, key] = members[path % Math.max(members.length, 1)] ?? [copy, 'id'];
    const held = holder as Record<string | number, Json>;
    const old = held[key] ?? null;
    if (how === 'drop' && !Array.isArray(holder)) delete held[key];
    else if (how === 'many') held[key] = [old];
    else if (how === 'one') held[key] = Array.isArray(old) ? (old[0] ?? null) : old;
    else if (how === 'twice') held[key] = [odd, structuredClone(old), structuredClone(old)];
    else if (how === 'null') held[key] = null;
    else held[key] = odd;
  }
  return copy;
}

const changes = fc.array(change, { minLength: 1, maxLength: 4 });
const settled = ['applied', 'ignored', 'refused', 'waiting', 'received'];

it('no activity of these shapes, however mutated, is parked or throws', async () => {
  const states = new Map<string, number>();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000), changes, fc.boolean(), async (which, mutations, fresh) => {
      const original = activities[which % activities.length] ?? {};
      const mutated = mutate(original, mutations);
      // What the guard asks for, the guard has seen to: one actor, and an id of that actor's origin.
      const activity: JsonObject = {
        ...mutated,
        actor: original.actor ?? '',
        id: `${server.origin}/mutated/${++number}`,
      };
      if (
        fresh &&
        isObject(activity.object) &&
        typeof activity.object.id === 'string' &&
        originOf(activity.object.id) !== null
      )
        activity.object = { ...activity.object, id: `${server.origin}/objects/${number}` };
      if (!readJson(JSON.stringify(activity)).ok) return;
      const state = (await tools.apply(activity))?.state ?? 'nothing';
      expect(settled).toContain(state);
      states.set(state, (states.get(state) ?? 0) + 1);
    }),
    { numRuns: 2_000, endOnFailure: false },
  );
  // Not all of them refused at the door, and what was taken in can be read and sent.
  for (const state of ['applied', 'ignored', 'waiting']) expect(states.get(state)).toBeGreaterThan(5);
  for (const group of groups) expect(await owner.api('GET', `/groups/${group}/posts`)).toMatchObject({ status: 200 });
  expect(errors(node)).toEqual([]);
}, 240_000);

it('no document of these shapes, however mutated, makes reading it throw anything but a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000), changes, async (which, mutations) => {
      const original = documents[which % documents.length] ?? {};
      const document = { ...mutate(original, mutations), id: original.id ?? '' };
      if (!readJson(JSON.stringify(document)).ok) return;
      await rememberDocument(node.federation.bridge, document).catch((error: { code?: unknown; status?: unknown }) => {
        if (typeof error.code !== 'string' || error.code.startsWith('SQLITE')) throw error;
      });
    }),
    { numRuns: 1_000 },
  );
}, 240_000);
