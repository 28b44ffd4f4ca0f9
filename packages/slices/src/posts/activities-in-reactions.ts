import { type Inbound, type InboundOutcome, originOf, type Work } from '@joinery/core';
import { type GroupRow, nodeFacts } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { isClosedTo, throughGroup } from './authority.ts';
import { idOf, objectOf } from './document-values.ts';
import { like, unlike } from './likes.ts';
import { applied, ignored } from './remote.ts';
import { report } from './reports.ts';
import { agrees, postById, postByUri, requireGroup } from './store.ts';
import type { PostRow } from './tables.ts';
import { rememberTombstone, wasTakenBack } from './taken-back.ts';

export async function applyLike(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const uri = idOf(inbound.activity.object);
  if (uri === null) return null;
  const post = await postByUri(work.db, uri);
  if (!post) return originOf(uri) === work.home ? null : { state: 'waiting', uri };
  const group = await requireGroup(work.db, post.group_id);
  const through = await throughGroup(work, inbound);
  if (through === 'unknown' || (through && through.id !== group.id)) return ignored('it is in another group');
  if (through === null && group.local !== 1) return ignored('the group counts this');
  if (await isClosedTo(work, inbound, group)) return null;
  if (through !== null && inbound.origin === work.home) return ignored('what people here like is known here');
  if (await wasTakenBack(work, inbound.id, inbound.actor, inbound.through))
    return ignored('it was taken back before it arrived');
  const person = await personByUri(work.db, inbound.actor);
  const done = await like(work, {
    post: post.id,
    by: { uri: inbound.actor, person: person?.id ?? null },
    uri: inbound.id,
  });
  return done ? applied : ignored('it is counted already');
}

export async function applyUndo(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const undone = objectOf(inbound.activity.object);
  const id = idOf(inbound.activity.object);
  if (undone !== null && undone.type !== 'Like') return null;
  const byId =
    id === null
      ? undefined
      : await work.db.selectFrom('post_like').selectAll().where('uri', '=', id).executeTakeFirst();
  const target = undone ? idOf(undone.object) : null;
  const post = byId ? await postById(work.db, byId.post_id) : target ? await postByUri(work.db, target) : undefined;
  if (!undone && !byId) return null;
  const through = await throughGroup(work, inbound);
  if (through === 'unknown' || (through && post && through.id !== post.group_id))
    return ignored('it is in another group');
  if (byId && byId.actor !== inbound.actor) return ignored('only who liked it can take that back');
  if (inbound.through !== null && inbound.origin === work.home) return ignored('what people here like is known here');
  if (post && (await unlike(work, { post: post.id, by: { uri: inbound.actor } }))) return applied;
  if (id !== null) await rememberTombstone(work, id, inbound);
  return ignored('there is no such like');
}

export async function applyFlag(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  if (inbound.through !== null) return ignored('whoever reports does so directly');
  const objects = Array.isArray(inbound.activity.object) ? inbound.activity.object : [inbound.activity.object];
  const { content, summary } = inbound.activity;
  const reason = [content, summary].find((text) => typeof text === 'string') ?? '';
  let found = false;
  for (const object of objects.slice(0, 20)) {
    const post = await postByUri(work.db, idOf(object) ?? '');
    const group = post ? await requireGroup(work.db, post.group_id) : undefined;
    if (!post || !group || !(await hearsReport(work, inbound, post, group))) continue;
    await report(work, { post: post.id, reporter: null, reason: String(reason).slice(0, 1_000), uri: inbound.id });
    found = true;
  }
  return found ? applied : null;
}

/** Reports come to the group's node; of a message in a conversation, which nobody runs, to its author's, from a node with somebody in it. */
async function hearsReport(work: Work, inbound: Inbound, post: PostRow, group: GroupRow): Promise<boolean> {
  if (group.kind !== 'conversation') return group.local === 1 && !(await isClosedTo(work, inbound, group));
  if (post.local !== 1 || !agrees(work.trust, inbound.origin, group)) return false;
  return (await nodeFacts(work.db, group.id, inbound.origin)).people === 'member';
}
