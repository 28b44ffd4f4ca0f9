import { type ActorKeys, streams, type Work } from '@joinery/core';
import { conversationOf, createConversation, decideContact, type GroupRow } from '@joinery/slices/groups';
import {
  type Attachment,
  createTopic,
  markdownText,
  markTopicRead,
  type PostRow,
  reply,
  topicOf,
} from '@joinery/slices/posts';
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
  files?: readonly Attachment[] | undefined;
  /** Where somebody of another node is among them (`keysFor`). */
  keys?: ActorKeys | undefined;
};

/**
 * Begins a conversation with its first message.
 * @throws {Refusal} invalid (nobody else, too many), no_agreement, not_found, disabled
 */
export async function beginConversation(work: Work, input: NewConversation): Promise<GroupRow> {
  const { by, people, subject, content, language, files = [], keys } = input;
  const conversation = await createConversation(work, { by, people, subject, keys });
  await createTopic(work, {
    ...{ group: conversation.id, author: by, language },
    ...{ title: subject === '' ? null : subject, ...markdownText(content), files },
  });
  return conversation;
}

/**
 * Writes in a conversation. It is there at once, and accepts what was asked; one that lives on another node takes it in when it hears of it.
 * @throws {Refusal} not_found, not_member, no_agreement
 */
export async function sendMessage(
  work: Work,
  input: {
    conversation: string;
    by: string;
    content: string;
    language: string | null;
    files?: readonly Attachment[] | undefined;
  },
): Promise<PostRow> {
  const group = (await conversationOf(work.db, input.conversation, input.by)) ?? missing();
  await decideContact(work, { group: group.id, person: input.by, state: 'accepted' });
  const topic = await topicOf(work.db, group.id);
  const { by: author, language, files = [] } = input;
  const text = { author, language, ...markdownText(input.content), files };
  // How it began may still be on its way from where it was said.
  if (topic === undefined) return createTopic(work, { ...text, group: group.id, title: null });
  return reply(work, { ...text, replyTo: topic });
}

/** Somebody has seen what was said up to this instant: it is new to them no more, and they need not be told of it. */
export async function seen(
  work: Work,
  { conversation, topic, person, at }: { conversation: string; topic: string; person: string; at: string },
): Promise<void> {
  await markTopicRead(work, { person, topic: { id: topic, group_id: conversation }, at });
  work.emit('conversation.seen', streams.local, { conversation, person });
}
