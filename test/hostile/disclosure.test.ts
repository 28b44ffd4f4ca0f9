import { cookieName, type JsonObject, startSession, transact } from '@joinery/core';
import { approve, type GroupRow, joinGroup } from '@joinery/slices/groups';
import { createTopic, markdownText, reply } from '@joinery/slices/posts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProof } from '../../packages/federation/src/proof.ts';
import { createNetworkBrowser } from '../harness/network-browser.ts';
import type { TestPerson } from '../harness/node.ts';
import type { RogueActor } from '../harness/rogue.ts';
import { by, create, join, objectOf, openGroup, startWorld, type World } from './world.ts';

// Group J: who learns of what was written by being named in it.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function browserOf({ account }: TestPerson) {
  const { context } = world.node;
  const browser = createNetworkBrowser(world.node.origin);
  const session = await transact(context, by, (work) => startSession(work, account));
  browser.cookies(world.node.origin).set(cookieName(context.config.origin, 'session'), session);
  return browser;
}

describe('128: whoever is named in a closed group and is not in it', () => {
  let closed: GroupRow;
  let outside: TestPerson;
  let inside: TestPerson;
  beforeAll(async () => {
    const { node, owner } = world;
    closed = await openGroup(node, owner, 'shut', { reading: 'members', joining: 'request' });
    [outside, inside] = [await node.person('Otis Outside'), await node.person('Ina Inside')];
    await transact(node.context, by, async (work) => {
      await joinGroup(work, { group: closed.id, person: inside.id });
      await approve(work, { group: closed.id, person: inside.id, by: owner.id });
    });
    await node.settle();
  });
  const handleOf = async ({ id }: TestPerson) =>
    (
      await world.node.context.db.reader
        .selectFrom('person')
        .select('handle')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).handle;
  /** Names everybody: of this node, of another, in the group and not. */
  const text = async () => {
    const { host } = new URL(world.good.origin);
    return `Secretword for @${await handleOf(outside)}, @alice@${host} and @${await handleOf(inside)}`;
  };

  it('is told nothing, on this node or their own, by mail, bell, search or delivery', async () => {
    const { node, good, owner } = world;
    const before = good.requests.length;
    const source = await text();
    await transact(node.context, by, async (work) => {
      const topic = await createTopic(work, {
        ...{ group: closed.id, author: owner.id, title: 'Secrettitle', ...markdownText(source) },
      });
      await reply(work, { replyTo: topic.id, author: inside.id, ...markdownText(source) });
    });
    await node.settle();
    const told = await node.context.db.reader.selectFrom('notification').selectAll().execute();
    expect(told.filter((row) => row.person_id === outside.id)).toEqual([]);
    expect(told.filter((row) => row.person_id === inside.id).length).toBeGreaterThan(0);
    const browser = await browserOf(outside);
    for (const path of ['/', '/notifications', '/search?q=secretword', `/people/${owner.id}`, `/people/${outside.id}`])
      expect([
        path,
        /Secretword|Secrettitle/.test((await browser.get(path)).html.replace(/value="[^"]*"/g, '')),
      ]).toEqual([path, false]);
    for (const path of ['/notifications', '/search?q=secrettitle', '/feed'])
      expect(JSON.stringify((await outside.api('GET', path)).body ?? '')).not.toMatch(/Secretword|Secrettitle/);
    expect(good.requests.slice(before).filter(({ body, url }) => /Secret|shut/i.test(body + url))).toEqual([]);
  });

  it('is named to whoever writes, before and after', async () => {
    const browser = await browserOf(world.owner);
    const content = await text();
    const warned = (html: string) =>
      ['Otis Outside', 'alice', 'Ina Inside'].map((name) => notices(html).includes(name));
    const form = { title: 'Again', content, language: 'en' };
    const preview = await browser.post(`/groups/${closed.id}/new`, { ...form, preview: '1' });
    expect(warned(preview.html)).toEqual([true, true, false]);
    const sent = await browser.post(`/groups/${closed.id}/new`, form);
    expect(warned(sent.html)).toEqual([true, true, false]);
  });
});

/** The sentence that warns, as a page has it. */
const notices = (html: string): string => /[^<>]*may not be able to read[^<>]*/.exec(html)?.[0] ?? '';

describe('130: whom an activity names in secret', () => {
  /** Everything that a node has been sent, and what it may read, as text. */
  async function given(about: string[]): Promise<string> {
    const { evil, mallory, node, group } = world;
    const parts = evil.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
    for (const path of [
      ...about.map((uri) => new URL(uri).pathname),
      ...['', '/outbox', '/topics', '/featured'].map((end) => `${new URL(group.uri).pathname}${end}`),
    ]) {
      const answer = await evil.get(node, mallory, path);
      parts.push(answer.body);
      const first = /"first":"([^"]+)"/.exec(answer.body)?.[1];
      if (first) parts.push((await evil.get(node, mallory, first.replace(node.origin, ''))).body);
    }
    return parts.join('\n');
  }
  const blind = { bto: ['https://hidden.example/bto'], bcc: 'https://hidden.example/bcc' };
  const inSecret = (activity: JsonObject): JsonObject => ({
    ...{ ...activity, ...blind },
    ...(typeof activity.object === 'object' && activity.object && { object: { ...objectOf(activity), ...blind } }),
  });
  const proven = (activity: JsonObject, { uri, proofKeys }: RogueActor): JsonObject => {
    const options = { verificationMethod: `${uri}#ed25519-key`, privateKey: proofKeys.privateKey, created: new Date() };
    return { ...activity, proof: createProof(activity, options) };
  };

  it.each([
    ['with a proof', proven],
    ['without one', (activity: JsonObject) => activity],
  ])('is passed on to nobody, nor shown: %s', async (_, finish) => {
    const { good, alice, node, group, owner } = world;
    await join(node, good, alice, group);
    const made = finish(inSecret(create(good, alice, group)), alice);
    const { id } = objectOf(made);
    const send = async (activity: JsonObject) => {
      expect((await good.send(node, alice, activity)).status).toBe(202);
      await node.settle();
    };
    const change = (type: string, object: JsonObject | string) =>
      finish(inSecret({ id: good.id('/activities'), type, actor: alice.uri, to: [group.uri], object }), alice);
    await send(made);
    await send(
      change('Update', { ...objectOf(made), content: '<p>Changed-content</p>', updated: new Date().toISOString() }),
    );
    await send(change('Like', id));
    const topic = await transact(node.context, by, (work) =>
      createTopic(work, { group: group.id, author: owner.id, title: 'Ours', ...markdownText('Hello.') }),
    );
    const row = await node.context.db.reader
      .selectFrom('post')
      .select('id')
      .where('uri', '=', id)
      .executeTakeFirstOrThrow();
    await node.settle();
    const about = [topic.uri, `${node.origin}/posts/${row.id}`, `${node.origin}/posts/${row.id}/replies`];
    const shown = await given(about);
    await send(change('Delete', id));
    const all = `${shown}\n${await given(about)}`;
    // The texts themselves went out.
    expect(all).toContain(id);
    expect(all).toContain('Changed-content');
    expect(all).not.toMatch(/hidden\.example|"b(?:to|cc)"/);
  });
});
