import { z } from 'zod';
import { attachmentsInput } from './attachments.ts';
import { audiences } from './tables.ts';

/** Longest title and text, in characters. */
export const longestTitle = 200;
export const longestContent = 50_000;
const longestReason = 1_000;

/** The line ends that browsers send in forms count as one character, as the reader sees them. */
const lines = z.string().transform((text) => text.replace(/\r\n?/g, '\n').trim());
/** What somebody writes, in Markdown. */
export const contentInput = lines.pipe(z.string().min(1).max(longestContent));
const title = z
  .string()
  .transform((text) => text.replace(/\s+/g, ' ').trim())
  .pipe(z.string().min(1).max(longestTitle));
/** BCP 47. */
export const languageInput = z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/);

export const newTopic = z.object({
  title,
  content: contentInput,
  kind: z.enum(['discussion']).optional(),
  audience: z.enum(audiences).optional().describe('For whom it is, in closed groups: those who run it, or one agency'),
  agency: z.string().max(300).optional().describe('Of one agency: origin of its node'),
  language: languageInput.optional(),
  files: attachmentsInput.optional(),
});
export const newReply = z.object({
  content: contentInput,
  language: languageInput.optional(),
  replyTo: z.string().optional(),
  files: attachmentsInput.optional(),
});
/** `revision` is the number the editor started from; without it the newest is replaced. */
export const postChange = z.object({
  title: title.optional(),
  content: contentInput.optional(),
  language: languageInput.optional(),
  revision: z.coerce.number().int().positive().optional(),
  files: attachmentsInput.optional(),
});
/** A document may go without words about it. */
export const documentChange = postChange
  .extend({ content: lines.pipe(z.string().max(longestContent)) })
  .required({ title: true });
export const reasonGiven = z.object({ reason: lines.pipe(z.string().min(1).max(longestReason)) });
export const reasonOptional = z.object({ reason: lines.pipe(z.string().max(longestReason)).optional() });
