import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  classificationLabels,
  classificationOf,
  type Environment,
  fold,
  jsonAnswer,
  jsonBody,
  type RequestContext,
  refuse,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { z } from 'zod';
import { groupParams } from './api-parts.ts';
import { labelGroup } from './classify.ts';
import { seeGroup } from './reads.ts';

const labelSchema = z
  .object({ label: z.object({ id: z.string().nullable(), en: z.string(), nl: z.string() }).nullable() })
  .openapi('GroupLabel');
const labelBody = z.object({
  label: z.string().max(64).nullable().describe('Id or word of one of the labels of this agency; null for none'),
  reason: z.string().trim().min(1).max(500),
});

/** REST of how confidential a group is. */
export function labelApi(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/label',
      summary: 'How confidential a group is, in the words of its agency',
      request: { params: groupParams },
      responses: { 200: jsonAnswer(labelSchema, 'Its label; null where it has none, which counts as the lowest') },
    }),
    async (c) => {
      const { group } = await seeGroup(c.var.context.db.reader, c.req.valid('param').id, requireVisitor(c));
      return c.json(await shown(c, group.id), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/groups/{id}/label',
      summary: 'Label a group that you own',
      request: { params: groupParams, body: jsonBody(labelBody) },
      responses: { 200: jsonAnswer(labelSchema, 'Its label now') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { group } = await seeGroup(db, c.req.valid('param').id, visitor);
      const { label: named, reason } = c.req.valid('json');
      const labels = await classificationLabels(db);
      const found = labels.find(
        ({ id, en, nl }) => named !== null && (id === named || [en, nl].map(fold).includes(fold(named))),
      );
      if (named !== null && !found)
        refuse('invalid', 'There is no such label', [{ field: 'label', code: 'bad_choice' }]);
      const decided = { label: found?.id ?? null, by: visitor.person.name, reason };
      const input = { group: group.id, person: visitor.person.id, ...decided };
      await transactAs(c, visitor, (work) => labelGroup(work, input));
      return c.json(await shown(c, group.id), 200);
    },
  );
}

async function shown(c: RequestContext, group: string) {
  const found = await classificationOf(c.var.context.db.reader, group);
  return { label: found && { id: found.label, en: found.en, nl: found.nl } };
}
