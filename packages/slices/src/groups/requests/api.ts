import type { OpenAPIHono } from '@hono/zod-openapi';
import { type Environment, listOfItems, type RequestContext, refuse, requireVisitor, transactAs } from '@joinery/core';
import { z } from 'zod';
import { groupRoute, groupRouteWith } from '../api-parts.ts';
import { joinsAtOnce } from '../policy.ts';
import { seeGroup } from '../reads.ts';
import type { GroupMemberRow, GroupRow } from '../tables.ts';
import { deciding } from './deciding.ts';
import { requestJson, requestSchema, requestsOf } from './json.ts';
import { type Answer, answersFrom, questionsOf } from './questions.ts';
import { decideSeveral } from './queue.ts';

const questionSchema = z.object({ id: z.string(), text: z.string(), required: z.boolean() }).openapi('JoinQuestion');
const decisionBody = z.object({
  people: z.array(z.string().max(64)).min(1).max(200),
  decision: z.enum(['approve', 'decline']),
  reason: z.string().trim().max(500).optional(),
});
const decidedSchema = z.object({
  decided: z.number().int(),
  faster: z.number().int().describe('About so many somebody else had decided'),
});

/** What somebody sends who asks to join: answers by the ids of the questions. */
export const joinBody = z.object({ answers: z.record(z.string().max(20), z.string().max(10_000)).default({}) });

/** REST of the queue of those who ask to join, and of what they are asked. */
export function requestApi(app: OpenAPIHono<Environment>): void {
  app.openapi(
    groupRoute('get', 'requests', listOfItems(requestSchema), {
      summary: 'Who asks to join, the longest waiting first; at most 200. For those who run the group',
      says: 'Requests',
    }),
    async (c) => {
      const { group } = await deciding(c);
      const db = c.var.context.db.reader;
      const items = (await requestsOf(db, group)).map(requestJson);
      return c.json({ items, next: null }, 200);
    },
  );
  app.openapi(
    groupRouteWith('post', 'requests', decisionBody, decidedSchema, {
      summary: 'Let in, or decline, one or many who ask',
      says: 'What became of it',
    }),
    async (c) => {
      const { visitor, group } = await deciding(c);
      const { people, decision, reason = '' } = c.req.valid('json');
      const input = { group: group.id, people, by: visitor.person.id, accept: decision === 'approve', reason };
      return c.json(await transactAs(c, visitor, (work) => decideSeveral(work, input)), 200);
    },
  );
  app.openapi(
    groupRoute('get', 'questions', listOfItems(questionSchema), {
      summary: 'What somebody is asked who asks to join',
      says: 'Questions',
    }),
    async (c) => {
      const db = c.var.context.db.reader;
      const { group } = await seeGroup(db, c.req.valid('param').id, requireVisitor(c));
      const items = (await questionsOf(db, group.id)).map((question, index) => ({
        id: String(index + 1),
        ...question,
      }));
      return c.json({ items, next: null }, 200);
    },
  );
}

/**
 * Answers to the questions of a group, as a program sends them; none where nobody has to ask.
 * @throws {Refusal} invalid, naming `answers.<id>` of each that is missing or too long, or asked by nobody
 */
export async function sentAnswers(
  c: RequestContext,
  group: GroupRow,
  standing: GroupMemberRow | undefined,
  sent: z.infer<typeof joinBody>,
): Promise<{ answers?: Answer[] }> {
  const questions = await questionsOf(c.var.context.db.reader, group.id);
  const given = Object.keys(sent.answers);
  const asked = questions.map((_, index) => String(index + 1));
  const unknown = given.filter((id) => !asked.includes(id));
  if (unknown.length > 0)
    refuse(
      'invalid',
      'The group does not ask this',
      unknown.map((id) => ({ field: `answers.${id}`, code: 'bad_choice' })),
    );
  if (questions.length === 0 || (given.length === 0 && joinsAtOnce(group, standing))) return {};
  return {
    answers: answersFrom(
      questions,
      asked.map((id) => sent.answers[id] ?? ''),
      (index) => `answers.${index + 1}`,
    ),
  };
}
