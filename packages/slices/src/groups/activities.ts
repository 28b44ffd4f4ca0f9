import type { Activities } from '@joinery/core';
import { membershipHandlers } from './inbound-membership.ts';
import { moderationHandlers } from './inbound-moderation.ts';
import { toActivity } from './outgoing.ts';

/** Groups and memberships on the wire (FEP-1b12 and `Join`, `Leave`, `Invite`): see FEDERATION.md, "Open groups". */
export const activities: Activities = { toActivity, handlers: [...membershipHandlers, ...moderationHandlers] };
