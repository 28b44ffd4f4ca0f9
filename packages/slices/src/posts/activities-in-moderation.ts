import { enqueueJob, type Inbound, type InboundHandler, type InboundOutcome, originOf, type Work } from '@joinery/core';
import { type GroupRow, groupByUri } from '@joinery/slices/groups';
import { actingPerson } from './authority.ts';
import { idOf, objectOf } from './document-values.ts';
import { lock, pin, putBack, removeFromGroup, unlock, unpin } from './moderation.ts';
import { applied, checkJob, ignored } from './remote.ts';
import { postByUri } from './store.ts';
import type { PostRow } from './tables.ts';
import { clampInstant } from './written.ts';

type Decide = (work: Work, input: { post: string; by: string | null; reason: string | null }) => Promise<boolean>;

/** Applies a decision about a post: counts only from its group, or from somebody who runs it when it is ours. */
async function decide(work: Work, inbound: Inbound, post: PostRow, change: Decide): Promise<InboundOutcome> {
  if (post.deleted_at) return ignored('it is deleted');
  const by = await actingPerson(work, inbound, post);
  if (by === undefined) return ignored('only its group decides about a post');
  const done = await change(work, { post: post.id, by, reason: reasonOf(inbound) });
  return done ? applied : ignored('nothing new');
}

function reasonOf(inbound: Inbound): string | null {
  const undone = objectOf(inbound.activity.object);
  const said = inbound.activity.summary ?? undone?.summary;
  return typeof said === 'string' && said.trim() !== '' ? said.trim().slice(0, 1_000) : null;
}

/** A `Delete` by somebody else than the author: how other software removes a post from its group. */
export function removeByGroup(work: Work, inbound: Inbound, post: PostRow): Promise<InboundOutcome> {
  return decide(work, inbound, post, removeFromGroup);
}

/** Reads a post anew at its own address, in the background. */
export function enqueueCheck(work: Work, uri: string, cause: string): Promise<void> {
  return enqueueJob(work, checkJob, { uri }, { key: `${uri} ${cause}` });
}

async function applyLock(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const uri = idOf(inbound.activity.object);
  if (uri === null) return null;
  const post = await postByUri(work.db, uri);
  return post ? decide(work, inbound, post, lock) : { state: 'waiting', uri };
}

/** What `Undo` takes back: a lock, or a removal in either form. */
const undoable: Record<string, Decide> = { Lock: unlock, Remove: putBack, Delete: putBack };

async function applyUndo(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const undone = objectOf(inbound.activity.object);
  const change = undone && typeof undone.type === 'string' ? undoable[undone.type] : undefined;
  const uri = undone ? idOf(undone.object) : null;
  if (!change || uri === null) return null;
  const post = await postByUri(work.db, uri);
  if (!post) return undone?.type === 'Remove' ? null : { state: 'waiting', uri };
  return decide(work, inbound, post, change);
}

/** `Add` and `Remove` of a post: to and from the pinned ones, or out of the group. Of persons: the groups slice's business. */
async function applyAddOrRemove(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const [uri, target] = [idOf(inbound.activity.object), idOf(inbound.activity.target)];
  if (uri === null || target === null) return null;
  const adds = inbound.type === 'Add';
  const pinsIn = await groupPinning(work, inbound, target);
  const group = pinsIn ?? (adds ? undefined : await groupByUri(work.db, target));
  if (!group) return null;
  const post = await postByUri(work.db, uri);
  if (!post) return { state: 'waiting', uri };
  if (group.id !== post.group_id) return ignored('it is in another group');
  return pinsIn ? decidePin(work, inbound, post, adds) : decide(work, inbound, post, removeFromGroup);
}

/** The group of which an address is the collection of pinned posts. People have such collections as well, which are none of our business. */
async function groupPinning(work: Work, inbound: Inbound, target: string): Promise<GroupRow | undefined> {
  const group =
    (await groupByUri(work.db, target.replace(/\/featured$/, ''))) ??
    (await groupByUri(work.db, inbound.through ?? inbound.actor));
  if (!group) return undefined;
  // Of a group that was read before its collections were kept: as most software names it.
  const named = group.featured_uri ?? `${group.uri}/featured`;
  return named === target || (group.featured_uri === null && isOtherForm(group, target)) ? group : undefined;
}

function isOtherForm(group: GroupRow, target: string): boolean {
  return group.local !== 1 && target.endsWith('/featured') && originOf(target) === group.home;
}

/** An undated `Remove` of what is not pinned undoes an `Add` that has yet to come; after this long, an `Add` is a new one. */
const overtakenMilliseconds = 3_600_000;

/** Pins and unpins, in whatever order the two come: the later decision counts. */
async function decidePin(work: Work, inbound: Inbound, post: PostRow, adds: boolean): Promise<InboundOutcome> {
  if ((await actingPerson(work, inbound, post)) === undefined) return ignored('only its group decides about a post');
  const { published } = inbound.activity;
  const said = clampInstant(typeof published === 'string' ? published : undefined, work.now);
  const at = said ?? work.now;
  if (post.pin_decided_at !== null && at < post.pin_decided_at) return ignored('it was decided otherwise since');
  const overtook = !adds && said === null && post.pinned_at === null;
  const outcome = await decide(work, inbound, post, adds ? pin : unpin);
  const until = overtook ? new Date(Date.parse(work.now) + overtakenMilliseconds).toISOString() : at;
  await work.db.updateTable('post').set({ pin_decided_at: until }).where('id', '=', post.id).execute();
  return outcome;
}

/** Decisions about posts (FEP-1b12). */
export const moderationHandlers: InboundHandler[] = [
  { types: ['Lock'], apply: applyLock },
  { types: ['Undo'], apply: applyUndo },
  { types: ['Add', 'Remove'], apply: applyAddOrRemove },
];
