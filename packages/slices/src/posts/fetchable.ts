import { type ActivityDocument, eventById, type LogEvent, type Outgoing, type Requester } from '@joinery/core';
import { groupById } from '@joinery/slices/groups';
import { authored } from './activities-out.ts';
import { partsOf } from './document-parts.ts';
import { absentGroup, absentPost, mayNodeReadClosed } from './references.ts';
import { postById } from './store.ts';

/**
 * The author's own `Create` or `Update` behind an address that a closed group tells: built from the present state, for whoever may read it now.
 * @returns undefined when the event is not about a post of ours in a closed group; null when there is nothing for this node
 */
export async function fetchable(
  outgoing: Outgoing,
  told: LogEvent<'post.created' | 'post.edited' | 'post.passed_on'>,
  requester: Extract<Requester, { kind: 'peer' }>,
): Promise<ActivityDocument | null | undefined> {
  const event = 'event' in told.data ? await eventById(outgoing.db, told.data.event) : told;
  const { post: id } = told.data;
  // All is asked before anything is decided: the same statements whatever there is.
  const post = await postById(outgoing.db, id);
  const group = await groupById(outgoing.db, post?.group_id ?? id);
  const topic = await postById(outgoing.db, post?.topic_id ?? id);
  const removed = (post?.removed_at ?? topic?.removed_at ?? null) !== null;
  const may = await mayNodeReadClosed(outgoing.db, requester, post ?? absentPost(id), removed, group ?? absentGroup);
  if (event?.name !== 'post.created' && event?.name !== 'post.edited') return undefined;
  if (group?.reading !== 'members' || post?.local !== 1) return undefined;
  // The address of the event itself is the group's `Announce` then.
  if (group.local === 1 && !outgoing.id.endsWith('/activity')) return undefined;
  if (!may) return null;
  const parts = (await partsOf(outgoing.db, [post])).get(post.id);
  if (!parts || post.deleted_at !== null) return null;
  const type = event.name === 'post.created' ? 'Create' : 'Update';
  return { id: outgoing.id, ...authored(outgoing.origin, type, parts) };
}
