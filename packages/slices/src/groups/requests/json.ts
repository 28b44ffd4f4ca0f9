import type { Reader } from '@joinery/core';
import { z } from 'zod';
import { memberJson, memberSchema } from '../json.ts';
import type { ListedMember } from '../lists.ts';
import type { GroupRow } from '../tables.ts';
import { answersOf } from './answers.ts';
import { newNodesOf } from './new-nodes.ts';
import type { Answer } from './questions.ts';
import { waitingIn } from './queue.ts';

/** Somebody who asks to join, as the API and the command line show them. */
export const requestSchema = z
  .object({
    person: memberSchema.shape.person,
    askedAt: z.string(),
    firstOfNode: z
      .boolean()
      .describe('Nobody of their node is a member yet: letting them in opens the group to a whole node'),
    answers: z.array(z.object({ question: z.string(), answer: z.string() })),
  })
  .openapi('JoinRequest');

type Request = ListedMember & { answers: Answer[]; firstOfNode: boolean };

/** Who asks to join, the longest waiting first, with what they answered. */
export async function requestsOf(db: Reader, group: GroupRow): Promise<Request[]> {
  const waiting = await waitingIn(db, group.id);
  const people = waiting.map(({ person }) => person.id);
  const answers = await answersOf(db, group.id, people);
  const fresh = await newNodesOf(
    db,
    group,
    waiting.map(({ person }) => person),
  );
  return waiting.map((row) => ({
    ...row,
    answers: answers.get(row.person.id) ?? [],
    firstOfNode: fresh.has(row.person.home),
  }));
}

export function requestJson(row: Request): z.infer<typeof requestSchema> {
  const { answers, firstOfNode } = row;
  return { person: memberJson(row, true).person, askedAt: row.standing.updated_at, firstOfNode, answers };
}
