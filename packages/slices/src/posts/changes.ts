import { type JsonObject, refuse, type Work } from '@joinery/core';
import { removeFilesOf } from '@joinery/slices/files';
import { isReadLive } from '@joinery/slices/groups';
import { excerpt } from '@joinery/ui';
import { type Attachment, changeFiles, holderOf } from './attachments.ts';
import { mayComeBack, planForgetLikes, putInBin } from './bin.ts';
import { leaveGroup } from './entering.ts';
import { forgetExtension, putExtension } from './extension.ts';
import { decidedByHost, streamOf } from './host.ts';
import { forgetNames, putNames } from './names.ts';
import { emitOfPost } from './narrow.ts';
import { whyNotDelete, whyNotEdit } from './policy.ts';
import { assertMayTell, currentRevision, requireGroup, requirePost, requireTopic, standingOf } from './store.ts';
import type { PostRow } from './tables.ts';
import { type Arrival, checkLength, clampInstant, namedText, type Text } from './written.ts';

export type EditInput = Partial<Text> & {
  post: string;
  author: string;
  title?: string | null;
  language?: string | null;
  /** Number of the revision that the editor had before them. */
  expected?: number | undefined;
  arrival?: Pick<Arrival, 'activity' | 'updated' | 'verified' | 'names' | 'files' | 'extension'>;
  /** What hangs on it from now on; unchanged unless given. */
  files?: readonly Attachment[];
  /** A file of it can be read that could not before, or the other way round. */
  filesChanged?: boolean;
  /** What another slice says in its document from now on; unchanged unless given. */
  extension?: JsonObject;
};

/**
 * Replaces the text of a post by a new revision; what is left out stays. The older texts stay readable as its history.
 * @throws {Refusal} forbidden unless the very author; gone; banned; locked; stale_revision when somebody changed it meanwhile
 */
export async function editPost(work: Work, input: EditInput): Promise<PostRow> {
  const post = await requirePost(work.db, input.post);
  const group = await requireGroup(work.db, post.group_id);
  if (post.author_id !== input.author) refuse('forbidden', 'Only its author can change a post');
  if (post.deleted_at) refuse('gone', 'This post was deleted');
  if (!decidedByHost(work, group, post.local === 1)) {
    const why = whyNotEdit(await standingOf(work.db, group, input.author, work.now), group, post);
    if (why) refuse(why, 'You cannot change this post');
    assertMayTell(work, group);
  }
  if (input.expected !== undefined && input.expected !== post.revision) {
    refuse('stale_revision', 'This post was changed since you opened it: compare the two texts');
  }
  // What is not kept here has nothing that could be replaced.
  if (post.local !== 1 && isReadLive(group)) return post;
  const current = await currentRevision(work.db, post);
  if (!current) refuse('gone', 'This post was deleted');
  if (input.files && !input.arrival && post.kind === 'document' && post.reply_to === null)
    refuse('conflict', 'The file of a document is changed by a new version of it, in the library of its group');
  // What a conversation is about is said once, by whoever begins it.
  const untitled = post.reply_to !== null || group.kind === 'conversation';
  const title = input.title === undefined || untitled ? post.title : input.title;
  const written = {
    content: input.content ?? current.content,
    source: input.content === undefined ? current.source : (input.source ?? null),
  };
  const { content, names } = await namedText(work, group, written, input.arrival);
  const text = { content, source: written.source };
  const language = input.language === undefined ? post.language : input.language;
  checkLength(title, text);
  const extension = input.arrival ? input.arrival.extension : input.extension;
  const extended = extension ? await putExtension(work, post.id, extension) : false;
  const filesChanged = (await changeFiles(work, post, input)) || extended;
  if (
    title === post.title &&
    text.content === current.content &&
    text.source === current.source &&
    language === post.language &&
    !filesChanged
  ) {
    return post;
  }
  const number = post.revision + 1;
  const at = clampInstant(input.arrival?.updated, work.now) ?? work.now;
  const stream = streamOf(work, group, post, post.local === 1 && !input.arrival);
  const waits = group.local !== 1 && post.local === 1 && !input.arrival;
  // A post that its group never took in is sent anew as a whole.
  const unknownThere = waits && post.accepted_at === null && post.status === 'refused';
  const data = { post: post.id, group: group.id, revision: number };
  const about = { group, post, topic: await requireTopic(work.db, post) };
  const event = await emitOfPost(work, about, unknownThere ? 'post.created' : 'post.edited', data, stream);
  await work.db
    .insertInto('post_revision')
    .values({ post_id: post.id, number, title, ...text, activity: input.arrival?.activity ?? null, at })
    .execute();
  const change = {
    title,
    language,
    excerpt: excerpt(text.content),
    revision: number,
    updated_at: at,
    event_id: event,
    event_stream: stream,
    ...(waits ? { status: 'waiting' as const, refusal: null } : {}),
    ...(input.arrival ? { verified: input.arrival.verified, fetched_at: work.now } : {}),
  };
  await work.db.updateTable('post').set(change).where('id', '=', post.id).execute();
  await putNames(work, post.id, names);
  return { ...post, ...change };
}

/**
 * Deletes a post for good: its texts and likes go, a tombstone stays so that the thread holds together and nothing late resurrects it. Of a document of ours its author
 * has what was in it for 30 days more (`bin.ts`), and of any that may come back each node knows meanwhile who liked it.
 * @param input.deletion the `Delete` of a remote author as it arrived
 * @throws {Refusal} forbidden unless the very author
 */
export async function deletePost(
  work: Work,
  input: { post: string; author: string; deletion?: string | null },
): Promise<PostRow> {
  const post = await requirePost(work.db, input.post);
  const group = await requireGroup(work.db, post.group_id);
  const standing = await standingOf(work.db, group, input.author, work.now);
  const why = whyNotDelete(standing, post);
  if (why === 'gone') return post;
  if (why) refuse(why, 'Only its author can delete a post');
  const stream = streamOf(work, group, post, post.local === 1);
  const about = { group, post, topic: await requireTopic(work.db, post) };
  await putInBin(work, post);
  const change = {
    deleted_at: work.now,
    deletion: input.deletion ?? null,
    title: null,
    excerpt: '',
    pinned_at: null,
    pin_decided_at: null,
    answer_id: null,
    likes: 0,
    count_due: 0,
    // What the host reported is about the text that is gone.
    delivery: null,
    delivery_at: null,
    event_id: await emitOfPost(work, about, 'post.deleted', { post: post.id, group: group.id }, stream),
    event_stream: stream,
  };
  await work.db.updateTable('post').set(change).where('id', '=', post.id).execute();
  await work.db.deleteFrom('post_revision').where('post_id', '=', post.id).execute();
  // Who liked a document shows nowhere from now on, and is known to this node until it can come back no more.
  if (mayComeBack(post)) await planForgetLikes(work);
  else await work.db.deleteFrom('post_like').where('post_id', '=', post.id).execute();
  await forgetNames(work, post.id);
  await forgetExtension(work, post.id);
  await removeFilesOf(work, holderOf(post.id));
  await work.db
    .updateTable('post')
    .set({ answer_id: null })
    .where('id', '=', post.topic_id)
    .where('answer_id', '=', post.id)
    .execute();
  if (post.accepted_at !== null) await leaveGroup(work, group, post);
  return { ...post, ...change };
}
