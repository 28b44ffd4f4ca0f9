import type { Slice } from '@joinery/core';
import { federationSlice, partnersSlice } from '@joinery/federation';
import { feed } from '@joinery/slices/feed';
import { groups } from '@joinery/slices/groups';
import { links } from '@joinery/slices/links';
import { people } from '@joinery/slices/people';
import { posts } from '@joinery/slices/posts';
import { style } from '@joinery/slices/style';

/** What this node can do, in the order in which the slices build on each other. A new capability is one line here. */
export const slices: Slice[] = [people, groups, posts, feed, links, federationSlice, partnersSlice, style];
