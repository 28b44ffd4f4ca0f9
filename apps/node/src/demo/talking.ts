import { type Context, refuse, transact } from '@joinery/core';
import { beginConversation, keysFor, sendMessage } from '@joinery/slices/conversations';
import { conversationOf } from '@joinery/slices/groups';
import { postByUri } from '@joinery/slices/posts';

/** What people of a node say to a few others. Who is of another node is looked up there. */

const by = { kind: 'system', what: 'demo' } as const;
type Line = { by: string; at: string; text: string };

const personAt = async (context: Context, uri: string): Promise<string> => (await context.ports.actors.resolve(uri)).id;

/** A conversation with what was said in it by people of this node. @returns the address of what was said last */
export async function talk(
  context: Context,
  { people: uris, subject, language, said }: { people: string[]; subject: string; language: string; said: Line[] },
): Promise<string> {
  const people: string[] = [];
  for (const uri of uris) people.push(await personAt(context, uri));
  const keys = await keysFor(context, people);
  let conversation = '';
  let last = '';
  for (const { by: author, at, text: content } of said) {
    const then: Context = { ...context, clock: { now: () => new Date(at) } };
    const written = { by: await personAt(context, author), content, language };
    await transact(then, by, async (work) => {
      if (conversation === '') conversation = (await beginConversation(work, { people, subject, keys, ...written })).id;
      else last = (await sendMessage(work, { conversation, ...written })).uri;
    });
  }
  return last;
}

/** Whether somebody is in the conversation of a message, which their node is told apart from the message. */
export async function isIn(context: Context, { after, by: uri }: { after: string; by: string }): Promise<boolean> {
  const message = await postByUri(context.db.reader, after);
  const person = await personAt(context, uri);
  return message !== undefined && (await conversationOf(context.db.reader, message.group_id, person)) !== undefined;
}

/** Somebody answers in a conversation that lives elsewhere. @param line.after address of a message in it */
export async function answerIn(context: Context, line: Line & { after: string; language: string }): Promise<string> {
  const { after, at, text: content, language } = line;
  const message = await postByUri(context.db.reader, after);
  if (!message) return refuse('not_found', `There is nothing at ${after}`);
  const author = await personAt(context, line.by);
  const then: Context = { ...context, clock: { now: () => new Date(at) } };
  const written = { conversation: message.group_id, by: author, content, language };
  return (await transact(then, by, (work) => sendMessage(work, written))).uri;
}
