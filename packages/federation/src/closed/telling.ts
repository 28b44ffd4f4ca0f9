import { type ActivityDocument, type LogEvent, listOf } from '@joinery/core';
import type { Bridge } from '../bridge.ts';

/** What takes something back, or away: it goes even where nothing else of a closed group may, so that the other node can do what it says. */
const takesBack = ['Delete', 'Leave', 'Reject', 'Remove', 'Undo', 'Block'];

/**
 * Whether what an event in a node's own lane says of a closed group may be told there now. Such a lane goes on for everything else while an agreement covers no closed
 * groups any more, or not this one, or none as confidential: so each event is asked about by itself. Streams of groups are asked about by their name (`isCovered`).
 */
export async function mayBeTold(bridge: Bridge, event: LogEvent): Promise<boolean> {
  const origin = /^node:(.+)$/.exec(event.stream)?.[1];
  const group = origin === undefined ? undefined : await groupOf(bridge, event);
  if (origin === undefined || !group?.closed) return true;
  return bridge.trust.mayFederate(origin, 'closed-groups', 'out', group.id).allowed;
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
