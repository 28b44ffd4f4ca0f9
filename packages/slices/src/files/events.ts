import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** The virus scanner found something in a file that people had sent: it is gone. */
    'file.infected': { file: string; person: string };
    /** The record copy of a file of something of another node is gone. */
    'file.copy_dropped': { kind: string; id: string };
  }
}

export const events: EventDefinitions = {
  'file.infected': { v: 1, data: z.object({ file: z.string(), person: z.string() }) },
  'file.copy_dropped': { v: 1, data: z.object({ kind: z.string(), id: z.string() }) },
};
