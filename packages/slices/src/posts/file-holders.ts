import type { FileHolder } from '@joinery/core';
import { canModerate, contactOf, groupById, isRecorded, membershipOf, requesterMayRead } from '@joinery/slices/groups';
import { binned } from './bin.ts';
import { editPost } from './changes.ts';
import { noteFetch } from './delivery/fetches.ts';
import { postKind } from './objects.ts';
import { postById } from './store.ts';

/**
 * Files of posts are read by whoever may read the post. With it, they are gone for everybody when it is deleted, removed or hidden; what its group has not taken in has only its author
 * for a reader.
 */
export const ofPosts: FileHolder = {
  kind: 'posts',
  mayRead: async (db, requester, id) => {
    // All is asked before anything is decided: the same statements whatever there is.
    const post = await postById(db, id);
    const topic = await postById(db, post?.topic_id ?? id);
    const object = await postKind.load(db, { id });
    const may = await postKind.mayRead(
      db,
      requester,
      object ?? { id, uri: '', local: false, deletedAt: null, type: '' },
    );
    const person = requester.kind === 'person' ? requester.person : null;
    const contact = person === null ? undefined : await contactOf(db, post?.group_id ?? id, person);
    if (!may || !post || post.deleted_at !== null || post.hidden_at !== null) return false;
    if (person === post.author_id) return true;
    // Its bytes are read where they lie: its node would learn that somebody looks who has not accepted.
    if (contact !== undefined && contact.state !== 'accepted') return false;
    // What was answered to a removed topic went with it.
    if (post.removed_at !== null || topic?.removed_at !== null) return false;
    return requester.kind !== 'person' || post.status === 'accepted';
  },
  closedGroup: async (db, id) => {
    const post = await postById(db, id);
    const group = post && (await groupById(db, post.group_id));
    return group && group.local !== 1 && group.reading === 'members' ? group.uri : null;
  },
  keepsCopies: async (db, id) => {
    const post = await postById(db, id);
    const group = post && (await groupById(db, post.group_id));
    return post?.local === 0 && post.deleted_at === null && group?.local === 1 && isRecorded(group);
  },
  copiesAt: async (db, id) => {
    const post = await postById(db, id);
    const group = post && (await groupById(db, post.group_id));
    return group && group.local !== 1 && isRecorded(group) ? group.home : null;
  },
  onCopied: noteFetch,
  onChanged: async (work, id) => {
    const post = await postById(work.db, id);
    if (post?.local === 1 && post.deleted_at === null)
      await editPost(work, { post: id, author: post.author_id, filesChanged: true });
  },
  // Of documents, and of all that only members read; not of what people say to each other in a conversation.
  keepsReaders: async (db, id) => {
    const post = await postById(db, id);
    const group = post && (await groupById(db, post.group_id));
    if (!post || !group || group.kind === 'conversation') return false;
    return post.kind === 'document' || group.reading === 'members';
  },
  seesReaders: async (db, requester, id) => {
    const post = await postById(db, id);
    const group = post && (await groupById(db, post.group_id));
    if (!post || !group || requester.kind !== 'person') return false;
    if (requester.person === post.author_id) return true;
    return canModerate(group, await membershipOf(db, group.id, requester.person));
  },
  page: async (db, id) => {
    const post = await postById(db, id);
    const topic = post && (await postById(db, post.topic_id));
    const group = post && (await groupById(db, post.group_id));
    if (!topic || !group) return null;
    // What was hidden or removed is not named by a file that was answered to it; of what is read live there is no title here.
    const veiled = topic.hidden_at !== null || topic.removed_at !== null;
    return { href: `/posts/${id}`, label: (veiled ? '' : topic.title || topic.excerpt) || group.name };
  },
};

const ofHeld: FileHolder = {
  kind: 'held',
  mayRead: async (db, requester, id) => {
    if (requester.kind !== 'person') return false;
    const row = await db.selectFrom('post_held').select('person_id').where('id', '=', id).executeTakeFirst();
    return row?.person_id === requester.person;
  },
};

/** What was deleted is its author's alone, who may have it back while they may read in its group. */
const ofBin: FileHolder = {
  kind: 'bin',
  mayRead: async (db, requester, id) => {
    const row = await binned(db, id);
    if (requester.kind !== 'person' || row?.author_id !== requester.person) return false;
    const group = await groupById(db, row.group_id);
    return group !== undefined && requesterMayRead(db, requester, group);
  },
};

export const fileHolders: FileHolder[] = [ofPosts, ofHeld, ofBin];
