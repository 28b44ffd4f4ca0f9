import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isObject, type Json, type JsonObject, originOf, transact } from '@joinery/core';
import { type GroupRow, joinGroup, membershipOf, setRole } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, markdownText, rememberTopics } from '@joinery/slices/posts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberDocument } from '../../packages/federation/src/fetch.ts';
import { guardActivity } from '../../packages/federation/src/guard.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { addressIn, type Below, below } from './apply.ts';
import { by, openGroup, type World } from './world.ts';

// What real servers emitted lies beside the project, under licences of its own: read where it is, never copied. Without it these tests are skipped.
const folder = new URL('../../../shared/fixtures/', import.meta.url);
const present = existsSync(new URL('REPLAY.json', folder));

/** Not before closed groups, events and the digests of other software are there. */
const notYet: Record<string, string> = {
  'gancio-locations': 'events come later: only that none of them throws',
  'wp-events-gancio': 'events come later: only that it does not throw',
  'VEC-8fcf': 'what others count as followers is not compared yet',
  'VEC-8b32': 'proved beside the proofs',
};

type Case = { case: string; file: string };
const cases = present ? (JSON.parse(readFileSync(new URL('REPLAY.json', folder), 'utf8')) as Case[]) : [];
const read = (file: string): JsonObject => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as JsonObject;
const objectIn = (value: Json | undefined): JsonObject => (value !== undefined && isObject(value) ? value : {});

/** Every address in a document. */
function addressesIn(value: Json): string[] {
  if (typeof value === 'string') return originOf(value) === null ? [] : [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap((member) => addressesIn(member as Json));
}
const originsIn = (value: Json) =>
  addressesIn(value)
    .map((address) => originOf(address) ?? '')
    .filter((origin) => !origin.includes('//www.w3.org'));

/** The document with one address in the place of another. */
const moved = (document: JsonObject, from: string, to: string): JsonObject =>
  JSON.parse(JSON.stringify(document).replaceAll(JSON.stringify(from), JSON.stringify(to))) as JsonObject;

const title = 'what real servers emitted';
describe.skipIf(!present)(present ? title : `${title} (the fixtures beside the project are absent)`, () => {
  let node: TestNode;
  let bob: TestPerson;
  let tools: Below;
  beforeAll(async () => {
    // Nothing that is looked up here may leave the machine.
    node = await startTestNode('department', { environment: { JOINERY_OUTBOUND_PROXY: 'http://127.0.0.1:9' } });
    bob = await node.person('Bob');
    tools = below(node);
  });
  afterAll(() => node[Symbol.asyncDispose]());

  const reader = () => node.context.db.reader;
  const standing = async (group: GroupRow, uri: string) => {
    const person = await personByUri(reader(), uri);
    return person && membershipOf(reader(), group.id, person.id);
  };
  const openOurs = (handle: string) => openGroup({ node, owner: bob } as World, handle);

  /** A decision on a post in a group elsewhere: without effect by itself, and with effect when the group announces it. */
  async function decision(document: JsonObject, reached: string, before?: JsonObject): Promise<void> {
    const group = addressIn(document.cc);
    const undone = objectIn(document.object);
    const uri = 'object' in undone ? addressIn(undone.object) : addressIn(document.object);
    const change = async () => Boolean(((await tools.post(uri)) as Record<string, unknown> | undefined)?.[reached]);
    await tools.allow(originsIn(document));
    await tools.know(group, 'Group');
    await tools.know(addressIn(document.actor));
    await tools.topic(uri, `${originOf(uri)}/authors/1`, group);
    if (before) expect(await tools.announce(group, before)).toMatchObject({ state: 'applied' });
    expect(await change()).toBe(before !== undefined);
    await tools.apply(document);
    expect(await change()).toBe(before !== undefined);
    expect(await tools.announce(group, document)).toMatchObject({ state: 'applied' });
    expect(await change()).toBe(before === undefined);
  }

  /** The same in a group of ours: only from somebody who runs it. */
  async function decisionHere(document: JsonObject, handle: string, reached: string): Promise<void> {
    const group = await openOurs(handle);
    const actor = addressIn(document.actor);
    const person = await tools.know(actor);
    const post = await transact(node.context, by, async (work) => {
      await joinGroup(work, { group: group.id, person });
      return createTopic(work, { group: group.id, author: bob.id, title: 'Ours', ...markdownText('Text') });
    });
    const here = moved(moved(document, addressIn(document.object), post.uri), addressIn(document.cc), group.uri);
    expect((await tools.apply({ ...here, id: `${actor}/${handle}/1` }))?.state).not.toBe('applied');
    await transact(node.context, by, (work) =>
      setRole(work, { group: group.id, person, role: 'facilitator', by: bob.id }),
    );
    expect(await tools.apply({ ...here, id: `${actor}/${handle}/2` })).toMatchObject({ state: 'applied' });
    expect(await tools.post(post.uri)).toMatchObject({ [reached]: expect.any(String) });
  }

  /** A decision about a member of a group elsewhere. */
  async function membership(document: JsonObject, group: string, who: string): Promise<GroupRow> {
    await tools.allow(originsIn(document));
    await tools.know(group, 'Group');
    await tools.know(addressIn(document.actor));
    await tools.know(who);
    expect((await tools.apply({ ...document, id: `${addressIn(document.id)}/bare` }))?.state).not.toBe('applied');
    expect(await tools.announce(group, document)).toMatchObject({ state: 'applied' });
    return tools.group(group);
  }

  /** An actor's document. */
  async function groupShown(document: JsonObject): Promise<GroupRow> {
    await tools.allow(originsIn(document));
    expect((await rememberDocument(node.federation.bridge, document))?.kind).toBe('groups');
    return tools.group(addressIn(document.id));
  }

  /** A post shown by its group. */
  async function topicShown(
    document: JsonObject,
  ): Promise<{ title: string | null; content: string; context: string | null }> {
    const uri = addressIn(document.id);
    const group = addressIn(document.audience) || `${originOf(uri)}/groups/1`;
    await tools.allow(originsIn(document));
    await tools.know(group, 'Group');
    expect(await tools.announce(group, document)).toMatchObject({ state: 'applied' });
    const post = (await tools.post(uri)) ?? expect.fail('not here');
    expect(post.group_id).toBe((await tools.group(group)).id);
    const revision = await reader().selectFrom('post_revision').selectAll().where('post_id', '=', post.id).execute();
    return { title: post.title, content: revision[0]?.content ?? '', context: post.context_uri };
  }

  /** The answer to what our person asked of a group elsewhere. */
  async function answered(document: JsonObject): Promise<void> {
    const group = addressIn(document.actor);
    await tools.allow(originsIn(document));
    const id = await tools.know(group, 'Group');
    const asked = await transact(node.context, by, (work) => joinGroup(work, { group: id, person: bob.id }));
    expect(await tools.apply({ ...document, id: `${addressIn(document.id)}/other` })).toMatchObject({
      state: 'ignored',
    });
    const ours = moved(document, addressIn(document.object), asked.join_activity ?? '');
    expect(await tools.apply(ours)).toMatchObject({ state: 'applied' });
    expect(await membershipOf(reader(), id, bob.id)).toMatchObject({ state: 'member', following: 1 });
  }

  /** Pages of what a group has announced. */
  async function history(document: JsonObject): Promise<void> {
    const items = (Array.isArray(document.orderedItems) ? document.orderedItems : [document]).filter(isObject);
    const group = addressIn(items[0]?.actor);
    await tools.allow(originsIn(document));
    const id = await tools.know(group, 'Group');
    const collected = items.map((item) => ({ item, verified: 'origin' as const, text: null }));
    const added = await transact(node.context, by, (work) => rememberTopics(work, id, collected), {
      origin: originOf(group) ?? '',
    });
    expect(added).toBeGreaterThan(0);
    for (const { item } of collected.slice(0, added)) {
      const page = objectIn(objectIn(item.object).object);
      expect(await tools.post(addressIn(page.id))).toMatchObject({ title: page.name, group_id: id });
    }
  }

  const reads = async (document: JsonObject) => {
    await tools.allow(originsIn(document));
    await rememberDocument(node.federation.bridge, document);
  };

  const behaves: Record<string, (document: JsonObject) => Promise<unknown>> = {
    'lemmy-group-actor': async (document) =>
      expect(await groupShown(document)).toMatchObject({
        joining: 'open',
        moderators_uri: document.attributedTo,
        name: document.name,
      }),
    'lemmy-page': async (document) => {
      const shown = await topicShown(document);
      expect(shown).toMatchObject({ title: document.name, context: document.context });
      const [link] = Array.isArray(document.attachment) ? document.attachment : [];
      expect(shown.content).toContain(objectIn(link).href);
    },
    'lemmy-announce-create': async (document) => {
      await tools.allow(originsIn(document));
      const [group, inner] = [addressIn(document.actor), objectIn(document.object)];
      await tools.know(group, 'Group');
      await tools.know(addressIn(inner.actor));
      await tools.apply(document);
      const page = objectIn(inner.object);
      expect(await tools.post(addressIn(page.id))).toMatchObject({
        title: page.name,
        group_id: (await tools.group(group)).id,
      });
    },
    'lemmy-lock': async (document) => {
      await decision(document, 'locked_at');
      expect((await tools.post(addressIn(document.object)))?.locked_at).toEqual(expect.any(String));
      await decisionHere(document, 'locking', 'locked_at');
    },
    'lemmy-undo-lock': (document) => {
      const undone = objectIn(document.object);
      // In a place of its own, so that the case does not depend on the one before.
      const elsewhere = moved(document, addressIn(undone.object), `${addressIn(undone.object)}/undone`);
      return decision(elsewhere, 'locked_at', objectIn(elsewhere.object));
    },
    'lemmy-add-mod': async (document) => {
      const [group, who] = [addressIn(document.cc), addressIn(document.object)];
      expect(await standing(await membership(document, group, who), who)).toMatchObject({ role: 'facilitator' });
    },
    'lemmy-remove-mod': async (document) => {
      const [group, who] = [addressIn(document.cc), addressIn(document.object)];
      await tools.allow(originsIn(document));
      await tools.know(group, 'Group');
      await tools.know(who);
      await tools.announce(group, { ...document, id: `${addressIn(document.id)}/add`, type: 'Add' });
      expect(await standing(await membership(document, group, who), who)).toMatchObject({ role: 'member' });
    },
    'lemmy-feature': (document) => decision(document, 'pinned_at'),
    'lemmy-ban': async (document) => {
      // The end of this ban has passed; the same one for longer holds.
      const group = addressIn(document.target);
      await tools.allow(originsIn(document));
      await tools.know(group, 'Group');
      await tools.know(addressIn(document.object));
      expect(await tools.announce(group, document)).toMatchObject({ state: 'ignored' });
      const longer = { ...document, endTime: '2099-01-01T00:00:00Z' };
      const row = await membership(longer, group, addressIn(document.object));
      expect(await standing(row, addressIn(document.object))).toMatchObject({
        state: 'banned',
        reason: document.summary,
      });
    },
    'lemmy-undo-ban': async (document) => {
      const block = { ...objectIn(document.object), endTime: '2099-01-01T00:00:00Z' };
      const [group, who] = [addressIn(objectIn(document.object).target), addressIn(objectIn(document.object).object)];
      await membership({ ...block, id: `${addressIn(document.id)}/block` }, group, who);
      expect(await standing(await membership(document, group, who), who)).toMatchObject({ state: 'none' });
    },
    'lemmy-mod-remove': async (document) => {
      await decision(document, 'removed_at');
      expect(await tools.post(addressIn(document.object))).toMatchObject({
        removed_reason: document.summary,
        deleted_at: null,
      });
    },
    'lemmy-undo-remove': (document) => {
      const uri = addressIn(objectIn(document.object).object);
      const elsewhere = moved(document, uri, `${uri}/undone`);
      return decision(elsewhere, 'removed_at', objectIn(elsewhere.object));
    },
    'lemmy-author-delete': async (document) => {
      const [uri, author] = [addressIn(document.object), addressIn(document.actor)];
      await tools.allow(originsIn(document));
      await tools.know(addressIn(document.cc), 'Group');
      await tools.topic(uri, author, addressIn(document.cc));
      // On the group's word alone it is only hidden; by its author it is deleted.
      await tools.announce(addressIn(document.cc), document);
      expect(await tools.post(uri)).toMatchObject({ removed_at: expect.any(String), deleted_at: null });
      expect(await tools.apply(document)).toMatchObject({ state: 'applied' });
      expect(await tools.post(uri)).toMatchObject({ deleted_at: expect.any(String) });
    },
    'lemmy-report': async (document) => {
      const group = await openOurs('reported');
      const post = await transact(node.context, by, (work) =>
        createTopic(work, { group: group.id, author: bob.id, title: 'Ours', ...markdownText('Text') }),
      );
      await tools.allow(originsIn(document));
      await tools.know(addressIn(document.actor));
      expect(await tools.apply(moved(document, addressIn(document.object), post.uri))).toMatchObject({
        state: 'applied',
      });
      const reports = await reader().selectFrom('post_report').selectAll().where('post_id', '=', post.id).execute();
      expect(reports).toMatchObject([{ reason: document.summary, reporter_id: null }]);
    },
    'lemmy-vote': async (document) => {
      await tools.allow(originsIn(document));
      const [uri, group] = [addressIn(document.object), `${originOf(addressIn(document.object))}/groups/votes`];
      await tools.know(group, 'Group');
      await tools.topic(`${uri}/voted`, `${originOf(uri)}/authors/1`, group);
      await tools.know(addressIn(document.actor));
      expect(await tools.announce(group, moved(document, uri, `${uri}/voted`))).toMatchObject({ state: 'applied' });
      expect(await tools.post(`${uri}/voted`)).toMatchObject({ likes: 1 });
    },
    'lemmy-follow': async (document) => {
      const group = await openOurs('followed');
      await tools.allow(originsIn(document));
      await tools.know(addressIn(document.actor));
      expect(await tools.apply(moved(document, addressIn(document.object), group.uri))).toMatchObject({
        state: 'applied',
      });
      expect(await standing(group, addressIn(document.actor))).toMatchObject({ state: 'member', following: 1 });
    },
    'lemmy-followers': async (document) => {
      const before = await reader().selectFrom('group_member').selectAll().execute();
      await reads(document);
      expect(await reader().selectFrom('group_member').selectAll().execute()).toEqual(before);
    },
    'lemmy-outbox': history,
    'piefed-outbox': history,
    'lemmy-moderators': reads,
    'nodebb-article-preview': async (document) => {
      const { title, content } = await topicShown(document);
      expect(title).toBe(document.name);
      expect(content.length).toBeGreaterThan(100);
      const preview = objectIn(document.preview).content;
      expect(preview === undefined || content !== preview).toBe(true);
    },
    'piefed-group': async (document) =>
      expect(await groupShown(document)).toMatchObject({ moderators_uri: document.attributedTo, name: document.name }),
    'wordpress-announce-update': async (document) => {
      const inner = objectIn(document.object);
      const [group, article] = [addressIn(document.actor), objectIn(inner.object)];
      const elsewhere = moved(
        moved(document, group, 'https://announcer.example/group'),
        addressIn(document.id),
        'https://announcer.example/a/1',
      );
      await tools.allow([...originsIn(document), 'https://announcer.example']);
      for (const uri of [group, 'https://announcer.example/group']) await tools.know(uri, 'Group');
      await tools.topic(addressIn(article.id), addressIn(inner.actor), 'https://announcer.example/group');
      await transact(node.context, by, (work) =>
        work.db.updateTable('post').set({ verified: 'origin' }).where('uri', '=', addressIn(article.id)).execute(),
      );
      await tools.apply(elsewhere);
      expect(await tools.post(addressIn(article.id))).toMatchObject({ title: 'A topic', revision: 1 });
    },
    'peertube-channel': groupShown,
    'mobilizon-group': groupShown,
    'gnusocial-group': groupShown,
    'friendica-page': async (document) => expect(await topicShown(document)).toMatchObject({ title: document.name }),
    ...Object.fromEntries(['lemmy-accept', 'mbin-accept', 'mitra-accept'].map((name) => [name, answered])),
    ...Object.fromEntries(
      ['lemmy-report-resolve', 'lemmy-warn', 'lemmy-downvote'].map((name) => [
        name,
        async (document: JsonObject) => {
          await tools.allow(originsIn(document));
          await tools.know(addressIn(document.actor));
          expect(await tools.apply(document)).toMatchObject({ state: 'ignored' });
        },
      ]),
    ),
    // A Linked Data Signature is neither believed nor a reason to refuse: right or wrong, the guard hands on the same.
    ...Object.fromEntries(
      ['POS-ldsig', 'NEG-ldsig-tampered'].map((name) => [
        name,
        async (document: JsonObject) => {
          const headers = new Map([
            ['content-type', 'application/activity+json'],
            [
              'signature',
              `keyId="${addressIn(document.actor)}#main-key",headers="(request-target) host date digest",signature="AAAA"`,
            ],
          ]);
          const guarded = guardActivity({ get: (header) => headers.get(header) ?? null }, JSON.stringify(document), {
            mayReceive: () => ({ allowed: true, reason: 'allowed' }),
          });
          expect(document).toHaveProperty('signature');
          expect(guarded).toMatchObject({ ok: true, activity: { id: document.id } });
          expect(guarded.ok && guarded.activity).not.toHaveProperty('signature');
        },
      ]),
    ),
  };

  it('every case has its test, or a reason why not yet', () => {
    const named = cases.map((one) => one.case);
    expect(named.filter((name) => !(name in behaves) && !(name in notYet))).toEqual([]);
  });

  it.each(cases.filter((one) => one.case in behaves))('$case', async (one) => {
    await behaves[one.case]?.(read(one.file));
    expect(node.logged.filter((line) => line.includes('inbox.parked'))).toEqual([]);
  });

  const jsonFiles = (path: string): string[] =>
    statSync(new URL(path, folder)).isDirectory()
      ? readdirSync(new URL(path, folder)).flatMap((name) => jsonFiles(`${path}/${name}`))
      : path.endsWith('.json')
        ? [path]
        : [];

  it('nothing else that real servers emitted makes the inbox throw, as an activity, as a document, or inside what a group announces', async () => {
    const shape = (value: Json): JsonObject[] =>
      Array.isArray(value) ? value.flatMap(shape) : isObject(value) ? [value] : [];
    const documents = readdirSync(folder)
      .flatMap((name) => jsonFiles(name))
      .flatMap((file) => {
        try {
          return shape(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Json).map((document) => ({
            file,
            document,
          }));
        } catch {
          return [];
        }
      });
    expect(documents.length).toBeGreaterThan(400);
    const group = 'https://host.example/group';
    await tools.allow([...documents.flatMap(({ document }) => originsIn(document)), 'https://host.example']);
    await tools.know(group, 'Group');
    const states = new Map<string, number>();
    const faults: string[] = [];
    for (const [index, { file, document }] of documents.entries()) {
      const id = addressIn(document.id);
      const author = addressIn(document.actor) || addressIn(document.attributedTo) || id;
      if (originOf(author) === null) continue;
      const create = { id: `${originOf(author)}/creates/${index}`, type: 'Create', actor: author, object: document };
      const activity = 'actor' in document && 'object' in document;
      const ways: (() => Promise<{ state: string } | undefined>)[] = [
        ...(activity
          ? [() => tools.apply({ ...document, id: `${originOf(author)}/as-it-is/${index}` })]
          : [() => tools.apply(create)]),
        () => tools.announce(group, activity ? document : create),
        () => tools.announce(group, document),
        async () => {
          await rememberDocument(node.federation.bridge, document).catch((error: { code?: string }) => {
            if (error.code === undefined) throw error;
          });
          return { state: 'read' };
        },
      ];
      for (const way of ways) {
        try {
          const state = (await way())?.state ?? 'nothing';
          states.set(state, (states.get(state) ?? 0) + 1);
          if (!['applied', 'ignored', 'refused', 'waiting', 'read'].includes(state)) faults.push(`${file}: ${state}`);
        } catch (error) {
          faults.push(`${file}: ${error}`);
        }
      }
    }
    expect(faults).toEqual([]);
    expect(states.get('applied')).toBeGreaterThan(50);
    expect(node.logged.filter((line) => line.includes('inbox.parked'))).toEqual([]);
  }, 120_000);
});
