/** The allow-list: who may exchange what, why, and who decided. Start in README.md. */
import './tables.ts';

export { type Agreement, decide, type Snapshot } from './decide.ts';
export { fingerprint, rotationText, verifyRotation } from './fingerprint.ts';
export { noteConfirmation, pinKey } from './partners.ts';
export { createTrust, type TrustList } from './trust.ts';
