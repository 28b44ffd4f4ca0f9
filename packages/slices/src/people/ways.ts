import { streams, type Work } from '@joinery/core';
import type { WayEventName } from './events.ts';

/**
 * Says in the log that what opens somebody's account was changed.
 * @param person whose account it is
 * @param by local id of who did it; whoever does the work unless given, null for the node and its command line
 */
export function emitWay(
  work: Work,
  name: WayEventName,
  person: string,
  by: string | null = work.by.kind === 'person' ? work.by.person : null,
): void {
  work.emit(name, streams.local, { person, by });
}
