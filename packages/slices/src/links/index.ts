import type { Slice } from '@joinery/core';
import { routes } from './routes.tsx';

/** Links between nodes: a thing of this node opens on the node of whoever came by the link, and things of others open here. */
export const links: Slice = { name: 'links', routes };
