import { type PersonReference, personReference } from '@joinery/slices/people';
import { z } from 'zod';
import type { ListedConversation } from './lists.ts';

const reference = z.object({ id: z.string(), uri: z.string(), name: z.string(), agency: z.string(), home: z.string() });

/** A conversation as the API shows it to somebody who is in it. */
export const conversationSchema = z
  .object({
    id: z.string(),
    uri: z.string(),
    home: z.string(),
    subject: z.string().nullable(),
    people: z.array(reference).describe('Who is in it now, by name'),
    unread: z.number().int().describe('New to the reader; 100 stands for more than 99'),
    muted: z.boolean(),
    request: z
      .enum(['waiting', 'ignored'])
      .nullable()
      .describe('Somebody of another node brought the reader in, who has not answered; null otherwise'),
    last: z
      .object({ id: z.string(), author: z.string().describe('Local id'), text: z.string(), at: z.string() })
      .nullable()
      .describe('What was said last: its first words, empty when it was deleted'),
    createdAt: z.string(),
  })
  .openapi('Conversation');
type ConversationJson = z.infer<typeof conversationSchema>;

export function conversationJson(
  listed: ListedConversation,
  { muted, request }: Pick<ConversationJson, 'muted' | 'request'>,
): ConversationJson {
  const { conversation, participants, last, unread } = listed;
  const here = participants.filter(({ leftAt }) => leftAt === null);
  return {
    id: conversation.id,
    uri: conversation.uri,
    home: conversation.home,
    subject: conversation.name || null,
    people: here.map(({ person }): PersonReference => personReference(person)),
    unread,
    muted,
    request,
    last: last && { id: last.id, author: last.author_id, text: last.excerpt, at: last.sort_at },
    createdAt: conversation.created_at,
  };
}
