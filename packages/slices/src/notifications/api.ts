import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  type Environment,
  jsonAnswer,
  jsonBody,
  listOfItems,
  listQuery,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { readBody } from './input.ts';
import { markRead } from './mark-read.ts';
import { listNotifications, type Notification, placeOf } from './reading.ts';
import { kinds } from './tables.ts';
import { reasonOf, sentenceOf } from './words.ts';

const notification = z
  .object({
    id: z.string(),
    kind: z.enum(kinds),
    text: z.string().openapi({ description: 'What happened, in the language of the reader' }),
    why: z.string().openapi({ description: 'Why the reader gets it' }),
    at: z.string(),
    read: z.boolean(),
    group: z.object({ id: z.string(), name: z.string() }).nullable(),
    topic: z.object({ id: z.string(), title: z.string().nullable() }).nullable(),
    post: z.object({ id: z.string(), excerpt: z.string() }).nullable(),
    actor: z.object({ id: z.string(), name: z.string(), agency: z.string(), home: z.string() }).nullable(),
    href: z.string().openapi({ description: 'Path of the page that it is about' }),
  })
  .openapi('Notification');

function notificationJson(found: Notification, language: 'en' | 'nl'): z.infer<typeof notification> {
  const { id, kind, at, read, group, topic, post, actor } = found;
  return {
    ...{ id, kind, at, read },
    text: sentenceOf(found, language),
    why: reasonOf(found, language),
    group: group && { id: group.id, name: group.name },
    topic: topic && { id: topic.id, title: topic.title },
    post: post && { id: post.id, excerpt: post.excerpt },
    actor: actor && { id: actor.id, name: actor.name, agency: actor.agency, home: actor.home },
    href: placeOf(found),
  };
}

/** What the reader was told. */
export function api(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/notifications',
      summary: 'What you were told, the newest first',
      request: { query: listQuery.extend({ unread: z.enum(['true', 'false']).optional() }) },
      responses: { 200: jsonAnswer(listOfItems(notification), 'A page of notifications') },
    }),
    async (c) => {
      const { person } = requireVisitor(c);
      const { unread, ...options } = c.req.valid('query');
      const { items, next } = await listNotifications(c.var.context, person.id, {
        ...options,
        unread: unread === 'true',
      });
      return c.json({ items: items.map((item) => notificationJson(item, c.var.language)), next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/notifications/read',
      summary: 'Marks notifications as read',
      request: { body: jsonBody(readBody) },
      responses: { 200: jsonAnswer(z.object({ read: z.number() }), 'How many were unread') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { ids } = c.req.valid('json');
      const read = await transactAs(c, visitor, (work) => markRead(work, visitor.person.id, ids ?? 'all'));
      return c.json({ read }, 200);
    },
  );
}
