import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** An activity was refused by a rule of ours: its sender is told. `by` is the address of the group or node that refused. */
    'federation.refused': { activity: string; by: string; code: string };
    /** A person sends again what a node refused: wakes its lane, whichever process the person works in. On `local`. */
    'federation.resent': { item: string };
    /** A person lets a lane that waits be tried now: wakes it, whichever process the person works in. On `local`. */
    'federation.lane_retried': { node: string };
    /** An administrator confirmed that this node, restored from a backup, is the only one of its name. On `local`. */
    'federation.confirmed': Record<string, never>;
    /** What was decided about what may have been withdrawn after the backup; `person` is null for the command line. On `local`. */
    'federation.restore_decided': { take: 'anew' | 'trusted'; person: string | null };
    /** Somebody has a role on the node no more: whoever confirmed it after a restore has not named them. On `local`. */
    'federation.role_ended': { person: string };
    /** Somebody has looked at a rule that the restore had switched off. On `local`. */
    'federation.rule_answered': { kind: string; subject: string; on: boolean; by: string | null };
    /** A peer has told a restored node what it holds of ours: exchange with it begins again. On `local`. */
    'federation.rejoined': { node: string };
  }
}

export const federationEvents: EventDefinitions = {
  'federation.refused': { v: 1, data: z.object({ activity: z.string(), by: z.string(), code: z.string() }) },
  'federation.resent': { v: 1, data: z.object({ item: z.string() }) },
  'federation.lane_retried': { v: 1, data: z.object({ node: z.string() }) },
  'federation.confirmed': { v: 1, data: z.object({}) },
  'federation.restore_decided': {
    v: 1,
    data: z.object({ take: z.enum(['anew', 'trusted']), person: z.string().nullable() }),
  },
  'federation.role_ended': { v: 1, data: z.object({ person: z.string() }) },
  'federation.rule_answered': {
    v: 1,
    data: z.object({ kind: z.string(), subject: z.string(), on: z.boolean(), by: z.string().nullable() }),
  },
  'federation.rejoined': { v: 1, data: z.object({ node: z.string() }) },
};
