import { createActorKeys, transact } from '@joinery/core';
import { approve, createGroup, joinGroup } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, currentRevision, markdownText, postByUri } from '@joinery/slices/posts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedFetch } from '../../packages/federation/src/fetch.ts';
import { explain } from '../../packages/federation/src/trust/explain.ts';
import { refuseIntroduced } from '../../packages/federation/src/trust/introduced/store.ts';
import { tryItem } from '../../packages/federation/src/trust/proof/try.ts';
import { settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';

/**
 * A department hosts a closed group in which a borough and a city have members; borough and city have no agreement with each other. The group introduces them: each officer
 * decides whether that is taken, and it opens reading in this group, and nothing else.
 */
const by = { kind: 'system', what: 'test' } as const;
const scopes = ['discover', 'open-groups', 'closed-groups'] as const;
let a: TestNode;
let b: TestNode;
let c: TestNode;
let ada: TestPerson;
let bob: TestPerson;
let group: { id: string; uri: string };
const here = new Map<TestNode, string>();
const settle = () => settleAll([a, b, c]);
const title = 'Kestrel';

beforeAll(async () => {
  [a, b, c] = await Promise.all([startTestNode('Department'), startTestNode('Borough'), startTestNode('City')]);
  for (const other of [b, c]) {
    await a.allow(other, { scopes: [...scopes] });
    await other.allow(a, { scopes: [...scopes] });
  }
  [ada, bob] = [await a.person('Ada Owner'), await b.person('Bob Writer')];
  const keys = await createActorKeys();
  group = await transact(a.context, by, (work) =>
    createGroup(work, {
      ...{ name: 'Fraud board', handle: 'fraud', owner: ada.id, keys },
      ...{ reading: 'members', joining: 'request' },
    }),
  );
  for (const [node, person] of [
    [b, bob],
    [c, await c.person('Cleo Reader')],
  ] as const) {
    const found = await node.context.ports.actors.resolve(group.uri);
    here.set(node, found.id);
    await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: person.id }));
    await settle();
    const there = await personByUri(a.context.db.reader, person.uri);
    await transact(a.context, by, (work) => approve(work, { group: group.id, person: there?.id ?? '', by: ada.id }));
    await settle();
  }
}, 60_000);

afterAll(async () => {
  for (const node of [a, b, c]) await node?.[Symbol.asyncDispose]();
});

const mayRead = (node: TestNode, origin: string, direction: 'in' | 'out') =>
  node.federation.bridge.trust.mayRead(origin, { id: here.get(node) ?? '', uri: group.uri }, direction);

async function write(): Promise<{ uri: string; id: string }> {
  const post = await transact(b.context, by, (work) =>
    createTopic(work, {
      ...{ group: here.get(b) ?? '', author: bob.id, title, language: 'en' },
      ...{ kind: 'discussion', ...markdownText('Kestrel nests') },
    }),
  );
  await settle();
  return post;
}

const readAt = async (node: TestNode, uri: string) => {
  const post = await postByUri(node.context.db.reader, uri);
  return post && (await currentRevision(node.context.db.reader, post))?.content;
};

/** @param at whose agreement with the department changes */
const take = (at: TestNode) => at.allow(a, { scopes: [...scopes], introductions: true });

it('nobody is introduced before the owner and both officers want it', async () => {
  const { introductions } = a.context.ports;
  expect(await introductions.isOn(a.context.db.reader, group.uri)).toBe(false);
  await transact(a.context, by, (work) => introductions.set(work, group, true));
  await settle();
  expect([mayRead(b, c.origin, 'out').reason, mayRead(c, b.origin, 'in').reason]).toEqual(['not_listed', 'not_listed']);
  await take(b);
  expect([mayRead(b, c.origin, 'out').reason, mayRead(c, b.origin, 'in').reason]).toEqual(['introduced', 'not_listed']);
  await take(c);
  expect(mayRead(c, b.origin, 'in')).toEqual({ allowed: true, reason: 'introduced', agency: 'Borough' });
});

it('an introduced node reads what is written in that group at its author’s node, and is told why', async () => {
  const post = await write();
  await until(async () => (await readAt(c, post.uri)) !== undefined, 15_000);
  expect(await readAt(c, post.uri)).toContain('Kestrel');
  const said = await explain(b.context, b.context.db.reader, c.origin, post.uri, 'en');
  expect(said.lines.join()).toContain('a closed group introduces it');
});

it('it gets nothing else: it cannot deliver, discover, search or look at anything besides', async () => {
  for (const scope of [null, ...scopes])
    for (const way of ['in', 'out'] as const) {
      expect(b.federation.bridge.trust.mayFederate(c.origin, scope, way).reason).toBe('not_listed');
    }
  const ask = (address: string) => signedFetch(c.federation.bridge, address, 'rehearsal');
  for (const path of ['/node/groups', '/streams', '/agency', `/people/${bob.id}`, `/people/${bob.id}/outbox`])
    expect(await ask(`${b.origin}${path}`)).toMatchObject({ ok: false });
  expect(b.federation.bridge.trust.mayRead(c.origin, { uri: `${a.origin}/groups/other` }, 'out').reason).toBe(
    'not_listed',
  );
  const peers = await b.context.db.reader.selectFrom('peer').select('origin').execute();
  expect(peers.map(({ origin }) => origin)).not.toContain(c.origin);
});

it('an officer refuses one node in one group, and takes it again', async () => {
  const decide = async (refused: boolean) => {
    await transact(b.context, by, async (work) => {
      const input = { group: group.uri, origin: c.origin, refused, by: 'Olga', reason: 'Not with them' };
      await refuseIntroduced(work, input);
      work.emit('partner.introduced', 'local', { group: group.uri });
    });
    await b.federation.bridge.trust.refresh();
  };
  await decide(true);
  expect(mayRead(b, c.origin, 'out').reason).toBe('not_listed');
  await decide(false);
  expect(mayRead(b, c.origin, 'out').reason).toBe('introduced');
});

it('an entry of its own decides alone, whatever a group says', async () => {
  await c.allow(b, { scopes: ['open-groups'] });
  expect(mayRead(c, b.origin, 'in').reason).toBe('scope_missing');
});

it('it ends when the owner stops it', async () => {
  await transact(a.context, by, (work) => a.context.ports.introductions.set(work, group, false));
  await settle();
  expect(mayRead(b, c.origin, 'out').reason).toBe('not_listed');
});

it('the officer’s proof asks for an item with the group’s token, without it, and with a stolen one', async () => {
  await b.allow(c, { scopes: [...scopes] });
  const [post] = await b.context.db.reader.selectFrom('post').select('uri').where('local', '=', 1).execute();
  const ask = (request: Request) => fetch(request.url, { headers: Object.fromEntries(request.headers) });
  const trials = await tryItem(b.federation, ask, c.origin, post?.uri ?? '', group.uri);
  expect(trials.map(({ asker, status }) => [asker, status === 200])).toEqual([
    ['partner', false],
    ['token', true],
    ['stolen', false],
    ['stranger', false],
    ['nobody', false],
  ]);
  expect(trials.find(({ asker }) => asker === 'token')?.text).toContain('Kestrel');
});
