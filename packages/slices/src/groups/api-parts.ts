import { createRoute } from '@hono/zod-openapi';
import { jsonAnswer, jsonBody } from '@joinery/core';
import { z } from 'zod';
import { groupSchema, memberSchema } from './json.ts';

export const groupParams = z.object({ id: z.string() });
export const memberParams = z.object({ id: z.string(), person: z.string() });
export const groupAnswer = { 200: jsonAnswer(groupSchema, 'The group') };
export const memberAnswer = { 200: jsonAnswer(memberSchema, 'The member') };

type Words = { summary: string; says: string };

/** A route about one group without a body. @param path below the group's address. `says`: what the answer is */
export function groupRoute<Path extends string, Answer extends z.ZodType>(
  method: 'get',
  path: Path,
  answer: Answer,
  { summary, says }: Words,
) {
  const about = { params: groupParams };
  return createRoute({
    ...{ method, path: `/groups/{id}/${path}` as const, summary, request: about },
    responses: { 200: jsonAnswer(answer, says) },
  });
}

/** A route about one group that takes a body. */
export function groupRouteWith<Path extends string, Body extends z.ZodType, Answer extends z.ZodType>(
  method: 'post' | 'put',
  path: Path,
  body: Body,
  answer: Answer,
  { summary, says }: Words,
) {
  const about = { params: groupParams, body: jsonBody(body) };
  return createRoute({
    ...{ method, path: `/groups/{id}/${path}` as const, summary, request: about },
    responses: { 200: jsonAnswer(answer, says) },
  });
}
