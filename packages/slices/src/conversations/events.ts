import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** Somebody looked at what was new to them in a conversation. On `local`. The member is not called `group`: nobody else is told. */
    'conversation.seen': { conversation: string; person: string };
  }
}

/** What happens to conversations beside what happens to groups and posts. */
export const events: EventDefinitions = {
  'conversation.seen': { v: 1, data: z.strictObject({ conversation: z.string(), person: z.string() }) },
};
