import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  countAttempt,
  type Environment,
  jsonAnswer,
  jsonBody,
  limits,
  listOfItems,
  listQuery,
  type RequestContext,
  refuse,
  requireVisitor,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { addToConversation, contactOf, decideContact, leaveConversation } from '@joinery/slices/groups';
import {
  findPost,
  likedAmong,
  newestNews,
  type PostWithText,
  postJson,
  postSchema,
  shownFiles,
} from '@joinery/slices/posts';
import { z } from 'zod';
import { beginConversation, seen, sendMessage } from './conversations.ts';
import { assertReached, keysFor } from './elsewhere.ts';
import { conversationInput, messageInput, personInput, requestInput } from './input.ts';
import { conversationJson, conversationSchema } from './json.ts';
import { describe, type ListedConversation, listConversations, messagesFromEnd } from './lists.ts';
import { seeConversation } from './reads.ts';

const params = z.object({ id: z.string() });
const answer = { 200: jsonAnswer(conversationSchema, 'The conversation') };

async function toJson(c: RequestContext, visitor: Visitor, listed: ListedConversation) {
  const { context } = c.var;
  const silence = context.slices.find((slice) => slice.silence)?.silence;
  const muted = await silence?.holds(context.db.reader, visitor.person.id, listed.conversation.id);
  const contact = await contactOf(context.db.reader, listed.conversation.id, visitor.person.id);
  const request = contact && contact.state !== 'accepted' ? contact.state : null;
  return conversationJson(listed, { muted: muted ?? false, request });
}

async function showOne(c: RequestContext, visitor: Visitor, id: string) {
  const { context } = c.var;
  const { conversation } = await seeConversation(context.db.reader, id, visitor);
  const [listed] = await describe(context, visitor.person.id, [conversation]);
  return listed ? toJson(c, visitor, listed) : refuse('not_found', 'There is nothing at this address');
}

async function messagesJson(c: RequestContext, visitor: Visitor, posts: PostWithText[]) {
  const person = visitor.person.id;
  const liked = await likedAmong(
    c.var.context.db.reader,
    person,
    posts.map(({ id }) => id),
  );
  const attached = await shownFiles(c, posts, person);
  return posts.map((post) => postJson(post, person, liked, attached.get(post.id) ?? []));
}

/** REST of conversations: whoever is not in one gets what a missing one gives. Messages are posts: `/posts/{id}` changes and deletes them. */
export function api(app: OpenAPIHono<Environment>): void {
  listRoutes(app);
  messageRoutes(app);
  verbRoutes(app);
}

function listRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/conversations',
      summary: 'Conversations that you are in, the liveliest first',
      request: { query: listQuery },
      responses: { 200: jsonAnswer(listOfItems(conversationSchema), 'A page of conversations') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { items, next } = await listConversations(c.var.context, visitor.person.id, c.req.valid('query'));
      return c.json({ items: await Promise.all(items.map((item) => toJson(c, visitor, item))), next }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/conversations',
      summary: 'Begin a conversation with people of this node and of nodes whose agreement covers closed groups',
      request: { body: jsonBody(conversationInput) },
      responses: { 201: jsonAnswer(conversationSchema, 'The conversation') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { people, subject = '', content, language = null, files } = c.req.valid('json');
      countAttempt(c.var.context, `conversations ${visitor.account}`, limits.conversations);
      await assertReached(c.var.context, people);
      const keys = await keysFor(c.var.context, people);
      const made = await transactAs(c, visitor, (work) =>
        beginConversation(work, { by: visitor.person.id, people, subject, content, language, files, keys }),
      );
      return c.json(await showOne(c, visitor, made.id), 201);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/conversations/{id}',
      summary: 'A conversation that you are in',
      request: { params },
      responses: answer,
    }),
    async (c) => c.json(await showOne(c, requireVisitor(c), c.req.valid('param').id), 200),
  );
}

function messageRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/conversations/{id}/messages',
      summary: 'What was said, the newest first',
      request: { params, query: listQuery },
      responses: { 200: jsonAnswer(listOfItems(postSchema), 'A page of messages') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { cursor, limit } = c.req.valid('query');
      const db = c.var.context.db.reader;
      const { topic, viewer } = await seeConversation(db, c.req.valid('param').id, visitor);
      const { items, earlier } = await messagesFromEnd(db, topic, viewer, { before: cursor, limit });
      return c.json({ items: await messagesJson(c, visitor, items.reverse()), next: earlier }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/conversations/{id}/messages',
      summary: 'Write in a conversation',
      request: { params, body: jsonBody(messageInput) },
      responses: { 201: jsonAnswer(postSchema, 'The message') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { conversation, viewer } = await seeConversation(db, c.req.valid('param').id, visitor);
      const { content, language = null, files } = c.req.valid('json');
      countAttempt(c.var.context, `postsByProgram ${visitor.account}`, limits.postsByProgram);
      const input = { conversation: conversation.id, by: visitor.person.id, content, language, files };
      const made = await transactAs(c, visitor, (work) => sendMessage(work, input));
      const post = await findPost(db, made.id, viewer);
      const [shown] = post ? await messagesJson(c, visitor, [post]) : [];
      return c.json(shown ?? refuse('not_found', 'There is no such message'), 201);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/conversations/{id}/read',
      summary: 'Note that you have read everything that was said so far',
      request: { params },
      responses: answer,
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { conversation, topic, viewer } = await seeConversation(db, c.req.valid('param').id, visitor);
      const { items } = await messagesFromEnd(db, topic, viewer, { limit: 1 });
      const at = newestNews(items);
      const person = visitor.person.id;
      if (at && topic)
        await transactAs(c, visitor, (work) => seen(work, { conversation: conversation.id, topic, person, at }));
      return c.json(await showOne(c, visitor, conversation.id), 200);
    },
  );
}

function verbRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/conversations/{id}/people',
      summary: 'Bring somebody in: they read what is said from then on',
      request: { params, body: jsonBody(personInput) },
      responses: answer,
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { conversation } = await seeConversation(c.var.context.db.reader, c.req.valid('param').id, visitor);
      const { person } = c.req.valid('json');
      await assertReached(c.var.context, [person]);
      const keys = await keysFor(c.var.context, [person], conversation.id);
      const input = { group: conversation.id, person, by: visitor.person.id, keys };
      await transactAs(c, visitor, (work) => addToConversation(work, input));
      return c.json(await showOne(c, visitor, conversation.id), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/conversations/{id}/request',
      summary: 'Accept what somebody of another node asks, or ignore it: nobody is told',
      request: { params, body: jsonBody(requestInput) },
      responses: answer,
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { conversation } = await seeConversation(c.var.context.db.reader, c.req.valid('param').id, visitor);
      const input = { group: conversation.id, person: visitor.person.id, ...c.req.valid('json') };
      await transactAs(c, visitor, (work) => decideContact(work, input));
      return c.json(await showOne(c, visitor, conversation.id), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/conversations/{id}/leave',
      summary: 'Leave: you read nothing of it any more',
      request: { params },
      responses: { 200: jsonAnswer(z.object({ id: z.string() }), 'The conversation that you left') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { conversation } = await seeConversation(c.var.context.db.reader, c.req.valid('param').id, visitor);
      const input = { group: conversation.id, person: visitor.person.id };
      await transactAs(c, visitor, (work) => leaveConversation(work, input));
      return c.json({ id: conversation.id }, 200);
    },
  );
  for (const [method, silent, summary] of [
    ['put', true, 'Hear nothing of it any more'],
    ['delete', false, 'Hear of it again'],
  ] as const) {
    app.openapi(
      createRoute({ method, path: '/conversations/{id}/mute', summary, request: { params }, responses: answer }),
      async (c) => {
        const visitor = requireVisitor(c);
        const { conversation } = await seeConversation(c.var.context.db.reader, c.req.valid('param').id, visitor);
        const silence = c.var.context.slices.find((slice) => slice.silence)?.silence;
        const input = { person: visitor.person.id, group: conversation.id, silent };
        await transactAs(c, visitor, async (work) => silence?.set(work, input));
        return c.json(await showOne(c, visitor, conversation.id), 200);
      },
    );
  }
}
