import type { Slice } from '@joinery/core';
import { federationSlice } from '@joinery/federation';
import { people } from '@joinery/slices/people';

/** What this node can do, in the order in which the slices build on each other. A new capability is one line here. */
export const slices: Slice[] = [people, federationSlice];
