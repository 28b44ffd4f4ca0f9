import {
  type ActivityDocument,
  type CollectedItem,
  enqueueJob,
  type Inbound,
  type InboundOutcome,
  isObject,
  type JsonObject,
  newId,
  originOf,
  refuse,
  type Work,
} from '@joinery/core';
import { removeFilesOf } from '@joinery/slices/files';
import { type GroupRow, groupByUri, mayHearOf, membershipOf, membersPerNode } from '@joinery/slices/groups';
import { type PersonRow, personById, personByUri, personTypes, rememberRemotePerson } from '@joinery/slices/people';
import { acceptPost } from './acceptance.ts';
import { holderOf } from './attachments.ts';
import { deletePost, editPost } from './changes.ts';
import { applyCounts } from './counts.ts';
import { idOf, idsOf, listOf, objectOf, type ReadPost, readPost } from './documents.ts';
import { removeFromGroup } from './moderation.ts';
import { type ChosenAudience, createTopic, reply } from './posts.ts';
import { isReference } from './references.ts';
import { agrees, postByUri, requireGroup, requirePost, topicOf } from './store.ts';
import type { PostDocumentRow, PostRow } from './tables.ts';
import type { Arrival } from './written.ts';

export const ancestorsJob = 'posts.ancestors';
export const checkJob = 'posts.check';

export type Verified = Inbound['verified'];
export const ignored = (why: string): InboundOutcome => ({ state: 'ignored', why });
export const applied: InboundOutcome = { state: 'applied' };

/** A post as it came, with what is known about how. */
export type Received = {
  read: ReadPost;
  /** Whoever sent it, as proven: must be its author. */
  actor: string;
  /** The group of another node that told it; null when its author sent it to us. */
  through: GroupRow | null;
  verified: Verified;
  /** Id and text of the activity it came in. */
  activity: string;
  text: string | null;
  /** Name and agency of the author, from inside what is proven. */
  author?: JsonObject | null;
  history?: boolean;
  /** Where the group keeps the thread, as the group says. */
  thread?: { context: string | null; contextHistory: string | null };
};

/** Takes in a post of another node. Null when it concerns no group here. @throws {Refusal} what createTopic and reply throw */
export async function receivePost(work: Work, received: Received): Promise<InboundOutcome | null> {
  const { read, through } = received;
  const known = await postByUri(work.db, read.uri);
  if (known && !(await isMisplaced(work, known, received))) return receiveAgain(work, known, received);
  if (!read.authors.includes(received.actor)) return ignored('its author is somebody else');
  // Proven by our own key and not here: lost with what came after a backup, and given back by its group.
  if (read.origin === work.home && !(through && received.verified === 'proof'))
    return ignored('there is no such post here');
  if (await wasTakenBack(work, read.uri, received.actor, through?.uri ?? null))
    return ignored('its author deleted it before it arrived');
  const answered = read.inReplyTo === null ? null : await postByUri(work.db, read.inReplyTo);
  const group =
    through ??
    (await groupAmong(work, read.addressed)) ??
    (answered ? await requireGroup(work.db, answered.group_id) : null);
  if (!group || group.deleted_at) return null;
  if (!through && group.local !== 1) return ignored('only its group can tell this');
  const closedHere = group.local === 1 && group.reading === 'members';
  if (closedHere || !agrees(work.trust, through ? group.home : read.origin, group)) {
    const person = await personByUri(work.db, received.actor);
    const standing = person && (await membershipOf(work.db, group.id, person.id));
    // Told to whoever knows the group; to others it is as if there were none.
    if (group.local === 1 && !(await mayHearOf(work, group, read.origin, standing))) return null;
    if (!agrees(work.trust, through ? group.home : read.origin, group))
      refuse('no_agreement', 'There is no agreement for this');
  }
  const talk = group.kind === 'conversation';
  const parent = talk ? await placeInConversation(work, group, answered ?? null) : answered;
  if (parent && parent.group_id !== group.id) return ignored('it answers a post of another group');
  if (through && isForOthers(read, through)) return ignored('it was written for another group');
  if (read.inReplyTo !== null && !parent && !talk) {
    if (!isReference(group))
      await enqueueJob(work, ancestorsJob, { uri: read.inReplyTo, group: group.uri }, { key: read.inReplyTo });
    return { state: 'waiting', uri: read.inReplyTo };
  }
  if (known) await setAside(work, known);
  const author = await authorOf(work, received, group);
  const arrival: Arrival = {
    uri: read.uri,
    url: read.url,
    context: received.thread?.context ?? read.context,
    contextHistory: received.thread?.contextHistory ?? read.contextHistory,
    published: read.published,
    updated: read.updated,
    verified: received.verified,
    activity: isReference(group) ? null : received.text,
    activityId: received.activity,
    history: received.history ?? false,
    names: read.names,
    files: read.files,
    extension: read.extension,
  };
  const text = { content: read.content, source: read.source };
  const common = {
    ...text,
    author: author.id,
    language: read.language,
    ...(read.kind ? { kind: read.kind } : {}),
    arrival,
  };
  if (parent) await reply(work, { ...common, replyTo: parent.id });
  else
    await createTopic(work, {
      ...common,
      group: group.id,
      title: read.title,
      audience: await narrowIn(work, group, read),
    });
  await work.db.deleteFrom('post_document').where('uri', '=', read.uri).execute();
  if (received.verified === 'unchecked') await enqueueJob(work, checkJob, { uri: read.uri }, { key: read.uri });
  return applied;
}

/** For whom alone its author wrote it, with the name of the agency as it is known here. */
async function narrowIn(work: Work, group: GroupRow, { narrow }: ReadPost): Promise<ChosenAudience | undefined> {
  if (narrow === null) return undefined;
  const node = (await membersPerNode(work.db, group)).find(({ origin }) => origin === narrow.origin);
  return { ...narrow, agency: node?.agency || null };
}

/** A conversation is one thread: what it answers may have been said before this node was told, and then it goes on with what is here. */
async function placeInConversation(work: Work, group: GroupRow, answered: PostRow | null): Promise<PostRow | null> {
  if (answered?.group_id === group.id) return answered;
  const begun = await topicOf(work.db, group.id);
  return begun === undefined ? null : requirePost(work.db, begun);
}

/** Its audience is another group and it is not addressed to this one either: Lemmy is known to name a wrong audience. */
function isForOthers(read: ReadPost, group: GroupRow): boolean {
  return read.audience.length > 0 && !read.addressed.includes(group.uri);
}

/**
 * Whether what is here under this id is a copy that a group elsewhere showed on its own word, while its author now proves to have written for another one. Such a copy must
 * not keep the post out of where it belongs.
 */
async function isMisplaced(work: Work, known: PostRow, { read, actor, through, verified }: Received): Promise<boolean> {
  if (known.local === 1 || known.verified !== 'unchecked' || verified === 'unchecked') return false;
  if (!read.authors.includes(actor)) return false;
  const group = await requireGroup(work.db, known.group_id);
  return through?.id !== group.id && !read.addressed.includes(group.uri);
}

/** Frees the address that a copy has taken; what was answered to it stays where it is. */
async function setAside(work: Work, copy: PostRow): Promise<void> {
  await removeFilesOf(work, holderOf(copy.id));
  if (copy.removed_at === null) await removeFromGroup(work, { post: copy.id, by: null, reason: null });
  await work.db
    .updateTable('post')
    .set({ uri: `${copy.uri}#copy-${copy.id}` })
    .where('id', '=', copy.id)
    .execute();
}

/** An id that is here already never changes or widens anything, except that a copy gives way to what is proven. */
async function receiveAgain(work: Work, known: PostRow, received: Received): Promise<InboundOutcome> {
  if (known.local === 1) {
    if (received.through?.id !== known.group_id) return ignored('it is ours');
    return (await acceptPost(work, known.id, received.activity)) ? applied : ignored('it was taken in already');
  }
  const byAuthor = received.read.authors.includes(received.actor);
  if (known.verified === 'unchecked' && received.verified !== 'unchecked' && byAuthor) {
    return (await refreshPost(work, known, received.read, received.verified, received.text))
      ? applied
      : ignored('nothing new');
  }
  return ignored('it is here already');
}

/**
 * Replaces what is here by what its author says now.
 * @returns false when it is not the author's, or older, or the same
 */
export async function refreshPost(
  work: Work,
  known: PostRow,
  read: ReadPost,
  verified: Verified,
  text: string | null,
): Promise<boolean> {
  const author = await personById(work.db, known.author_id);
  if (known.local === 1 || known.deleted_at || !author || !read.authors.includes(author.uri)) return false;
  const group = await requireGroup(work.db, known.group_id);
  if (known.verified === 'unchecked' && verified !== 'unchecked' && group.local !== 1 && isForOthers(read, group)) {
    // Its author wrote it for another group: what this one showed is not shown, and stays unproven.
    if (known.removed_at !== null) return false;
    return removeFromGroup(work, { post: known.id, by: null, reason: null });
  }
  // An older version that comes late; a copy is never newer than what is proven.
  if (known.verified !== 'unchecked') {
    if (verified === 'unchecked') return false;
    if (read.updated !== undefined && Date.parse(read.updated) < Date.parse(known.updated_at)) return false;
  }
  const before = known.revision;
  const after = await editPost(work, {
    post: known.id,
    author: author.id,
    title: read.title,
    content: read.content,
    source: read.source,
    language: read.language,
    arrival: {
      activity: text,
      updated: read.updated,
      verified,
      names: read.names,
      files: read.files,
      extension: read.extension,
    },
  });
  if (after.revision === before) {
    await work.db.updateTable('post').set({ verified, fetched_at: work.now }).where('id', '=', known.id).execute();
  }
  return after.revision !== before || verified !== known.verified;
}

async function groupAmong(work: Work, addresses: string[]): Promise<GroupRow | undefined> {
  const ours = addresses.filter((address) => originOf(address) === work.home);
  for (const address of ours.slice(0, 20)) {
    const group = await groupByUri(work.db, address);
    if (group) return group;
  }
  return undefined;
}

/**
 * The author as a person here. Readers whose node does not know the author's node take name and agency from what the author's node
 * proved, and otherwise know no more than the address.
 */
async function authorOf(work: Work, received: Received, group: GroupRow): Promise<PersonRow> {
  const known = await personByUri(work.db, received.actor);
  if (known) return known;
  if (group.local === 1) refuse('not_member', 'The author is not a member of this group');
  const believed = received.verified !== 'unchecked' && received.author?.id === received.actor;
  const about = believed && received.author ? received.author : {};
  const type = personTypes.find((name) => name === about.type) ?? 'Person';
  // The epoch as the time of reading: whatever is read at the source later is newer.
  const id = await rememberRemotePerson(
    work,
    { ...about, id: received.actor, type },
    { fetchedAt: new Date(0).toISOString(), verified: received.verified },
  );
  return (await personById(work.db, id)) ?? refuse('not_found', 'The author is not known');
}

/**
 * Remembers that an owner took an address back. Only the origin of the address can. What only a group vouches for, since nobody here may ask the owner's node, counts for
 * what comes through that group: it may have made the key up.
 */
export async function rememberTombstone(work: Work, uri: string, inbound: Inbound): Promise<void> {
  if (originOf(uri) !== inbound.origin || inbound.verified === 'unchecked') return;
  const isVouched = inbound.through !== null && !work.trust.mayFederate(inbound.origin, null, 'in').allowed;
  const actor = isVouched && inbound.through !== null ? inbound.through : inbound.actor;
  await work.db
    .insertInto('post_tombstone')
    .values({ uri, actor, at: work.now })
    .onConflict((conflict) => conflict.columns(['uri', 'actor']).doNothing())
    .execute();
}

/** @param through address of the group that tells of it; null when its author does */
export async function wasTakenBack(work: Work, uri: string, actor: string, through: string | null): Promise<boolean> {
  const row = await work.db
    .selectFrom('post_tombstone')
    .select('uri')
    .where('uri', '=', uri)
    .where('actor', 'in', through === null ? [actor] : [actor, through])
    .executeTakeFirst();
  return row !== undefined;
}

/** A document that was fetched and waits for its group. */
export async function fetchedDocument(work: Work, uri: string): Promise<(PostDocumentRow & { read: ReadPost }) | null> {
  const row = await work.db.selectFrom('post_document').selectAll().where('uri', '=', uri).executeTakeFirst();
  const read = row ? readPost(JSON.parse(row.document) as JsonObject) : null;
  return row && read ? { ...row, read } : null;
}

/**
 * Stores or refreshes what was fetched at a post's own address. What is not in a group here yet is kept aside until an activity says
 * where it belongs: its own claim to be in a group is not enough.
 * @returns local id
 * @throws {Refusal} bad_request when it is not a post
 */
export async function saveRemotePost(
  work: Work,
  document: ActivityDocument,
  how: { fetchedAt: string; verified: Verified },
): Promise<string> {
  const uri = typeof document.id === 'string' ? document.id : '';
  const known = await postByUri(work.db, uri);
  if (document.type === 'Tombstone') {
    if (!known) refuse('gone', 'This post was deleted');
    if (known.local !== 1 && how.verified !== 'unchecked')
      await deletePost(work, { post: known.id, author: known.author_id });
    return known.id;
  }
  const read = readPost(document) ?? refuse('bad_request', 'This is not a post');
  if (known) {
    await refreshPost(work, known, read, how.verified, null);
    return known.id;
  }
  if (how.verified === 'unchecked' || read.origin === work.home) refuse('bad_request', 'This copy cannot be believed');
  // What was written for a closed group is read with its token, as the group tells of it: nothing of it is put aside.
  for (const address of read.audience.slice(0, 20)) {
    const group = await groupByUri(work.db, address);
    if (group && isReference(group)) refuse('bad_request', 'A closed group tells of this itself');
  }
  const id = newId();
  const row = await work.db
    .insertInto('post_document')
    .values({ uri, id, document: JSON.stringify(document), verified: how.verified, fetched_at: how.fetchedAt })
    .onConflict((conflict) =>
      conflict
        .column('uri')
        .doUpdateSet({ document: JSON.stringify(document), verified: how.verified, fetched_at: how.fetchedAt }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/**
 * Takes in what the host of a group elsewhere keeps: topics with first posts and figures, or the replies of a topic. Nothing of it is
 * news: it raises no event and goes by the author's time.
 * @param items the host's `Announce` around the author's activity, the activity, the post itself, or its address when it was fetched
 * @returns how many posts were new here
 */
export async function rememberTopics(work: Work, group: string, items: CollectedItem[]): Promise<number> {
  const host = await requireGroup(work.db, group);
  if (host.local === 1) refuse('bad_request', 'The history of a group of this node is here');
  let added = 0;
  for (const { item, verified } of items) {
    const announced = item.type === 'Announce' ? objectOf(item.object) : item;
    const wrapped = announced?.type === 'Create' || announced?.type === 'Update';
    const document = wrapped ? objectOf(announced.object) : announced;
    const address = idOf(document ?? announced ?? item.object) ?? '';
    const fetched = document?.type === undefined ? await fetchedDocument(work, address) : null;
    const read = fetched?.read ?? (document ? readPost(document) : null);
    const actor = (wrapped ? idOf(announced.actor) : read?.authors[0]) ?? '';
    if (read && originOf(actor) === read.origin) {
      const said = announced?.['joinery:author'];
      const outcome = await receivePost(work, {
        read,
        actor,
        through: host,
        verified: fetched?.verified ?? verified,
        activity: idOf(announced ?? undefined) ?? '',
        text: null,
        author: isObject(said) ? said : null,
        history: true,
        thread: { context: hostAddress(item.context, host), contextHistory: hostAddress(item.contextHistory, host) },
      });
      if (outcome?.state === 'applied') added += 1;
    }
    await applyCounts(work, host, readCounts(item));
  }
  return added;
}

function hostAddress(value: JsonObject[string], host: GroupRow): string | null {
  const address = idOf(value);
  return address !== null && originOf(address) === host.home ? address : null;
}

/** The list `joinery:counts`: figures, and for topics what the host has decided about them. */
export function readCounts(activity: ActivityDocument): Parameters<typeof applyCounts>[2] {
  return listOf(activity['joinery:counts']).flatMap((entry) => {
    if (!isObject(entry) || typeof entry.object !== 'string') return [];
    const { object: uri, pinned, locked } = entry;
    const answer = typeof entry['joinery:answer'] === 'string' ? entry['joinery:answer'] : undefined;
    const figures = { likes: wholeNumber(entry.likes), replies: wholeNumber(entry.replies) };
    return [
      {
        uri,
        ...figures,
        ...(typeof pinned === 'boolean' ? { pinned } : {}),
        ...(typeof locked === 'boolean' ? { locked } : {}),
        ...(answer ? { answer } : {}),
      },
    ];
  });
}

function wholeNumber(value: JsonObject[string]): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? Math.min(value, 1_000_000_000) : 0;
}

/** All addresses that a document is sent to. */
export function recipients(activity: ActivityDocument): string[] {
  return [...idsOf(activity.audience), ...idsOf(activity.to), ...idsOf(activity.cc), ...idsOf(activity.target)];
}
