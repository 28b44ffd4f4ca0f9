import {
  enqueueJob,
  type Inbound,
  type InboundOutcome,
  type JsonObject,
  originOf,
  refuse,
  type Work,
} from '@joinery/core';
import { removeFilesOf } from '@joinery/slices/files';
import { type GroupRow, groupByUri, mayHearOf, membershipOf, membersPerNode } from '@joinery/slices/groups';
import { type PersonRow, personById, personByUri, personTypes, rememberRemotePerson } from '@joinery/slices/people';
import { acceptPost } from './acceptance.ts';
import { holderOf } from './attachments.ts';
import { editPost } from './changes.ts';
import type { ReadPost } from './documents-in.ts';
import { removeFromGroup } from './moderation.ts';
import { type ChosenAudience, createTopic, reply } from './posts.ts';
import { isReference } from './references.ts';
import { agrees, postByUri, requireGroup, requirePost, topicOf } from './store.ts';
import type { PostRow } from './tables.ts';
import { wasTakenBack } from './taken-back.ts';
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
