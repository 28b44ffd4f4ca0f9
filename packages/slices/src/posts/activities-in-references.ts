import { eventById, type Inbound, type InboundOutcome, type Work } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { acceptPost } from './posts.ts';
import { noteNumber } from './references.ts';
import { applied, ignored } from './remote.ts';
import { postById, postByUri } from './store.ts';
import type { PostRow } from './tables.ts';

/** Number of the item in its group; null when what is said is no number. */
export function numberIn(inbound: Inbound): number | null {
  const number = inbound.activity['joinery:number'];
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** A closed group elsewhere tells of an item by its address alone. What is written there is read at that address, never believed from here. */
export async function applyReference(
  work: Work,
  inbound: Inbound,
  group: GroupRow,
  uri: string,
): Promise<InboundOutcome> {
  const number = numberIn(inbound);
  if (number === null) return ignored('it has no number');
  if (!uri.startsWith(`${work.home}/`)) return ignored('it is read when somebody opens the group');
  const post = await ownPost(work, uri);
  // The group's host can name any address: only what was written here for this very group is told to nodes from now on.
  if (post?.local !== 1 || post.group_id !== group.id || post.deleted_at !== null)
    return ignored('nothing of ours in this group');
  await noteNumber(work, post.id, number);
  return (await acceptPost(work, post.id, uri)) ? applied : ignored('it was taken in already');
}

/** A post of ours by its own address or that of its `Create` or `Update`. */
async function ownPost(work: Work, uri: string): Promise<PostRow | undefined> {
  const prefix = `${work.home}/activities/`;
  if (!uri.startsWith(prefix)) return postByUri(work.db, uri);
  const event = await eventById(work.db, uri.slice(prefix.length));
  if (event?.name !== 'post.created' && event?.name !== 'post.edited') return undefined;
  return 'post' in event.data ? postById(work.db, event.data.post) : undefined;
}
