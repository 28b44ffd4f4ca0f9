import type { Reader } from '@joinery/core';
import { z } from 'zod';
import { memberJson, memberSchema } from '../json.ts';
import type { ListedMember } from '../lists.ts';
import { answersOf } from './answers.ts';
import type { Answer } from './questions.ts';
import { waitingIn } from './queue.ts';

/** Somebody who asks to join, as the API and the command line show them. */
export const requestSchema = z
  .object({
    person: memberSchema.shape.person,
    askedAt: z.string(),
    answers: z.array(z.object({ question: z.string(), answer: z.string() })),
  })
  .openapi('JoinRequest');

type Request = ListedMember & { answers: Answer[] };

/** Who asks to join, the longest waiting first, with what they answered. */
export async function requestsOf(db: Reader, group: string): Promise<Request[]> {
  const waiting = await waitingIn(db, group);
  const people = waiting.map(({ person }) => person.id);
  const answers = await answersOf(db, group, people);
  return waiting.map((row) => ({ ...row, answers: answers.get(row.person.id) ?? [] }));
}

export function requestJson(row: Request): z.infer<typeof requestSchema> {
  return { person: memberJson(row, true).person, askedAt: row.standing.updated_at, answers: row.answers };
}
