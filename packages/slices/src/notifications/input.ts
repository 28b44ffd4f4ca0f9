import { isId } from '@joinery/core';
import { z } from 'zod';
import { alwaysKinds, kinds, scopes } from './tables.ts';

const id = z.string().refine(isId, 'bad_format');

/** A button that mutes one thing. */
export const muteForm = z
  .object({ scope: z.enum(scopes), subject: z.string().max(64) })
  .refine(({ scope, subject }) => scope !== 'kind' || !alwaysKinds.some((kind) => kind === subject));

/** The settings page; beside these `group-<id>` with a choice for each group. What is not named keeps what it has. */
export const settingsForm = z
  .object({
    page: z.array(z.enum(kinds)),
    mail: z.array(z.enum(kinds)),
    mailOff: z.string().optional(),
    allOff: z.string().optional(),
  })
  .catchall(z.string());

/** Which notifications were read: these, or all that are older than now. */
export const readBody = z.strictObject({
  ids: z.array(id).max(100).optional().openapi({ description: 'All of them unless given' }),
});
