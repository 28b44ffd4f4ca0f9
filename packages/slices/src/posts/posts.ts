import { type JsonObject, newId, prepareInsert, refuse, streams, type Work } from '@joinery/core';
import { rememberFiles } from '@joinery/slices/files';
import { type GroupRow, isReadLive, membersPerNode, noteBegun } from '@joinery/slices/groups';
import { markPublic } from '@joinery/slices/people';
import { excerpt } from '@joinery/ui';
import { type Attachment, attachAll, holderOf } from './attachments.ts';
import { canNarrow } from './audience.ts';
import { enterGroup } from './entering.ts';
import { putExtension } from './extension.ts';
import { decidedByHost, streamOf } from './host.ts';
import { putNames } from './names.ts';
import { emitOfPost } from './narrow.ts';
import { whyNotPost, whyNotReply } from './policy.ts';
import { numberPost } from './references.ts';
import { assertMayTell, requireGroup, requirePost, standingOf, topicOf } from './store.ts';
import type { PostAudience, PostKind, PostRow } from './tables.ts';
import { seesPost } from './visibility.ts';
import { type Arrival, checkLength, clampInstant, namedText, type Text, unkept } from './written.ts';

type Common = Text & {
  author: string;
  language?: string | null;
  kind?: PostKind;
  arrival?: Arrival;
  /** Files of the author's to hang on it, in their order. */
  files?: readonly Attachment[];
  /** What another slice says in its document (`extension.ts`). */
  extension?: JsonObject;
};
export type TopicInput = Common & { group: string; title: string | null; audience?: ChosenAudience | undefined };
/** For whom a thread is; of one agency its node, and its name as the author saw it. */
export type ChosenAudience = { kind: PostAudience; origin: string | null; agency?: string | null };
export type ReplyInput = Common & { replyTo: string };

/**
 * Starts a topic. In a group elsewhere it waits until that group takes it in.
 * @throws {Refusal} not_found, signed_out, not_member, needs_approval, banned, locked, gone; invalid when it is too long
 */
export async function createTopic(work: Work, input: TopicInput): Promise<PostRow> {
  const group = await requireGroup(work.db, input.group);
  const decided = decidedByHost(work, group, !input.arrival);
  if (!decided) {
    const why = whyNotPost(await standingOf(work.db, group, input.author, work.now));
    if (why) refuse(why, 'You cannot start a topic in this group');
    assertMayTell(work, group);
  }
  if (group.kind === 'conversation') {
    const begun = await topicOf(work.db, group.id);
    // Who has not read how it began begins it anew; it stays one thread.
    if (begun && input.arrival) return reply(work, { ...input, replyTo: begun });
    if (begun) refuse('conflict', 'A conversation is one thread: reply in it');
  }
  const { audience } = input;
  // What the host of a group elsewhere took in is for whom its author wrote it.
  if (!decided && audience && audience.kind !== 'group' && !canNarrow(group)) cannotNarrow();
  if (!decided && audience?.kind === 'agency') {
    const nodes = await membersPerNode(work.db, group);
    if (!nodes.some(({ origin }) => origin === audience.origin)) cannotNarrow();
  }
  return addPost(work, group, { ...input, kind: input.kind ?? 'discussion' }, null);
}

const cannotNarrow = () =>
  refuse('invalid', 'It cannot be for these alone', [{ field: 'audience', code: 'bad_choice' }]);

/**
 * Answers a topic or another reply.
 * @throws {Refusal} as createTopic; locked and gone also for the topic
 */
export async function reply(work: Work, input: ReplyInput): Promise<PostRow> {
  const parent = await requirePost(work.db, input.replyTo);
  const topic = parent.topic_id === parent.id ? parent : await requirePost(work.db, parent.topic_id);
  const group = await requireGroup(work.db, topic.group_id);
  if (!decidedByHost(work, group, !input.arrival)) {
    const why = whyNotReply(await standingOf(work.db, group, input.author, work.now), topic);
    if (why) refuse(why, 'You cannot reply here');
    assertMayTell(work, group);
    // Whoever came later writes in a conversation without having read how it began.
    const sees = group.kind === 'conversation' || (await seesPost(work.db, input.author, topic));
    if (!sees) refuse('not_found', 'There is no such post');
  }
  return addPost(work, group, { ...input, title: null, kind: input.kind ?? 'reply' }, { topic, parent });
}

async function addPost(
  work: Work,
  group: GroupRow,
  given: Common & { title: string | null; kind: PostKind; audience?: ChosenAudience | undefined },
  thread: { topic: PostRow; parent: PostRow } | null,
): Promise<PostRow> {
  checkLength(given.title, given);
  const arrival = given.arrival && isReadLive(group) ? unkept(given.arrival) : given.arrival;
  // A post of ours that comes back keeps its address.
  const returned = arrival?.uri.startsWith(`${work.home}/posts/`)
    ? arrival.uri.slice(`${work.home}/posts/`.length)
    : null;
  const id = returned ?? newId();
  const { content, names } = await namedText(work, group, given, arrival);
  const ours = !arrival || returned !== null;
  const kept = ours || !isReadLive(group);
  const input = kept ? { ...given, content } : { ...given, content: '', title: null, language: null };
  const published = clampInstant(arrival?.published, work.now) ?? work.now;
  // Another node's clock never puts an answer before what it answers.
  const follows = thread && group.kind !== 'conversation' && published < thread.parent.sort_at;
  const sorted = follows ? thread.parent.sort_at : published;
  const waits = group.local !== 1 && !arrival;
  const row: PostRow = {
    id,
    uri: arrival?.uri ?? `${work.home}/posts/${id}`,
    url: arrival?.url ?? null,
    context_uri: arrival?.context ?? null,
    history_uri: arrival?.contextHistory ?? null,
    group_id: group.id,
    topic_id: thread?.topic.id ?? id,
    reply_to: thread?.parent.id ?? null,
    kind: input.kind,
    author_id: input.author,
    audience: thread?.topic.audience ?? given.audience?.kind ?? 'group',
    audience_origin: thread ? thread.topic.audience_origin : (given.audience?.origin ?? null),
    audience_agency: thread ? thread.topic.audience_agency : (given.audience?.agency ?? null),
    title: input.title,
    excerpt: excerpt(input.content),
    language: input.language ?? null,
    local: ours ? 1 : 0,
    status: waits ? 'waiting' : 'accepted',
    refusal: null,
    accepted_at: waits ? null : work.now,
    revision: 1,
    pinned_at: null,
    pin_decided_at: null,
    locked_at: null,
    removed_at: null,
    removed_reason: null,
    hidden_at: null,
    hidden_reason: null,
    deleted_at: null,
    deletion: null,
    answer_id: null,
    likes: 0,
    reply_count: 0,
    counted_at: null,
    count_due: 0,
    published_at: published,
    received_at: work.now,
    news_at: waits || arrival?.history ? null : work.now,
    sort_at: sorted,
    updated_at: clampInstant(arrival?.updated, work.now) ?? published,
    last_activity_at: sorted,
    verified: arrival?.verified ?? 'origin',
    fetched_at: ours ? null : work.now,
    event_id: null,
    event_stream: null,
    delivery: null,
    delivery_at: null,
  };
  const stream = streamOf(work, group, row, !arrival);
  if (arrival?.history) {
    work.emit('post.remembered', streams.local, { post: id, group: group.id });
  } else {
    const about = { group, post: row, topic: thread?.topic ?? row };
    row.event_id = await emitOfPost(work, about, 'post.created', { post: id, group: group.id, revision: 1 }, stream);
    row.event_stream = stream;
  }
  await insertPost(work.db, row);
  if (kept)
    await insertRevision(work.db, {
      post_id: id,
      number: 1,
      title: input.title,
      content: input.content,
      source: input.source,
      activity: arrival?.activity ?? null,
      at: row.updated_at,
    });
  await putNames(work, id, names, true);
  const extension = arrival ? arrival.extension : given.extension;
  if (extension) await putExtension(work, id, extension);
  if (row.local === 0) await rememberFiles(work, holderOf(id), arrival?.files ?? []);
  else if (!arrival) await attachAll(work, id, given.author, given.files ?? []);
  await numberPost(work, group, row, arrival?.activityId ?? null);
  if (group.local === 1 && !thread && row.audience !== 'group') await noteBegun(work, group.id, row.author_id, row.uri);
  // Other nodes look up by WebFinger who wrote where everybody may know of the group.
  if (!arrival && group.listed === 1 && group.reading !== 'members') await markPublic(work, input.author);
  if (!waits) await enterGroup(work, group, row, arrival?.history === true);
  return row;
}

const insertPost = prepareInsert('post');
const insertRevision = prepareInsert('post_revision');
