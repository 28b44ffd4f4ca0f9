import type { Activities } from '@joinery/core';
import { membershipHandlers } from './activities-in-membership.ts';
import { moderationHandlers } from './activities-in-moderation.ts';
import { requestHandlers } from './activities-in-requests.ts';
import { toActivity } from './activities-out.ts';

/** Groups and memberships on the wire (FEP-1b12 and `Join`, `Leave`, `Invite`): see FEDERATION.md, "Open groups". */
export const activities: Activities = {
  toActivity,
  handlers: [...requestHandlers, ...membershipHandlers, ...moderationHandlers],
};
