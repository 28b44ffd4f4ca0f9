import { type ActorKeys, type Context, createActorKeys, mayReadClosed, refuse } from '@joinery/core';
import { type GroupRow, mayConverse, needsKeys } from '@joinery/slices/groups';
import { peopleByIds } from '@joinery/slices/people';
import type { Participant } from './lists.ts';

/** With people of which other nodes people here can talk, and what a conversation with them needs. */

type Node = Pick<Context, 'db' | 'ports'>;

/** Whether people of a node can be brought in: `elsewhere` without an agreement that covers it, `software` where that does not keep what is closed. */
export async function reachOf({ db, ports }: Node, origin: string): Promise<'reached' | 'elsewhere' | 'software'> {
  if (!mayConverse(ports.trust, origin)) return 'elsewhere';
  return (await ports.peers.summary(db.reader, origin))?.joinery ? 'reached' : 'software';
}

/** Agencies of people in a conversation who do not get what is written here: its node lets them in, and no agreement between theirs and this one does. */
export function unreachedAgencies(
  { ports }: Pick<Context, 'ports'>,
  conversation: Pick<GroupRow, 'id' | 'uri'>,
  participants: readonly Participant[],
): string[] {
  const names = participants.flatMap(({ person, leftAt }) => {
    const theirs = person.local !== 1 && leftAt === null;
    const reads = !theirs || mayReadClosed(ports.trust, person.home, conversation, 'out').allowed;
    return reads ? [] : [person.agency];
  });
  return [...new Set(names)];
}

/** Origins of the nodes whose people can be brought in. */
export async function reachedOrigins(node: Node): Promise<string[]> {
  const reached: string[] = [];
  for (const origin of node.ports.peers.allowed('closed-groups'))
    if ((await reachOf(node, origin)) === 'reached') reached.push(origin);
  return reached;
}

/** @throws {Refusal} software_unsupported when somebody is on a node whose software does not keep what is closed; `no_agreement` is for the unit of work to say */
export async function assertReached(node: Node, people: readonly string[]): Promise<void> {
  for (const { local, home } of (await peopleByIds(node.db.reader, people)).values())
    if (local !== 1 && (await reachOf(node, home)) === 'software')
      refuse('software_unsupported', `The software of ${home} does not keep what is closed`);
}

/**
 * The keys that a conversation needs before somebody of another node is in it, made outside the unit of work; undefined where it needs none.
 * @param people local ids of those who are to come
 * @param conversation that there is already
 */
export async function keysFor(
  { db }: Pick<Context, 'db'>,
  people: readonly string[],
  conversation?: string,
): Promise<ActorKeys | undefined> {
  const known = await peopleByIds(db.reader, people);
  if (![...known.values()].some(({ local }) => local !== 1)) return undefined;
  if (conversation !== undefined && !(await needsKeys(db.reader, conversation))) return undefined;
  return createActorKeys();
}
