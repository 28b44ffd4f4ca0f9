/** How tests, the demo and the server start nodes. */
export { runCommandLine } from './command-line.ts';
export { firstAdministratorLink, type RunningNode, startNode } from './node.ts';
export { type NodeOptions, openNode } from './open-node.ts';
export { slices } from './slices.ts';
export { createNodeWebApp } from './web.ts';
