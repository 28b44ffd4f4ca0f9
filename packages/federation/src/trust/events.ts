import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

declare module '@joinery/core' {
  interface Events {
    /** Something about a partner was decided; stream `local`. */
    'partner.changed': { partner: string; decision: string };
    /** An agreement came into force; to the partner's own node. */
    'partner.offered': { partner: string; origin: string };
    /** An agreement ended; the last delivery to the partner's node. */
    'partner.revoked': { partner: string; origin: string };
    /** The last day of an agreement has passed. Stream `local`. */
    'partner.ended': { partner: string; origin: string };
    /** The partner's own node says that it ended its agreement with us. Stream `local`. */
    'partner.withdrawn': { partner: string; origin: string };
    /** Another node proposes an agreement: unverified claims. Stream `local`. */
    'partner.proposed': { origin: string };
    /** An agreement in force ends in so many days: 30, 7 or 1. Stream `local`. */
    'partner.expires_soon': { partner: string; days: number; expiresAt: string };
    /** A person here asks for an agreement: the federation officers' business. Stream `local`. */
    'partner.asked': { ask: string; person: string; origin: string };
    /** The answer to `person`, who asked; what it says is read with the port `asks`. Stream `local`. */
    'partner.ask_answered': { ask: string; person: string };
    /** A closed group here tells the nodes of its members about each other, on its own stream. */
    'partner.introduces': { group: string; uri: string };
    /** A group elsewhere did so, or an officer here decided about it. Stream `local`. */
    'partner.introduced': { group: string };
  }
}

const ask = z.object({ ask: z.uuid(), person: z.uuid() });
const toNode = z.object({ partner: z.uuid(), origin: z.url() });

export const events: EventDefinitions = {
  'partner.changed': { v: 1, data: z.object({ partner: z.uuid(), decision: z.uuid() }) },
  'partner.offered': { v: 1, data: toNode },
  'partner.revoked': { v: 1, data: toNode },
  'partner.ended': { v: 1, data: toNode },
  'partner.withdrawn': { v: 1, data: toNode },
  'partner.proposed': { v: 1, data: z.object({ origin: z.url() }) },
  'partner.expires_soon': { v: 1, data: z.object({ partner: z.uuid(), days: z.int(), expiresAt: z.string() }) },
  'partner.asked': { v: 1, data: ask.extend({ origin: z.url() }) },
  'partner.ask_answered': { v: 1, data: ask },
  'partner.introduces': { v: 1, data: z.object({ group: z.uuid(), uri: z.url() }) },
  'partner.introduced': { v: 1, data: z.object({ group: z.url() }) },
};
