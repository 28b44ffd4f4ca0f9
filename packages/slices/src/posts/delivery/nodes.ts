import { type Decision, mayReadClosed, type Reader, type Trust } from '@joinery/core';
import { type CopyFault, copyFaults, filesOf, keptBy, notKeptBy } from '@joinery/slices/files';
import { accessByNode, type GroupRow, isRecorded, membersPerNode } from '@joinery/slices/groups';
import { type Delivery, deliveryOf, type NodeDelivery, namedNodes } from '../delivery.ts';
import type { PostFetchRow, PostRow } from '../tables.ts';
import { fetchesOf } from './fetches.ts';

/**
 * How it stands with a post at one node.
 * - `taken`: the node of its group took it in · `announced`: told of, and not fetched · `fetched` · `reached`: in an open group, delivered
 * - `waiting`, `refused`, `unknown` (the group's node has not reported yet) · `withheld`: it may not have it, and never did
 * - `dropped`: it may not have it any more and has said that its copies, or this one, are gone · `unconfirmed`: it has not said so
 * - `deleted`: it has taken the deletion · `undeleted`: it has not confirmed that
 */
export const nodeStatuses = [
  'taken',
  'announced',
  'fetched',
  'reached',
  'waiting',
  'refused',
  'unknown',
  'withheld',
  'dropped',
  'unconfirmed',
  'deleted',
  'undeleted',
] as const;
export type NodeStatus = (typeof nodeStatuses)[number];

/** What the author of a post is told of one node. Instants UTC; null where nothing is known or it does not apply. */
export type NodeLine = {
  home: string;
  /** Name of its agency; empty when unknown. */
  agency: string;
  status: NodeStatus;
  /** When it was last given the text, and whether that is the text as it is now. */
  fetchedAt: string | null;
  current: boolean;
  /** When its access ended, why where an agreement decides, and the end of the last token that it was granted. */
  endedAt: string | null;
  reason: Decision['reason'] | null;
  grantedUntil: string | null;
  /** When it said that its copies are gone, how many these were, and its words with their proof. */
  droppedAt: string | null;
  droppedItems: number | null;
  receipt: string | null;
  /** Of a deletion: since when it is on its way. */
  deletedAt: string | null;
  /** Why it did not take it. */
  error: string | null;
  /** Of the node that promised a record copy of files: how many of the files, of how many, it was given for that, and when last; and what it says that it does not keep. Null for others. */
  record: { files: number; of: number; at: string | null; notKept: { reason: CopyFault; files: number }[] } | null;
};

export type NodeDetail = { delivery: Delivery; lines: NodeLine[] };

type Seen = {
  post: PostRow;
  group: GroupRow;
  told: NodeDelivery['state'] | null;
  error: string | null;
  fetch: PostFetchRow | undefined;
  access: Awaited<ReturnType<typeof accessByNode>> extends Map<string, infer Row> ? Row | undefined : never;
  decision: Decision;
  record: NodeLine['record'];
};

/**
 * How far a post of this node got, node by node: what lanes acknowledged, who fetched it, who may not have it any more, and what they said about their copies.
 * @param own origin of this node
 */
export async function deliveryByNode(
  { db, trust, own }: { db: Reader; trust: Trust; own: string },
  post: PostRow,
  group: GroupRow,
): Promise<NodeDetail> {
  const delivery = await deliveryOf(db, post.id);
  const closed = group.reading === 'members';
  const fetches = new Map((await fetchesOf(db, post.id)).map((row) => [row.origin, row]));
  const access = closed ? await accessByNode(db, group.id) : new Map<string, never>();
  const members = await membersPerNode(db, group);
  const agencies = new Map(members.map(({ origin, agency }) => [origin, agency]));
  const told = toldTo(delivery, post, group, closed ? [...agencies.keys(), ...fetches.keys()] : []);
  const origins = new Set([...told.keys(), ...fetches.keys()]);
  origins.delete(own);
  const record = group.local !== 1 && isRecorded(group) ? await recordOf(db, post, group.home) : null;
  const lines = [...origins].map((origin): NodeLine => {
    const decision = closed
      ? mayReadClosed(trust, origin, group, 'out')
      : trust.mayFederate(origin, 'open-groups', 'out', group.local === 1 ? group.id : undefined);
    const known = { ...(told.get(origin) ?? { told: null, error: null }), decision, record };
    const seen: Seen = { ...known, post, group, fetch: fetches.get(origin), access: access.get(origin) };
    return lineOf(origin, agencies.get(origin) || (decision.agency ?? ''), seen);
  });
  return { delivery, lines };
}

/** What the group's node has for its record copy. Null of a post without files. */
async function recordOf(db: Reader, post: PostRow, home: string): Promise<NodeLine['record']> {
  const files = (await Promise.all(['posts', 'library'].map((kind) => filesOf(db, kind, [post.id])))).flatMap((found) =>
    (found.get(post.id) ?? []).filter(({ local, state }) => local === 1 && state === 'ready'),
  );
  if (files.length === 0) return null;
  const ids = files.map(({ id }) => id);
  const given = await keptBy(db, ids, home);
  const faults = await notKeptBy(db, ids, home);
  const notKept = copyFaults.flatMap((reason) => {
    const count = [...faults.values()].filter((fault) => fault === reason).length;
    return count === 0 ? [] : { reason, files: count };
  });
  const kept = (given?.files ?? []).filter((id) => !faults.has(id));
  return { files: kept.length, of: files.length, at: kept.length === 0 ? null : (given?.at ?? null), notKept };
}

/** Which nodes were to be told, and how that stands: by our own lanes, or as the node of a group elsewhere says. */
function toldTo(delivery: Delivery, post: PostRow, group: GroupRow, members: readonly string[]) {
  const told = new Map(
    delivery.detail.map(({ home, state, error }): [string, Pick<Seen, 'told' | 'error'>] => [
      home,
      { told: state, error },
    ]),
  );
  if (group.local === 1) return told;
  const named = namedNodes(post);
  const host = told.get(group.home)?.told;
  for (const origin of members) {
    // What this node is told of members is up to a minute old: who was given it, is one of them.
    if (told.has(origin)) continue;
    const refused = named?.refusedBy.includes(origin);
    const waits = host !== 'reached' || named?.waitingOn.includes(origin);
    const state = refused ? 'failed' : waits ? 'waiting' : named ? 'reached' : 'unknown';
    told.set(origin, { told: state, error: null });
  }
  return told;
}

function lineOf(home: string, agency: string, seen: Seen): NodeLine {
  const { post, group, fetch, access, decision } = seen;
  const { ended, confirmed } = endOf(home, seen);
  return {
    home,
    agency,
    status: statusOf(home, seen, ended, confirmed),
    fetchedAt: fetch?.last_at ?? null,
    current: fetch?.revision === post.revision,
    endedAt: ended ? (access?.revoked_at ?? decision.since ?? null) : null,
    reason: decision.allowed ? null : decision.reason,
    grantedUntil: ended ? (access?.lease_ends_at ?? null) : null,
    droppedAt: confirmed ? (access?.receipt_at ?? null) : (fetch?.dropped_at ?? null),
    droppedItems: confirmed ? (access?.receipt_items ?? null) : null,
    receipt: confirmed ? (access?.receipt ?? null) : null,
    deletedAt: post.deleted_at,
    error: seen.error,
    record: home === group.home && !ended ? seen.record : null,
  };
}

/** Whether a node may not have the post any more, and whether it has said since that its copies are gone. The group's own node keeps the group. */
function endOf(home: string, { post, group, fetch, access, decision }: Seen): { ended: boolean; confirmed: boolean } {
  const isHost = home === group.home;
  // What it was never given it cannot have dropped, whatever it says of the rest of the group.
  const had = fetch !== undefined || isHost;
  const given = fetch?.last_at ?? post.received_at;
  const revoked = access?.revoked_at ?? null;
  const ended = !decision.allowed || (!isHost && revoked !== null && revoked > given);
  const receipt = access?.receipt_at ?? null;
  return {
    ended,
    confirmed: ended && had && receipt !== null && receipt >= given && receipt >= (revoked ?? ''),
  };
}

function statusOf(home: string, seen: Seen, ended: boolean, confirmed: boolean): NodeStatus {
  const { post, group, told, fetch } = seen;
  const isHost = home === group.home;
  const had = fetch !== undefined || (isHost && post.accepted_at !== null && group.local !== 1);
  if (confirmed) return 'dropped';
  if (ended) return had ? 'unconfirmed' : 'withheld';
  if (post.deleted_at !== null) {
    const gone = told === 'reached' || (fetch?.dropped_at ?? '') >= post.deleted_at;
    return gone ? 'deleted' : 'undeleted';
  }
  if (told === 'failed') return 'refused';
  if (isHost && group.local !== 1) return told === 'reached' ? 'taken' : 'waiting';
  // Of one item alone, while it may have others: fetched again, it has it again.
  if (fetch !== undefined) return fetch.dropped_at === null ? 'fetched' : 'dropped';
  if (told === 'reached') return group.reading === 'members' ? 'announced' : 'reached';
  return told === 'waiting' ? 'waiting' : 'unknown';
}
