import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

/** `by` is the person who did it; null for the command line and the node itself. */
type PasskeyEvent = { person: string; passkey: string; by: string | null };
type IdentityEvent = { person: string; identity: string; by: string | null };

declare module '@joinery/core' {
  interface Events {
    /** All on `local`: nobody else's business. */
    'passkey.added': PasskeyEvent;
    'passkey.removed': PasskeyEvent;
    'identity.linked': IdentityEvent;
    'identity.unlinked': IdentityEvent;
    /** Somebody was let in again after a restore. */
    'person.admitted': { person: string; by: string | null; reason: string };
    /** Somebody who was let in runs again the groups, and answers again for the guests, that they had as of a backup. */
    'person.roles_returned': { person: string; by: string | null; reason: string };
    /** A token for the API. */
    'token.made': { person: string; token: string; by: string | null };
  }
}

const passkey = z.strictObject({ person: z.string(), passkey: z.string(), by: z.string().nullable() });
const identity = z.strictObject({ person: z.string(), identity: z.string(), by: z.string().nullable() });
const admitted = z.strictObject({ person: z.string(), by: z.string().nullable(), reason: z.string() });

/** What opens an account, and what no longer does. */
export const events: EventDefinitions = {
  'passkey.added': { v: 1, data: passkey },
  'passkey.removed': { v: 1, data: passkey },
  'identity.linked': { v: 1, data: identity },
  'identity.unlinked': { v: 1, data: identity },
  'person.admitted': { v: 1, data: admitted },
  'person.roles_returned': { v: 1, data: admitted },
  'token.made': { v: 1, data: z.strictObject({ person: z.string(), token: z.string(), by: z.string().nullable() }) },
};
