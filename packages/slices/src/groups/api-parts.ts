import { jsonAnswer } from '@joinery/core';
import { z } from 'zod';
import { groupSchema, memberSchema } from './json.ts';

export const groupParams = z.object({ id: z.string() });
export const memberParams = z.object({ id: z.string(), person: z.string() });
export const groupAnswer = { 200: jsonAnswer(groupSchema, 'The group') };
export const memberAnswer = { 200: jsonAnswer(memberSchema, 'The member') };
