import { type FieldFault, faultsOf, isEmail, normaliseEmail } from '@joinery/core';
import { languages } from '@joinery/ui';
import { z } from 'zod';
import { cleanName, longestName } from './names.ts';

/**
 * A name or role may be anything that people are called, except markup, and except what a spreadsheet would run as a formula when a
 * list of people is opened in it.
 */
const shownText = z
  .string()
  .trim()
  .max(longestName)
  .regex(/^(?![=+\-@])[^<>]*$/u)
  .transform((text) => cleanName(text));

/** Empty counts as not given: forms send every field. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), schema.optional());

const nameInput = z
  .string()
  .trim()
  .min(1)
  .pipe(shownText.pipe(z.string().min(1)));

/** As typed; compared without case and in one Unicode form, so that one mailbox is one account. */
const emailInput = z.string().trim().min(1).max(254).transform(normaliseEmail).refine(isEmail, 'bad_format');

const handleInput = z
  .string()
  .trim()
  .toLowerCase()
  .max(63)
  .regex(/^[a-z0-9][a-z0-9_-]{1,62}$/);

const flag = z.preprocess((value) => value === true || value === '1' || value === 'true', z.boolean());

/** A person to be added by an administrator: page, API and command line. */
export const newPersonInput = z.object({
  name: nameInput,
  email: emailInput,
  handle: optional(handleInput),
  role: optional(shownText),
  language: optional(z.enum(languages)),
  administrator: flag,
  federationOfficer: flag,
});
export type NewPersonInput = z.infer<typeof newPersonInput>;

/** IANA name that this machine can calculate with. */
const timeZoneInput = z.string().refine(isTimeZone, 'bad_choice');

/** One's own profile; a missing member stays as it is. */
export const profileInput = z.object({
  name: nameInput.optional(),
  role: shownText.optional(),
  summary: z.string().trim().max(2_000).optional(),
  language: z.enum(languages).optional(),
  timeZone: timeZoneInput.optional(),
});

function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +01:00 are understood too, but know nothing of summer time.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

export type Checked<T> = { ok: true; value: T } | { ok: false; faults: FieldFault[] };

/** Checks input against a schema; the first fault of each field is told, in the codes of the product. */
export function check<T extends z.ZodType>(schema: T, input: unknown): Checked<z.infer<T>> {
  const result = schema.safeParse(input);
  return result.success ? { ok: true, value: result.data } : { ok: false, faults: faultsOf(result.error, input) };
}
