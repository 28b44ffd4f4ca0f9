/** For tests of other packages: decisions without pages or command line. */
export type { PartnerFields } from './change.ts';
export { decideAs } from './partners.ts';
export { sendProposal } from './proposals.ts';
