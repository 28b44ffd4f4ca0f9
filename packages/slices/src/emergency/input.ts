import { z } from 'zod';

const line = z.string().transform((text) => text.replace(/\s+/g, ' ').trim());

/** What an administrator says who asks to read a closed group. */
export const askInput = z.object({
  group: line.pipe(z.string().min(1).max(500)).describe('Its link or handle'),
  reason: z
    .string()
    .transform((text) => text.replace(/\r\n?/g, '\n').trim())
    .pipe(z.string().min(10).max(1_000))
    .describe('Shown to all members'),
});
