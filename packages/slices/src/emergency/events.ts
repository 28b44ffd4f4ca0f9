import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

type About = { access: string; group: string | null };

declare module '@joinery/core' {
  interface Events {
    /** An administrator asks to read a closed group. On `local`. */
    'emergency.asked': About;
    /** They may, from now on. On the group's stream, so that the nodes of its members are told. */
    'emergency.opened': About;
    /** Somebody said no before it began. On `local`. */
    'emergency.refused': About;
    /** It is over. On the group's stream. */
    'emergency.ended': About;
    /** It was asked, or refused before it began. On the stream of each node with an owner of the group, who can refuse it. */
    'emergency.told': About;
    /** An owner here refuses what is asked for a group elsewhere. On the stream of its node. */
    'emergency.refusal_sent': About & { person: string };
    /** They looked at a page. On `local`. */
    'emergency.read': { access: string; page: string };
  }
}

const about = z.strictObject({ access: z.string(), group: z.string().nullable() });

/** What can happen to emergency access. */
export const events: EventDefinitions = {
  'emergency.asked': { v: 1, data: about },
  'emergency.opened': { v: 1, data: about },
  'emergency.refused': { v: 1, data: about },
  'emergency.ended': { v: 1, data: about },
  'emergency.told': { v: 1, data: about },
  'emergency.refusal_sent': { v: 1, data: about.extend({ person: z.string() }) },
  'emergency.read': { v: 1, data: z.strictObject({ access: z.string(), page: z.string() }) },
};
