import {
  addressOf,
  type Context,
  enqueueJob,
  type Inbound,
  type InboundHandler,
  type InboundOutcome,
  isObject,
  type JsonObject,
  nodeActor,
  originOf,
  type Reader,
  refuse,
  transact,
  type Work,
} from '@joinery/core';
import { type GroupRow, groupById, groupByUri } from '@joinery/slices/groups';
import { deletePost } from '../changes.ts';
import { planDrop } from '../copies.ts';
import { postByUri, requireGroup, requirePost } from '../store.ts';
import { deliveryByNode, type NodeLine } from './nodes.ts';

/**
 * An author asks the nodes that have confirmed nothing once more: what waits is tried now, and nodes that may not keep a copy any more are asked to drop it and to say so.
 * Of the other side: whether a copy may be kept is asked at its owner, and the answer is a receipt.
 */

const askJob = 'posts.ask';
const confirmJob = 'posts.confirm';
/** Between two times that an author asks. */
const askEvery = 10 * 60_000;

/** Whether asking a node again can bring something. */
export function isOpen({ status }: Pick<NodeLine, 'status'>): boolean {
  return status === 'waiting' || status === 'refused' || status === 'unconfirmed' || status === 'undeleted';
}

/** When a post was last asked about, and from when on it can be again: null when it was never, or can be now. */
export async function askedOf(
  db: Reader,
  post: string,
  now: Date,
): Promise<{ at: string; again: string | null } | null> {
  const row = await db.selectFrom('post_asked').select('at').where('post_id', '=', post).executeTakeFirst();
  if (!row) return null;
  const again = Date.parse(row.at) + askEvery;
  return { at: row.at, again: again > now.getTime() ? new Date(again).toISOString() : null };
}

/**
 * Asks the nodes that have not confirmed once more.
 * @returns how many were asked
 * @throws {Refusal} forbidden unless its author; too_many within ten minutes; conflict when all have confirmed
 */
export async function askAgain(work: Work, input: { post: string; by: string }): Promise<number> {
  const post = await requirePost(work.db, input.post);
  if (post.author_id !== input.by || post.local !== 1) refuse('forbidden', 'Only its author asks about a post');
  const group = await requireGroup(work.db, post.group_id);
  const asked = await askedOf(work.db, post.id, new Date(work.now));
  if (asked?.again) refuse('too_many', `They were asked at ${asked.at}: wait until ${asked.again}`);
  const { lines } = await deliveryByNode({ db: work.db, trust: work.trust, own: work.home }, post, group);
  const open = lines.filter(isOpen);
  if (open.length === 0) refuse('conflict', 'There is nobody to ask: all have confirmed');
  await work.db
    .insertInto('post_asked')
    .values({ post_id: post.id, at: work.now })
    .onConflict((conflict) => conflict.column('post_id').doUpdateSet({ at: work.now }))
    .execute();
  for (const { home, status } of open) {
    const copies = group.reading === 'members' && (status === 'unconfirmed' || status === 'undeleted');
    const item = status === 'undeleted' ? post.uri : null;
    const about = { origin: home, event: post.event_id, group: copies ? group.uri : null, item };
    await enqueueJob(work, askJob, about, { key: `${home} ${post.id} ${work.now}` });
  }
  return open.length;
}

/** Asks a node to drop all that it has of ours in a group, and to say so. */
export async function askForReceipt(work: Work, group: string, origin: string): Promise<void> {
  await enqueueJob(work, askJob, { origin, event: null, group, item: null }, { key: `${origin} ${group} ${work.now}` });
}

async function ask(context: Context, data: JsonObject): Promise<void> {
  const [origin, event] = [String(data.origin), typeof data.event === 'string' ? data.event : null];
  await transact(context, { kind: 'system', what: askJob }, (work) => context.ports.peers.tryNow(work, origin, event));
  if (typeof data.group !== 'string') return;
  const about = { group: data.group, item: typeof data.item === 'string' ? data.item : null };
  if (!(await context.ports.closedGroups.ask(origin, about))) throw new Error('The other node cannot be asked now');
}

/** Another node asks what became of its items here. Answered by a receipt, once what it may not be left with is gone. */
export const confirmHandler: InboundHandler = {
  types: ['Remove'],
  apply: async (work: Work, inbound: Inbound): Promise<InboundOutcome | null> => {
    const { activity, origin } = inbound;
    const asked = activity['joinery:confirm'];
    if (!isObject(asked)) return null;
    const isNode = inbound.actor === nodeActor(origin) && inbound.through === null;
    if (!isNode || inbound.verified === 'unchecked') return { state: 'ignored', why: 'only a server actor asks' };
    const group = await groupByUri(work.db, addressOf(activity.target) ?? '');
    // What a group of ours keeps, its members were told when they joined.
    if (!group || group.local === 1 || group.reading !== 'members')
      return { state: 'ignored', why: 'nothing of it is kept here' };
    const about = { group: group.id, origin, item: addressOf(asked.item) };
    await enqueueJob(work, confirmJob, about, { key: `${origin} ${group.id} ${about.item ?? ''} ${work.now}` });
    return { state: 'applied' };
  },
};

/** Whether a copy may be kept is for its owner to say: it is asked for there, as for reading it. */
async function confirm(context: Context, data: JsonObject): Promise<void> {
  const { reader } = context.db;
  const group = await groupById(reader, String(data.group));
  const origin = String(data.origin);
  if (!group) return;
  // Whether this node knows a group is told to its own node, and to those of which something stands here.
  if (origin !== group.home && !(await hasPostBy(reader, group.id, origin))) return;
  const { closedGroups } = context.ports;
  if (typeof data.item === 'string') {
    if (!(await isGone(context, group, origin, data.item))) return;
    const receipt = { group: group.uri, version: 0, items: 1, item: data.item };
    if (!(await closedGroups.receipt(origin, receipt))) throw new Error('The other node does not take the receipt now');
    return;
  }
  const copy = await copyOf(reader, group.id, origin);
  const lease = await closedGroups.lease(group.uri);
  // Who may read nothing of the group any more has no token to ask its author's node with.
  const answer =
    origin === group.home || lease.state === 'refused'
      ? lease.state
      : copy === undefined
        ? 'refused'
        : (await closedGroups.reference(copy, group)).state;
  if (answer === 'away') throw new Error('The owner does not answer now');
  if (answer === 'held' || answer === 'found') return;
  await transact(context, { kind: 'system', what: confirmJob }, (work) =>
    planDrop(work, { group: group.id, version: 0, of: origin === group.home ? null : origin }),
  );
}

/** Whether one item of the node that asks is gone here: deleted now, when its owner says that it was. */
async function isGone(context: Context, group: GroupRow, origin: string, item: string): Promise<boolean> {
  const post = await postByUri(context.db.reader, item);
  if (originOf(item) !== origin || (post && (post.local === 1 || post.group_id !== group.id))) return false;
  if (post && post.deleted_at === null) {
    const found = await context.ports.closedGroups.reference(item, group);
    if (found.state === 'away') throw new Error('The owner does not answer now');
    if (found.state !== 'gone') return false;
    await transact(
      context,
      { kind: 'peer', origin },
      async (work) => void (await deletePost(work, { post: post.id, author: post.author_id })),
      { origin },
    );
  }
  return true;
}

/** Whether anything of a node stands here in a group, with its text or dropped. */
async function hasPostBy(db: Reader, group: string, origin: string): Promise<boolean> {
  const row = await db
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .select('post.id')
    .where('post.group_id', '=', group)
    .where('post.local', '=', 0)
    .where('person.home', '=', origin)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** One item of a node that is still here with its text. */
async function copyOf(db: Reader, group: string, origin: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .innerJoin('post_revision', 'post_revision.post_id', 'post.id')
    .select('post.uri')
    .where('post.group_id', '=', group)
    .where('post.local', '=', 0)
    .where('person.home', '=', origin)
    .limit(1)
    .executeTakeFirst();
  return row?.uri;
}

export const askingJobs = { [askJob]: ask, [confirmJob]: confirm };
