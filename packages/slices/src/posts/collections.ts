import {
  type CollectedItem,
  type CollectionKind,
  decodeCursor,
  encodeCursor,
  type Outgoing,
  type Reader,
  type StoredObject,
  type Work,
} from '@joinery/core';
import { absent, type GroupRow, groupById, requesterMayRead } from '@joinery/slices/groups';
import { rememberReferences } from './activities-in-references.ts';
import { told } from './collection-items.ts';
import {
  everything,
  pageOf,
  pageSize,
  positionOf,
  readsFrom,
  threadPage,
  totalOf,
  visible,
} from './collection-queries.ts';
import { postById } from './store.ts';
import type { PostRow } from './tables.ts';
import { rememberTopics } from './topics-elsewhere.ts';

const topicsKept = 200;

type PageOf = (
  outgoing: Omit<Outgoing, 'id'>,
  object: StoredObject,
  requester: Parameters<CollectionKind['page']>[2],
  cursor: string | null,
) => ReturnType<CollectionKind['page']>;

const outbox: PageOf = async (outgoing, object, requester, cursor) => {
  const group = await groupById(outgoing.db, object.id);
  if (group?.local !== 1) return { items: [], next: null, total: 0 };
  const after = positionOf(cursor);
  const from = await readsFrom(outgoing.db, requester, group);
  let query = visible(outgoing.db, from).where('group_id', '=', group.id).where('deleted_at', 'is', null);
  if (after) query = query.where((eb) => eb(eb.refTuple('sort_at', 'id'), '<', eb.tuple(after[0], after[1])));
  const rows = await query
    .orderBy('sort_at', 'desc')
    .orderBy('id', 'desc')
    .limit(pageSize + 1)
    .execute();
  const { posts, next } = pageOf(rows, (post) => post.sort_at);
  return {
    items: await told(outgoing, group, posts),
    next,
    total: await totalOf(outgoing.db, 'group_id', group.id, from, group.post_count),
  };
};

const topics: PageOf = async (outgoing, object, requester, cursor) => {
  const group = await groupById(outgoing.db, object.id);
  if (group?.local !== 1) return { items: [], next: null };
  const skip = Number(decodeCursor(cursor, ['number'])?.[0] ?? 0);
  const rows = await visible(outgoing.db, await readsFrom(outgoing.db, requester, group))
    .where('group_id', '=', group.id)
    .where('reply_to', 'is', null)
    .where('deleted_at', 'is', null)
    .orderBy('last_activity_at', 'desc')
    .orderBy('id', 'desc')
    .offset(skip)
    .limit(pageSize)
    .execute();
  const more = rows.length === pageSize && skip + pageSize < topicsKept;
  return { items: await told(outgoing, group, rows), next: more ? encodeCursor([skip + pageSize]) : null };
};

/** What a host keeps of a group: copies with proofs, or, of a closed one, addresses. */
async function rememberItems(work: Work, id: string, items: CollectedItem[]): Promise<number> {
  const group = await groupById(work.db, id);
  if (group?.reading !== 'members') return rememberTopics(work, id, items);
  const told = items.map(({ item }) => item);
  return rememberReferences(work, group, told);
}

async function groupOf(db: Reader, post: string): Promise<{ post: PostRow; group: GroupRow } | null> {
  const row = await postById(db, post);
  const group = row ? await groupById(db, row.group_id) : undefined;
  return row && group?.local === 1 ? { post: row, group } : null;
}

const context: PageOf = async (outgoing, object, requester, cursor) => {
  const found = await groupOf(outgoing.db, object.id);
  if (!found) return { items: [], next: null };
  const from = await readsFrom(outgoing.db, requester, found.group);
  const { posts, next } = await threadPage(outgoing, found.post.topic_id, cursor, from);
  const total = await totalOf(outgoing.db, 'topic_id', found.post.topic_id, from, found.post.reply_count + 1);
  return { items: posts.map((post) => post.uri), next, total, owner: found.group.uri };
};

const history: PageOf = async (outgoing, object, requester, cursor) => {
  const found = await groupOf(outgoing.db, object.id);
  if (!found) return { items: [], next: null };
  const from = await readsFrom(outgoing.db, requester, found.group);
  const { posts, next } = await threadPage(outgoing, found.post.topic_id, cursor, from);
  const items = await told(outgoing, found.group, posts);
  const total = await totalOf(outgoing.db, 'topic_id', found.post.topic_id, from, found.post.reply_count + 1);
  return { items, next, total, owner: found.group.uri };
};

const replies: PageOf = async (outgoing, object, requester, cursor) => {
  const after = positionOf(cursor);
  const found = await groupOf(outgoing.db, object.id);
  const from = found ? await readsFrom(outgoing.db, requester, found.group) : everything;
  let query = visible(outgoing.db, from).where('reply_to', '=', object.id).where('deleted_at', 'is', null);
  if (after) query = query.where((eb) => eb(eb.refTuple('sort_at', 'id'), '>', eb.tuple(after[0], after[1])));
  const rows = await query
    .orderBy('sort_at')
    .orderBy('id')
    .limit(pageSize + 1)
    .execute();
  const { posts, next } = pageOf(rows, (post) => post.sort_at);
  return { items: posts.map((post) => post.uri), next };
};

const readsGroup: CollectionKind['mayRead'] = async (db, requester, object) => {
  const group = await groupById(db, object.id);
  const may = await requesterMayRead(db, requester, group ?? absent);
  return group?.local === 1 && may;
};

/** Threads are kept by their group, whoever started them. */
const readsThread: CollectionKind['mayRead'] = async (db, requester, object) => {
  const post = await postById(db, object.id);
  const group = await groupById(db, post?.group_id ?? object.id);
  const topic = await postById(db, post?.topic_id ?? object.id);
  const may = await requesterMayRead(db, requester, group ?? absent);
  const removed = post?.removed_at ?? topic?.removed_at ?? null;
  return may && group?.local === 1 && post?.audience === 'group' && removed === null;
};

/** Collections of a group: newest first. */
export const collections: CollectionKind[] = [
  { of: 'groups', name: 'outbox', mayRead: readsGroup, ordered: true, page: outbox },
  {
    of: 'groups',
    name: 'topics',
    mayRead: readsGroup,
    ordered: true,
    page: topics,
    remember: (work, owner, items) => rememberItems(work, owner.id, items),
  },
  {
    of: 'groups',
    name: 'featured',
    mayRead: readsGroup,
    ordered: true,
    page: async (outgoing, object, requester) => {
      const group = await groupById(outgoing.db, object.id);
      const rows = await visible(outgoing.db, group ? await readsFrom(outgoing.db, requester, group) : everything)
        .where('group_id', '=', object.id)
        .where('pinned_at', 'is not', null)
        .orderBy('pinned_at', 'desc')
        .limit(pageSize)
        .execute();
      return { items: rows.map((row) => row.uri), next: null, total: rows.length };
    },
  },
  // Of a thread: the oldest first (FEP-7888, FEP-f228).
  { of: 'posts', name: 'context', mayRead: readsThread, ordered: true, page: context },
  {
    of: 'posts',
    name: 'history',
    mayRead: readsThread,
    ordered: true,
    page: history,
    source: async (db, owner) => {
      const post = await postById(db, owner.id);
      return post?.history_uri ?? post?.context_uri ?? null;
    },
    remember: async (work, owner, items) => {
      const post = await postById(work.db, owner.id);
      return post ? rememberItems(work, post.group_id, items) : 0;
    },
  },
  { of: 'posts', name: 'replies', ordered: true, page: replies },
];
