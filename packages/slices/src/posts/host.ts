import { streams, type Work } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import type { PostRow } from './tables.ts';
import { streamOfPost } from './visibility.ts';

/** What the host of a group elsewhere tells has been decided there, and so has what others wrote in it. */
export function decidedByHost(work: Pick<Work, 'origin'>, group: Pick<GroupRow, 'local'>, ours = true): boolean {
  return group.local !== 1 && (work.origin !== 'local' || !ours);
}

/** As `streamOfPost`, for its text: what others wrote in a group elsewhere is never sent on by us. */
export function streamOf(work: Work, group: GroupRow, post: Pick<PostRow, 'audience'>, ours: boolean): string {
  return group.local !== 1 && !ours ? streams.local : streamOfPost(work, group, post);
}
