import type { Work } from '@joinery/core';
import { streams } from '@joinery/core';
import { createConversation, type GroupRow } from '@joinery/slices/groups';
import { createTopic, markdownText, markTopicRead, type PostRow, reply, topicOf } from '@joinery/slices/posts';
import { missing } from './reads.ts';

export type NewConversation = {
  /** Who begins it, and local ids of the others. */
  by: string;
  people: readonly string[];
  /** What it is about; empty where the names of those in it say enough. */
  subject: string;
  /** The first message, Markdown. */
  content: string;
  language: string | null;
};

/**
 * Begins a conversation with its first message.
 * @throws {Refusal} invalid (nobody else, too many, somebody of another node), not_found, disabled
 */
export async function beginConversation(work: Work, input: NewConversation): Promise<GroupRow> {
  const { by, people, subject, content, language } = input;
  const conversation = await createConversation(work, { by, people, subject });
  await createTopic(work, {
    ...{ group: conversation.id, author: by, language },
    ...{ title: subject === '' ? null : subject, ...markdownText(content) },
  });
  return conversation;
}

/**
 * Writes in a conversation. It is there at once: nothing leaves this node.
 * @throws {Refusal} not_found, not_member
 */
export async function sendMessage(
  work: Work,
  input: { conversation: string; by: string; content: string; language: string | null },
): Promise<PostRow> {
  const topic = (await topicOf(work.db, input.conversation)) ?? missing();
  return reply(work, { replyTo: topic, author: input.by, language: input.language, ...markdownText(input.content) });
}

/** Somebody has seen what was said up to this instant: it is new to them no more, and they need not be told of it. */
export async function seen(
  work: Work,
  { conversation, topic, person, at }: { conversation: string; topic: string; person: string; at: string },
): Promise<void> {
  await markTopicRead(work, { person, topic: { id: topic, group_id: conversation }, at });
  work.emit('conversation.seen', streams.local, { conversation, person });
}
