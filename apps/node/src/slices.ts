import type { Slice } from '@joinery/core';
import { createPartnersSlice, federationSlice, laneHealth } from '@joinery/federation';
import { conversations } from '@joinery/slices/conversations';
import { emergency } from '@joinery/slices/emergency';
import { feed } from '@joinery/slices/feed';
import { files } from '@joinery/slices/files';
import { groups } from '@joinery/slices/groups';
import { guests } from '@joinery/slices/guests';
import { library } from '@joinery/slices/library';
import { links } from '@joinery/slices/links';
import { notifications } from '@joinery/slices/notifications';
import { operate } from '@joinery/slices/operate';
import { people } from '@joinery/slices/people';
import { posts } from '@joinery/slices/posts';
import { registration } from '@joinery/slices/registration';
import { searchIn } from '@joinery/slices/search';
import { signIn } from '@joinery/slices/sign-in';
import { style } from '@joinery/slices/style';

const partners = createPartnersSlice({
  laneHealth,
  // Whoever rehearses starts nodes, and those are made of all slices: it is loaded when it is needed.
  rehearse: async (context) => (await import('./rehearsal.ts')).rehearse(context),
});

/** What this node can do, in the order in which the slices build on each other. A new capability is one line here. */
const capabilities: Slice[] = [
  people,
  files,
  signIn,
  registration,
  groups,
  posts,
  library,
  conversations,
  guests,
  emergency,
  notifications,
  feed,
  links,
  federationSlice,
  partners,
  style,
  operate,
];

/** Search comes last: it looks through what the others say can be found. */
export const slices: Slice[] = [...capabilities, searchIn(capabilities)];
