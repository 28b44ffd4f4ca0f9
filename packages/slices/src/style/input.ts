import { z } from 'zod';

/** A colour with or without its `#`, in three or six digits, as people paste it. */
export const colourInput = z
  .string()
  .trim()
  .min(1)
  .regex(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i)
  .transform((text) => {
    const digits = text.replace('#', '').toLowerCase();
    return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`;
  });

/** Pixels. */
export const largestRadius = 16;
export const longestAlt = 120;

/** What the form of the house style asks for, files aside. */
export const styleInput = z.object({
  colour: colourInput,
  second: colourInput,
  radius: z.coerce.number().int().min(0).max(largestRadius),
  logoAlt: z.string().trim().max(longestAlt),
});
export type StyleInput = z.infer<typeof styleInput>;
