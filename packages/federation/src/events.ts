import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** An activity was refused by a rule of ours: its sender is told. `by` is the address of the group or node that refused. */
    'federation.refused': { activity: string; by: string; code: string };
    /** A person sends again what a node refused: wakes its lane, whichever process the person works in. On `local`. */
    'federation.resent': { item: string };
  }
}

export const federationEvents: EventDefinitions = {
  'federation.refused': { v: 1, data: z.object({ activity: z.string(), by: z.string(), code: z.string() }) },
  'federation.resent': { v: 1, data: z.object({ item: z.string() }) },
};
