import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  type Environment,
  jsonAnswer,
  jsonBody,
  listOfItems,
  type RequestContext,
  refuse,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { z } from 'zod';
import { groupParams } from '../api-parts.ts';
import { memberJson, memberSchema } from '../json.ts';
import { joinsAtOnce } from '../policy.ts';
import { seeGroup } from '../reads.ts';
import type { GroupMemberRow, GroupRow } from '../tables.ts';
import { answersOf } from './answers.ts';
import { type Answer, answersFrom, questionsOf } from './questions.ts';
import { decideSeveral, mayDecide, waitingIn } from './queue.ts';

const requestSchema = z
  .object({
    person: memberSchema.shape.person,
    askedAt: z.string(),
    answers: z.array(z.object({ question: z.string(), answer: z.string() })),
  })
  .openapi('JoinRequest');
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
    createRoute({
      method: 'get',
      path: '/groups/{id}/requests',
      summary: 'Who asks to join, the longest waiting first; at most 200. For those who run the group',
      request: { params: groupParams },
      responses: { 200: jsonAnswer(listOfItems(requestSchema), 'Requests') },
    }),
    async (c) => {
      const { group } = await deciding(c, c.req.valid('param').id);
      const db = c.var.context.db.reader;
      const waiting = await waitingIn(db, group.id);
      const people = waiting.map(({ person }) => person.id);
      const answers = await answersOf(db, group.id, people);
      const items = waiting.map((row) => ({
        person: memberJson(row, true).person,
        askedAt: row.standing.updated_at,
        answers: answers.get(row.person.id) ?? [],
      }));
      return c.json({ items, next: null }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/groups/{id}/requests',
      summary: 'Let in, or decline, one or many who ask',
      request: { params: groupParams, body: jsonBody(decisionBody) },
      responses: { 200: jsonAnswer(decidedSchema, 'What became of it') },
    }),
    async (c) => {
      const { visitor, group } = await deciding(c, c.req.valid('param').id);
      const { people, decision, reason = '' } = c.req.valid('json');
      const input = { group: group.id, people, by: visitor.person.id, accept: decision === 'approve', reason };
      return c.json(await transactAs(c, visitor, (work) => decideSeveral(work, input)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/questions',
      summary: 'What somebody is asked who asks to join',
      request: { params: groupParams },
      responses: { 200: jsonAnswer(listOfItems(questionSchema), 'Questions') },
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

async function deciding(c: RequestContext, id: string) {
  const visitor = requireVisitor(c);
  const { context } = c.var;
  const { group, standing } = await seeGroup(context.db.reader, id, visitor);
  if (!(await mayDecide(context.db.reader, group, standing, context.clock.now().toISOString())))
    refuse('forbidden', 'Only those who run the group see who asks to join');
  return { visitor, group };
}
