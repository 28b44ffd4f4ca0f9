import { isObject, type Json, type JsonObject, originOf, transact } from '@joinery/core';
import { type GroupRow, joinGroup, membershipOf, setRole } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, markdownText, rememberTopics } from '@joinery/slices/posts';
import { expect } from 'vitest';
import { rememberDocument } from '../../packages/federation/src/fetch.ts';
import type { TestPerson } from '../harness/node.ts';
import { addressIn, type Below } from './apply.ts';
import { by, openGroup, type World } from './world.ts';

export const objectIn = (value: Json | undefined): JsonObject => (value !== undefined && isObject(value) ? value : {});

/** Every address in a document. */
function addressesIn(value: Json): string[] {
  if (typeof value === 'string') return originOf(value) === null ? [] : [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap((member) => addressesIn(member as Json));
}
export const originsIn = (value: Json) =>
  addressesIn(value)
    .map((address) => originOf(address) ?? '')
    .filter((origin) => !origin.includes('//www.w3.org'));

/** The document with one address in the place of another. */
export const moved = (document: JsonObject, from: string, to: string): JsonObject =>
  JSON.parse(JSON.stringify(document).replaceAll(JSON.stringify(from), JSON.stringify(to))) as JsonObject;

/** What cases of the replay have in common: each step brings about what the document needs, applies it and looks at the effect. */
export function replaySteps(tools: Below, bob: TestPerson) {
  const { node } = tools;
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
  return {
    reader,
    standing,
    openOurs,
    decision,
    decisionHere,
    membership,
    groupShown,
    topicShown,
    answered,
    history,
    reads,
  };
}
