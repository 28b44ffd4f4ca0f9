import { type JsonObject, transact } from '@joinery/core';
import { joinGroup, membershipOf } from '@joinery/slices/groups';
import { postByUri } from '@joinery/slices/posts';
import { expect } from 'vitest';
import type { TestPerson } from '../harness/node.ts';
import type { RogueActor } from '../harness/rogue.ts';
import { lemmy } from './shapes.ts';
import { by, ledger, type World } from './world.ts';

/** A person of ours takes part in a group over there. @returns local id of the group */
export async function takePart({ node, server }: World, group: RogueActor, person: TestPerson): Promise<string> {
  const found = await node.context.ports.actors.resolve(group.uri);
  await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: person.id }));
  await node.settle();
  const [asked] = server.take();
  expect(asked).toMatchObject({ type: 'Follow', actor: person.uri, object: group.uri });
  const accept = lemmy.activity(server, 'Accept', group, { to: [person.uri], object: asked ?? null });
  expect(await server.send(group, accept)).toMatchObject({ status: 202 });
  await node.settle();
  expect(await membershipOf(node.context.db.reader, found.id, person.id)).toMatchObject({
    state: 'member',
    following: 1,
  });
  return found.id;
}

export async function say({ node, server }: World, group: RogueActor, activity: JsonObject) {
  const answer = await server.send(group, activity);
  expect(answer.status, answer.body).toBe(202);
  await node.settle();
  return ledger(node, activity.id);
}

export const seen = async (person: TestPerson, group: string) =>
  (await person.api('GET', `/groups/${group}/posts`)).body.items;
export const post = ({ node }: World, document: JsonObject) => postByUri(node.context.db.reader, String(document.id));
