import type { ObjectKind, Reader, Requester, StoredObject } from '@joinery/core';
import { absent, type GroupRow, groupById, requesterMayRead } from '@joinery/slices/groups';
import { noteFetch } from './delivery/fetches.ts';
import { partsOf } from './document-parts.ts';
import { postDocument, postTypes, tombstone } from './documents.ts';
import { saveRemotePost } from './fetched-posts.ts';
import { absentGroup, absentPost, mayNodeReadClosed } from './references.ts';
import { postById, postByUri } from './store.ts';
import type { PostRow } from './tables.ts';
import { seesPost } from './visibility.ts';

function stored(post: PostRow): StoredObject {
  const titled = post.reply_to === null;
  return {
    id: post.id,
    uri: post.uri,
    local: post.local === 1,
    deletedAt: post.deleted_at,
    type: titled ? 'Article' : 'Note',
  };
}

/** Posts behind their addresses. Read by whoever may read the group they are in. */
export const postKind: ObjectKind = {
  path: 'posts',
  load: async (db, by) => {
    const post = 'id' in by ? await postById(db, by.id) : await postByUri(db, by.uri);
    return post && stored(post);
  },
  mayRead: async (db, requester, object) => {
    const post = await postById(db, object.id);
    // The same statements for what is missing as for what is in a hidden group.
    const group = await groupById(db, post?.group_id ?? object.id);
    const topic = await postById(db, post?.topic_id ?? object.id);
    const removed = (post?.removed_at ?? topic?.removed_at ?? null) !== null;
    if (requester.kind === 'peer') {
      if (post && group) return mayPeerRead(db, requester, post, removed, group);
      await mayNodeReadClosed(db, requester, absentPost(object.id), true, absentGroup);
      return false;
    }
    const may = await requesterMayRead(db, requester, group ?? absent);
    if (!post || !group || !may) return false;
    if (requester.kind === 'nobody' && removed) return false;
    return requester.kind === 'node' || seesPost(db, requester.kind === 'person' ? requester.person : null, post);
  },
  groupOf: async (db, object) => {
    const post = await postById(db, object.id);
    const group = post && (await groupById(db, post.group_id));
    return group && { id: group.id, uri: group.uri, closed: group.reading === 'members' };
  },
  toDocument: async (outgoing, object) => {
    const post = await postById(outgoing.db, object.id);
    if (post?.local !== 1) return undefined;
    if (post.deleted_at) return tombstone(post);
    const parts = (await partsOf(outgoing.db, [post])).get(post.id);
    return parts && postDocument(outgoing.origin, parts);
  },
  noteFetch,
  remoteTypes: [...postTypes, 'Tombstone'],
  saveRemote: saveRemotePost,
};

/**
 * A node reads a post of ours in a group of ours by the group's rule. A post of ours in a group elsewhere is read by that group's node,
 * and, once that has taken it in, by nodes with an agreement: they know its address only from that group.
 */
async function mayPeerRead(
  db: Reader,
  requester: Extract<Requester, { kind: 'peer' }>,
  post: PostRow,
  removed: boolean,
  group: GroupRow,
): Promise<boolean> {
  if (group.reading === 'members') return mayNodeReadClosed(db, requester, post, removed, group);
  if (post.audience !== 'group') return false;
  if (post.status !== 'accepted' && requester.origin !== group.home) return false;
  if (removed && group.local === 1) return false;
  const named = group.local === 1 ? group.id : undefined;
  return requester.trust.mayFederate(requester.origin, 'open-groups', 'out', named).allowed;
}
