import {
  type ActivityDocument,
  type JsonObject,
  mayReadClosed,
  nodeActor,
  type Outgoing,
  prepareQuery,
  type Reader,
  type Requester,
  type Work,
} from '@joinery/core';
import {
  absent,
  accessOf,
  addressing,
  type GroupFacts,
  type GroupRow,
  lastNumber,
  nextNumber,
  requesterMayRead,
} from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { threadAddresses } from './documents.ts';
import { nodesOfThread } from './narrow.ts';
import { postById } from './store.ts';
import type { PostReferenceRow, PostRow } from './tables.ts';

/**
 * A closed group tells its nodes where to read an item, never what it says: they fetch it at the author's node, which decides each time. This file is the author's and the
 * host's side: what is told, and who may fetch.
 */

/** What is not there, as it is asked about: like something in a hidden group. */
export const absentGroup = { ...absent, uri: '', home: '', kind: 'group' as const };
export const absentPost = (id: string) =>
  ({ id, status: 'accepted', audience: 'group', audience_origin: null, topic_id: id }) as const;

/** Under what number, and by which address, a closed group tells of a post; undefined before it does. */
async function referenceOf(db: Reader, post: string): Promise<PostReferenceRow | undefined> {
  return (await byPost(db, { post }))[0];
}

const byPost = prepareQuery((db, { post }: { post: string }) =>
  db.selectFrom('post_reference').selectAll().where('post_id', '=', post),
);

/**
 * Whether the thread of a post in a closed group of ours began before what a node may read, so that it hears nothing of it: no answer, change, like or figure. Of what its own
 * people wrote it is told. A conversation is one thread: there each message counts for itself.
 */
export async function liesBefore(
  db: Reader,
  { origin, from }: { origin: string; from: number },
  post: Pick<PostRow, 'id' | 'topic_id' | 'author_id'>,
  { kind }: Pick<GroupRow, 'kind'>,
): Promise<boolean> {
  const number = (await referenceOf(db, kind === 'conversation' ? post.id : post.topic_id))?.number ?? 0;
  return number < from && (await personById(db, post.author_id))?.home !== origin;
}

/** Whether a group is told of by reference. */
export function isReference(group: Pick<GroupRow, 'reading'>): boolean {
  return group.reading === 'members';
}

/** A post comes into a closed group of ours. @param activity address of its author's activity; null for authors of this node */
export async function numberPost(
  work: Work,
  group: GroupRow,
  post: Pick<PostRow, 'id' | 'audience'>,
  activity: string | null,
): Promise<void> {
  if (!isReference(group) || group.local !== 1) return;
  // What is for a part of the group takes no number: a gap would tell the others. It stands beside the one that comes next.
  const number =
    post.audience === 'group' ? await nextNumber(work, group.id) : (await lastNumber(work.db, group.id)) + 1;
  await putReference(work, { post_id: post.id, number, activity });
}

/** The host of a closed group elsewhere has told of a post of ours: from now on nodes with its token may fetch it. */
export async function noteNumber(work: Work, post: string, number: number): Promise<void> {
  await putReference(work, { post_id: post, number, activity: null });
}

/** The author's latest activity about a post in a closed group of ours. */
export async function noteActivity(work: Work, post: string, activity: string): Promise<void> {
  await work.db.updateTable('post_reference').set({ activity }).where('post_id', '=', post).execute();
}

async function putReference(work: Work, row: PostReferenceRow): Promise<void> {
  await work.db
    .insertInto('post_reference')
    .values(row)
    .onConflict((conflict) => conflict.column('post_id').doNothing())
    .execute();
}

/** What a closed group of ours tells of an item: its address and its place, and nothing of what is in it. */
function announceReference(
  outgoing: Pick<Outgoing, 'id' | 'origin'>,
  group: GroupRow,
  post: PostRow,
  told: { object: string; number: number },
): ActivityDocument {
  return {
    id: outgoing.id,
    type: 'Announce',
    actor: group.uri,
    ...addressing(group),
    audience: group.uri,
    ...threadAddresses(outgoing.origin, post.topic_id),
    object: told.object,
    'joinery:number': told.number,
  };
}

/** The news that a post was written or changed, by the address of the author's activity. */
export async function tellReference(
  outgoing: Outgoing,
  group: GroupRow,
  post: PostRow,
): Promise<ActivityDocument | null> {
  if (!outgoing.joineryPeer) return null;
  const known = await referenceOf(outgoing.db, post.id);
  const object = post.local === 1 ? `${outgoing.id}/activity` : (known?.activity ?? post.uri);
  return announceReference(outgoing, group, post, { object, number: known?.number ?? 0 });
}

/** Posts in a page of a closed group's collections: where each is to be read. */
export async function referencesTo(
  outgoing: Omit<Outgoing, 'id'>,
  group: GroupRow,
  posts: PostRow[],
): Promise<JsonObject[]> {
  const rows = await Promise.all(posts.map((post) => referenceOf(outgoing.db, post.id)));
  return posts.map((post, index) => ({
    ...announceReference({ id: `${group.uri}/announcements/${post.id}`, origin: outgoing.origin }, group, post, {
      object: post.uri,
      number: rows[index]?.number ?? 0,
    }),
    published: post.sort_at,
  }));
}

/**
 * Whether a node may read a post of ours in a closed group. Here in a group of ours: by its membership. In a group elsewhere, two keys are needed: our own agreement with
 * the node, and the group's token; the group's own node needs none, since it keeps the group.
 * @param removed by its group
 */
export async function mayNodeReadClosed(
  db: Reader,
  requester: Extract<Requester, { kind: 'peer' }>,
  post: Pick<PostRow, 'id' | 'status' | 'audience' | 'audience_origin' | 'topic_id'>,
  removed: boolean,
  group: GroupFacts & Pick<GroupRow, 'uri' | 'home' | 'kind'>,
): Promise<boolean> {
  // All is asked before anything is decided: the same statements whatever there is.
  const [reference, access] = [await referenceOf(db, post.id), await accessOf(db, group.id, requester.origin)];
  const isMembersNode = await requesterMayRead(db, requester, group);
  const began = (await referenceOf(db, post.topic_id))?.number ?? 0;
  const number = reference?.number ?? 0;
  const first = group.kind === 'conversation' ? number : began;
  if (group.local === 1) {
    const granted = access !== undefined && access.revoked_at === null && access.reads_from <= first;
    return isMembersNode && granted && !removed && isForNode(db, requester.origin, post, group);
  }
  if (!mayReadClosed(requester.trust, requester.origin, group, 'out').allowed) return false;
  if (requester.origin === group.home) return true;
  if (requester.actor !== nodeActor(requester.origin) || reference === undefined) return false;
  const token = await requester.token?.(group.uri, access ?? null);
  if (!token || token.from > number || post.status !== 'accepted' || removed) return false;
  return isForNode(db, requester.origin, post, group, token);
}

/**
 * Whether somebody of a node sees the thread of a post, which may be for a part of its group. Asked last: whoever may read nothing in the group learns nothing from how long it
 * takes.
 * @param token what the group says of the people there; undefined where the group is ours
 */
async function isForNode(
  db: Reader,
  origin: string,
  post: Pick<PostRow, 'audience' | 'audience_origin' | 'topic_id'>,
  group: Pick<GroupRow, 'home'> & GroupFacts,
  token?: { runs?: boolean; began?: (thread: string) => boolean },
): Promise<boolean> {
  if (post.audience === 'group') return true;
  const topic = await postById(db, post.topic_id);
  if (!topic) return false;
  if (group.local === 1) return (await nodesOfThread(db, group, topic)).includes(origin);
  if (post.audience === 'agency' ? post.audience_origin === origin : token?.runs) return true;
  // Whoever began it sees it as long as they are a member, which the group's node alone knows: a token that does not say so proves nothing of it.
  const author = await personById(db, topic.author_id);
  return author?.home === origin && token?.began?.(topic.uri) === true;
}
