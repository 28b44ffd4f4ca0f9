import type { Reader } from '@joinery/core';
import type { Language } from '@joinery/ui';
import { hostOf } from '../labels.ts';
import { newNodesAmong } from '../lists.ts';
import { countedNodes } from '../store.ts';
import type { GroupRow } from '../tables.ts';
import { messages } from './messages.ts';

/** Of some people's nodes those of which nobody is a member yet, as far as is known here: whoever lets the first one in opens the group to a whole node. */
export async function newNodesOf(
  db: Reader,
  group: GroupRow,
  people: readonly { home: string }[],
): Promise<ReadonlySet<string>> {
  const homes = people.map(({ home }) => home).filter((home) => home !== group.home);
  const unknown = await newNodesAmong(db, group.id, homes);
  if (group.local === 1) return unknown;
  // What the group's node counted is up to a minute old: of its own people this node knows who is in it.
  for (const { origin } of await countedNodes(db, group.id)) unknown.delete(origin);
  return unknown;
}

/** What it means to let in the first person of a node. */
export function newNodeText(
  group: Pick<GroupRow, 'reading' | 'keeping'>,
  home: string,
  nodes: number,
  language: Language,
): string {
  const t = messages(language);
  return group.reading === 'members' && group.keeping === 'live'
    ? t('newNodeLive', { node: hostOf(home) })
    : t('newNodeOpen', { node: hostOf(home), count: nodes + 1 });
}

/** That text about one person; null when others of their node take part. */
export async function newNodeOf(
  db: Reader,
  group: GroupRow,
  person: { home: string },
  language: Language,
): Promise<string | null> {
  if (!(await newNodesOf(db, group, [person])).has(person.home)) return null;
  const nodes = (await countedNodes(db, group.id)).filter(({ origin }) => origin !== group.home).length;
  return newNodeText(group, person.home, nodes, language);
}
