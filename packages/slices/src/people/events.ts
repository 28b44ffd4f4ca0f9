import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

type PersonEvent = { person: string };
/** `by` is the person who did it; null for the command line and the node itself. */
type WayEvent = { person: string; by: string | null };
export type WayEventName = 'password.changed' | 'password.removed' | 'code.turned_on' | 'code.turned_off' | 'link.made';

declare module '@joinery/core' {
  interface Events {
    /** On `local`, as all that happens to people: which nodes know them is a matter of their groups, which tell those by `person.told`. */
    'person.created': PersonEvent;
    /** Somebody of another node is known here from now on. On `local`. */
    'person.remembered': PersonEvent;
    /** Profile, agency or role changed. */
    'person.updated': PersonEvent;
    /** Has left: sessions and tokens are over, memberships end. Only people of this node. */
    'person.disabled': PersonEvent;
    /** Is back; memberships do not come back by themselves. */
    'person.enabled': PersonEvent;
    /** Gone for good; a tombstone stays. */
    'person.deleted': PersonEvent;
    /** A node that knows somebody of ours is told how they are now. On `node:<origin>`. */
    'person.told': PersonEvent;
    /** What opens somebody's account was changed: their password, the code after it. On `local`: nobody else's business. */
    'password.changed': WayEvent;
    'password.removed': WayEvent;
    'code.turned_on': WayEvent;
    'code.turned_off': WayEvent;
    /** An administrator made a link that signs in as them. */
    'link.made': WayEvent;
  }
}

const data = z.strictObject({ person: z.string() });
const way = z.strictObject({ person: z.string(), by: z.string().nullable() });

/** What can happen to a person. */
export const events: EventDefinitions = {
  'person.created': { v: 1, data },
  'person.remembered': { v: 1, data },
  'person.updated': { v: 1, data },
  'person.disabled': { v: 1, data },
  'person.enabled': { v: 1, data },
  'person.deleted': { v: 1, data },
  'person.told': { v: 1, data },
  'password.changed': { v: 1, data: way },
  'password.removed': { v: 1, data: way },
  'code.turned_on': { v: 1, data: way },
  'code.turned_off': { v: 1, data: way },
  'link.made': { v: 1, data: way },
};
