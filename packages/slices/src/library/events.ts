import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

type ByPerson = { group: string /** Null when the node of a group elsewhere said so. */; by: string | null };

declare module '@joinery/core' {
  interface Events {
    /** Folders were made, renamed, moved, marked or removed. On the group's stream; on `local` for a group elsewhere. */
    'library.arranged': { group: string };
    /** Somebody of a node takes part from now on: it is told what lies where. On the stream of that node. */
    'library.told': { group: string; node: string };
    /** A document lies in another folder from now on; `folder` is empty for the library itself. */
    'library.placed': ByPerson & { post: string; folder: string };
    /** Belongs to the official pack, or no more. One of the two is named. */
    'library.marked': ByPerson & { document: string | null; folder: string | null; official: boolean };
  }
}

const ofGroup = z.strictObject({ group: z.string() });
const byPerson = ofGroup.extend({ by: z.string().nullable() });

export const events: EventDefinitions = {
  'library.arranged': { v: 1, data: ofGroup },
  'library.told': { v: 1, data: ofGroup.extend({ node: z.string() }) },
  'library.placed': { v: 1, data: byPerson.extend({ post: z.string(), folder: z.string() }) },
  'library.marked': {
    v: 1,
    data: byPerson.extend({ document: z.string().nullable(), folder: z.string().nullable(), official: z.boolean() }),
  },
};
