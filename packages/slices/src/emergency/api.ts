import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  type Environment,
  jsonAnswer,
  jsonBody,
  listOfItems,
  refuse,
  requireAdministrator,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { isMember, seeGroup } from '@joinery/slices/groups';
import { z } from 'zod';
import { approveReading, askToRead, endReading, refuseReading } from './emergency.ts';
import { askInput } from './input.ts';
import { accessesOf, ownAccesses, ownedAmong } from './store.ts';
import type { EmergencyRow } from './tables.ts';

const schema = z
  .object({
    id: z.string(),
    uri: z.string(),
    by: z.object({ name: z.string(), agency: z.string() }),
    reason: z.string(),
    state: z.enum(['asked', 'open', 'refused', 'ended']),
    askedAt: z.string(),
    opensAt: z.string().describe('Without a decision it opens then'),
    openedAt: z.string().nullable(),
    endsAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    decidedBy: z.string().nullable().describe('Name of the second person'),
  })
  .openapi('EmergencyAccess');

function toJson(row: EmergencyRow): z.infer<typeof schema> {
  return {
    ...{ id: row.id, uri: row.uri, by: { name: row.asker_name, agency: row.asker_agency }, reason: row.reason },
    ...{ state: row.state, askedAt: row.asked_at, opensAt: row.notice_until, openedAt: row.opened_at },
    ...{ endsAt: row.ends_at, endedAt: row.ended_at, decidedBy: row.decided_name },
  };
}

const params = z.object({ id: z.string() });

/** REST of emergency access: asking, deciding and who it was. Reading itself is for people, on pages. */
export function api(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/emergency',
      summary: 'Requests of administrators to read a closed group, the newest first; for administrators',
      responses: { 200: jsonAnswer(listOfItems(schema), 'At most a hundred') },
    }),
    async (c) => {
      requireAdministrator(c);
      return c.json({ items: (await ownAccesses(c.var.context.db.reader)).map(toJson), next: null }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/emergency',
      summary: 'Ask to read a closed group of this node',
      request: { body: jsonBody(askInput) },
      responses: { 201: jsonAnswer(schema, 'The request') },
    }),
    async (c) => {
      const visitor = requireAdministrator(c);
      const row = await transactAs(c, visitor, (work) => askToRead(work, visitor, c.req.valid('json')));
      return c.json(toJson(row), 201);
    },
  );
  for (const [verb, summary, does] of [
    ['approve', 'Let it be read for a day, as the second person', approveReading],
    ['refuse', 'Refuse it, or end it', refuseReading],
    ['end', 'Whoever asked needs it no longer', endReading],
  ] as const) {
    app.openapi(
      createRoute({
        method: 'post',
        path: `/emergency/{id}/${verb}`,
        summary,
        request: { params },
        responses: { 200: jsonAnswer(schema, 'The request') },
      }),
      async (c) => {
        const visitor = requireVisitor(c);
        const row = await transactAs(c, visitor, (work) => does(work, c.req.valid('param').id, visitor));
        return c.json(toJson(row), 200);
      },
    );
  }
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/emergency',
      summary: 'Who read a closed group in an emergency, the newest first; for its members',
      request: { params },
      responses: { 200: jsonAnswer(listOfItems(schema), 'At most a hundred') },
    }),
    async (c) => {
      const db = c.var.context.db.reader;
      const { group, standing } = await seeGroup(db, c.req.valid('param').id, requireVisitor(c));
      if (!isMember(standing)) refuse('forbidden', 'Only members see who read the group');
      const all = await accessesOf(db, group.id);
      const owned = await ownedAmong(db, all, requireVisitor(c).person.id, standing?.role);
      const rows = all.filter(({ id, opened_at }) => owned.has(id) || opened_at !== null);
      return c.json({ items: rows.map(toJson), next: null }, 200);
    },
  );
}
