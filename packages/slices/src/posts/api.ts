import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { type Environment, listQuery, refuse, requireVisitor, transact, type Visitor, type Work } from '@joinery/core';
import { groupById } from '@joinery/slices/groups';
import type { Context as HonoContext } from 'hono';
import { z } from 'zod';
import { audienceRoutes } from './api-audience.ts';
import { reportRoutes } from './api-reports.ts';
import { shownFiles } from './attaching.tsx';
import { deletePost, editPost } from './changes.ts';
import { askAgain, askedOf } from './delivery/asking.ts';
import { detailOf } from './delivery/routes.tsx';
import { deliveryOf } from './delivery.ts';
import { lacksReplies, openReplies, openTopics } from './history.ts';
import { newReply, newTopic, postChange, reasonGiven, reasonOptional } from './input.ts';
import { deliverySchema, postJson, postSchema, revisionSchema, threadSchema } from './json.ts';
import { like, unlike } from './likes.ts';
import type { PostWithText } from './listed-posts.ts';
import { findPost, likedAmong, listReplies, listTopics, textsOf } from './lists.ts';
import { readLive } from './live.ts';
import { lock, markAnswered, pin, putBack, removeFromGroup, unlock, unpin } from './moderation.ts';
import { audienceChosen, countPost } from './page.ts';
import { createTopic, reply } from './posts.ts';
import { type SeenPost, seeGroup, seePost, underTopic } from './reads.ts';
import { report } from './reports.ts';
import { postById, revisionsOf } from './store.ts';
import { markdownText } from './written.ts';

type C = HonoContext<Environment>;

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
const body = <T extends z.ZodType>(schema: T) => ({
  body: { required: true, content: { 'application/json': { schema } } },
});
const params = z.object({ id: z.string() });
const postAnswer = { 200: json(postSchema, 'The post') };
const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

function change<T>(c: C, visitor: Visitor, does: (work: Work) => Promise<T>): Promise<T> {
  return transact(c.var.context, { kind: 'person', person: visitor.person.id }, does);
}

/** @param kept posts as they are here: of a group that is read live their texts are asked for */
async function toJson(c: C, visitor: Visitor, kept: PostWithText[]) {
  const person = visitor.person.id;
  const group = kept[0] && (await groupById(c.var.context.db.reader, kept[0].group_id));
  const posts = group ? await readLive(c.var.context, group, kept) : kept;
  const liked = await likedAmong(
    c.var.context.db.reader,
    person,
    posts.map((post) => post.id),
  );
  const attached = await shownFiles(c, posts, person);
  return posts.map((post) => postJson(post, person, liked, attached.get(post.id) ?? []));
}

/** The post as it is now. */
async function showPost(c: C, visitor: Visitor, id: string) {
  const viewer = { person: visitor.person.id, moderates: true };
  const db = c.var.context.db.reader;
  const post = await findPost(db, id, viewer);
  const topic = post && (post.topic_id === post.id ? post : await postById(db, post.topic_id));
  const group = post && (await groupById(db, post.group_id));
  const [shown] = post && topic && group ? await toJson(c, visitor, [underTopic(group, topic, post)]) : [];
  return shown ?? refuse('not_found', 'There is no such post');
}

/** REST of posts: contract.md names the addresses and shapes. */
export function api(app: OpenAPIHono<Environment>): void {
  groupRoutes(app);
  postRoutes(app);
  decisionRoutes(app);
  aboutRoutes(app);
  reportRoutes(app);
  audienceRoutes(app);
}

/** How far a post got: figures for whoever reads it, with each node's name for those who run its group; to its author with what each has said. */
async function toDelivery(c: C, visitor: Visitor, seen: SeenPost) {
  const { clock, db } = c.var.context;
  if (seen.post.author_id !== visitor.person.id) {
    const delivery = await deliveryOf(db.reader, seen.post.id);
    return seen.viewer.moderates ? delivery : { ...delivery, detail: [] };
  }
  const { delivery, lines } = await detailOf(c, seen);
  const asked = await askedOf(db.reader, seen.post.id, clock.now());
  return { ...delivery, byNode: lines, askedAt: asked?.at ?? null };
}

function groupRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/posts',
      summary: 'Topics of a group: pinned ones first, then the newest activity',
      request: { params, query: listQuery },
      responses: { 200: json(page(postSchema), 'A page of topics') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { group, viewer } = await seeGroup(c.var.context, c.req.valid('param').id, visitor);
      const db = c.var.context.db.reader;
      if (!c.req.valid('query').cursor) await openTopics(c.var.context, group);
      const { items, next } = await listTopics(db, group.id, viewer, c.req.valid('query'));
      const ids = items.map((item) => item.id);
      const texts = new Map((await textsOf(db, ids, viewer)).map((post) => [post.id, post]));
      const posts = ids.flatMap((id) => texts.get(id) ?? []);
      return c.json({ items: await toJson(c, visitor, posts), next }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/groups/{id}/posts',
      summary: 'Start a topic',
      request: { params, ...body(newTopic) },
      responses: { 201: json(postSchema, 'The topic') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { group } = await seeGroup(c.var.context, c.req.valid('param').id, visitor);
      const { title, content, language, kind, files = [], ...chosen } = c.req.valid('json');
      const text = markdownText(content);
      const input = { group: group.id, author: visitor.person.id, title, ...text, language: language ?? null, files };
      const audience = await audienceChosen(c, group, chosen);
      countPost(c, visitor, 'postsByProgram');
      const made = await change(c, visitor, (work) =>
        createTopic(work, { ...input, audience, ...(kind ? { kind } : {}) }),
      );
      return c.json(await showPost(c, visitor, made.id), 201);
    },
  );
}

function postRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/posts/{id}',
      summary: 'A post; a topic with its first replies',
      request: { params },
      responses: { 200: json(threadSchema, 'The post') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { context } = c.var;
      const { group, post, viewer } = await seePost(context, c.req.valid('param').id, visitor);
      const first = () => listReplies(context.db.reader, post.id, viewer, { limit: 100 });
      let replies = post.reply_to === null ? await first() : null;
      const missing = replies !== null && lacksReplies(group, post, replies.items, 100);
      await openReplies(context, group, post, missing);
      if (missing) replies = await first();
      const below = (replies?.items ?? []).map((one) => underTopic(group, post, one));
      const [shown, ...rest] = await toJson(c, visitor, [post, ...below]);
      if (!shown) refuse('not_found');
      return c.json({ ...shown, replies: rest }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/posts/{id}',
      summary: 'Change a post of yours',
      request: { params, ...body(postChange) },
      responses: postAnswer,
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { post } = await seePost(c.var.context, c.req.valid('param').id, visitor);
      const { title, content, language, revision, files } = c.req.valid('json');
      const text = content === undefined ? {} : markdownText(content);
      const input = { post: post.id, author: visitor.person.id, expected: revision, ...text };
      await change(c, visitor, (work) =>
        editPost(work, {
          ...input,
          ...(title === undefined ? {} : { title }),
          ...(language === undefined ? {} : { language }),
          ...(files === undefined ? {} : { files }),
        }),
      );
      return c.json(await showPost(c, visitor, post.id), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/posts/{id}',
      summary: 'Delete a post of yours for good',
      request: { params },
      responses: postAnswer,
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { post } = await seePost(c.var.context, c.req.valid('param').id, visitor);
      await change(c, visitor, (work) => deletePost(work, { post: post.id, author: visitor.person.id }));
      return c.json(await showPost(c, visitor, post.id), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/posts/{id}/replies',
      summary: 'Reply to a topic or a reply',
      request: { params, ...body(newReply) },
      responses: { 201: json(postSchema, 'The reply') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { post } = await seePost(c.var.context, c.req.valid('param').id, visitor);
      const { content, language, files = [] } = c.req.valid('json');
      const input = {
        files,
        replyTo: post.id,
        author: visitor.person.id,
        ...markdownText(content),
        language: language ?? null,
      };
      countPost(c, visitor, 'postsByProgram');
      const made = await change(c, visitor, (work) => reply(work, input));
      return c.json(await showPost(c, visitor, made.id), 201);
    },
  );
}

type Does = (
  work: Work,
  input: { post: string; by: string; reason: string | null; visitor: Visitor },
) => Promise<unknown>;

const likes =
  (does: typeof like | typeof unlike): Does =>
  (work, { post, visitor }) =>
    does(work, { post, by: { uri: visitor.person.uri, person: visitor.person.id } });

/** The id is the reply's: its topic is answered by it, or not any more. */
const answers =
  (marks: boolean): Does =>
  async (work, { post, by }) => {
    const row = await work.db.selectFrom('post').select('topic_id').where('id', '=', post).executeTakeFirst();
    await markAnswered(work, { topic: row?.topic_id ?? post, answer: marks ? post : null, by });
  };

const decisions = [
  ['put', 'like', 'Say that a post was useful', reasonOptional, likes(like)],
  ['delete', 'like', 'Take that back', reasonOptional, likes(unlike)],
  ['post', 'pin', 'Hold a topic at the top', reasonOptional, pin],
  ['delete', 'pin', 'Let it go', reasonOptional, unpin],
  ['post', 'lock', 'Close a topic for replies', reasonOptional, lock],
  ['delete', 'lock', 'Open it again', reasonOptional, unlock],
  ['post', 'remove', 'Remove a post from the group', reasonGiven, removeFromGroup],
  ['delete', 'remove', 'Put it back', reasonOptional, putBack],
  ['post', 'answered', 'Say that this reply answered the topic', reasonOptional, answers(true)],
  ['delete', 'answered', 'Take that back', reasonOptional, answers(false)],
] as const;

function decisionRoutes(app: OpenAPIHono<Environment>): void {
  for (const [method, verb, summary, schema, does] of decisions) {
    app.openapi(
      createRoute({
        method,
        path: `/posts/{id}/${verb}`,
        summary,
        request: { params, ...(method === 'delete' ? {} : body(schema)) },
        responses: postAnswer,
      }),
      async (c) => {
        const visitor = requireVisitor(c);
        const { post } = await seePost(c.var.context, c.req.valid('param').id, visitor);
        const given = method === 'delete' ? {} : ((await c.req.json()) as { reason?: string });
        const input = { post: post.id, by: visitor.person.id, reason: given.reason ?? null, visitor };
        await change(c, visitor, async (work) => void (await does(work, input)));
        return c.json(await showPost(c, visitor, post.id), 200);
      },
    );
  }
}

function aboutRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/posts/{id}/report',
      summary: 'Tell those who run the group about a post',
      request: { params, ...body(reasonGiven) },
      responses: { 201: json(z.object({ id: z.string().nullable() }), 'The report; null when you reported it before') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { post } = await seePost(c.var.context, c.req.valid('param').id, visitor);
      const { reason } = c.req.valid('json');
      const input = { post: post.id, reporter: visitor.person.id, reason };
      return c.json({ id: await change(c, visitor, (work) => report(work, input)) }, 201);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/posts/{id}/revisions',
      summary: 'The texts a post has had, the newest first',
      request: { params },
      responses: { 200: json(page(revisionSchema), 'The texts') },
    }),
    async (c) => {
      const { post } = await seePost(c.var.context, c.req.valid('param').id, requireVisitor(c));
      const rows = await revisionsOf(c.var.context.db.reader, post.id);
      const items = rows.map(({ number, title, content, at }) => ({ number, title, content, at }));
      return c.json({ items, next: null }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/posts/{id}/delivery',
      summary: 'How far the last change of a post got',
      request: { params },
      responses: { 200: json(deliverySchema, 'Nodes reached and waiting') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      return c.json(await toDelivery(c, visitor, await seePost(c.var.context, c.req.valid('param').id, visitor)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/posts/{id}/delivery/ask',
      summary: 'Ask the nodes that have confirmed nothing once more',
      request: { params },
      responses: { 200: json(deliverySchema, 'Nodes reached and waiting') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const seen = await seePost(c.var.context, c.req.valid('param').id, visitor);
      await change(c, visitor, (work) => askAgain(work, { post: seen.post.id, by: visitor.person.id }));
      return c.json(await toDelivery(c, visitor, seen), 200);
    },
  );
}
