import { createActorKeys, transact, type Visitor } from '@joinery/core';
import { approveReading, askToRead } from '@joinery/slices/emergency';
import { createGroup } from '@joinery/slices/groups';
import { createTopic, markdownText, reply } from '@joinery/slices/posts';
import type { TestNode, TestPerson } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;

/** Emergency access that waits for the owner, as one who runs the group; and one of theirs that is open. */
export type Emergency = Record<'asked' | 'open' | 'topic', string>;

/** @param closed a group of the owner's */
export async function fillEmergency(
  node: TestNode,
  { owner, colleague }: Record<'owner' | 'colleague', TestPerson>,
  closed: string,
): Promise<Emergency> {
  const ada = await node.person('Ada Administrator', { administrator: true });
  const keys = await createActorKeys();
  const visitorOf = async (
    { id }: TestPerson,
    administrator: boolean,
  ): Promise<Pick<Visitor, 'person' | 'administrator'>> => {
    const person = await node.context.ports.people.byId(node.context.db.reader, id);
    if (!person) throw new Error('The person is missing');
    return { person, administrator };
  };
  const [asking, olga, col] = [
    await visitorOf(ada, true),
    await visitorOf(owner, true),
    await visitorOf(colleague, false),
  ];
  return transact(node.context, by, async (work) => {
    const rules = { reading: 'members', joining: 'invited', listed: false } as const;
    const named = { name: 'Flood plans of the archive', handle: 'flood-plans' };
    const group = await createGroup(work, { ...named, owner: colleague.id, keys, ...rules });
    const said = markdownText('The shelves **below** the pipes go first. See the list of last year.');
    const topic = await createTopic(work, {
      group: group.id,
      author: colleague.id,
      title: 'What is moved first',
      ...said,
    });
    await reply(work, { replyTo: topic.id, author: colleague.id, ...markdownText('And the maps.') });
    const reason = 'Water in the archive, and nobody of the group can be reached: which shelves go first?';
    const open = await askToRead(work, olga, { group: group.uri, reason });
    await approveReading(work, open.id, col);
    const asked = await askToRead(work, asking, {
      group: closed,
      reason: 'The police asks for a phone number that was written here.',
    });
    return { asked: asked.id, open: open.id, topic: topic.id };
  });
}
