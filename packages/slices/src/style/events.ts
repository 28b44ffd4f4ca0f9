import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** The pages of this node look different. On `local`. */
    'style.changed': { version: string };
  }
}

/** What can happen to the house style. */
export const events: EventDefinitions = {
  'style.changed': { v: 1, data: z.strictObject({ version: z.string() }) },
};
