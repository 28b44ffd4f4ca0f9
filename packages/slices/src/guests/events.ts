import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** Somebody invited a guest. On `local`, as all of these. */
    'guest.invited': { person: string; by: string };
    /** Their last day was moved, or they were let in again. */
    'guest.extended': { person: string; by: string };
    /** Their access ended: by somebody, or by itself. */
    'guest.ended': { person: string; by: string | null };
    /** Their last day comes: the sponsor is to know. */
    'guest.ending': { person: string };
    /** The sponsor has left: the administrators are to know. */
    'guest.passed_on': { person: string };
    /** An administrator changed who may invite guests. */
    'guest.settings_changed': { by: string };
  }
}

const byPerson = z.strictObject({ person: z.string(), by: z.string() });
const aboutPerson = z.strictObject({ person: z.string() });

/** What can happen to guests. */
export const events: EventDefinitions = {
  'guest.invited': { v: 1, data: byPerson },
  'guest.extended': { v: 1, data: byPerson },
  'guest.ended': { v: 1, data: z.strictObject({ person: z.string(), by: z.string().nullable() }) },
  'guest.ending': { v: 1, data: aboutPerson },
  'guest.passed_on': { v: 1, data: aboutPerson },
  'guest.settings_changed': { v: 1, data: z.strictObject({ by: z.string() }) },
};
