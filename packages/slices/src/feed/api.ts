import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { type Environment, jsonAnswer, listOfItems, listQuery, requireVisitor } from '@joinery/core';
import { likedAmong, listFeed, postJson, postSchema } from '@joinery/slices/posts';

/** REST of the feed. */
export function api(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/feed',
      summary: 'Everything new in your groups, here and elsewhere, newest first',
      request: { query: listQuery },
      responses: { 200: jsonAnswer(listOfItems(postSchema), 'A page of posts') },
    }),
    async (c) => {
      const { person } = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { items, next } = await listFeed(db, person.id, c.req.valid('query'));
      const liked = await likedAmong(
        db,
        person.id,
        items.map((post) => post.id),
      );
      return c.json({ items: items.map((post) => postJson(post, person.id, liked)), next }, 200);
    },
  );
}
