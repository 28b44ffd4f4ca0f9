import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  classificationOf,
  type Environment,
  labelNamed,
  type RequestContext,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { z } from 'zod';
import { groupRoute, groupRouteWith } from './api-parts.ts';
import { labelGroup } from './classify.ts';
import { introduceNodes, introducesNodes } from './introducing.ts';
import { seeGroup } from './reads.ts';
import { managedGroup } from './routes-form.tsx';

const labelSchema = z
  .object({ label: z.object({ id: z.string().nullable(), en: z.string(), nl: z.string() }).nullable() })
  .openapi('GroupLabel');
const labelBody = z.object({
  label: z.string().max(64).nullable().describe('Id or word of one of the labels of this agency; null for none'),
  reason: z.string().trim().min(1).max(500),
});

const introducesSchema = z.object({ introduced: z.boolean() }).openapi('GroupIntroductions');

/** REST of how confidential a group is, and of whether it introduces nodes. */
export function labelApi(app: OpenAPIHono<Environment>): void {
  app.openapi(
    groupRoute('get', 'label', labelSchema, {
      summary: 'How confidential a group is, in the words of its agency',
      says: 'Its label; null where it has none, which counts as the lowest',
    }),
    async (c) => {
      const { group } = await seeGroup(c.var.context.db.reader, c.req.valid('param').id, requireVisitor(c));
      return c.json(await shown(c, group.id), 200);
    },
  );
  app.openapi(
    groupRouteWith('put', 'label', labelBody, labelSchema, {
      summary: 'Label a group that you own',
      says: 'Its label now',
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { group } = await seeGroup(db, c.req.valid('param').id, visitor);
      const { label: named, reason } = c.req.valid('json');
      const label = named === null ? null : await labelNamed(db, named);
      const decided = { label, by: visitor.person.name, reason };
      const input = { group: group.id, person: visitor.person.id, ...decided };
      await transactAs(c, visitor, (work) => labelGroup(work, input));
      return c.json(await shown(c, group.id), 200);
    },
  );
  app.openapi(
    groupRoute('get', 'introductions', introducesSchema, {
      summary: 'Whether a group that you own introduces the nodes of its members to each other',
      says: 'False for every group that is not closed',
    }),
    async (c) => {
      const { context } = c.var;
      const group = await managedGroup(c);
      return c.json({ introduced: await introducesNodes(context.db.reader, context, group) }, 200);
    },
  );
  app.openapi(
    groupRouteWith('put', 'introductions', introducesSchema, introducesSchema, {
      summary: 'Introduce the nodes of the members of a closed group that you own to each other, or no more',
      says: 'What holds now',
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { id } = await managedGroup(c);
      const { introduced: on } = c.req.valid('json');
      await transactAs(c, visitor, (work) =>
        introduceNodes(work, c.var.context, { group: id, by: visitor.person.id, on }),
      );
      return c.json({ introduced: on }, 200);
    },
  );
}

async function shown(c: RequestContext, group: string) {
  const found = await classificationOf(c.var.context.db.reader, group);
  return { label: found && { id: found.label, en: found.en, nl: found.nl } };
}
