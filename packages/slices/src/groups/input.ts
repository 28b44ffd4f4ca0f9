import { z } from 'zod';
import { askings, histories, invitings, joinings, keepings, readings, roles } from './tables.ts';

const nameInput = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^[^<>]*$/u);
const handleInput = z
  .string()
  .trim()
  .toLowerCase()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9][a-z0-9_-]{1,62}$/);
const summaryInput = z.string().trim().max(2_000);
const reasonInput = z.string().trim().max(500);
/** Link or handle of a group or person, as pasted. */
const referenceInput = z.string().trim().min(1).max(2_048);

/** A new group: API and command line. */
export const newGroupInput = z.object({
  name: nameInput,
  handle: handleInput,
  summary: summaryInput.optional(),
  reading: z.enum(readings).optional(),
  joining: z.enum(joinings).optional(),
  listed: z.boolean().optional(),
});

/** What owners change by API; a missing member stays as it is. */
export const groupChangeInput = z.object({
  name: nameInput.optional(),
  summary: summaryInput.optional(),
  reading: z.enum(readings).optional(),
  joining: z.enum(joinings).optional(),
  listed: z.boolean().optional(),
  archived: z.boolean().optional(),
  history: z.enum(histories).optional(),
  inviting: z.enum(invitings).optional(),
  asking: z.enum(askings).optional(),
  keeping: z.enum(keepings).optional(),
  agencies: z.array(z.string().max(300)).max(500).optional(),
  recordCopy: z.boolean().optional(),
});

const presets = {
  open: { reading: 'partners', joining: 'open', listed: true },
  request: { reading: 'partners', joining: 'request', listed: true },
  closed: { reading: 'members', joining: 'request', listed: true },
  hidden: { reading: 'members', joining: 'invited', listed: false },
} as const;
export type Preset = keyof typeof presets;
export const presetNames = ['open', 'request', 'closed', 'hidden'] as const satisfies readonly Preset[];

const checkbox = z
  .literal('1')
  .optional()
  .transform((value) => value === '1');

/** The form of a new group: a preset, and the web as a switch of its own. */
export const newGroupForm = z.object({
  name: nameInput,
  handle: handleInput,
  summary: summaryInput,
  preset: z.enum(presetNames),
  web: checkbox,
  label: z.string().max(64).optional(),
});

/** How confidential a group is; no label counts as the lowest. */
export const classificationForm = z.object({
  label: z.string().max(64).optional(),
  reason: z.string().trim().min(1).max(500),
});

/** Why a group gets other keys. */
export const renewKeysForm = z.object({ keyReason: z.string().trim().min(1).max(500) });

export const introduceForm = z.object({ on: z.enum(['0', '1']) });

/** The form of a group's settings: the words, and each rule on its own. */
export const settingsForm = z.object({
  name: nameInput,
  summary: summaryInput,
  reading: z.enum(['partners', 'members']),
  web: checkbox,
  joining: z.enum(joinings),
  listed: checkbox,
});

/** The form of what a group promises its members. */
export const termsForm = z.object({
  history: z.enum(histories),
  inviting: z.enum(invitings),
  asking: z.enum(askings),
  keeping: z.enum(keepings).optional(),
  agencies: z.array(z.string().max(300)).max(500).default([]),
  recordCopy: checkbox,
});

/**
 * The rules that a preset and the web switch make together. A closed group cannot be on the web: the switch is then refused.
 */
export function rulesOf(preset: Preset, web: boolean) {
  const rules = presets[preset];
  return { ...rules, reading: web && rules.reading === 'partners' ? ('web' as const) : rules.reading };
}

/** `until` is a day; the ban holds to its end. */
export const banForm = z.object({
  banReason: reasonInput.optional(),
  until: z.union([z.literal(''), z.iso.date()]).optional(),
});
/** The answer to a request to join. */
export const answerForm = z.object({ reason: reasonInput.optional(), decision: z.enum(['approve', 'decline']) });
/** People whose requests are answered together. */
export const referenceForm = z.object({ reference: referenceInput });
/** A person of this node by id, or anybody by link or handle. */
export const invitationForm = z
  .object({
    person: z.string().max(64).optional(),
    reference: referenceInput.optional(),
    knowing: z.literal('1').optional(),
  })
  .refine((value) => value.person !== undefined || value.reference !== undefined, {
    path: ['reference'],
    error: 'required',
  });
export const deleteForm = z.object({ handle: z.string().trim() });
export const archiveForm = z.object({ archived: z.enum(['0', '1']) });
export const roleForm = z.object({ role: z.enum(roles) });

export const banInput = z.object({ reason: reasonInput.optional(), until: z.iso.datetime().nullish() });
export const roleInput = z.object({ role: z.enum(roles) });
export const reasonBody = z.object({ reason: reasonInput.optional() });
export const remoteInput = z.object({ uri: referenceInput, join: z.boolean().default(true) });
/** One of both: local id, or link or handle of a person anywhere. */
export const invitationInput = z
  .object({ person: z.string().max(64).optional(), uri: referenceInput.optional() })
  .refine((value) => value.person !== undefined || value.uri !== undefined, { path: ['person'], error: 'required' });
