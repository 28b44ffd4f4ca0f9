import { setTimeout } from 'node:timers/promises';
import { type Scope, transact, type Work } from '@joinery/core';
import { decideAs } from '@joinery/federation';
import { addPerson } from '@joinery/slices/people';
import { createTopic, markdownText, postByUri } from '@joinery/slices/posts';
import type { RunningNode } from '../node.ts';

/** How the nodes of a rehearsal are made to do things. */

const by = { kind: 'system', what: 'rehearsal' } as const;
const withClosed: Scope[] = ['discover', 'open-groups', 'closed-groups'];

export function act<T>(node: RunningNode, does: (work: Work) => Promise<T>): Promise<T> {
  return transact(node.context, by, does);
}

/** @returns local id */
export async function person(node: RunningNode, name: string): Promise<string> {
  const email = `${name.split(' ')[0]?.toLowerCase()}@rehearsal.example`;
  return (await addPerson(node.context, by, { name, email, administrator: false, federationOfficer: false })).id;
}

/** @param group local id */
export const write = (node: RunningNode, group: string, author: string, title: string) =>
  act(node, (work) => createTopic(work, { group, author, title, ...markdownText('This is a rehearsal.') }));

export const postAt = (node: RunningNode, uri: string) => postByUri(node.context.db.reader, uri);

/** A node lets another one exchange closed groups too, or no more. */
export async function decide(
  node: RunningNode,
  what: 'allow' | 'suspend',
  other: { origin: string; agency?: string; closed?: boolean },
): Promise<void> {
  const { origin, agency, closed = false } = other;
  const fields = {
    ...(agency === undefined ? {} : { agency, privateRanges: true }),
    ...(closed ? { scopes: withClosed } : {}),
  };
  const reason = 'Rehearsal';
  await act(node, (work) => decideAs(work, what, { origin, fields, by: 'rehearsal', reason }));
  await node.federation.bridge.trust.refresh();
}

/** Lets nodes deliver and take what there is, until something holds. @returns true, or in words that it did not */
export async function until(
  nodes: readonly RunningNode[],
  longest: number,
  holds: () => Promise<boolean>,
): Promise<true | string> {
  const end = performance.now() + longest;
  while (performance.now() < end) {
    await settle(nodes);
    if (await holds()) return true;
    await setTimeout(20);
  }
  return `It had not happened after ${longest / 1000} seconds`;
}

export async function settle(nodes: readonly RunningNode[]): Promise<void> {
  for (const { context, worker, federation } of nodes) {
    await context.db.changes.poll();
    await worker?.drain();
    await federation.lanes.look();
    await federation.settled();
  }
}
