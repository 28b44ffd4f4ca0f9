import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

type PersonEvent = { person: string };

declare module '@joinery/core' {
  interface Events {
    /** On `actor:<id>`. */
    'person.created': PersonEvent;
    /** Somebody of another node is known here from now on. On `local`. */
    'person.remembered': PersonEvent;
    /** Profile, agency or role changed. On `actor:<id>` for people of this node, on `local` for others. */
    'person.updated': PersonEvent;
    /** Has left: sessions and tokens are over, memberships end. Only people of this node. */
    'person.disabled': PersonEvent;
    /** Is back; memberships do not come back by themselves. */
    'person.enabled': PersonEvent;
    /** Gone for good; a tombstone stays. On `actor:<id>` for people of this node, on `local` for others. */
    'person.deleted': PersonEvent;
  }
}

const data = z.strictObject({ person: z.string() });

/** What can happen to a person. */
export const events: EventDefinitions = {
  'person.created': { v: 1, data },
  'person.remembered': { v: 1, data },
  'person.updated': { v: 1, data },
  'person.disabled': { v: 1, data },
  'person.enabled': { v: 1, data },
  'person.deleted': { v: 1, data },
};
