import {
  type ActivityDocument,
  type Context,
  enqueueJob,
  isObject,
  type JsonObject,
  type Reader,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { listOf } from './documents.ts';
import { postById } from './store.ts';
import type { PostRow } from './tables.ts';

export const deliveryJob = 'posts.delivery';

/** How far a post got: one line per node, as the lanes have acknowledged it. */
export type Delivery = {
  nodes: number;
  reached: number;
  waiting: number;
  failed: number;
  /** Nodes that confirmed a deletion. */
  deletedOn: number;
  unknown: number;
  detail: { home: string; state: 'reached' | 'waiting' | 'unknown'; at: string | null; error: string | null }[];
};

const nothing: Delivery = { nodes: 0, reached: 0, waiting: 0, failed: 0, deletedOn: 0, unknown: 0, detail: [] };

/**
 * How far the last change of a post got. For a group of this node: its subscribers, and whether each has acknowledged the event. For a group
 * elsewhere: whether it reached the host, and the host's own report on the others; without one those are unknown.
 */
export async function deliveryOf(db: Reader, id: string): Promise<Delivery> {
  const post = await postById(db, id);
  if (!post?.event_id || !post.event_stream || post.event_stream === streams.local) return nothing;
  const event = await db
    .selectFrom('log')
    .select(['stream_seq', 'epoch', 'at'])
    .where('id', '=', post.event_id)
    .executeTakeFirst();
  if (!event) return nothing;
  if (post.event_stream.startsWith('node:')) return hostDelivery(post);
  const rows = await db
    .selectFrom('subscription')
    .selectAll()
    .where('stream', '=', post.event_stream)
    .orderBy('origin')
    .execute();
  const detail = rows
    .filter((row) => row.ends_after === null || row.ends_after >= event.stream_seq)
    // Who came later gets it as history.
    .filter((row) => row.created_at <= event.at || row.acknowledged < event.stream_seq)
    .map((row) => {
      const reached = row.acknowledged >= event.stream_seq;
      return { home: row.origin, state: reached ? ('reached' as const) : ('waiting' as const), at: null, error: null };
    });
  const reached = detail.filter((row) => row.state === 'reached').length;
  return {
    ...nothing,
    nodes: detail.length,
    reached,
    waiting: detail.length - reached,
    deletedOn: post.deleted_at ? reached : 0,
    detail,
  };
}

/** The host is one node; the others are what it reports. */
function hostDelivery(post: PostRow): Delivery {
  const home = (post.event_stream ?? '').slice('node:'.length);
  const arrived = post.status !== 'waiting';
  const host = {
    home,
    state: arrived ? ('reached' as const) : ('waiting' as const),
    at: post.accepted_at,
    error: null,
  };
  const told: unknown = post.delivery === null ? null : JSON.parse(post.delivery);
  const figure = (name: string) => (isObject(told) && typeof told[name] === 'number' ? Number(told[name]) : 0);
  return {
    nodes: 1 + figure('nodes'),
    reached: (arrived ? 1 : 0) + figure('reached'),
    waiting: (arrived ? 0 : 1) + figure('waiting'),
    failed: figure('failed'),
    deletedOn: 0,
    unknown: told === null ? 1 : 0,
    detail: [host],
  };
}

/** The activity of a remote author's post that was passed on last, so that its node knows which report is meant. */
async function reportsFor(db: Reader, posts: string[]): Promise<JsonObject[]> {
  const reports: JsonObject[] = [];
  for (const id of posts) {
    const post = await postById(db, id);
    if (!post) continue;
    const { nodes, reached, waiting, failed } = await deliveryOf(db, id);
    reports.push({ activity: post.uri, nodes, reached, waiting, failed });
  }
  return reports;
}

/** `joinery:delivery`: the group tells the author's node how far it passed posts on. */
export async function deliveryReport(
  db: Reader,
  group: GroupRow,
  node: string,
  posts: string[],
): Promise<ActivityDocument> {
  return {
    type: 'Update',
    actor: group.uri,
    to: [`${node}/node`],
    object: group.uri,
    'joinery:delivery': await reportsFor(db, posts),
  };
}

/** After a post of another node's person: report once it had time to arrive, then less and less often while somebody waits. */
export async function planReport(
  work: Work,
  post: { id: string; group: string; node: string },
  attempt = 0,
): Promise<void> {
  const seconds = [3, 60, 600, 3_600, 21_600, 86_400][attempt];
  if (seconds === undefined) return;
  const runAt = new Date(Date.parse(work.now) + seconds * 1_000).toISOString();
  await enqueueJob(work, deliveryJob, { ...post, attempt }, { key: `${post.id} ${attempt}`, runAt });
}

export async function runReport(context: Context, data: JsonObject): Promise<void> {
  const post = { id: String(data.id), group: String(data.group), node: String(data.node) };
  await transact(context, { kind: 'system', what: deliveryJob }, async (work) => {
    const { waiting } = await deliveryOf(work.db, post.id);
    work.emit('post.delivered', streams.node(post.node), { group: post.group, node: post.node, posts: [post.id] });
    if (waiting > 0) await planReport(work, post, Number(data.attempt) + 1);
  });
}

/** Takes over what the host of a group elsewhere reports on posts of ours. */
export async function applyDeliveryReport(work: Work, group: GroupRow, activity: ActivityDocument): Promise<void> {
  for (const entry of listOf(activity['joinery:delivery']).slice(0, 100)) {
    if (!isObject(entry) || typeof entry.activity !== 'string') continue;
    const figures = Object.fromEntries(
      ['nodes', 'reached', 'waiting', 'failed'].map((name) => [
        name,
        Math.max(0, Math.trunc(Number(entry[name])) || 0),
      ]),
    );
    await work.db
      .updateTable('post')
      .set({ delivery: JSON.stringify(figures), delivery_at: work.now })
      .where('uri', '=', entry.activity)
      .where('group_id', '=', group.id)
      .where('local', '=', 1)
      .execute();
  }
}
