/** The bridge to other nodes: the only importer of Fedify, and the only place that sees strangers. */

export { createFederation, type FederationNode, federationOf, type Ground } from './federation.ts';
export { configureFedifyLog } from './fedify-log.ts';
export { nodeAddresses } from './node-addresses.ts';
export { type LaneHealth, laneHealth } from './peers.ts';
export { signRequest } from './signatures.ts';
export { federationSlice } from './slice.ts';
export { decideAs } from './trust/partners.ts';
export { carriesKeyOf, fetchAs, sendAs, tokenAs } from './trust/rehearsal/knock.ts';
export { type RehearsalStep, type Rehearse, rehearsalSteps } from './trust/rehearsal/steps.ts';
export { createPartnersSlice } from './trust/slice.ts';
export { federationMiddleware, refuseMisdirected } from './web.ts';
