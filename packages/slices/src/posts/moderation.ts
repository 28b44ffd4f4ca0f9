import { type EventName, refuse, type Work } from '@joinery/core';
import { decidedByHost } from './host.ts';
import { emitOfPost } from './narrow.ts';
import { whyNotMarkAnswered, whyNotModerate } from './policy.ts';
import { requireGroup, requirePost, requireTopic, standingOf } from './store.ts';
import type { PostRow } from './tables.ts';

/** `by`: the facilitator; null when the host of a group elsewhere told it. */
export type Decision = {
  post: string;
  by: string | null;
  /** Whoever opens the group after a restore decides for the node. */
  opening?: boolean;
};

type Switch = Extract<
  EventName,
  'post.pinned' | 'post.unpinned' | 'post.locked' | 'post.unlocked' | 'post.removed' | 'post.put_back'
>;

/** Holds a topic at the top of its group. @throws {Refusal} forbidden, not_found, gone, bad_request for a reply */
export function pin(work: Work, input: Decision): Promise<boolean> {
  return decide(work, input, 'post.pinned', true, (post) =>
    post.pinned_at ? null : { pinned_at: work.now, pin_decided_at: work.now },
  );
}

export function unpin(work: Work, input: Decision): Promise<boolean> {
  return decide(work, input, 'post.unpinned', true, (post) =>
    post.pinned_at ? { pinned_at: null, pin_decided_at: work.now } : null,
  );
}

/** Closes a topic for new replies. @throws {Refusal} as pin */
export function lock(work: Work, input: Decision): Promise<boolean> {
  return decide(work, input, 'post.locked', true, (post) => (post.locked_at ? null : { locked_at: work.now }));
}

export function unlock(work: Work, input: Decision): Promise<boolean> {
  return decide(work, input, 'post.unlocked', true, (post) => (post.locked_at ? { locked_at: null } : null));
}

/** Hides a post in the group. Its author keeps it and sees the reason. @throws {Refusal} as pin */
export function removeFromGroup(work: Work, input: Decision & { reason: string | null }): Promise<boolean> {
  return decide(work, input, 'post.removed', false, (post) =>
    post.removed_at ? null : { removed_at: work.now, removed_reason: input.reason, pinned_at: null },
  );
}

export function putBack(work: Work, input: Decision): Promise<boolean> {
  return decide(work, input, 'post.put_back', false, (post) =>
    post.removed_at ? { removed_at: null, removed_reason: null } : null,
  );
}

async function decide(
  work: Work,
  input: Decision,
  event: Switch,
  topicsOnly: boolean,
  change: (post: PostRow) => Partial<PostRow> | null,
): Promise<boolean> {
  const post = await requirePost(work.db, input.post);
  const group = await requireGroup(work.db, post.group_id);
  if (!decidedByHost(work, group) && !input.opening) {
    const why = whyNotModerate(await standingOf(work.db, group, input.by, work.now));
    if (why) refuse(why, 'Only those who run the group can do this');
  }
  if (post.deleted_at) refuse('gone', 'This post was deleted');
  if (topicsOnly && post.reply_to !== null) refuse('bad_request', 'This can be done to a topic only');
  const set = change(post);
  if (!set) return false;
  await work.db.updateTable('post').set(set).where('id', '=', post.id).execute();
  const about = { group, post, topic: await requireTopic(work.db, post) };
  await emitOfPost(work, about, event, { post: post.id, group: group.id, by: input.by });
  return true;
}

/**
 * Says which reply answered a topic; `answer` null takes the mark away.
 * @throws {Refusal} forbidden unless its author or a facilitator; not_found when the reply is not in this topic
 */
export async function markAnswered(
  work: Work,
  input: { topic: string; answer: string | null; by: string | null },
): Promise<boolean> {
  const topic = await requirePost(work.db, input.topic);
  const group = await requireGroup(work.db, topic.group_id);
  if (topic.reply_to !== null) refuse('bad_request', 'Only a topic can be answered');
  if (!decidedByHost(work, group)) {
    const why = whyNotMarkAnswered(await standingOf(work.db, group, input.by, work.now), topic);
    if (why) refuse(why, 'Only who asked, or who runs the group, can say what answered this');
  }
  if (input.answer !== null) {
    const answer = await requirePost(work.db, input.answer);
    if (answer.topic_id !== topic.id || answer.id === topic.id) refuse('not_found', 'That reply is not in this topic');
    if (answer.deleted_at) refuse('gone', 'That reply was deleted');
  }
  if (topic.answer_id === input.answer) return false;
  await work.db.updateTable('post').set({ answer_id: input.answer }).where('id', '=', topic.id).execute();
  const data = { post: topic.id, group: group.id, answer: input.answer, by: input.by };
  await emitOfPost(work, { group, post: topic, topic }, 'post.answered', data);
  return true;
}
