import { streams, type Work } from '@joinery/core';
import type { GroupRow } from './tables.ts';

/**
 * The stream on which a change in a group is told: a group of ours tells all its nodes; a change by our person in a group elsewhere
 * goes to its node, which decides; what that node told us is known there already.
 */
export function streamFor(work: Pick<Work, 'origin'>, group: Pick<GroupRow, 'id' | 'local' | 'home'>): string {
  if (group.local === 1) return streams.group(group.id);
  return work.origin === 'local' ? streams.node(group.home) : streams.local;
}

/** Addresses of the collections of a group. */
export const collectionUris = (groupUri: string) => ({
  inbox: `${groupUri}/inbox`,
  outbox: `${groupUri}/outbox`,
  followers: `${groupUri}/followers`,
  moderators: `${groupUri}/moderators`,
  featured: `${groupUri}/featured`,
});
