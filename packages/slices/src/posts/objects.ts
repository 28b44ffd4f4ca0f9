import {
  type CollectedItem,
  type CollectionKind,
  decodeCursor,
  encodeCursor,
  type JsonObject,
  type ObjectKind,
  type Outgoing,
  type Reader,
  type Requester,
  type StoredObject,
  type Work,
} from '@joinery/core';
import { absent, accessOf, addressing, type GroupRow, groupById, requesterMayRead } from '@joinery/slices/groups';
import { rememberReferences } from './activities-in-references.ts';
import { authored, countsOf, storedActivity } from './activities-out.ts';
import { noteFetch } from './delivery/fetches.ts';
import { partsOf, postDocument, postTypes, threadAddresses, tombstone } from './documents.ts';
import { saveRemotePost } from './fetched-posts.ts';
import { absentGroup, absentPost, mayNodeReadClosed, referencesTo } from './references.ts';
import { postById, postByUri } from './store.ts';
import type { PostRow } from './tables.ts';
import { rememberTopics } from './topics-elsewhere.ts';
import { seesPost } from './visibility.ts';

const pageSize = 100;
const topicsKept = 200;

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

type PageOf = (
  outgoing: Omit<Outgoing, 'id'>,
  object: StoredObject,
  requester: Parameters<CollectionKind['page']>[2],
  cursor: string | null,
) => ReturnType<CollectionKind['page']>;

/** Position in a list by time and id. */
function positionOf(cursor: string | null): [at: string, id: string] | null {
  return decodeCursor(cursor, ['string', 'string']) as [string, string] | null;
}

/** From which number on, in what: of a group the threads count, of a conversation the messages. */
type From = { from: number } & Pick<GroupRow, 'kind'>;
const everything: From = { from: 0, kind: 'group' };

/** What is accepted and not removed; what was answered to a removed topic goes with it. */
function visible(db: Reader, { from, kind }: From = everything) {
  return db
    .selectFrom('post')
    .selectAll('post')
    .where('status', '=', 'accepted')
    .where('audience', '=', 'group')
    .where('removed_at', 'is', null)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('post as topic')
            .select('topic.id')
            .whereRef('topic.id', '=', 'post.topic_id')
            .where('topic.removed_at', 'is not', null),
        ),
      ),
    )
    .$if(from > 0, (query) =>
      // By the thread: an answer to something older is not theirs either. A conversation is one thread.
      query.where(kind === 'conversation' ? 'post.id' : 'post.topic_id', 'in', (eb) =>
        eb.selectFrom('post_reference').select('post_reference.post_id').where('post_reference.number', '>=', from),
      ),
    );
}

/** What a page of posts looks like as the group tells it: each author's own activity inside the group's `Announce`, with figures. */
async function told(outgoing: Omit<Outgoing, 'id'>, group: GroupRow, posts: PostRow[]): Promise<JsonObject[]> {
  const answers = await answerUris(outgoing.db, posts);
  if (group.reading === 'members') {
    const references = await referencesTo(outgoing, group, posts);
    return references.map((reference, index) => ({ ...reference, ...countsOfPost(posts[index], answers) }));
  }
  const parts = await partsOf(outgoing.db, posts);
  const activities = await authoredTexts(outgoing.db, posts);
  return posts.map((post) => {
    const found = parts.get(post.id);
    const own =
      post.local === 1 && found ? { id: `${post.uri}#create`, ...authored(outgoing.origin, 'Create', found) } : null;
    return {
      id: `${group.uri}/announcements/${post.id}`,
      type: 'Announce',
      actor: group.uri,
      ...addressing(group),
      published: post.sort_at,
      ...threadAddresses(outgoing.origin, post.topic_id),
      object: own ?? storedActivity(activities.get(post.id) ?? null) ?? post.uri,
      ...(outgoing.joineryPeer ? countsOfPost(post, answers) : {}),
    };
  });
}

function countsOfPost(post: PostRow | undefined, answers: Map<string, string>): JsonObject {
  const counted = post ? [{ ...post, answer_uri: answers.get(post.answer_id ?? '') ?? null }] : [];
  return { 'joinery:counts': countsOf(counted) };
}

async function authoredTexts(db: Reader, posts: PostRow[]): Promise<Map<string, string | null>> {
  if (posts.length === 0) return new Map();
  const rows = await db
    .selectFrom('post_revision')
    .innerJoin('post', (join) =>
      join.onRef('post.id', '=', 'post_revision.post_id').onRef('post.revision', '=', 'post_revision.number'),
    )
    .select(['post.id', 'post_revision.activity'])
    .where(
      'post.id',
      'in',
      posts.map((post) => post.id),
    )
    .execute();
  return new Map(rows.map((row) => [row.id, row.activity]));
}

async function answerUris(db: Reader, posts: PostRow[]): Promise<Map<string, string>> {
  const ids = posts.flatMap((post) => post.answer_id ?? []);
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('post').select(['id', 'uri']).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row.uri]));
}

function pageOf(rows: PostRow[], key: (post: PostRow) => string): { posts: PostRow[]; next: string | null } {
  const posts = rows.slice(0, pageSize);
  const last = posts.at(-1);
  return { posts, next: rows.length > pageSize && last ? encodeCursor([key(last), last.id]) : null };
}

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

/** From which number on a node reads a closed group of ours. */
async function readsFrom(db: Reader, requester: Requester, group: GroupRow): Promise<From> {
  if (group.reading !== 'members' || requester.kind !== 'peer') return everything;
  const access = await accessOf(db, group.id, requester.origin);
  return { from: access?.reads_from ?? Number.MAX_SAFE_INTEGER, kind: group.kind };
}

/** How many a node is told there are: of what it may read alone. @param all for whoever reads everything */
async function totalOf(db: Reader, of: 'group_id' | 'topic_id', id: string, from: From, all: number): Promise<number> {
  if (from.from === 0) return all;
  const row = await visible(db, from)
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(of, '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** The posts of a thread, the oldest first. */
async function threadPage(outgoing: Omit<Outgoing, 'id'>, topic: string, cursor: string | null, from: From) {
  const after = positionOf(cursor);
  let query = visible(outgoing.db, from).where('topic_id', '=', topic).where('deleted_at', 'is', null);
  if (after) query = query.where((eb) => eb(eb.refTuple('sort_at', 'id'), '>', eb.tuple(after[0], after[1])));
  const rows = await query
    .orderBy('sort_at')
    .orderBy('id')
    .limit(pageSize + 1)
    .execute();
  return pageOf(rows, (post) => post.sort_at);
}

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
