import {
  eventById,
  type Inbound,
  type InboundHandler,
  type InboundOutcome,
  nodeActor,
  type RefusalCode,
  refusalStatus,
  type Work,
} from '@joinery/core';
import { refusePost } from './acceptance.ts';
import { moderationHandlers } from './activities-in-moderation.ts';
import { addressesNeeded, applyAnnounce, applyCreate, applyDelete, applyUpdate } from './activities-in-posts.ts';
import { applyFlag, applyLike, applyUndo } from './activities-in-reactions.ts';
import { numberIn } from './activities-in-references.ts';
import { confirmHandler } from './delivery/asking.ts';
import { idOf } from './document-values.ts';
import { unlike } from './likes.ts';
import { applied, ignored } from './remote.ts';
import { postById, requireGroup } from './store.ts';
import type { PostRow } from './tables.ts';

/** The group's node says no to something of ours: matched by the id of what it answers. */
async function applyReject(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const id = idOf(inbound.activity.object);
  const prefix = `${work.home}/activities/`;
  if (!id?.startsWith(prefix)) return null;
  if (inbound.through !== null) return ignored('only the group itself answers');
  const event = await eventById(work.db, id.slice(prefix.length));
  if (!event?.name.startsWith('post.') || !('post' in event.data)) return null;
  const post = await postById(work.db, event.data.post);
  const group = post ? await requireGroup(work.db, post.group_id) : undefined;
  if (!post || !group || group.local === 1) return ignored('not theirs to refuse');
  if (inbound.actor !== group.uri && inbound.actor !== nodeActor(group.home)) return ignored('not theirs to refuse');
  const said = inbound.activity['joinery:code'];
  const code: RefusalCode =
    typeof said === 'string' && Object.hasOwn(refusalStatus, said) ? (said as RefusalCode) : 'forbidden';
  if (event.name === 'post.created' || event.name === 'post.edited') await refusePost(work, post, code);
  if (event.name === 'post.liked' && 'actor' in event.data) await unlikeQuietly(work, post, String(event.data.actor));
  return applied;
}

/** A like that the group did not take: forgotten here, and nothing more to tell. */
async function unlikeQuietly(work: Work, post: PostRow, actor: string): Promise<void> {
  await unlike(work, { post: post.id, by: { uri: actor } });
}

const counted = async (): Promise<InboundOutcome> => ignored('this is not counted here');

export const handlers: InboundHandler[] = [
  confirmHandler,
  { types: ['Create'], needs: addressesNeeded, apply: applyCreate },
  {
    types: ['Announce'],
    needs: (inbound) => {
      const uri = idOf(inbound.activity.object);
      // What a closed group tells is read with its token, not as open groups are.
      return uri === null || numberIn(inbound) !== null ? [] : [uri];
    },
    apply: applyAnnounce,
  },
  { types: ['Update'], apply: applyUpdate },
  { types: ['Delete'], apply: applyDelete },
  { types: ['Like'], apply: applyLike },
  { types: ['Undo'], apply: applyUndo },
  { types: ['Flag'], apply: applyFlag },
  { types: ['Reject'], apply: applyReject },
  // Lemmy's: votes against, closed reports and warnings have no counterpart here.
  { types: ['Dislike', 'Resolve', 'Warn'], apply: counted },
  ...moderationHandlers,
];
