import { type Inbound, newId, prepareInsert, refuse, streams, type Work } from '@joinery/core';
import { rememberFiles, removeFilesOf, type SaidFile } from '@joinery/slices/files';
import { countPost, type GroupRow, membersPerNode } from '@joinery/slices/groups';
import { markPublic } from '@joinery/slices/people';
import { excerpt, plainText, renderMarkdown } from '@joinery/ui';
import { type Attachment, attachAll, changeFiles, holderOf } from './attachments.ts';
import { canNarrow } from './audience.ts';
import { countDue } from './counts.ts';
import { longestContent, longestTitle } from './input.ts';
import { forgetNames, linkNames, namesSaid, putNames, type SaidNames } from './names.ts';
import { whyNotDelete, whyNotEdit, whyNotPost, whyNotReply } from './policy.ts';
import { numberPost } from './references.ts';
import { assertMayTell, currentRevision, postById, requireGroup, requirePost, standingOf, topicOf } from './store.ts';
import type { PostAudience, PostKind, PostRow } from './tables.ts';
import { seesPost, streamOfPost } from './visibility.ts';

/** What somebody wrote: safe HTML, with its Markdown when that is known. */
export type Text = { content: string; source: string | null };

/** How a post of another node came here. */
export type Arrival = {
  uri: string;
  url?: string | null;
  context?: string | null;
  contextHistory?: string | null;
  /** What the document says, unchecked. */
  published?: string | undefined;
  updated?: string | undefined;
  verified: Inbound['verified'];
  /** The activity as it arrived, when it must be passed on unchanged. */
  activity?: string | null;
  /** Its address. */
  activityId?: string;
  /** Whom it mentions and how it is tagged. */
  names?: SaidNames;
  /** Files that hang on it at its home. */
  files?: readonly SaidFile[];
  /** Brought by reading the host's collections, not told as news. */
  history?: boolean;
};

type Common = Text & {
  author: string;
  language?: string | null;
  kind?: PostKind;
  arrival?: Arrival;
  /** Files of the author's to hang on it, in their order. */
  files?: readonly Attachment[];
};
export type TopicInput = Common & { group: string; title: string | null; audience?: ChosenAudience | undefined };
/** For whom a thread is; of one agency its node, and its name as the author saw it. */
export type ChosenAudience = { kind: PostAudience; origin: string | null; agency?: string | null };
export type ReplyInput = Common & { replyTo: string };

/** What a person typed into a form, as text of a post. */
export function markdownText(source: string): Text {
  return { content: renderMarkdown(source), source };
}

/**
 * Starts a topic. In a group elsewhere it waits until that group takes it in.
 * @throws {Refusal} not_found, signed_out, not_member, needs_approval, banned, locked, gone; invalid when it is too long
 */
export async function createTopic(work: Work, input: TopicInput): Promise<PostRow> {
  const group = await requireGroup(work.db, input.group);
  if (!decidedByHost(work, group, !input.arrival)) {
    const why = whyNotPost(await standingOf(work.db, group, input.author, work.now));
    if (why) refuse(why, 'You cannot start a topic in this group');
    assertMayTell(work, group);
  }
  if (group.kind === 'conversation' && (await topicOf(work.db, group.id)))
    refuse('conflict', 'A conversation is one thread: reply in it');
  const { audience } = input;
  if (audience && audience.kind !== 'group' && !canNarrow(group)) cannotNarrow();
  if (audience?.kind === 'agency') {
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
    if (!(await seesPost(work.db, input.author, topic))) refuse('not_found', 'There is no such post');
  }
  return addPost(work, group, { ...input, title: null, kind: input.kind ?? 'reply' }, { topic, parent });
}

/** What the host of a group elsewhere tells has been decided there, and so has what others wrote in it. */
export function decidedByHost(work: Pick<Work, 'origin'>, group: Pick<GroupRow, 'local'>, ours = true): boolean {
  return group.local !== 1 && (work.origin !== 'local' || !ours);
}

/** As `streamOfPost`, for its text: what others wrote in a group elsewhere is never sent on by us. */
function streamOf(work: Work, group: GroupRow, post: Pick<PostRow, 'audience'>, ours: boolean): string {
  return group.local !== 1 && !ours ? streams.local : streamOfPost(work, group, post);
}

async function addPost(
  work: Work,
  group: GroupRow,
  given: Common & { title: string | null; kind: PostKind; audience?: ChosenAudience | undefined },
  thread: { topic: PostRow; parent: PostRow } | null,
): Promise<PostRow> {
  checkLength(given.title, given);
  const { arrival } = given;
  // A post of ours that comes back keeps its address.
  const returned = arrival?.uri.startsWith(`${work.home}/posts/`)
    ? arrival.uri.slice(`${work.home}/posts/`.length)
    : null;
  const id = returned ?? newId();
  const { content, names } = await namedText(work, group, given, arrival);
  const input = { ...given, content };
  const published = clampInstant(arrival?.published, work.now) ?? work.now;
  // Another node's clock never puts an answer before what it answers.
  const sorted = thread && published < thread.parent.sort_at ? thread.parent.sort_at : published;
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
    local: arrival && returned === null ? 0 : 1,
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
    fetched_at: arrival && returned === null ? work.now : null,
    event_id: null,
    event_stream: null,
    delivery: null,
    delivery_at: null,
  };
  const stream = streamOf(work, group, row, !arrival);
  if (arrival?.history) {
    work.emit('post.remembered', streams.local, { post: id, group: group.id });
  } else {
    row.event_id = work.emit('post.created', stream, { post: id, group: group.id, revision: 1 });
    row.event_stream = stream;
  }
  await insertPost(work.db, row);
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
  if (row.local === 0) await rememberFiles(work, holderOf(id), arrival?.files ?? []);
  else if (!arrival) await attachAll(work, id, given.author, given.files ?? []);
  await numberPost(work, group, id, arrival?.activityId ?? null);
  // Other nodes look up by WebFinger who wrote where everybody may know of the group.
  if (!arrival && group.listed === 1 && group.reading !== 'members') await markPublic(work, input.author);
  if (!waits) await enterGroup(work, group, row, arrival?.history === true);
  return row;
}

/** A text with the people and tags in it: links are made of those in what is written here, other nodes say theirs. */
async function namedText(work: Work, group: GroupRow, text: Text, arrival: Pick<Arrival, 'names'> | undefined) {
  if (!arrival) return linkNames(work, group, text);
  return { content: text.content, names: await namesSaid(work, arrival.names ?? { mentions: [], tags: [] }) };
}

const insertPost = prepareInsert('post');
const insertRevision = prepareInsert('post_revision');

/** A post is in its group from now on: counted, and its topic moves up. */
async function enterGroup(work: Work, group: GroupRow, post: PostRow, history: boolean): Promise<void> {
  // How many there are would tell those of it who do not see it.
  if (!history && post.audience === 'group') await countPost(work, group.id, 1);
  if (post.reply_to === null) return;
  await work.db
    .updateTable('post')
    .set((eb) => ({
      // The figure of a group elsewhere is its host's: history only brings what that figure already counts.
      reply_count: history ? eb.ref('reply_count') : eb('reply_count', '+', 1),
      last_activity_at: eb
        .case()
        .when('last_activity_at', '<', post.sort_at)
        .then(post.sort_at)
        .else(eb.ref('last_activity_at'))
        .end(),
    }))
    .where('id', '=', post.topic_id)
    .execute();
  await countDue(work, group, post.topic_id, false);
}

export type EditInput = Partial<Text> & {
  post: string;
  author: string;
  title?: string | null;
  language?: string | null;
  /** Number of the revision that the editor had before them. */
  expected?: number | undefined;
  arrival?: Pick<Arrival, 'activity' | 'updated' | 'verified' | 'names' | 'files'>;
  /** What hangs on it from now on; unchanged unless given. */
  files?: readonly Attachment[];
  /** A file of it can be read that could not before, or the other way round. */
  filesChanged?: boolean;
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
  const current = await currentRevision(work.db, post);
  if (!current) refuse('gone', 'This post was deleted');
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
  const filesChanged = await changeFiles(work, post, input);
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
  const event = work.emit(unknownThere ? 'post.created' : 'post.edited', stream, data);
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
 * Deletes a post for good: its texts and likes go, a tombstone stays so that the thread holds together and nothing late resurrects it.
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
    event_id: work.emit('post.deleted', stream, { post: post.id, group: group.id }),
    event_stream: stream,
  };
  await work.db.updateTable('post').set(change).where('id', '=', post.id).execute();
  await work.db.deleteFrom('post_revision').where('post_id', '=', post.id).execute();
  await work.db.deleteFrom('post_like').where('post_id', '=', post.id).execute();
  await forgetNames(work, post.id);
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

async function leaveGroup(work: Work, group: GroupRow, post: PostRow): Promise<void> {
  if (post.audience === 'group') await countPost(work, group.id, -1);
  if (post.reply_to === null) return;
  await work.db
    .updateTable('post')
    .set((eb) => ({ reply_count: eb('reply_count', '-', 1) }))
    .where('id', '=', post.topic_id)
    .where('reply_count', '>', 0)
    .execute();
  await countDue(work, group, post.topic_id, false);
}

/**
 * The group elsewhere took our post in: from now on everybody here sees it.
 * @param activity which of our activities it passed on; while a later one is on its way the post goes on waiting for that
 */
export async function acceptPost(work: Work, id: string, activity: string): Promise<boolean> {
  const post = await postById(work.db, id);
  if (!post || post.status === 'accepted' || post.deleted_at) return false;
  const group = await requireGroup(work.db, post.group_id);
  const ours = `${work.home}/activities/`;
  const earlier = activity.startsWith(ours) && activity !== `${ours}${post.event_id}`;
  if (earlier && post.accepted_at !== null) return false;
  await work.db
    .updateTable('post')
    .set({
      accepted_at: post.accepted_at ?? work.now,
      news_at: post.news_at ?? work.now,
      ...(earlier ? {} : { status: 'accepted' as const, refusal: null }),
    })
    .where('id', '=', id)
    .execute();
  if (post.accepted_at === null) await enterGroup(work, group, post, false);
  work.emit('post.accepted', streams.local, { post: id, group: post.group_id });
  return true;
}

/** The group elsewhere said no to what we sent last. The text stays, so that it can be sent again or kept. */
export async function refusePost(work: Work, post: PostRow, code: PostRow['refusal']): Promise<void> {
  if (post.deleted_at || post.status !== 'waiting') return;
  await work.db.updateTable('post').set({ status: 'refused', refusal: code }).where('id', '=', post.id).execute();
  work.emit('post.refused', streams.local, { post: post.id, group: post.group_id });
}

/**
 * Sends a refused post to its group once more, as it stands now.
 * @throws {Refusal} forbidden unless the very author; conflict when it was not refused
 */
export async function sendAgain(work: Work, input: { post: string; author: string }): Promise<void> {
  const post = await requirePost(work.db, input.post);
  if (post.author_id !== input.author) refuse('forbidden', 'Only its author can send a post');
  if (post.status !== 'refused' || post.deleted_at) refuse('conflict', 'This post was not refused');
  const group = await requireGroup(work.db, post.group_id);
  assertMayTell(work, group);
  const stream = streams.node(group.home);
  const data = { post: post.id, group: group.id, revision: post.revision };
  const event = work.emit(post.accepted_at === null ? 'post.created' : 'post.edited', stream, data);
  await work.db
    .updateTable('post')
    .set({ status: 'waiting', refusal: null, event_id: event, event_stream: stream })
    .where('id', '=', post.id)
    .execute();
}

/**
 * An instant of another node, never later than now and never nonsense.
 * @returns null when it is not an instant at all
 */
export function clampInstant(value: string | undefined, now: string): string | null {
  if (value === undefined || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return null;
  const at = Date.parse(value);
  if (Number.isNaN(at) || at < Date.UTC(1990, 0, 1)) return null;
  const instant = new Date(at).toISOString();
  return instant < now ? instant : now;
}

function checkLength(title: string | null, text: Text): void {
  if (title !== null && [...title].length > longestTitle) {
    refuse('invalid', 'The title is too long', [
      { field: 'title', code: 'too_long', values: { maximum: longestTitle } },
    ]);
  }
  // Markdown is what counts where there is one: its HTML is longer.
  if ((text.source ?? plainText(text.content)).length > longestContent) {
    refuse('invalid', 'The text is too long', [
      { field: 'content', code: 'too_long', values: { maximum: longestContent } },
    ]);
  }
  if (text.content.length > longestContent * 10) refuse('invalid', 'The text has too much markup');
}
