import { type Scope, scopeOfGroup, streams, type Work } from '@joinery/core';
import type { GroupRow } from './tables.ts';

/**
 * The stream on which a change in a group is told: a group of ours tells all its nodes; a change by our person in a group elsewhere
 * goes to its node, which decides; what that node told us is known there already.
 */
export function streamFor(
  work: Pick<Work, 'origin'>,
  group: Pick<GroupRow, 'id' | 'local' | 'home' | 'reading'>,
): string {
  if (group.local === 1) return streamOf(group);
  return work.origin === 'local' ? streams.node(group.home) : streams.local;
}

/** What a group of this node tells its nodes. A closed group has a stream of its own: what nodes may get is told by the name of the stream. */
export function streamOf(group: Pick<GroupRow, 'id' | 'reading'>): string {
  return group.reading === 'members' ? streams.members(group.id) : streams.group(group.id);
}

/** What an agreement must cover for a group. */
export function scopeOf(group: Pick<GroupRow, 'reading'>): Scope {
  return scopeOfGroup(group.reading === 'members');
}

/** Addresses of the collections of a group. */
export const collectionUris = (groupUri: string) => ({
  inbox: `${groupUri}/inbox`,
  outbox: `${groupUri}/outbox`,
  followers: `${groupUri}/followers`,
  moderators: `${groupUri}/moderators`,
  featured: `${groupUri}/featured`,
});
