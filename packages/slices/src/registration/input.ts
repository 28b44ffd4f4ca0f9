import { languages } from '@joinery/ui';
import { z } from 'zod';
import { modes } from './settings.ts';

/** What somebody types to ask for an account. The address is checked by `registrationAddress`, the name as everywhere. */
export const askForm = z.object({
  name: z.string().default(''),
  email: z.string().max(254).default(''),
  language: z.enum(languages).optional(),
  note: z.string().trim().max(1_000).default(''),
});

/** And behind the link in the mail. */
export const confirmForm = z.object({
  name: z.string().default(''),
  handle: z.string().default(''),
  password: z.string().default(''),
});

export const settingsForm = z.object({ mode: z.enum(modes), domains: z.string().max(20_000).default('') });

export const decisionForm = z.object({
  registration: z.array(z.string()),
  reason: z.string().trim().max(1_000).default(''),
  decision: z.enum(['approve', 'refuse']),
});
