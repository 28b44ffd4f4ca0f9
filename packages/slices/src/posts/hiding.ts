import { refuse, streams, type Work } from '@joinery/core';
import { whyNotHide } from './policy.ts';
import { requireGroup, requirePost, standingOf } from './store.ts';

type Input = { post: string; by: string; administrator: boolean };

/**
 * Hides a post of another node from the people of this one. Its author, its group and other nodes keep it and are not told.
 * @throws {Refusal} not_found, forbidden; conflict for a post of ours, which its group removes
 */
export function hidePost(work: Work, input: Input & { reason: string }): Promise<void> {
  return set(work, input, 'post.hidden', { hidden_at: work.now, hidden_reason: input.reason });
}

/** Shows it again. @throws {Refusal} as hidePost */
export function unhidePost(work: Work, input: Input): Promise<void> {
  return set(work, input, 'post.unhidden', { hidden_at: null, hidden_reason: null });
}

async function set(
  work: Work,
  { post: id, by, administrator }: Input,
  event: 'post.hidden' | 'post.unhidden',
  change: { hidden_at: string | null; hidden_reason: string | null },
): Promise<void> {
  const post = await requirePost(work.db, id);
  const group = await requireGroup(work.db, post.group_id);
  const why = whyNotHide(await standingOf(work.db, group, by, work.now), administrator, post);
  if (why) refuse(why, 'Administrators hide posts of other nodes that they can read');
  if ((post.hidden_at === null) === (change.hidden_at === null)) return;
  await work.db.updateTable('post').set(change).where('id', '=', id).execute();
  work.emit(event, streams.local, { post: id, group: group.id, by });
}
