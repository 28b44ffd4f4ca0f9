import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { type Environment, refuse, requireVisitor, transact } from '@joinery/core';
import { guestSchema, peopleByIds, personReference } from '@joinery/slices/people';
import { z } from 'zod';
import { whyNotModerate } from './policy.ts';
import { seeGroup } from './reads.ts';
import { handleReport, openReports } from './reports.ts';

const reference = z.object({
  id: z.string(),
  uri: z.string(),
  name: z.string(),
  agency: z.string(),
  home: z.string(),
  guest: guestSchema,
});

const reportSchema = z.object({
  id: z.string(),
  post: z.string().describe('Local id of the post'),
  reason: z.string(),
  reporter: reference.nullable().describe('Null for a report of another node: its reporter stays unnamed'),
  home: z.string().describe('Node of the reporter'),
  at: z.string(),
});

const answer = <T extends z.ZodType>(schema: T, description: string) => ({
  200: { description, content: { 'application/json': { schema } } },
});

/** REST of the reports that wait for those who run a group. */
export function reportRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/reports',
      summary: 'Reports that wait for a decision, the oldest first: for those who run the group',
      request: { params: z.object({ id: z.string() }) },
      responses: answer(z.object({ items: z.array(reportSchema), next: z.null() }), 'The reports'),
    }),
    async (c) => {
      const { group, standing } = await seeGroup(c.var.context, c.req.valid('param').id, requireVisitor(c));
      const why = whyNotModerate(standing);
      if (why) refuse(why, 'Only those who run the group see its reports');
      const db = c.var.context.db.reader;
      const rows = await openReports(db, group.id);
      const people = await peopleByIds(
        db,
        rows.flatMap((row) => row.reporter_id ?? []),
      );
      const items = rows.map((row) => {
        const reporter = people.get(row.reporter_id ?? '');
        const named = reporter ? personReference(reporter) : null;
        return { id: row.id, post: row.post_id, reason: row.reason, reporter: named, home: row.origin, at: row.at };
      });
      return c.json({ items, next: null }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/groups/{id}/reports/{report}/handled',
      summary: 'Take a report off the queue',
      request: { params: z.object({ id: z.string(), report: z.string() }) },
      responses: answer(z.object({ id: z.string() }), 'The report that was handled'),
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { id, report } = c.req.valid('param');
      await seeGroup(c.var.context, id, visitor);
      const by = visitor.person.id;
      await transact(c.var.context, { kind: 'person', person: by }, (work) =>
        handleReport(work, { report, group: id, by }),
      );
      return c.json({ id: report }, 200);
    },
  );
}
