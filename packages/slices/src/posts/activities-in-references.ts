import {
  addressOf,
  countIn,
  eventById,
  type Inbound,
  type InboundOutcome,
  type JsonObject,
  originOf,
  type Work,
} from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { acceptPost } from './acceptance.ts';
import { applyCounts, readCounts } from './counts.ts';
import { noteNumber } from './references.ts';
import { applied, ignored } from './remote.ts';
import { currentRevision, postById, postByUri } from './store.ts';
import type { PostRow } from './tables.ts';
import { want } from './wanted.ts';

/** Number of the item in its group; null when what is said is no number. */
export function numberIn(inbound: Inbound): number | null {
  return countIn(inbound.activity['joinery:number']);
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
  if (!uri.startsWith(`${work.home}/`)) {
    const { context, contextHistory } = threadOf(inbound.activity, group);
    await want(work, group, { uri, group_id: group.id, number, history: 0, context, context_history: contextHistory });
    return applied;
  }
  const post = await ownPost(work, uri);
  // The group's host can name any address: only what was written here for this very group is told to nodes from now on.
  if (post?.local !== 1 || post.group_id !== group.id || post.deleted_at !== null)
    return ignored('nothing of ours in this group');
  await noteNumber(work, post.id, number);
  await noteThread(work, post, threadOf(inbound.activity, group));
  return (await acceptPost(work, post.id, uri)) ? applied : ignored('it was taken in already');
}

type ThreadAddresses = { context: string | null; contextHistory: string | null };

/** Where the group keeps the thread of a post of ours: what others answered is asked for there, when it is not here any more. */
async function noteThread(work: Work, post: PostRow, { context, contextHistory }: ThreadAddresses): Promise<void> {
  if (post.history_uri !== null || contextHistory === null) return;
  const known = { context_uri: context, history_uri: contextHistory };
  await work.db.updateTable('post').set(known).where('id', '=', post.id).execute();
}

/** Where the group keeps the thread, as it says: addresses of its own. */
function threadOf(item: JsonObject, group: GroupRow): ThreadAddresses {
  const own = (value: JsonObject[string]) => {
    const address = addressOf(value);
    return address !== null && originOf(address) === group.home ? address : null;
  };
  return { context: own(item.context), contextHistory: own(item.contextHistory) };
}

/**
 * Takes in what the host of a closed group elsewhere keeps: the address of each item, which is then read as news is.
 * @returns how many were not here
 */
export async function rememberReferences(work: Work, group: GroupRow, items: JsonObject[]): Promise<number> {
  let added = 0;
  for (const item of items) {
    const uri = addressOf(item.object);
    const number = countIn(item['joinery:number']);
    if (item.type !== 'Announce' || uri === null || number === null) continue;
    const known = await ownOrKnown(work, uri);
    if (known?.group_id === group.id) {
      if (known.local === 1) {
        await noteNumber(work, known.id, number);
        await noteThread(work, known, threadOf(item, group));
        await acceptPost(work, known.id, uri);
      }
      await applyCounts(work, group, readCounts(item));
      if (known.local === 1 || (await currentRevision(work.db, known))) continue;
    } else if (known || uri.startsWith(`${work.home}/`)) continue;
    const { context, contextHistory } = threadOf(item, group);
    const counts = JSON.stringify({ 'joinery:counts': item['joinery:counts'] ?? [] });
    await want(work, group, {
      ...{ uri, group_id: group.id, number, history: 1, counts },
      ...{ context, context_history: contextHistory },
    });
    added += 1;
  }
  return added;
}

async function ownOrKnown(work: Work, uri: string): Promise<PostRow | undefined> {
  return uri.startsWith(`${work.home}/`) ? ownPost(work, uri) : postByUri(work.db, uri);
}

/** A post of ours by its own address or that of its `Create` or `Update`. */
async function ownPost(work: Work, uri: string): Promise<PostRow | undefined> {
  const prefix = `${work.home}/activities/`;
  if (!uri.startsWith(prefix)) return postByUri(work.db, uri);
  const event = await eventById(work.db, uri.slice(prefix.length));
  if (event?.name !== 'post.created' && event?.name !== 'post.edited') return undefined;
  return 'post' in event.data ? postById(work.db, event.data.post) : undefined;
}
