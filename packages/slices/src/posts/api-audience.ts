import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { type Environment, refuse, requireVisitor } from '@joinery/core';
import { z } from 'zod';
import { audienceOf, canNarrow, nodesOf, type Part } from './audience.ts';
import { audienceChosen } from './page.ts';
import { seeGroup, seePost } from './reads.ts';
import { audiences } from './tables.ts';

const audienceSchema = z.object({
  people: z.number().int(),
  organisations: z.number().int(),
  nodes: z.number().int().describe('Beside the one that keeps the group'),
  keptBy: z.object({ home: z.string(), agency: z.string() }),
  web: z.boolean().describe('Anyone on the web can read it'),
  recordCopy: z.boolean().nullable().describe('Of a closed group: its node keeps a copy of what others write'),
  audience: z.enum(['facilitators', 'agency']).nullable().describe('For whom alone it is; null for all of the group'),
  perNode: z.array(
    z.object({
      home: z.string(),
      agency: z.string(),
      people: z.number().int(),
      keeps: z
        .enum(['group', 'own', 'copy', 'lease', 'nothing'])
        .describe('group: the group lives there; own: it is written there'),
      blocked: z.boolean().describe('This node blocks that one, which reads along'),
    }),
  ),
  measuredAt: z.string().nullable().describe('When the node of a group elsewhere told these figures'),
});

const query = z.object({
  topic: z.string().optional().describe('Local id of the topic that is answered, which may be for a part of the group'),
  audience: z.enum(audiences).optional().describe('For whom alone a new topic is to be'),
  agency: z.string().optional().describe('Origin of the agency, where it is for one'),
});

/** REST of who reads what is written in a group: what pages say before posting. */
export function audienceRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/audience',
      summary: 'Who would read what you write: people, organisations and nodes, and what each of these keeps',
      request: { params: z.object({ id: z.string() }), query },
      responses: {
        200: { description: 'Who reads it', content: { 'application/json': { schema: audienceSchema } } },
      },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { context } = c.var;
      const { topic, ...chosen } = c.req.valid('query');
      const { group } = await seeGroup(context, c.req.valid('param').id, visitor);
      let about: string | Part | undefined;
      if (topic === undefined) {
        const part = await audienceChosen(c, group, chosen);
        if (part && (!canNarrow(group) || (part.kind === 'agency' && !part.agency)))
          refuse('invalid', 'This cannot be for that part of the group', [{ field: 'audience', code: 'bad_choice' }]);
        const whose = { audience_origin: part?.origin ?? null, audience_agency: part?.agency ?? null };
        about = part && { author_id: visitor.person.id, audience: part.kind, ...whose };
      } else {
        const seen = await seePost(context, topic, visitor);
        if (seen.group.id !== group.id) refuse('not_found', 'There is nothing at this address');
        about = seen.topic.id;
      }
      const audience = await audienceOf(context.db.reader, group.id, about);
      if (!audience) return refuse('not_found', 'There is nothing at this address');
      const { people, organisations, nodes, keptBy, web, closed, narrow, measuredAt } = audience;
      const perNode = nodesOf(context, audience).map(({ origin: home, ...node }) => ({ home, ...node }));
      const said = { audience: narrow?.kind ?? null, recordCopy: closed ? closed.record_copy === 1 : null };
      return c.json({ people, organisations, nodes, keptBy, web, ...said, perNode, measuredAt }, 200);
    },
  );
}
