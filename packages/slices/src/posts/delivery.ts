import {
  type ActivityDocument,
  type Context,
  canonicalOrigin,
  enqueueJob,
  isObject,
  type JsonObject,
  type LogEvent,
  type Reader,
  type Schema,
  streamEventsAfter,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import { type GroupRow, groupById, streamOf } from '@joinery/slices/groups';
import type { Selectable } from 'kysely';
import { listOf } from './document-values.ts';
import { postById } from './store.ts';
import type { PostRow } from './tables.ts';

export const deliveryJob = 'posts.delivery';

/** How far a post got: one line per node, as the lanes have acknowledged it. */
export type Delivery = {
  nodes: number;
  reached: number;
  waiting: number;
  failed: number;
  /** Nodes that took the deletion of it. */
  deletedOn: number;
  unknown: number;
  detail: NodeDelivery[];
};
/** `failed`: the node refused it while it took the rest; `at` and `error` say since when and why. */
export type NodeDelivery = {
  home: string;
  state: 'reached' | 'waiting' | 'failed' | 'unknown';
  at: string | null;
  error: string | null;
};

const nothing: Delivery = { nodes: 0, reached: 0, waiting: 0, failed: 0, deletedOn: 0, unknown: 0, detail: [] };

/**
 * How far the last change of a post got. For a group of this node: its subscribers, and whether each has acknowledged the event. For a group
 * elsewhere: whether it reached the host, and the host's own report on the others; without one those are unknown.
 * @param except node that has the post without being told: its author's, whose own copy is not counted as delivered
 */
export async function deliveryOf(db: Reader, id: string, except: string | null = null): Promise<Delivery> {
  return (await deliveriesOf(db, [id], except)).get(id) ?? nothing;
}

/** The same of several posts, with as many statements as for one. What was told to nobody is not among them. */
export async function deliveriesOf(
  db: Reader,
  ids: readonly string[],
  except: string | null = null,
): Promise<Map<string, Delivery>> {
  const posts = ids.length === 0 ? [] : await db.selectFrom('post').selectAll().where('id', 'in', ids).execute();
  const told = posts.flatMap((post) => {
    const { event_id: event, event_stream: stream } = post;
    return event && stream && stream !== streams.local ? { post, event, stream } : [];
  });
  if (told.length === 0) return new Map();
  const names = told.map(({ event }) => event);
  const inStreams = [...new Set(told.map(({ stream }) => stream))];
  const [events, refusals, subscriptions] = [
    await db.selectFrom('log').select(['id', 'stream_seq', 'at']).where('id', 'in', names).execute(),
    await db.selectFrom('lane_item').selectAll().where('event_id', 'in', names).execute(),
    await db.selectFrom('subscription').selectAll().where('stream', 'in', inStreams).orderBy('origin').execute(),
  ];
  return new Map(
    told.flatMap(({ post, event: name, stream }) => {
      const event = events.find(({ id }) => id === name);
      if (!event) return [];
      const refused = refusedBy(refusals.filter(({ event_id }) => event_id === name));
      const subscribed = subscriptions.filter((row) => row.stream === stream);
      const delivery = stream.startsWith('node:')
        ? hostDelivery(post, arrivedAtHost(post, subscribed, event.stream_seq), refused)
        : ownDelivery(post, subscribed, event, refused, except);
      return [[post.id, delivery] as const];
    }),
  );
}

/** In a group of this node: those who are told of it one by one. */
function ownDelivery(
  post: PostRow,
  rows: readonly Selectable<Schema['subscription']>[],
  event: { stream_seq: number; at: string },
  refused: Map<string, NodeDelivery>,
  except: string | null,
): Delivery {
  const detail = rows
    .filter((row) => row.origin !== except)
    .filter((row) => row.ends_after === null || row.ends_after >= event.stream_seq)
    // Who came later gets it as history.
    .filter((row) => row.created_at <= event.at || row.acknowledged < event.stream_seq)
    .map((row): NodeDelivery => {
      // A lane steps over what a node refuses, so its place in the stream alone does not tell.
      const reached = row.acknowledged >= event.stream_seq ? 'reached' : 'waiting';
      return refused.get(row.origin) ?? { home: row.origin, state: reached, at: null, error: null };
    });
  const count = (state: NodeDelivery['state']) => detail.filter((row) => row.state === state).length;
  return {
    ...nothing,
    nodes: detail.length,
    reached: count('reached'),
    waiting: count('waiting'),
    failed: count('failed'),
    deletedOn: post.deleted_at ? count('reached') : 0,
    detail,
  };
}

/** Nodes that refused an event: it is tried again aside, or parked until a person sends it again. */
function refusedBy(
  rows: readonly { origin: string; created_at: string; error: string | null }[],
): Map<string, NodeDelivery> {
  return new Map(
    rows.map((row) => [row.origin, { home: row.origin, state: 'failed', at: row.created_at, error: row.error }]),
  );
}

const hostOfStream = (post: PostRow): string => (post.event_stream ?? '').slice('node:'.length);

/** What a group takes in it announces; a deletion changes no status, so it is there once its host has acknowledged it. */
function arrivedAtHost(
  post: PostRow,
  subscribed: readonly { origin: string; acknowledged: number }[],
  sequence: number,
): boolean {
  if (!post.deleted_at) return post.status !== 'waiting';
  return (subscribed.find(({ origin }) => origin === hostOfStream(post))?.acknowledged ?? 0) >= sequence;
}

/** The host is one node; the others are what it reports. */
function hostDelivery(post: PostRow, taken: boolean, refused: Map<string, NodeDelivery>): Delivery {
  const home = hostOfStream(post);
  // A lane steps over what a node refuses: acknowledged alone does not tell.
  const arrived = taken && !(post.deleted_at && refused.has(home));
  const failure = arrived ? undefined : refused.get(home);
  const state = arrived ? 'reached' : 'waiting';
  const host: NodeDelivery = failure ?? { home, state, at: post.accepted_at, error: null };
  const told: unknown = post.delivery === null ? null : JSON.parse(post.delivery);
  const figure = (name: string) => (isObject(told) && typeof told[name] === 'number' ? Number(told[name]) : 0);
  // A report from before the deletion says nothing of it.
  const reached = (host.state === 'reached' ? 1 : 0) + figure(post.deleted_at ? 'deletedOn' : 'reached');
  return {
    nodes: 1 + figure('nodes'),
    reached,
    waiting: (host.state === 'waiting' ? 1 : 0) + figure('waiting'),
    failed: (host.state === 'failed' ? 1 : 0) + figure('failed'),
    deletedOn: post.deleted_at ? reached : 0,
    unknown: told === null ? 1 : 0,
    detail: [host],
  };
}

/** Nodes of a report that are named one by one. */
const mostNamed = 100;

/** The activity of a remote author's post that was passed on last, so that its node knows which report is meant. */
async function reportsFor(db: Reader, group: GroupRow, node: string, posts: string[]): Promise<JsonObject[]> {
  const reports: JsonObject[] = [];
  for (const id of posts) {
    const post = await postById(db, id);
    if (!post) continue;
    const { nodes, reached, waiting, failed, deletedOn, detail } = await deliveryOf(db, id, node);
    const which = (state: NodeDelivery['state']) =>
      detail.flatMap((line) => (line.state === state ? line.home : [])).slice(0, mostNamed);
    // Members of a closed group know its nodes; of an open one there may be followers that only its own node knows.
    const named = group.reading === 'members' ? { waitingOn: which('waiting'), refusedBy: which('failed') } : {};
    reports.push({ activity: post.uri, nodes, reached, waiting, failed, deletedOn, ...named });
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
    'joinery:delivery': await reportsFor(db, group, node, posts),
  };
}

/** Posts that arrive within so many seconds are reported together. */
const windowSeconds = 3;

/** What reports are about: the posts of other nodes' people that the group told, or told to be deleted, from a number of its stream on, before an instant. */
type ReportOn = { group: string; from: number; until: string };

/** After a post of another node's person, or its deletion: report once it had time to arrive, together with the others of that moment. */
export async function planReport(work: Work, told: { group: string; streamSeq: number; at: string }): Promise<void> {
  const milliseconds = windowSeconds * 1_000;
  const until = new Date((Math.floor(Date.parse(told.at) / milliseconds) + 1) * milliseconds).toISOString();
  await enqueueReport(work, { group: told.group, from: told.streamSeq, until }, 0);
}

/** Soon, then less and less often while somebody waits. */
async function enqueueReport(work: Work, on: ReportOn, attempt: number): Promise<void> {
  const seconds = [3, 60, 600, 3_600, 21_600, 86_400][attempt];
  if (seconds === undefined) return;
  const runAt = new Date(Math.max(Date.parse(work.now), Date.parse(on.until)) + seconds * 1_000).toISOString();
  await enqueueJob(work, deliveryJob, { ...on, attempt }, { key: `${on.group} ${on.until} ${attempt}`, runAt });
}

/** As many as the other side reads of one report. */
const reportSize = 100;

export async function runReport(context: Context, data: JsonObject): Promise<void> {
  const on = {
    group: String(data.group),
    from: Number(data.from),
    until: String(data.until),
  };
  await transact(context, { kind: 'system', what: deliveryJob }, async (work) => {
    let waits = false;
    for (const [node, posts] of await postsToReport(work.db, on)) {
      for (let first = 0; first < posts.length; first += reportSize) {
        const part = posts.slice(first, first + reportSize);
        work.emit('post.delivered', streams.node(node), { group: on.group, node, posts: part });
      }
      for (const post of posts) waits ||= (await deliveryOf(work.db, post, node)).waiting > 0;
    }
    if (waits) await enqueueReport(work, on, Number(data.attempt) + 1);
  });
}

/** @returns ids of posts by the origin of their author's node */
async function postsToReport(db: Reader, on: ReportOn): Promise<Map<string, string[]>> {
  const posts = new Map<string, string[]>();
  const group = await groupById(db, on.group);
  if (!group) return posts;
  const stream = streamOf(group);
  for (let after: number | undefined = on.from - 1; after !== undefined; ) {
    const events: LogEvent[] = await streamEventsAfter(db, stream, after, reportSize);
    const told = events.filter(
      (event): event is LogEvent<'post.created' | 'post.deleted'> =>
        (event.name === 'post.created' || event.name === 'post.deleted') && event.at < on.until,
    );
    const ids = [...new Set(told.map((event) => event.data.post))];
    const theirs =
      ids.length === 0
        ? []
        : await db
            .selectFrom('post')
            .innerJoin('person', 'person.id', 'post.author_id')
            .select(['post.id', 'person.home'])
            .where('post.id', 'in', ids)
            .where('person.local', '=', 0)
            .execute();
    for (const { id, home } of theirs) posts.set(home, [...new Set(posts.get(home)).add(id)]);
    const last = events.at(-1);
    after = last && last.at < on.until && events.length === reportSize ? last.streamSeq : undefined;
  }
  return posts;
}

/** Nodes that a host names as not reached. */
export type NamedNodes = { waitingOn: string[]; refusedBy: string[] };

/** What the host of a group elsewhere last named of a post of ours; null before it reported, and where it names none. */
export function namedNodes(post: Pick<PostRow, 'delivery'>): NamedNodes | null {
  const told: unknown = post.delivery === null ? null : JSON.parse(post.delivery);
  return isObject(told) && Array.isArray(told.waitingOn) ? namesIn(told) : null;
}

function namesIn(entry: JsonObject): NamedNodes {
  const names = (value: unknown) => (Array.isArray(value) ? value : []).slice(0, mostNamed);
  const origins = (value: unknown) => names(value).flatMap((name) => canonicalOrigin(String(name)) ?? []);
  return { waitingOn: origins(entry.waitingOn), refusedBy: origins(entry.refusedBy) };
}

/** Takes over what the host of a group elsewhere reports on posts of ours. */
export async function applyDeliveryReport(work: Work, group: GroupRow, activity: ActivityDocument): Promise<void> {
  for (const entry of listOf(activity['joinery:delivery']).slice(0, 100)) {
    if (!isObject(entry) || typeof entry.activity !== 'string') continue;
    const figures = Object.fromEntries(
      ['nodes', 'reached', 'waiting', 'failed', 'deletedOn'].map((name) => [
        name,
        Math.max(0, Math.trunc(Number(entry[name])) || 0),
      ]),
    );
    const named = group.reading === 'members' ? namesIn(entry) : {};
    await work.db
      .updateTable('post')
      .set({ delivery: JSON.stringify({ ...figures, ...named }), delivery_at: work.now })
      .where('uri', '=', entry.activity)
      .where('group_id', '=', group.id)
      .where('local', '=', 1)
      .execute();
  }
}
