import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** The virus scanner found something in a file that people had sent: it is gone. */
    'file.infected': { file: string; person: string };
    /** The record copy of a file of something of another node is gone. */
    'file.copy_dropped': { kind: string; id: string };
    /** It was found that the file of something of another node is not kept here, or that it is after all: the node that it is from is told. */
    'file.copy_settled': { kind: string; id: string };
    /** Somebody read a record copy here while the file's own node did not answer. */
    'file.copy_read': { kind: string; id: string };
  }
}

const ofHolder = z.object({ kind: z.string(), id: z.string() });

export const events: EventDefinitions = {
  'file.infected': { v: 1, data: z.object({ file: z.string(), person: z.string() }) },
  'file.copy_dropped': { v: 1, data: ofHolder },
  'file.copy_settled': { v: 1, data: ofHolder },
  'file.copy_read': { v: 1, data: ofHolder },
};
