import { z } from 'zod';
import { groupSchema, memberSchema } from './json.ts';

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
export const body = <T extends z.ZodType>(schema: T) => ({
  body: { required: true, content: { 'application/json': { schema } } },
});
export const groupParams = z.object({ id: z.string() });
export const memberParams = z.object({ id: z.string(), person: z.string() });
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });
export const groupAnswer = { 200: json(groupSchema, 'The group') };
export const memberAnswer = { 200: json(memberSchema, 'The member') };
