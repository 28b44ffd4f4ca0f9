import { z } from 'zod';
import { longestQuestion, mostQuestions } from './questions.ts';

const lines = (longest: number) => z.string().max(longest).default('');
const numbered = <Field extends z.ZodType>(name: string, field: Field): Record<string, Field> =>
  Object.fromEntries(Array.from({ length: mostQuestions }, (_, index) => [`${name}${index}`, field]));

/** Answers are measured beside their questions; this only keeps nonsense out. */
export const askForm = z.object(numbered('answer', lines(10_000)));

export const decideForm = z.object({
  person: z.array(z.string().max(64)).max(200).default([]),
  decision: z.enum(['approve', 'decline']),
  reason: z.string().trim().max(500).default(''),
});

export const questionsForm = z.object({
  ...numbered('question', z.string().trim().max(longestQuestion).default('')),
  ...numbered('required', z.literal('1').optional()),
});

export const automaticForm = z.object({
  agencies: z.array(z.string().max(300)).max(500).default([]),
  domains: lines(5_000),
});

/** `until` is a day; it counts whole. */
export const awayForm = z.object({
  until: z.union([z.literal(''), z.iso.date()]).default(''),
  deputy: z.string().max(64).default(''),
});
