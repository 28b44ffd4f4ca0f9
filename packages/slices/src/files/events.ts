import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** The virus scanner found something in a file that people had sent: it is gone. */
    'file.infected': { file: string; person: string };
  }
}

export const events: EventDefinitions = {
  'file.infected': { v: 1, data: z.object({ file: z.string(), person: z.string() }) },
};
