import type { AfterEffects, LogEvent, Work } from '@joinery/core';
import { groupById, streamOf } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { agreementEffects } from './agreements.ts';
import { copiesEffects } from './copies.ts';
import { noteDropped } from './delivery/fetches.ts';
import { planReport } from './delivery.ts';
import { eraseConversation } from './erase.ts';
import { forgetOpening } from './history.ts';
import { tellPartsAnew } from './narrow.ts';
import { narrowedEffects } from './narrowed.ts';
import { recordEffects } from './record.ts';
import { postById } from './store.ts';
import { forgetPersonal } from './unread.ts';

/** What follows from a post: the author's node is told how far the group passed it, or its deletion, on. And from leaving a group: its past has a gap from then on; from the end of a conversation: what was said in it is erased. */
export const afterEffects: AfterEffects = {
  ...copiesEffects,
  ...agreementEffects,
  ...narrowedEffects,
  'post.created': reportLater,
  'post.deleted': reportLater,
  ...recordEffects,
  'group.deleted': async (work, event) => {
    await eraseConversation(work, event.data.group);
    await recordEffects['group.deleted']?.(work, event);
  },
  'group.item_dropped': noteDropped,
  'group.members_confirmed': (work, { data }) => tellPartsAnew(work, data.group),
  'person.deleted': (work, { data }) => forgetPersonal(work, data.person),
  'group.left': (work, { data }) => forgetOpening(work, data.group),
  'group.unfollowed': (work, { data }) => forgetOpening(work, data.group),
};

async function reportLater(
  work: Work,
  { stream, streamSeq, at, data }: LogEvent<'post.created' | 'post.deleted'>,
): Promise<void> {
  const post = await postById(work.db, data.post);
  const author = post && post.local !== 1 ? await personById(work.db, post.author_id) : undefined;
  const group = author ? await groupById(work.db, data.group) : undefined;
  if (post && author && group && stream === streamOf(group)) await planReport(work, { group: group.id, streamSeq, at });
}
