import {
  type Activities,
  type ActivityDocument,
  eventById,
  isObject,
  type JsonObject,
  type LogEvent,
  type Outgoing,
  type Reader,
} from '@joinery/core';
import { addressing, announce, collectionUris, type GroupRow, groupById } from '@joinery/slices/groups';
import { agencyDocument, guestMembers, type PersonRow, personById } from '@joinery/slices/people';
import { type PostParts, partsOf } from './document-parts.ts';
import { addressedTo, postDocument, threadAddresses } from './documents.ts';
import { nodesOfThread } from './narrow.ts';
import { liesBefore, tellReference } from './references.ts';
import { postById } from './store.ts';
import type { PostRow } from './tables.ts';

type PostEvent = { data: { post: string; group: string } };
type Told = ActivityDocument | ActivityDocument[] | null;
type DecisionEvent = { at: string; data: { post: string; group: string; by: string | null } };

/** `toPart`: to a node with somebody who sees the thread, which is for a part of the group; `former`: whose people saw it and do no more. */
type Telling = Outgoing & { toPart?: boolean; former?: boolean };

async function postAndGroup({ db, toPart = false, reader }: Telling, data: { post: string; group: string }) {
  const [post, group] = [await postById(db, data.post), await groupById(db, data.group)];
  if (!post || !group || (reader && (await liesBefore(db, reader, post, group)))) return null;
  // The node of a group elsewhere has what is written in it, and sees to whom it goes.
  return post.audience === 'group' || group.local !== 1 || toPart ? { post, group } : null;
}

/** Asked when it leaves, which may be long after it was noted: whether nobody of a node sees the thread any more. */
async function seesNoMore(db: Reader, data: { post: string; group: string }, origin = ''): Promise<boolean> {
  const [post, group] = [await postById(db, data.post), await groupById(db, data.group)];
  const topic = post && (await postById(db, post.topic_id));
  return !topic || !group || !(await nodesOfThread(db, group, topic)).includes(origin);
}

/** By the group to its nodes when it is ours; by our person to the group's node otherwise. */
function told(outgoing: Outgoing, group: GroupRow, inner: ActivityDocument): ActivityDocument {
  return group.local === 1 ? announce(outgoing, group, inner) : { id: outgoing.id, ...inner };
}

/** Name and agency of the author, for readers whose node does not know the author's: inside what the author's node proves. */
function authorSummary(author: PersonRow): JsonObject {
  return {
    id: author.uri,
    type: author.type,
    preferredUsername: author.handle,
    name: author.name,
    'joinery:agency': agencyDocument(author),
    ...guestMembers(author),
  };
}

/** The author's `Create` or `Update` around the present text. Its id is given by the caller. */
export function authored(origin: string, type: 'Create' | 'Update', parts: PostParts): ActivityDocument {
  return {
    type,
    actor: parts.author.uri,
    ...addressedTo(parts.group, parts.mentions),
    audience: parts.group.uri,
    published: type === 'Create' ? parts.post.published_at : parts.post.updated_at,
    'joinery:author': authorSummary(parts.author),
    object: postDocument(origin, parts),
  };
}

/** A stored text of an activity as it arrived, without those whom its author told in secret; null when there is none. */
export function storedActivity(text: string | null): ActivityDocument | null {
  const parsed: unknown = text === null ? null : JSON.parse(text);
  if (!isObject(parsed)) return null;
  const told = withoutBlind(parsed);
  if (told === parsed) return parsed;
  // Its author proved other words: readers ask its own node.
  const { proof: _, ...unproven } = told;
  return unproven;
}

/** The same document when it names nobody in secret (ActivityPub §6: `bto` and `bcc` are taken out before anything is passed on). */
function withoutBlind(document: JsonObject): JsonObject {
  const { bto, bcc, ...rest } = document;
  const object = isObject(rest.object) ? withoutBlind(rest.object) : rest.object;
  return bto === undefined && bcc === undefined && object === rest.object
    ? document
    : { ...rest, ...(object === undefined ? {} : { object }) };
}

async function textEvent(
  outgoing: Outgoing,
  event: { data: { post: string; group: string; revision: number } },
  type: 'Create' | 'Update',
): Promise<ActivityDocument | null> {
  const found = await postAndGroup(outgoing, event.data);
  if (!found || found.post.deleted_at || (found.post.removed_at && found.group.local === 1)) return null;
  const { post, group } = found;
  if (group.reading === 'members' && group.local === 1) return tellReference(outgoing, group, post);
  if (post.local === 1) {
    const parts = (await partsOf(outgoing.db, [post])).get(post.id);
    return parts ? told(outgoing, group, authored(outgoing.origin, type, parts)) : null;
  }
  const revision = await outgoing.db
    .selectFrom('post_revision')
    .select('activity')
    .where('post_id', '=', post.id)
    .where('number', '=', event.data.revision)
    .executeTakeFirst();
  const inner = storedActivity(revision?.activity ?? null);
  const thread = threadAddresses(outgoing.origin, post.topic_id);
  if (inner) return { ...announce(outgoing, group, inner), ...thread };
  // It was fetched, not sent: readers fetch it as well.
  return { id: outgoing.id, type: 'Announce', actor: group.uri, ...addressing(group), ...thread, object: post.uri };
}

/**
 * A new post. Other software is told of a topic twice, the second time by its address alone: Mastodon and what shows groups as accounts understand only that (FEP-1b12).
 */
async function created(
  outgoing: Outgoing,
  event: { data: { post: string; group: string; revision: number } },
): Promise<ActivityDocument | ActivityDocument[] | null> {
  const told = await textEvent(outgoing, event, 'Create');
  if (told === null || outgoing.joineryPeer) return told;
  const found = await postAndGroup(outgoing, event.data);
  if (found?.group.local !== 1 || found.post.reply_to !== null || found.group.reading === 'members') return told;
  const { post, group } = found;
  return [
    told,
    { id: `${outgoing.id}/object`, type: 'Announce', actor: group.uri, ...addressing(group), object: post.uri },
  ];
}

async function deleted(outgoing: Outgoing, event: PostEvent): Promise<ActivityDocument | null> {
  const found = await postAndGroup(outgoing, event.data);
  const author = found ? await personById(outgoing.db, found.post.author_id) : undefined;
  if (!found || !author) return null;
  const { post, group } = found;
  const arrived = storedActivity(post.deletion);
  if (arrived) return announce(outgoing, group, arrived);
  const inner = { type: 'Delete', actor: author.uri, ...addressedTo(group), audience: group.uri, object: post.uri };
  // Without the author's own words the group can only say that it is gone.
  return told(outgoing, group, post.local === 1 ? inner : { ...inner, actor: group.uri });
}

/** Whoever of this node decided; the group itself when that was somebody of another node. */
async function decidedBy(db: Reader, by: string | null, group: GroupRow): Promise<string> {
  const person = by === null ? undefined : await personById(db, by);
  return person?.local === 1 ? person.uri : group.uri;
}

function decision(
  make: (post: PostRow, group: GroupRow, joineryPeer: boolean) => ActivityDocument,
  undo = false,
): (outgoing: Telling, event: DecisionEvent) => Promise<ActivityDocument | null> {
  return async (outgoing, event) => {
    const found = await postAndGroup(outgoing, event.data);
    if (!found || found.post.deleted_at) return null;
    const { group } = found;
    const post = outgoing.former ? { ...found.post, removed_reason: null } : found.post;
    const common = {
      actor: await decidedBy(outgoing.db, event.data.by, group),
      ...addressedTo(group),
      audience: group.uri,
      published: event.at,
    };
    const done = { ...common, ...make(post, group, outgoing.joineryPeer) };
    if (!undo) return told(outgoing, group, done);
    return told(outgoing, group, { type: 'Undo', ...common, object: { id: `${outgoing.id}/undone`, ...done } });
  };
}

const featured = (type: 'Add' | 'Remove') => (post: PostRow, group: GroupRow) => ({
  type,
  object: post.uri,
  target: collectionUris(group.uri).featured,
});
const locking = (post: PostRow) => ({ type: 'Lock', object: post.uri });
/** Other software knows removal as a `Delete` with a reason by somebody who is not the author. */
const removal = (post: PostRow, group: GroupRow, joineryPeer: boolean) => ({
  type: joineryPeer ? 'Remove' : 'Delete',
  object: post.uri,
  ...(joineryPeer ? { target: group.uri } : {}),
  ...(post.removed_reason ? { summary: post.removed_reason } : joineryPeer ? {} : { summary: '' }),
});

async function liked(
  outgoing: Outgoing,
  { data }: { data: { post: string; group: string; actor: string } },
): Promise<ActivityDocument | null> {
  const found = await postAndGroup(outgoing, data);
  if (!found || (found.group.local === 1 && outgoing.joineryPeer)) return null;
  const row = await outgoing.db
    .selectFrom('post_like')
    .select('uri')
    .where('post_id', '=', data.post)
    .where('actor', '=', data.actor)
    .executeTakeFirst();
  return row ? told(outgoing, found.group, likeOf(row.uri, data.actor, found)) : null;
}

async function unliked(
  outgoing: Outgoing,
  { data }: { data: { post: string; group: string; actor: string; like: string } },
): Promise<ActivityDocument | null> {
  const found = await postAndGroup(outgoing, data);
  if (!found || (found.group.local === 1 && outgoing.joineryPeer)) return null;
  const object = likeOf(data.like, data.actor, found);
  const local = data.like.startsWith(`${outgoing.origin}/`);
  const undo = { type: 'Undo', actor: data.actor, ...addressedTo(found.group), audience: found.group.uri, object };
  return told(outgoing, found.group, local ? undo : { ...undo, id: `${data.like}#undo` });
}

function likeOf(id: string, actor: string, { post, group }: { post: PostRow; group: GroupRow }): ActivityDocument {
  return { id, type: 'Like', actor, ...addressedTo(group), audience: group.uri, object: post.uri };
}

/** Figures and, for topics, what the group decided: `joinery:counts`. */
export function countsOf(posts: (PostRow & { answer_uri: string | null })[]): JsonObject[] {
  return posts.map((post) => ({
    object: post.uri,
    likes: post.likes,
    replies: post.reply_count,
    ...(post.reply_to === null ? { pinned: post.pinned_at !== null, locked: post.locked_at !== null } : {}),
    ...(post.answer_uri ? { 'joinery:answer': post.answer_uri } : {}),
  }));
}

/** What of this slice leaves the node, built from the present state. */
export const toActivity: Activities['toActivity'] = {
  'post.created': created,
  'post.edited': (outgoing, event) => textEvent(outgoing, event, 'Update'),
  'post.deleted': deleted,
  'post.liked': liked,
  'post.unliked': unliked,
  'post.pinned': decision(featured('Add')),
  'post.unpinned': decision(featured('Remove')),
  'post.locked': decision(locking),
  'post.unlocked': decision(locking, true),
  'post.removed': decision(removal),
  'post.put_back': decision(removal, true),
  'post.answered': async (outgoing, { data }) => {
    const found = await postAndGroup(outgoing, data);
    if (!found || found.post.deleted_at) return null;
    const { post, group } = found;
    const answer = post.answer_id ? await postById(outgoing.db, post.answer_id) : undefined;
    return told(outgoing, group, {
      type: 'Update',
      actor: await decidedBy(outgoing.db, data.by, group),
      ...addressedTo(group),
      audience: group.uri,
      object: post.uri,
      'joinery:answer': answer?.uri ?? null,
    });
  },
  'post.reported': async (outgoing, { data }) => {
    const found = await postAndGroup(outgoing, data);
    const row = await outgoing.db
      .selectFrom('post_report')
      .select('reason')
      .where('id', '=', data.report)
      .executeTakeFirst();
    if (!found || !row) return null;
    // Of a message in a conversation the author's node is told, and no group: nobody runs it.
    const talk = found.group.kind === 'conversation';
    const author = talk ? await personById(outgoing.db, found.post.author_id) : undefined;
    // By the server actor: the reporter stays unnamed.
    return {
      id: outgoing.id,
      type: 'Flag',
      actor: `${outgoing.origin}/node`,
      to: [author?.uri ?? found.group.uri],
      audience: found.group.uri,
      object: [found.post.uri],
      content: row.reason,
      summary: row.reason,
    };
  },
  'post.passed_on': async (outgoing, { data, stream }) => {
    const event = await eventById(outgoing.db, data.event);
    const make = event && (toActivity?.[event.name] as ((to: Telling, of: LogEvent) => Promise<Told>) | undefined);
    if (!event || !make) return null;
    const former = await seesNoMore(outgoing.db, data, /^node:(.+)$/.exec(stream)?.[1]);
    // That it is gone is told to them as well: they may have it.
    if (former && event.name !== 'post.deleted' && event.name !== 'post.removed') return null;
    return make({ ...outgoing, toPart: true, former }, event);
  },
  'post.counted': async (outgoing, { data }) => {
    const group = await groupById(outgoing.db, data.group);
    if (!group || !outgoing.joineryPeer || data.posts.length === 0) return null;
    const rows = await outgoing.db
      .selectFrom('post')
      .leftJoin('post as answer', 'answer.id', 'post.answer_id')
      .selectAll('post')
      .select('answer.uri as answer_uri')
      .where('post.id', 'in', data.posts)
      .where('post.deleted_at', 'is', null)
      .where('post.audience', '=', 'group')
      .execute();
    const told = [];
    for (const row of rows)
      if (!outgoing.reader || !(await liesBefore(outgoing.db, outgoing.reader, row, group))) told.push(row);
    if (told.length === 0) return null;
    return {
      id: outgoing.id,
      type: 'Update',
      actor: group.uri,
      ...addressing(group),
      object: group.uri,
      'joinery:counts': countsOf(told),
    };
  },
};
