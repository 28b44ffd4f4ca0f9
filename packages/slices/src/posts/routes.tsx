import type { Environment } from '@joinery/core';
import type { Hono } from 'hono';
import { deliveryRoutes } from './delivery/routes.tsx';
import { openingRoutes } from './opening/routes.tsx';
import { heldRoutes } from './routes-held.tsx';
import { postRoutes } from './routes-post.tsx';
import { tagRoutes } from './routes-tags.tsx';
import { threadRoutes } from './routes-thread.tsx';
import { topicRoutes } from './routes-topics.tsx';
import { suggestionRoutes } from './suggestions.ts';

/** Pages of posts: topics of a group, threads, what is done with a post, and tags. */
export function routes(app: Hono<Environment>): void {
  topicRoutes(app);
  threadRoutes(app);
  postRoutes(app);
  deliveryRoutes(app);
  tagRoutes(app);
  heldRoutes(app);
  suggestionRoutes(app);
  openingRoutes(app);
}
