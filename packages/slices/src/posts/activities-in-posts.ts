import { type ActivityDocument, type Inbound, type InboundOutcome, isObject, originOf, type Work } from '@joinery/core';
import { groupByUri } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { enqueueCheck, removeByGroup } from './activities-in-moderation.ts';
import { applyReference } from './activities-in-references.ts';
import { actingPerson, isClosedTo, throughGroup } from './authority.ts';
import { deletePost, editPost } from './changes.ts';
import { applyCounts, readCounts } from './counts.ts';
import { applyDeliveryReport } from './delivery.ts';
import { idOf, idsOf, objectOf } from './document-values.ts';
import { type ReadPost, readPost } from './documents-in.ts';
import { fetchedDocument } from './fetched-posts.ts';
import { markAnswered } from './moderation.ts';
import { isReference, noteActivity } from './references.ts';
import { applied, ignored, receivePost, refreshPost } from './remote.ts';
import { postByUri, requireGroup } from './store.ts';
import type { PostRow } from './tables.ts';
import { rememberTombstone, wasTakenBack } from './taken-back.ts';

export function addressesNeeded(inbound: Inbound): string[] {
  const object = objectOf(inbound.activity.object);
  const uri = idOf(inbound.activity.object);
  const parent = object ? idOf(object.inReplyTo) : null;
  const introduced = inbound.verified !== 'unchecked' && isObject(inbound.activity['joinery:author']);
  return [
    ...(introduced ? [] : [inbound.actor]),
    // Not believed from where it is embedded: read at its own address.
    ...(uri !== null && (object === null || originOf(uri) !== inbound.origin) ? [uri] : []),
    ...(parent === null ? [] : [parent]),
  ];
}

export async function applyCreate(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const uri = idOf(inbound.activity.object);
  const embedded = objectOf(inbound.activity.object);
  if (uri === null) return null;
  const through = await throughGroup(work, inbound);
  if (through === 'unknown') return ignored('this group is not known here');
  const own = embedded !== null && originOf(uri) === inbound.origin;
  const fetched = own ? null : await fetchedDocument(work, uri);
  const read = own ? readPost(embedded) : (fetched?.read ?? null);
  if (read) {
    return receivePost(work, {
      read: { ...read, addressed: [...read.addressed, ...recipients(inbound.activity)] },
      actor: inbound.actor,
      through,
      verified: fetched?.verified ?? inbound.verified,
      activity: inbound.id,
      text: own ? textOf(inbound) : null,
      author: isObject(inbound.activity['joinery:author']) ? inbound.activity['joinery:author'] : null,
    });
  }
  if (own) return null;
  if (await postByUri(work.db, uri)) return ignored('it is here already');
  return embedded === null ? { state: 'waiting', uri } : ignored('it could not be read at its own address');
}

/** The text to pass on to the nodes of a group of ours; what a group elsewhere announced is passed on by nobody. */
function textOf(inbound: Inbound): string | null {
  return inbound.through === null ? inbound.text : null;
}

/** All addresses that a document is sent to. */
function recipients(activity: ActivityDocument): string[] {
  return [...idsOf(activity.audience), ...idsOf(activity.to), ...idsOf(activity.cc), ...idsOf(activity.target)];
}

/** `Announce{object}`: a group shows a post by its address or as a copy. */
export async function applyAnnounce(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  if (inbound.through !== null) return ignored('the announcement of another group');
  const through = await groupByUri(work.db, inbound.actor);
  const uri = idOf(inbound.activity.object);
  if (!through || uri === null) return null;
  if (through.local === 1) return ignored('our own announcement came back');
  if (isReference(through)) return applyReference(work, inbound, through, uri);
  const known = await postByUri(work.db, uri);
  const fetched = known ? null : await fetchedDocument(work, uri);
  const embedded = objectOf(inbound.activity.object);
  const read = fetched?.read ?? (embedded ? readPost(embedded) : null);
  if (!read) {
    if (!known) return embedded ? null : { state: 'waiting', uri };
    // Passed on by its address alone: enough to know that the group took it in.
    const bare = { ...emptyRead, uri, origin: originOf(uri) ?? '' };
    return receivePost(work, {
      read: bare,
      actor: '',
      through,
      verified: 'unchecked',
      activity: inbound.id,
      text: null,
    });
  }
  const own = fetched === null && read.origin === inbound.origin;
  return receivePost(work, {
    read,
    actor: read.authors.find((author) => originOf(author) === read.origin) ?? '',
    through,
    verified: fetched ? fetched.verified : own ? inbound.verified : 'unchecked',
    activity: inbound.id,
    text: null,
  });
}

const emptyRead = {
  authors: [],
  kind: null,
  title: null,
  content: '',
  source: null,
  language: null,
  inReplyTo: null,
  audience: [],
  addressed: [],
  published: undefined,
  updated: undefined,
  url: null,
  context: null,
  contextHistory: null,
  names: { mentions: [], tags: [] },
  files: [],
  narrow: null,
  extension: null,
};

export async function applyUpdate(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  if ('joinery:counts' in inbound.activity || 'joinery:delivery' in inbound.activity)
    return applyFigures(work, inbound);
  const uri = idOf(inbound.activity.object);
  if (uri === null) return null;
  if ('joinery:answer' in inbound.activity) return applyAnswer(work, inbound, uri);
  const embedded = objectOf(inbound.activity.object);
  const read = embedded ? readPost(embedded) : null;
  if (!read) return null;
  const through = await throughGroup(work, inbound);
  const known = await postByUri(work.db, uri);
  if (!known) {
    return (await wasTakenBack(work, uri, inbound.actor, inbound.through))
      ? ignored('its author deleted it')
      : { state: 'waiting', uri };
  }
  const author = await personById(work.db, known.author_id);
  if (author?.uri !== inbound.actor || read.origin !== inbound.origin)
    return ignored('only its author can change a post');
  if (known.local === 1) return acceptOwn(work, inbound, known, through, read);
  if (through === 'unknown' || (through && through.id !== known.group_id)) return ignored('it is in another group');
  const group = await requireGroup(work.db, known.group_id);
  if (await isClosedTo(work, inbound, group)) return null;
  if (through === null && group.local !== 1 && inbound.verified === 'unchecked') return ignored('an unchecked copy');
  if (inbound.verified === 'unchecked' && known.verified !== 'unchecked') {
    // Never on the announcer's word: read at its origin instead.
    await enqueueCheck(work, uri, inbound.id);
    return ignored('a copy without proof is checked at its origin');
  }
  if (isReference(group)) await noteActivity(work, known.id, inbound.id);
  const text = isReference(group) ? null : textOf(inbound);
  return (await refreshPost(work, known, read, inbound.verified, text)) ? applied : ignored('nothing new');
}

/** Our own activity, passed on by the group that took it in. */
async function acceptOwn(
  work: Work,
  inbound: Inbound,
  known: PostRow,
  through: Awaited<ReturnType<typeof throughGroup>>,
  read: ReadPost,
): Promise<InboundOutcome> {
  if (!through || through === 'unknown') return ignored('it is ours');
  // A change of ours that was lost with what came after a backup: our own key proves it.
  const isLost = inbound.verified === 'proof' && Date.parse(read.updated ?? '') > Date.parse(known.updated_at);
  if (isLost && through.id === known.group_id && !known.deleted_at) {
    const { title, content, source, language } = read;
    const arrival = { activity: null, updated: read.updated, verified: 'origin' as const };
    await editPost(work, { post: known.id, author: known.author_id, title, content, source, language, arrival });
  }
  const outcome = await receivePost(work, {
    read: { ...emptyRead, uri: known.uri, origin: work.home },
    actor: inbound.actor,
    through,
    verified: inbound.verified,
    activity: inbound.id,
    text: null,
  });
  return outcome ?? ignored('it is ours');
}

/** Figures and delivery reports: told by the group about itself. */
async function applyFigures(work: Work, inbound: Inbound): Promise<InboundOutcome> {
  if (inbound.through !== null && inbound.through !== inbound.actor) return ignored('not told by the group itself');
  const group = await groupByUri(work.db, inbound.actor);
  if (!group || group.local === 1) return ignored('no group of another node that is known here');
  await applyCounts(work, group, readCounts(inbound.activity));
  await applyDeliveryReport(work, group, inbound.activity);
  return applied;
}

async function applyAnswer(work: Work, inbound: Inbound, uri: string): Promise<InboundOutcome | null> {
  const topic = await postByUri(work.db, uri);
  if (!topic) return { state: 'waiting', uri };
  const answerUri = idOf(inbound.activity['joinery:answer']);
  const answer = answerUri === null ? null : await postByUri(work.db, answerUri);
  if (answerUri !== null && !answer) return { state: 'waiting', uri: answerUri };
  const by = await actingPerson(work, inbound, topic);
  if (by === undefined) return ignored('its group did not tell this');
  const done = await markAnswered(work, { topic: topic.id, answer: answer?.id ?? null, by });
  return done ? applied : ignored('nothing new');
}

export async function applyDelete(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const uri = idOf(inbound.activity.object);
  if (uri === null || uri === inbound.actor) return null;
  const known = await postByUri(work.db, uri);
  if (!known) {
    // Kept so that a `Create` that comes late does not resurrect it.
    await rememberTombstone(work, uri, inbound);
    return originOf(uri) === inbound.origin ? applied : ignored('it is not known here');
  }
  if (known.deleted_at) return ignored('it is deleted already');
  const author = await personById(work.db, known.author_id);
  // A deletion of ours that was lost with what came after a backup: the author's own key proves it.
  if (known.local === 1 && author?.uri === inbound.actor && inbound.verified === 'proof') {
    await deletePost(work, { post: known.id, author: known.author_id });
    return applied;
  }
  const byAuthor = author?.uri === inbound.actor && known.local !== 1;
  if (byAuthor && inbound.through !== null && (await actingPerson(work, inbound, known)) === undefined)
    return ignored('it is in another group');
  if (!byAuthor) return removeByGroup(work, inbound, known);
  if (inbound.verified !== 'unchecked' || (inbound.through !== null && originOf(inbound.through) === originOf(uri))) {
    // Kept with its proof, for its author's node, should that come back from a backup that does not know of it.
    const deletion = inbound.verified === 'unchecked' ? textOf(inbound) : inbound.text;
    await deletePost(work, { post: known.id, author: known.author_id, deletion });
    await rememberTombstone(work, uri, inbound);
    return applied;
  }
  // The group says that its author deleted it, without proof: hidden at once, deleted when its origin says so.
  await enqueueCheck(work, uri, inbound.id);
  return removeByGroup(work, inbound, known);
}
