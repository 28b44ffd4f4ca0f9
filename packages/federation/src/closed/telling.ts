import { type ActivityDocument, type LogEvent, listOf, scopeOfGroup } from '@joinery/core';
import type { Bridge } from '../bridge.ts';

/** What takes something back, or away: it goes even where nothing else of a closed group may, so that the other node can do what it says. */
const takesBack = ['Delete', 'Leave', 'Reject', 'Remove', 'Undo', 'Block'];

/**
 * Whether what an event in a node's own lane says of a group may be told there now. Such a lane goes on for everything else while an agreement does not cover closed groups,
 * or open ones, any more, or not this one, or none as confidential: so each event is asked about by itself. Streams of groups are asked about by their name (`isCovered`).
 */
export async function mayBeTold(bridge: Bridge, event: LogEvent): Promise<boolean> {
  const origin = /^node:(.+)$/.exec(event.stream)?.[1];
  const group = origin === undefined ? undefined : await groupOf(bridge, event);
  if (origin === undefined || !group) return true;
  return bridge.trust.mayFederate(origin, scopeOfGroup(group.closed), 'out', group.id).allowed;
}

/** On the stream of a closed group: the node that something is for, where it may not read what was written before its people joined; null for all others. */
export async function readerOf(
  { context }: Bridge,
  event: LogEvent,
  origin: string,
): Promise<{ origin: string; from: number } | null> {
  const group = /^group:([^/]+)\/members$/.exec(event.stream)?.[1];
  const kind = context.slices.flatMap(({ objects }) => objects ?? []).find(({ path }) => path === 'groups');
  const from = group === undefined ? 0 : ((await kind?.grant?.from(context.db.reader, group, origin)) ?? 0);
  return from === 0 ? null : { origin, from };
}

/** Whether an activity only takes back what the other node has. */
export function isWithdrawal(document: ActivityDocument): boolean {
  return listOf(document.type).some((type) => takesBack.includes(String(type)));
}

async function groupOf({ context }: Bridge, { data }: LogEvent) {
  const kind = context.slices.flatMap(({ objects }) => objects ?? []).find(({ path }) => path === 'groups');
  if (!kind || !('group' in data) || typeof data.group !== 'string') return undefined;
  const object = await kind.load(context.db.reader, { id: data.group });
  return object && kind.groupOf?.(context.db.reader, object);
}
