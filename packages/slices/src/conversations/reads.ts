import { type Reader, refuse, type Visitor } from '@joinery/core';
import { conversationOf, type GroupRow } from '@joinery/slices/groups';
import { topicOf, type Viewer } from '@joinery/slices/posts';

/** What everybody gets who is not in it, whatever they are on the node: the words of a missing one. */
export const missing = (): never => refuse('not_found', 'There is nothing at this address');

/** `topic`: its first message here; undefined while none has arrived, or nothing of it may be shown. */
export type SeenConversation = { conversation: GroupRow; topic: string | undefined; viewer: Viewer };

/** A conversation, for somebody who is in it. @throws {Refusal} not_found, for all others and for a missing one alike */
export async function seeConversation(db: Reader, id: string, visitor: Visitor): Promise<SeenConversation> {
  const person = visitor.person.id;
  const conversation = (await conversationOf(db, id, person)) ?? missing();
  const topic = await shownTopic(db, conversation);
  return { conversation, topic, viewer: { person, moderates: false } };
}

/** The thread of a conversation. What its node took back, or does not vouch for any more, is shown to nobody. */
export async function shownTopic(db: Reader, conversation: GroupRow): Promise<string | undefined> {
  return conversation.withheld_at === null ? topicOf(db, conversation.id) : undefined;
}
