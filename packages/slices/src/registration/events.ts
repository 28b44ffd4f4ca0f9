import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** An administrator changed who may register. On `local`. */
    'registration.settings_changed': { by: string };
    /** A confirmed request waits for an administrator. On `local`. */
    'registration.waiting': { registration: string };
    /** An administrator answered one. On `local`. */
    'registration.answered': { registration: string; by: string; accepted: boolean };
  }
}

/** What can happen to requests for an account. */
export const events: EventDefinitions = {
  'registration.settings_changed': { v: 1, data: z.strictObject({ by: z.string() }) },
  'registration.waiting': { v: 1, data: z.strictObject({ registration: z.string() }) },
  'registration.answered': {
    v: 1,
    data: z.strictObject({ registration: z.string(), by: z.string(), accepted: z.boolean() }),
  },
};
